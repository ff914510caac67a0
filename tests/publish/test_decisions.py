"""What acting on replayed rankings would have brought, in a publication."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from riskkit.publish import Publication, publish, read_table, verify
from riskkit.study.decisions import decisions, expected_costs
from tests.publish.sample import told_publication
from tests.study.test_decisions import composites  # noqa: F401 - a fixture


@pytest.fixture
def decided(composites: pl.DataFrame) -> Publication:  # noqa: F811
    return replace(
        told_publication(), alarms=decisions(composites), costs=expected_costs(composites)
    )


def test_the_tables_are_published_and_valid(decided: Publication, tmp_path: Path) -> None:
    publish(decided, tmp_path / "pub")
    assert verify(tmp_path / "pub") == []
    table = read_table(tmp_path / "pub", "decisions.csv")
    assert table["system"].cast(pl.String).to_list()[:2] == ["ranking", "last year"]
    assert read_table(tmp_path / "pub", "costs.csv").height == 16


def test_the_report_shows_both_side_by_side(decided: Publication, tmp_path: Path) -> None:
    publish(decided, tmp_path / "pub")
    page = (tmp_path / "pub" / "report.html").read_text(encoding="utf-8")
    section = page[page.index('id="decisions"') : page.index('id="diplomacy"')]
    assert "Alarm: among the ten highest (came 20 times in 24 cases," in section
    assert "Cost: high or very high" in section
    assert '<b>18</b><span class="phone soft small">last year: 16</span>' in section
    assert '<td class="n">2<span class="phone soft small">4</span></td>' in section
    assert '<td class="n mid">16</td><td class="n mid">4</td><td class="n mid">4</td>' in section


def test_without_a_replay_it_says_so(tmp_path: Path) -> None:
    publish(told_publication(), tmp_path / "pub")
    assert read_table(tmp_path / "pub", "decisions.csv").is_empty()
    assert read_table(tmp_path / "pub", "costs.csv").is_empty()
    page = (tmp_path / "pub" / "report.html").read_text(encoding="utf-8")
    assert "No replay of this study is at hand" in page
