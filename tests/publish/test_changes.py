from dataclasses import replace

import polars as pl
import pytest

from riskkit.publish import _tables, previous, publish
from tests.publish.sample import sample_publication

IDENTITY = '{"data": {"a": "1"}, "code": {}, "libraries": {}, "parameters": {"seed": 1}}'


@pytest.fixture
def folder(tmp_path):
    publish(sample_publication(as_of=503, n_units=12, identity=IDENTITY), tmp_path / "pub")
    return tmp_path / "pub"


def changes(folder, **changed) -> pl.DataFrame:
    made = sample_publication(**{"n_units": 12, "seed": 2, "identity": IDENTITY, **changed})
    return _tables(previous.compare(folder, made))["changes.csv"]


def test_without_an_earlier_publication_nothing_is_compared():
    assert _tables(sample_publication())["changes.csv"].is_empty()


def test_figures_are_those_of_the_two_rankings(folder):
    before = pl.read_csv(folder / "ranking.csv")
    found = changes(folder)
    assert found["compared_with"].unique().to_list() == ["2021-11"]
    joined = found.join(before, on="unit", suffix="_then")
    assert joined["score_before"].to_list() == joined["score_then"].to_list()
    moved = (joined["score"] - joined["score_then"]).round(2)
    assert moved.to_list() == found["score_change"].to_list()
    assert (found["rank_before"] - found["rank"]).to_list() == found["rank_change"].to_list()
    assert found["clear"].to_list() == (found["score_change"].abs() > 0.5).to_list()


def test_units_come_and_go(folder):
    found = changes(folder, n_units=14)
    assert found.filter(pl.col("state") == "new")["unit"].sort().to_list() == ["XAM", "XAN"]
    gone = changes(folder, n_units=10).filter(pl.col("state") == "gone")
    assert gone["unit"].sort().to_list() == ["XAK", "XAL"]
    assert gone["score"].null_count() == 2


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, "new data"),
        ({"last_data": 502}, "other months"),
        ({"last_data": 502, "identity": IDENTITY.replace('"1"', '"2"')}, "revised data"),
        (
            {"last_data": 502, "identity": IDENTITY.replace('"code": {}', '"code": {"m": "x"}')},
            "another version of the model",
        ),
    ],
)
def test_what_moved_a_score_is_read_off_what_the_publications_stand_on(folder, changed, reason):
    found = changes(folder, **changed)
    assert found["moved_by"].drop_nulls().unique().to_list() == ["conflict"]
    assert found["reason"].drop_nulls().unique().to_list() == [reason]


def test_a_month_that_runs_again_is_compared_with_the_same(folder):
    def run():
        made = sample_publication(n_units=12, seed=2, identity=IDENTITY)
        publish(previous.compare(folder, made), folder)
        return {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file()}

    assert run() == run()
    assert b"2021-11" in (folder / "changes.csv").read_bytes()


def test_the_seed_is_no_part_of_the_model(folder):
    other = IDENTITY.replace('"seed": 1', '"seed": 2')
    found = changes(folder, last_data=502, identity=other)
    assert found["reason"].drop_nulls().unique().to_list() == ["other months"]


def test_previous_is_untouched_without_a_folder(tmp_path):
    made = sample_publication()
    assert previous.compare(tmp_path / "none", made) is made
    assert replace(made).compared == {}
