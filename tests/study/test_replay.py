"""Rankings that would have been: composites against what came, and nothing of later years."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from riskkit.archive.ledger import read
from riskkit.errors import ConfigError
from riskkit.months import last_day, parse_month
from riskkit.study.breakdown import break_down
from riskkit.study.record import PUBLISHED, record
from riskkit.study.replay import replay
from riskkit.study.results import open_result
from riskkit.study.study import Study

ORIGINS = [parse_month("2020-06"), parse_month("2021-06")]
SETTINGS = [
    "data.kind=world",
    "data.world.countries=60",
    "data.world.months=300",
    "features.families=[conflict]",
    "forecast.model=ewhistory",
    "forecast.draws=200",
    "threats={conflict: {measures: [{name: ged_sb}]}, climate: {measures: [{name: nowhere}]}, "
    "displacement: {measures: [{name: refugees_out, period: year, thresholds: [1000, 10000, "
    "100000]}]}}",
]


def study() -> Study:
    return Study.open(None, SETTINGS)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory):
    return replay(study(), ORIGINS, tmp_path_factory.mktemp("replay") / "out")


def test_a_replay_of_no_origin_is_refused_and_leaves_the_folder(tmp_path):
    with pytest.raises(ConfigError, match="no origin to replay; name a first one before the last"):
        replay(study(), range(3, 2), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_every_origin_and_system_ranks_every_unit(made):
    counted = made.composites.group_by("origin", "system").len()
    assert counted.height == 4
    assert set(made.composites["system"]) == {PUBLISHED, "conflictology"}
    assert made.composites["threats"].max() == 2


def test_the_truth_is_the_composite_of_what_came(made):
    """By hand, for three countries: log scores of both threats, joined by the power mean."""
    one = study()
    rows = made.composites.filter(pl.col("origin") == pl.date(2020, 6, 1), system=PUBLISHED)
    everything = pl.concat([release.observations for release in one.releases])
    for unit in rows.drop_nulls("truth")["unit"].head(3):
        mine = everything.filter(unit=unit)
        deaths = mine.filter(
            pl.col("indicator") == "ged_sb",
            pl.col("month").is_between(pl.date(2020, 7, 1), pl.date(2021, 6, 1)),
        )
        fled = mine.filter(
            pl.col("indicator") == "refugees_out", pl.col("month") == pl.date(2021, 1, 1)
        )
        latest = deaths.sort("known_from").group_by("month").agg(pl.col("value").last())
        conflict = 10 * np.log1p(latest["value"].sum()) / np.log1p(10_000)
        people = fled.sort("known_from")["value"][-1] // 1 / 1000
        displacement = min(10, 10 * np.log1p(people) / np.log1p(10_000))
        expected = np.sqrt((min(10, conflict) ** 2 + displacement**2) / 2)
        told = rows.filter(unit=unit)["truth"][0]
        assert told == pytest.approx(expected, abs=1e-6), unit


def test_threats_are_scored_against_zero_too(made):
    board = break_down([made.folder], "window", target="ged_sb")
    assert set(board["model"]) == {"conflictology", "ewhistory", "zero"}
    own = board.filter(model="ewhistory")
    assert own.height == len(ORIGINS)
    assert own["against_zero"].null_count() == 0
    assert own["skill"].is_sorted(), "the worst first"
    threats = pl.read_csv(made.folder / "threats.csv")
    assert set(threats["model"]) == {"ewhistory", "zero"}


def test_chances_of_onset_and_of_a_doubling_are_graded(made):
    """A case by hand: what came in the twelve months after the origin, in today's figures."""
    told = pl.read_csv(made.folder / "onsets.csv")
    assert set(told["event"]) == {"onset_3", "onset_12", "doubling"}
    assert set(told["system"]) == {PUBLISHED, "conflictology"}
    cases = pl.read_parquet(made.folder / "onsets.parquet")
    ours = cases.filter(pl.col("origin") == pl.date(2020, 6, 1), system=PUBLISHED)
    everything = pl.concat([release.observations for release in study().releases])
    deaths = everything.filter(pl.col("indicator") == "ged_sb").sort("known_from")
    for row in ours.filter(event="doubling").head(3).to_dicts():
        mine = deaths.filter(pl.col("unit") == row["unit"])
        first = pl.date(2020, 7, 1)
        before = mine.filter(pl.col("known_from") < first).group_by("month").agg(pl.last("value"))
        last = before["month"].max()
        before = before.filter(pl.col("month") > pl.lit(last).dt.offset_by("-12mo"))
        after = mine.filter(pl.col("month").is_between(first, pl.date(2021, 6, 1)))
        after = after.group_by("month").agg(pl.last("value"))
        assert before["value"].sum() >= 25
        assert row["came"] == (after["value"].sum() >= 2 * before["value"].sum()), row


