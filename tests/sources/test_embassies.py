"""Embassies: counts by side and level, refusals, the documented example."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from riskkit.errors import SourceError
from riskkit.sources.embassies import LEVELS, Embassies
from riskkit.tables import Release

FIXTURE = Path(__file__).parent / "fixtures" / "embassies" / "representation.csv"
MANUAL = Path(__file__).parents[2] / "docs" / "sources-own.md"


def read(path: Path, **options: Any) -> Release:
    return Embassies().read(path, Embassies.options(**options))


def counts(release: Release, unit: str, year: int) -> list[float | None]:
    rows = release.observations.filter(unit=unit, month=date(year, 1, 1))
    found = dict(rows.select("indicator", "value").rows())
    names = ("sent", "received", "ambassadors_sent", "ambassadors_received")
    return [found.get(f"embassies_{name}") for name in names]


@pytest.mark.parametrize(
    ("unit", "year", "expected"),
    [
        ("XAA", 2015, [1, 2, 1, 0]),
        ("XAB", 2015, [1, 1, 0, 1]),
        ("XAC", 2015, [1, 0, 0, 0]),
        ("XAA", 2020, [0, 0, 0, 0]),
        ("XAC", 2020, [None] * 4),
    ],
)
def test_embassies_by_side_and_level(unit: str, year: int, expected: list[float | None]) -> None:
    assert counts(read(FIXTURE), unit, year) == expected


def test_publication_and_coverage() -> None:
    release = read(FIXTURE)
    assert release.covers == (date(2015, 1, 1), date(2020, 12, 1))
    known = release.observations.filter(month=date(2015, 1, 1))["known_from"]
    assert set(known) == {date(2016, 12, 31)}
    assert not any(indicator.census for indicator in release.indicators)


def test_codes_of_the_correlates_of_war(tmp_path: Path) -> None:
    """Saxony (269) is left out; both Germanies of 1990 are one sender to one receiver."""
    path = tmp_path / "de.csv"
    rows = ["255,2,1990,3", "260,2,1990,3", "269,2,1850,1", "2,220,1990,3"]
    path.write_text("sender,receiver,year,level\n" + "\n".join(rows) + "\n", encoding="utf-8")
    release = read(path, system="cowcode")
    assert counts(release, "USA", 1990) == [1, 1, 1, 1]
    assert counts(release, "DEU", 1990) == [1, 0, 1, 0]
    assert list(release.dropped.values()) == [1]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("XAA,XAB,2015,3", "XAA,XAB,2015,4", "line 2, column 'level'.*3 ambassador"),
        ("XAA,XAC,2015", "XAA,XAB,2015", "line 2 and 1 more, column 'receiver'.*several rows"),
        ("XAB,XAC", "XAB,Q", "line 5, column 'receiver'.*got 'Q'"),
        ("2020", "2999", "line 7, column 'year'.*1815 to"),
    ],
)
def test_impossible_rows_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / FIXTURE.name
    path.write_text(FIXTURE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        read(path)


def test_the_manual_shows_a_table_that_is_read(tmp_path: Path) -> None:
    text = MANUAL.read_text(encoding="utf-8")
    path = tmp_path / "example.csv"
    path.write_text(text.split("```csv\n")[2].split("```")[0], encoding="utf-8")
    assert counts(read(path), "XAB", 2015) == [1, 1, 0, 1]
    for code, level in LEVELS.items():
        assert f"{code} {level}" in text
