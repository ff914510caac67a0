"""Past scores, carried from one publication to the next."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from riskkit.publish import publish, read_table, verify
from riskkit.publish._history import MOST, History, carried
from riskkit.publish.previous import compare
from tests.publish.sample import sample_publication, told_publication


def _run(folder: Path, as_of: int, **changes: int) -> pl.DataFrame:
    """Publish as the command line does, and give the past scores."""
    publish(compare(folder, told_publication(as_of=as_of, **changes)), folder)
    assert verify(folder) == []
    return read_table(folder, "history.csv")


def test_the_first_publication_has_no_past(tmp_path: Path) -> None:
    assert _run(tmp_path / "pub", 504).is_empty()


def test_every_later_one_adds_the_one_before(tmp_path: Path) -> None:
    _run(tmp_path / "pub", 504)
    first = read_table(tmp_path / "pub", "ranking.csv")
    assert _run(tmp_path / "pub", 505)["as_of"].unique().to_list() == ["2021-12"]
    past = _run(tmp_path / "pub", 507)
    assert past["as_of"].unique().sort().to_list() == ["2021-12", "2022-01"]
    one = past.filter(unit="XAB", as_of="2021-12").row(0, named=True)
    wanted = first.filter(unit="XAB").row(0, named=True)
    assert one == {name: wanted[name] for name in History.column_names()}


def test_the_same_month_again_keeps_the_past_and_the_bytes(tmp_path: Path) -> None:
    for as_of in (504, 505, 506):
        _run(tmp_path / "pub", as_of)
    once = (tmp_path / "pub" / "history.csv").read_bytes()
    page = (tmp_path / "pub" / "report.html").read_bytes()
    _run(tmp_path / "pub", 506)
    assert (tmp_path / "pub" / "history.csv").read_bytes() == once
    assert (tmp_path / "pub" / "report.html").read_bytes() == page


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    months = [f"{2000 + i}-01" for i in range(MOST + 3)]
    rows = pl.DataFrame(
        {
            "unit": "XAA",
            "as_of": months,
            "rank": 1,
            "score": 2.0,
            "score_low": 1.0,
            "score_high": 3.0,
        }
    )
    kept = carried(tmp_path, rows)
    assert kept["as_of"].to_list() == months[3:]


def test_the_report_draws_past_scores_only_where_there_are_any(tmp_path: Path) -> None:
    _run(tmp_path / "pub", 504)
    page = (tmp_path / "pub" / "report.html").read_text(encoding="utf-8")
    assert 'class="spark"' not in page
    assert "past scores" not in page
    _run(tmp_path / "pub", 505)
    page = (tmp_path / "pub" / "report.html").read_text(encoding="utf-8")
    ranked = len(sample_publication().ranked)
    assert page.count('<svg class="spark"') == ranked
    assert "those of the earlier publication" in page
    unit = (tmp_path / "pub" / "units" / "XAA.html").read_text(encoding="utf-8")
    assert unit.count('<svg class="spark"') == 1
    assert "as of December 2021" in unit
