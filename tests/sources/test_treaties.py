"""Treaties: what binds a state at the end of a month, refusals, the documented example."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.treaties import INDICATORS, TREATIES, Treaties
from riskkit.tables import Release

FIXTURE = Path(__file__).parent / "fixtures" / "treaties" / "treaties.csv"
MANUAL = Path(__file__).parents[2] / "docs" / "sources-own.md"


def read(path: Path, **options: Any) -> Release:
    return Treaties().read(path, Treaties.options(**options))


def counts(release: Release, unit: str, month: date) -> dict[str, float]:
    rows = release.observations.filter(unit=unit, month=month).filter(pl.col("value") > 0)
    found = rows.select("indicator", "value").rows()
    return {name.removeprefix("arms_treaties").removeprefix("_"): value for name, value in found}


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        (date(2000, 1, 1), {"signed_only": 1}),
        (date(2001, 2, 1), {"": 1, "nuclear": 1}),
        (date(2001, 3, 1), {"": 2, "nuclear": 1, "chembio": 1}),
        (date(2001, 5, 1), {"": 2, "nuclear": 1, "chembio": 1, "signed_only": 1}),
        (date(2001, 6, 1), {"": 1, "nuclear": 1, "signed_only": 1, "left": 1}),
        (date(2001, 12, 1), {"": 1, "nuclear": 1, "signed_only": 1}),
    ],
)
def test_what_binds_a_state_at_the_end_of_a_month(month: date, expected: dict[str, float]) -> None:
    assert counts(read(FIXTURE, covers_to="2001-12"), "XAA", month) == expected


def test_a_signature_ends_with_membership_even_if_the_list_does_not_say_so(tmp_path: Path) -> None:
    path = tmp_path / FIXTURE.name
    text = FIXTURE.read_text(encoding="utf-8")
    path.write_text(text.replace("2000-01-10,2001-02-15", "2000-01-10,"), encoding="utf-8")
    changed = read(path, covers_to="2001-12").observations
    assert changed.equals(read(FIXTURE, covers_to="2001-12").observations)


@pytest.mark.parametrize(("month", "terrorism"), [(4, 1), (5, 2), (6, 1)])
def test_themes_beside_arms_have_counts_of_their_own(month: int, terrorism: int) -> None:
    """A convention that is left no longer counts, and nothing of it is arms control."""
    found = counts(read(FIXTURE, covers_to="2001-12"), "XAB", date(2001, month, 1))
    assert found == {"": 1, "chembio": 1, "treaties_terrorism": terrorism}


def test_what_a_list_does_not_speak_of_is_missing_not_zero(tmp_path: Path) -> None:
    names = {indicator.name for indicator in read(FIXTURE).indicators}
    assert names == INDICATORS.keys() - {"treaties_climate"}
    path = tmp_path / "climate.csv"
    path.write_text("unit,treaty,status,since,until\nXAA,PARIS,signatory,2016-04-22,\n", "utf-8")
    release = read(path)
    assert [indicator.name for indicator in release.indicators] == ["treaties_climate"]
    assert release.observations["value"].to_list() == [0]


def test_publication_and_coverage() -> None:
    release = read(FIXTURE)
    assert release.covers == (date(2000, 1, 1), date(2001, 7, 1))
    known = release.observations.filter(month=date(2001, 2, 1))["known_from"]
    assert set(known) == {date(2001, 3, 31)}
    assert all(indicator.census for indicator in release.indicators)


def test_other_codes(tmp_path: Path) -> None:
    path = tmp_path / "list.tsv"
    path.write_text("unit\ttreaty\tstatus\tsince\tuntil\n345\tNPT\tparty\t1990-01-01\t\n", "utf-8")
    assert set(read(path, system="gwcode").observations["unit"]) == {"SRB"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("CWC", "SALT", "line 4, column 'treaty'.*got 'SALT'.*known are NPT"),
        ("XAB,BWC,party", "XAB,BWC,friend", "line 6, column 'status'.*party, signatory"),
        ("2001-06-10", "2001-02-10", "line 4, column 'until'.*ends before it begins"),
        ("2001-06-10", "10.6.2001", "line 4, column 'until'.*not a day"),
        ("2001-05-05", "2101-05-05", "line 5, column 'since'.*future"),
        ("XAB,BWC", "QQ,BWC", "line 6, column 'unit'.*got 'QQ'"),
    ],
)
def test_impossible_rows_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / FIXTURE.name
    path.write_text(FIXTURE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        read(path)


def test_an_impossible_end_is_refused() -> None:
    with pytest.raises(SourceError, match="covers_to is not a month"):
        read(FIXTURE, covers_to="soon")


def test_the_manual_shows_a_list_that_is_read(tmp_path: Path) -> None:
    text = MANUAL.read_text(encoding="utf-8")
    path = tmp_path / "example.csv"
    path.write_text(text.split("```csv\n")[1].split("```")[0], encoding="utf-8")
    release = read(path)
    assert counts(release, "XAA", date(2003, 6, 1)) == {"": 1, "nuclear": 1, "left": 1}
    now = {"": 1, "nuclear": 1, "treaties_climate": 1}
    assert counts(release, "XAA", date(2005, 5, 1)) == now
    for name in (*INDICATORS, *(treaty for theme in TREATIES.values() for treaty in theme)):
        assert f"`{name}`" in text
