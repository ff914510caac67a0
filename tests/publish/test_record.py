"""The record tells what turned out, and warns of models that are not worth publishing."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from riskkit.archive.grades import GRADES
from riskkit.archive.ledger import appended, read
from riskkit.publish import _record, _tables, record
from riskkit.publish.model_card import card
from riskkit.publish.report import page
from tests.publish.sample import sample_publication


def line(year: int, *, kind: str = "replayed", rule: str = "crps", **more):
    about = {
        "kind": kind,
        "publication": f"{year}-06",
        "as_of": f"{year}-06",
        "window_start": f"{year}-07",
        "window_end": f"{year + 1}-06",
        "figures": "settled",
        "state": "graded",
        "threat": "composite",
        "rule": rule,
        "units": 100,
        "value": 0.5,
        "conflictology": 0.6,
        "last_year": 0.7,
        "zero": 0.9,
    }
    return {**about, **more}


def told(rows) -> pl.DataFrame:
    one = replace(sample_publication(), graded=read(appended("", rows)))
    return record.Record.validate(record.table(one), cast=True)


def test_the_table_takes_the_columns_of_the_ledger():
    assert {*GRADES} - {"skill_zero_low", "skill_zero_high"} <= {*record.Record.column_names()}
    table = told([line(2020, rule="top_10", hits="Aurelia (XAA)", misses="")])
    assert table["hits"][0] == "Aurelia (XAA)"
    assert table["misses"][0] is None


@pytest.mark.parametrize(("value", "warned"), [(0.59, 0), (0.61, 1), (0.95, 2)])
def test_worse_than_conflictology_or_zero_is_said(value, warned):
    found = _record.worse(told([line(year, value=value) for year in range(2018, 2023)]))
    assert len(found) == warned
    assert all("in the last 5 replayed rankings" in text for text in found)


def test_a_single_threat_is_judged_too():
    rows = [line(year, threat="climate", value=0.7) for year in range(2018, 2023)]
    (found,) = _record.worse(told(rows))
    assert found.startswith("The model of climate did worse than conflictology")


def test_fewer_than_five_windows_say_nothing():
    assert _record.worse(told([line(year, value=2.0) for year in range(2018, 2022)])) == []


def test_only_the_last_five_windows_count():
    bad = [line(year, value=2.0) for year in range(2010, 2014)]
    assert _record.worse(told([*bad, *(line(year) for year in range(2018, 2023))])) == []


def test_five_live_windows_go_before_replayed_ones():
    replayed = [line(year, value=2.0) for year in range(2018, 2023)]
    live = [line(year, kind="live") for year in range(2018, 2023)]
    assert _record.worse(told([*replayed, *live])) == []
    assert _record.worse(told([*replayed, *live[1:]])), "four are too few"


def test_settled_figures_go_before_first_ones():
    rows = [line(2020, figures="first", value=0.1), line(2020, value=0.4)]
    assert _record.settled(told(rows))["value"].to_list() == [0.4]


def windows(years):
    names = {"hits": "Aurelia (XAA)", "misses": "Dravia (XAD)"}
    rules = ("crps", "spearman")
    top = [line(year, rule="top_10", **names) for year in years]
    return [*top, *(line(year, rule=rule) for year in years for rule in rules)]


def test_no_mean_below_the_minimum():
    assert _record.means(told(windows(range(2018, 2022))), "replayed") == []
    means = _record.means(told(windows(range(2018, 2023))), "replayed")
    assert [one["rule"] for one in means] == ["top_10", "spearman", "crps"]
    assert means[0]["windows"] == 5


def test_the_report_tells_replayed_and_live_apart():
    rows = [*windows(range(2018, 2023)), *(r | {"kind": "live"} for r in windows([2023]))]
    one = replace(sample_publication(), graded=read(appended("", rows)))
    text = page(one, _tables(one))
    live, replayed = (
        text.index("How the last publications turned out"),
        text.index("Replayed: how rankings would have turned out"),
    )
    assert live < replayed
    assert "Rightly in the first ten: Aurelia. Missed: Dravia." in text
    assert "No average is given over fewer than 5" in text[live:replayed]
    assert "mean of 5" in text[replayed:]


def test_the_card_says_what_its_columns_are():
    one = replace(sample_publication(), graded=read(appended("", windows(range(2018, 2023)))))
    assert "in points; lower is\nbetter" in card(one)
    assert "Top ten right" not in card(sample_publication())