def test_nothing_that_came_out_after_an_origin_changes_its_ranking(made, tmp_path):
    one = study()
    end = last_day(ORIGINS[0])
    later = pl.col("known_from") > end
    lies = tuple(
        replace(
            release,
            observations=release.observations.with_columns(
                value=pl.when(later).then(pl.col("value") * 7 + 13).otherwise(pl.col("value"))
            ),
        )
        for release in one.releases
    )
    object.__setattr__(one, "__dict__", {**one.__dict__, "releases": lies})
    again = replay(one, ORIGINS[:1], tmp_path / "out").composites
    shown = ["system", "unit", "score", "low", "high", "rank", "p_top10", "last_year", "threats"]
    before = made.composites.filter(pl.col("origin") == pl.date(2020, 6, 1))
    assert again.select(shown).equals(before.select(shown))
    assert not again["truth"].equals(before["truth"])


def test_an_interrupted_replay_goes_on_and_gives_the_same(made):
    parts = sorted((made.folder / "parts").glob("*.parquet"))
    assert len(parts) == 12, "two threats at two origins by two models and by zero"
    times = {path.name: path.stat().st_mtime_ns for path in parts}
    again = replay(study(), ORIGINS, made.folder)
    assert again.composites.equals(made.composites)
    kept = {path.name: path.stat().st_mtime_ns for path in (made.folder / "parts").iterdir()}
    assert kept == times


def test_the_folder_says_what_it_stands_on(made):
    opened = open_result(Path(made.folder), "riskkit replay")
    assert opened.identity.stage == "scores"
    assert opened.table("composites.parquet").height == made.composites.height


def test_the_record_stands_beside_last_year_and_the_reference(made):
    rows = record(made.composites)
    assert set(rows["period"]) == {"all", "from 2017"}
    assert set(rows["system"]) == {"ranking", "last year", "conflictology"}
    ours = rows.filter(period="all", system="ranking", rule="concordance").row(0, named=True)
    assert 0.7 < ours["value"] <= 1
    assert ours["low"] <= ours["value"] <= ours["high"]
    assert ours["lead"] == 0
    written = pl.read_csv(made.folder / "record.csv")
    assert written.height == rows.height
    assert (made.folder / "chances.csv").is_file()


def test_the_ledger_that_would_have_been_stands_beside_it(made):
    lines = read(Path(made.folder, "ledger.csv").read_text())
    assert set(lines["kind"]) == {"replayed"}
    assert set(lines["publication"]) == {"2020-06", "2021-06"}
    crps = lines.filter(threat="composite", rule="crps", as_of="2020-06").row(0, named=True)
    rows = made.composites.filter(pl.col("origin") == pl.date(2020, 6, 1), system=PUBLISHED)
    assert crps["units"] == rows["truth"].count()
    assert crps["value"] == pytest.approx(rows["crps"].mean(), abs=0.02), "50 points for 200 draws"
    for path in ("misses.csv", "settings.json", f"outcomes/2020-06-{crps['figures']}.csv"):
        assert Path(made.folder, path).is_file()
