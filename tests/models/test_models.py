"""What every model can do, and how it is built from settings."""

import re
from inspect import signature
from pathlib import Path

import numpy as np
import pytest
import yaml

from riskkit.errors import ConfigError, RiskkitError
from riskkit.models import make_model
from riskkit.models.parts.state import write_state
from riskkit.registry import models
from riskkit.testing.datasets import FIRST, dataset_of

PAGE = (Path(__file__).parents[2] / "docs" / "models.md").read_text(encoding="utf-8")
SETTING = re.compile(r"^\| `(\w+)` \| `(\w+)` \| (?:`([^`]+)`)? \|", re.MULTILINE)


def test_the_page_names_every_model():
    assert {name for name in models() if f"| [`{name}`](#" in PAGE} == set(models())


def test_the_page_tells_every_setting_and_its_default():
    told = {
        (model, key): yaml.safe_load(text or "null") for model, key, text in SETTING.findall(PAGE)
    }
    real = {
        (name, key): list(setting.default)
        if isinstance(setting.default, tuple)
        else setting.default
        for name, kind in models().items()
        for key, setting in signature(kind).parameters.items()
    }
    assert told == real


def test_settings_reach_the_model():
    assert make_model("xgboost", {"max_depth": 5, "rounds": 7}).max_depth == 5


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("zero", {"a": 1}, r"models\.zero has no setting 'a'; its settings: none"),
        (
            "xgboost",
            {"depth": 4},
            r"no setting 'depth'; did you mean 'max_depth'\? its settings: rounds, bins",
        ),
        ("xgboost", {"rounds": "many"}, r"models\.xgboost\.rounds takes a value like \d+ \(got"),
        ("xgboost", {"rounds": 1.5}, r"models\.xgboost\.rounds takes a value like"),
        ("pool", {"members": "xgboost"}, r"models\.pool\.members takes a value like \('ewhistory"),
        ("pool", {"members": []}, r"models\.pool\.members is empty"),
        ("pool", {"members": ["zero"]}, "'zero' does not forecast each month by itself"),
        ("pool", {"members": ["pool"]}, "'pool' does not forecast each month by itself"),
        (
            "pool",
            {"members": ["xgboost"], "options": {"xgboost": {"depth": 4}}},
            r"models\.xgboost has no setting 'depth'",
        ),
    ],
)
def test_settings_that_do_not_fit_are_refused(name, options, told):
    with pytest.raises(ConfigError, match=told):
        make_model(name, options)


def test_unknown_models_are_refused():
    with pytest.raises(RiskkitError, match="there is no model 'oracle'; known: analogues"):
        make_model("oracle", {})


def test_a_forecast_speaks_of_the_living():
    """And of those alone whose last outcome is three months old at most."""
    y = np.array([[1.0] * 5, [np.nan] * 3 + [5, 6], [7, 8, np.nan, np.nan, np.nan]])
    y = np.vstack([y, [[7, np.nan, np.nan, np.nan, np.nan], [np.nan] * 5, [1, 2, 3, 4, 5]]])
    forecast = make_model("last", {}).forecast(dataset_of(y, horizons=(1, 4)), 50, seed=1)
    assert (forecast.model, forecast.target, forecast.origin) == ("last", "deaths", FIRST + 4)
    assert forecast.units == ("X00", "X01", "X02", "X05")
    assert forecast.draws.shape == (4, 2, 50)
    assert forecast.draws[1].mean() == pytest.approx(6, abs=1)
    assert forecast.draws[2].mean() == pytest.approx(8, abs=1)


def test_no_draw_lies_between_zero_and_the_smallest_number_that_is_written():
    """Own history scales fives down to threes and fours, which no publisher of fives writes."""
    y = np.full((4, 40), 5.0)
    y[:, ::3] = 0
    forecast = make_model("ewhistory", {}).forecast(dataset_of(y), 100, seed=1)
    assert set(forecast.draws.ravel().tolist()) == {0, 5, 7}


def test_a_state_without_a_part_is_refused(tmp_path):
    write_state(tmp_path / "m", "xgboost_hurdle", {"any": b""})
    with pytest.raises(RiskkitError, match="holds no 'size' of the model xgboost_hurdle"):
        models()["xgboost_hurdle"]().load(tmp_path / "m")


@pytest.mark.parametrize(
    ("draws", "told"),
    [
        (np.full((3, 3, 5), -1), "below zero, or that are none"),
        (np.full((3, 3, 5), np.nan), "are no array of whole numbers but float64"),
        (np.zeros((3, 3, 4), dtype=np.int64), r"draws are \(3, 3, 4\) and not \(3, 3, 5\)"),
        (np.zeros((3, 5), dtype=np.int64), r"draws are \(3, 5\) and not \(3, 3, 5\)"),
    ],
)
def test_what_is_no_draws_is_refused_before_it_is_kept(draws, told):
    class Wrong(models()["zero"]):
        def sample(self, data, size, seed):
            return draws

    with pytest.raises(RiskkitError, match=f"{told}.*mend tests"):
        Wrong().forecast(dataset_of(np.ones((3, 70))), size=5, seed=1)
