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

STEPS = pl.DataFrame(
    {
        "chance_from": [0.0, 0.4, 0.9],
        "chance_to": [0.1, 0.5, 1.0],
        "cases": [80, 10, 10],
        "forecast": [0.01, 0.45, 0.95],
        "came": [0.0125, 0.2, 0.9],
        "came_low": [0.0, 0.1, 0.8],
        "came_high": [0.03, 0.4, 1.0],
        "first_origin": ["2017-06"] * 3,
        "last_origin": ["2023-06"] * 3,
    }
)


@pytest.fixture
def decided(composites: pl.DataFrame) -> Publication:  # noqa: F811
    return replace(
        told_publication(),
        alarms=decisions(composites),
        costs=expected_costs(composites),
        chances=STEPS,
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


def test_the_report_says_whether_the_chances_held(decided: Publication, tmp_path: Path) -> None:
    publish(decided, tmp_path / "pub")
    assert read_table(tmp_path / "pub", "chances.csv")["cases"].to_list() == [80, 10, 10]
    page = (tmp_path / "pub" / "report.html").read_text(encoding="utf-8")
    section = page[page.index('id="record"') : page.index('id="decisions"')]
    assert "a chance was off by 3.2 points on average. Of the 3 steps 1 are within" in section
    assert "the worst is off by 25;" in section
    assert "in 2 of 3 the interval of what came holds the chance" in section
    assert "rankings from June 2017 to June 2023" in section
    assert '<td class="n">45.0&nbsp;%</td><td class="n"><b>20.0&nbsp;%</b></td>' in section


def test_without_a_replay_it_says_so(tmp_path: Path) -> None:
    publish(told_publication(), tmp_path / "pub")
    assert read_table(tmp_path / "pub", "decisions.csv").is_empty()
    assert read_table(tmp_path / "pub", "costs.csv").is_empty()
    assert read_table(tmp_path / "pub", "chances.csv").is_empty()
    page = (tmp_path / "pub" / "report.html").read_text(encoding="utf-8")
    assert "No replay of this study is at hand" in page
    assert "Did the chances" not in page
