"""Searches for settings: on windows that end by 2017, every trial on record, resumable."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import ConfigError, RiskkitError
from riskkit.models import make_model
from riskkit.registry import models
from riskkit.study.study import Study
from riskkit.study.tuning import RULES, Trial, Tuned, report, tune

MODEL = "analogues"
SMALL = [
    "data.kind=world",
    "data.world.countries=60",
    "data.world.months=300",
    "features.families=[conflict]",
    "target.indicator=ged_sb",
    "forecast.draws=100",
]
TWO = "2014-10,2015-10"


@pytest.fixture(scope="module")
def study() -> Study:
    return Study.open(None, SMALL)


@pytest.fixture(scope="module")
def log(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tune") / "log.jsonl"
    tune(study, MODEL, path, trials=5, origins=TWO)
    return path


def _told(path: Path) -> list[dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    return [{k: v for k, v in json.loads(line).items() if k != "seconds"} for line in lines]


def test_the_first_trial_is_what_params_yaml_says(study: Study, log: Path) -> None:
    own = Study.open(None, [*SMALL, "models.analogues.neighbours=77"])
    tuned = tune(own, MODEL, log.with_name("own.jsonl"), trials=1, origins=TWO)
    assert [trial.settings for trial in tuned.trials] == [{"neighbours": 77}]
    assert _told(log)[0]["settings"] == {"neighbours": 300}


def test_every_trial_is_on_record_and_within_the_space(log: Path) -> None:
    trials = _told(log)
    assert [trial["number"] for trial in trials] == [0, 1, 2, 3, 4]
    tried = [trial["settings"]["neighbours"] for trial in trials]
    assert all(models()[MODEL].searched["neighbours"].holds(value) for value in tried)
    assert len(set(tried)) > 2
    assert set(trials[0]["windows"]) == {"2015", "2016"}


def test_the_best_has_the_lowest_score() -> None:
    trials = [
        Trial(k, {}, dict.fromkeys(RULES, score), {}, 0.0)
        for k, score in enumerate((0.5, 0.2, 0.3, 0.2))
    ]
    assert Tuned("ign", tuple(trials)).best.number == 1


def test_a_search_goes_on_from_its_log_as_if_it_had_not_stopped(study: Study, log: Path) -> None:
    again = log.with_name("again.jsonl")
    tune(study, MODEL, again, trials=2, origins=TWO)
    begun = again.read_text(encoding="utf-8")
    tune(study, MODEL, again, trials=5, origins=TWO)
    assert again.read_text(encoding="utf-8").startswith(begun)
    assert _told(again) == _told(log)
    done = tune(study, MODEL, again, trials=3, origins=TWO)
    assert len(done.trials) == 5


def test_scores_are_those_of_a_backtest(study: Study, log: Path, tmp_path: Path) -> None:
    backtest = {"origins": TWO, "models": ["analogues"], "processes": 1}
    settings = study.params.backtest.model_copy(update=backtest)
    params = study.params.model_copy(update={"backtest": settings})
    replace(study, params=params).backtest(tmp_path / "backtest")
    scores = pl.read_parquet(tmp_path / "backtest" / "scores.parquet")
    wanted = scores.filter(pl.col("model") == MODEL, pl.col("target") == "ged_sb")
    windows = wanted.group_by("window", "rule").agg(pl.col("value").mean())
    means = dict(windows.group_by("rule").agg(pl.col("value").mean()).iter_rows())
    assert _told(log)[0]["scores"] == pytest.approx({rule: means[rule] for rule in RULES})


@pytest.mark.parametrize("origins", ["2016-11", "2015-10,2020-10"])
def test_windows_after_2017_are_refused(study: Study, tmp_path: Path, origins: str) -> None:
    with pytest.raises(ConfigError, match=r"windows that end by 2017-12.*--report"):
        tune(study, MODEL, tmp_path / "log.jsonl", origins=origins)
    assert not list(tmp_path.iterdir())


def test_a_year_that_ends_after_2017_is_refused(tmp_path: Path) -> None:
    yearly = Study.open(None, [*SMALL, "target.period=year", "backtest.horizons=1-12"])
    tuned = tune(yearly, "climatology", tmp_path / "log.jsonl", trials=1)
    assert max(tuned.trials[0].windows) <= "2017"
    with pytest.raises(ConfigError, match="ends 2018-12"):
        tune(yearly, "climatology", tmp_path / "later.jsonl", origins="2017-06")


def test_windows_are_the_last_four_by_default(study: Study, tmp_path: Path) -> None:
    tuned = tune(study, "climatology", tmp_path / "log.jsonl", trials=1)
    assert list(tuned.trials[0].windows) == ["2014", "2015", "2016", "2017"]


def test_later_windows_are_for_reporting(study: Study, log: Path) -> None:
    before = log.read_bytes()
    tuned, (first, best) = report(study, MODEL, log, origins="2018-10")
    assert log.read_bytes() == before
    assert len(tuned.trials) == 5
    assert (first.number, best.number) == (0, tuned.best.number)
    assert set(best.windows) == {"2019"}
    assert first.scores != tuned.trials[0].scores


def test_a_log_of_another_search_is_refused(study: Study, log: Path) -> None:
    with pytest.raises(RiskkitError, match=r"of another study.*rule was log1p_crps, is ign"):
        tune(study, MODEL, log, rule="ign", origins=TWO)
    with pytest.raises(RiskkitError, match=r"of another study.*windows"):
        tune(study, MODEL, log, origins="2013-10")


@pytest.mark.parametrize("damage", ["", "nothing\n", "{}\n"])
def test_a_damaged_log_is_refused(study: Study, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(damage, encoding="utf-8")
    with pytest.raises(RiskkitError, match=r"damaged|stands on"):
        tune(study, MODEL, path, origins=TWO)


def test_a_report_needs_a_search(study: Study, tmp_path: Path) -> None:
    with pytest.raises(RiskkitError, match=r"there is no .*riskkit tune analogues"):
        report(study, MODEL, tmp_path / "none.jsonl", origins="2018-10")


def test_a_model_without_a_space_is_refused(study: Study, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"declares nothing to search.*network"):
        tune(study, "conflictology", tmp_path / "log.jsonl")


def test_a_window_of_which_nothing_is_known_is_refused(study: Study, log: Path) -> None:
    with pytest.raises(RiskkitError, match="nothing is known of the window after 2024-12"):
        report(study, MODEL, log, origins="2024-12")


@pytest.mark.parametrize("name", sorted(n for n, kind in models().items() if kind.searched))
def test_the_ends_of_every_space_are_settings(name: str) -> None:
    for end in (0, 1):
        make_model(name, {k: v.ends[end] for k, v in models()[name].searched.items()})
