"""Peacekeepers, on the documented layout: how long a map holds, disputed places, refusals."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.peacekeeping import Peacekeeping
from riskkit.tables import Release
from riskkit.units import to_unit

FIXTURE = Path(__file__).parent / "fixtures" / "peacekeeping" / "Geo_PKO_v.2.3_location_map.csv"
CODES = {"Testland": "XAA", "Otherland": "XAB"}


def read(path: Path, **options: Any) -> Release:
    return Peacekeeping().read(path, Peacekeeping.options(**{"codes": CODES, **options}))


def monthly(release: Release, unit: str, indicator: str) -> dict[str, float]:
    rows = release.observations.filter(unit=unit, indicator=indicator)
    return dict(rows.select(pl.col("month").dt.strftime("%Y-%m"), "value").rows())


def test_a_map_holds_until_the_missions_next_one() -> None:
    """MINUTEST's map of January 2019 has two places, its map of April one for twelve months."""
    release = read(FIXTURE)
    missions = monthly(release, "XAA", "geopko_n_missions")
    assert list(missions) == [f"2019-{m:02d}" for m in range(1, 13)] + [
        "2020-01",
        "2020-02",
        "2020-03",
        "2020-08",
    ]
    assert [missions[m] for m in ("2019-02", "2019-03", "2020-02", "2020-03")] == [1, 2, 2, 1]
    assert set(monthly(release, "XAA", "geopko_presence").values()) == {1}
    places = monthly(release, "XAA", "geopko_n_sites")
    assert [places[m] for m in ("2019-03", "2019-04")] == [2, 1]


def test_a_disputed_place_counts_for_both() -> None:
    presence = monthly(read(FIXTURE), "XAB", "geopko_presence")
    assert list(presence) == ["2019-01", "2019-02", "2019-03"]


def test_publication_and_coverage() -> None:
    release = read(FIXTURE)
    assert release.covers == (date(2019, 1, 1), date(2020, 8, 1))
    known = release.observations.filter(month=date(2019, 4, 1))["known_from"]
    assert set(known) == {date(2020, 10, 31)}
    assert all(indicator.census for indicator in release.indicators)


def test_later_rows_change_nothing_before_them(tmp_path: Path) -> None:
    lines = FIXTURE.read_text(encoding="utf-8").splitlines()
    path = tmp_path / FIXTURE.name
    path.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    earlier = read(path)
    same = read(FIXTURE).observations.filter(pl.col("month") <= earlier.covers[1])
    assert earlier.observations.equals(same)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2020,8,", "2020,13,", "line 7, column 'month'.*1 to 12"),
        ("0,Testland/Otherland", "0,Testlnad", "line 4, column 'country'.*got 'Testlnad'"),
        ("Map no. 2,UNTEST", "Map no. 2,NA", "line 6, column 'mission'.*missing"),
    ],
)
def test_impossible_rows_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / FIXTURE.name
    path.write_text(FIXTURE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        read(path)


def test_countries_of_the_publisher_are_known(tmp_path: Path) -> None:
    """Names that the publisher's documentation and code use."""
    names = ["DRC", "Ivory Coast", "East Timor", "Western Sahara", "Kosovo", "Ethiopia/Eritrea"]
    rows = "".join(f"MINUTEST,2019,1,town,{name}\n" for name in names)
    path = tmp_path / "maps.csv"
    path.write_text("mission,year,month,location,country\n" + rows, encoding="utf-8")
    found = set(read(path).observations["unit"])
    assert found == {"COD", "CIV", "TLS", "ESH", "XKX", "ETH", "ERI"}
    assert set(to_unit(sorted(found), "iso3")) == found
