"""Mediation: years written by hand, kinds of third parties, refusals, the real file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.cwm import Cwm
from riskkit.tables import Release

FIXTURE = Path(__file__).parent / "fixtures" / "cwm" / "CWM.csv"
CODES = {"Testland": "XAA", "Otherland": "XAB"}


def read(path: Path, **options: Any) -> Release:
    return Cwm().read(path, Cwm.options(**{"codes": CODES, **options}))


def counts(release: Release, unit: str, year: int) -> dict[str, float]:
    rows = release.observations.filter(unit=unit, month=date(year, 1, 1))
    found = rows.filter(pl.col("value") > 0).select("indicator", "value").rows()
    return {name.removeprefix("cwm_n_"): value for name, value in found}


def with_row(folder: Path, begins: str, ends: str, party: str) -> Path:
    path = folder / FIXTURE.name
    row = f'Testland,,,1,1990,,,,,{begins},{ends},"{party}"\n'
    path.write_text(FIXTURE.read_text(encoding="utf-8") + row, encoding="utf-8")
    return path


def test_an_attempt_counts_in_every_year_it_lasts() -> None:
    release = read(FIXTURE)
    for year in (1999, 2000, 2001):
        assert counts(release, "XAA", year) == {"mediations": 1, "by_un": 1, "by_track_two": 1}
    assert counts(release, "XAA", 1998) == counts(release, "XAA", 2002) == {}


@pytest.mark.parametrize(
    ("begins", "ends", "years"),
    [
        ("4/27/78", "6//79", (1978, 1979)),
        ("//1976", "//1976", (1976,)),
        ("2/??/04", "5/8/04??", (2004,)),
        ("?", "1//75", (1975,)),
        ("10/1/993", "10/10/97", (1997,)),  # as in the file: the end stands in for a slip
        ("3/2/1882", "4/16/82", (1982,)),
        ("", "", (1990,)),  # the year in which the episode ended
    ],
)
def test_years_written_by_hand(
    tmp_path: Path, begins: str, ends: str, years: tuple[int, ...]
) -> None:
    path = with_row(tmp_path, begins, ends, "Norway")
    before, after = read(FIXTURE).observations, read(path).observations
    total = pl.col("indicator") == "cwm_n_mediations"
    added = after.filter(total).join(before.filter(total), on=["unit", "month"], how="left")
    more = added.filter(pl.col("value") - pl.col("value_right").fill_null(0) == 1)
    assert tuple(more["month"].dt.year().sort()) == years


@pytest.mark.parametrize(
    ("party", "kinds"),
    [
        ("UN Arnault", {"by_un"}),
        ("Sec General De Cuellar", {"by_un"}),
        ("EC/UN Owen and Vance", {"by_un", "by_igo"}),
        ("UN, Portugal", {"by_un", "by_state"}),
        ("OAU/Arab League (Sec. Gen. Mahmoud Riad)", {"by_igo", "by_un"}),
        ("IGAD (Ethiopia, Eritrea)", {"by_igo", "by_state"}),
        ("Special US envoy George Mitchell", {"by_state"}),
        ("President Moi", {"by_state"}),
        ("Former US Pres. Jimmy Carter", {"by_track_two"}),
        ("Centre for Humanitarian Dialogue", {"by_track_two"}),
        ("Nagaland Baptist Church Council", {"by_track_two"}),
        ("Forono", {"by_unknown"}),
        ("", {"by_unknown"}),
    ],
)
def test_kinds_of_third_parties(tmp_path: Path, party: str, kinds: set[str]) -> None:
    release = read(with_row(tmp_path, "1/1/86", "2/1/86", party))
    assert set(counts(release, "XAA", 1986)) == {"mediations", *kinds}


def test_what_is_left_out_is_counted() -> None:
    release = read(FIXTURE)
    assert release.dropped == {
        "episode of which it is not said whether it was mediated": 1,
        "mediation that began after covers_to": 1,
    }
    assert release.covers == (date(1946, 1, 1), date(2009, 12, 1))
    assert counts(read(FIXTURE, covers_to=2011), "XAB", 2011)["by_track_two"] == 1
    assert set(release.observations.filter(month=date(1999, 1, 1))["known_from"]) == {
        date(2006, 12, 31)
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Side C,0", "Side C,perhaps", "line 4, column 'Med_yes.no'.*0, 1 or NA"),
        ("\nOtherland", "\nOhterland", "line 5 and 2 more, column 'country'.*got 'Ohterland'"),
        (",2/15/11,", ",war,", "line 3 and 1 more, column 'med.begins'.*a day like"),
        ("Side B,1", "Side B,0", None),
    ],
)
def test_impossible_rows_are_refused(
    tmp_path: Path, old: str, new: str, message: str | None
) -> None:
    path = tmp_path / FIXTURE.name
    text = FIXTURE.read_text(encoding="utf-8").replace(old, new)
    path.write_text(text.replace("Side D,1", "Side D,0") if message is None else text, "utf-8")
    with pytest.raises(SourceError, match=message or "no row is mediated"):
        read(path)


def test_reads_the_real_file(shared_data: Path) -> None:
    """No tidy table has these counts. Of 484 attempts, one begins after 2009; few stay unknown."""
    release = read(shared_data / "raw" / "mediation" / "CWM.csv", codes={})
    assert sum(release.dropped.values()) == 6
    totals = dict(release.observations.group_by("indicator").agg(pl.col("value").sum()).rows())
    assert totals["cwm_n_mediations"] == 575  # attempt-years
    assert totals["cwm_n_by_unknown"] < 0.1 * totals["cwm_n_mediations"]
    assert counts(release, "YMD", 1986) == {"mediations": 1, "by_unknown": 1}
    assert counts(release, "SDN", 1994)["by_igo"] >= 4  # IGAD's rounds
