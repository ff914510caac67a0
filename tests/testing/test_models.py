"""The checks catch models that break a promise, and let an honest one pass."""

import os
from dataclasses import replace

import numpy as np
import pytest

from riskkit.forecasting.dataset import build_dataset
from riskkit.models import Contributions
from riskkit.models.own_history import Conflictology
from riskkit.months import month_id
from riskkit.testing import models as checks


class Honest(Conflictology):
    name = "honest"
    top = 0.0

    def fit(self, data, seed):
        self.top = float(np.nanmax(data.y))
        return self

    def state(self):
        return {"top": self.top}

    def restore(self, state):
        self.top = state["top"]
        return self

    def contributions(self, data):
        recent = data.X[:, -12:, 0].mean(axis=1)
        values = np.column_stack([recent, np.zeros_like(recent)]).astype(float)
        return Contributions(data.features, values, "made-up margin")


def changed_draws(change):
    """An honest model but for its draws; `change` takes them, the model and the data."""

    class Changed(Honest):
        def sample(self, data, size, seed):
            return change(super().sample(data, size, seed), self, data)

    return Changed


def with_noise(draws, model, data):
    return draws + np.random.default_rng().integers(9, size=draws.shape)


def narrow(draws, model, data):
    middle = draws.shape[-1] // 4
    return np.sort(draws)[..., middle:-middle].repeat(2, axis=-1)


def doubled_in_month_5(draws, model, data):
    return draws * np.where(np.array(data.horizons) == 5, 2, 1)[:, None]


def from_anywhere(draws, model, data):
    thinned = np.sort(draws, axis=None)[:: draws[..., 0].size]
    return np.broadcast_to(thinned, draws.shape)


@pytest.mark.parametrize("check", checks.MODEL_CHECKS, ids=lambda check: check.__name__)
def test_an_honest_model_passes(check):
    check(Honest)


@pytest.mark.parametrize(
    ("check", "change", "told"),
    [
        (checks.check_repeatable, with_noise, "differ"),
        (checks.check_repeatable, lambda draws, model, data: draws * 1.0, "not int64"),
        (checks.check_repeatable, lambda draws, model, data: draws[:, :1], "shape"),
        (checks.check_repeatable, lambda draws, model, data: draws - 1, "negative"),
        (checks.check_small_panels, lambda draws, model, data: draws + 1, "never happened"),
        (checks.check_calibration, lambda draws, model, data: draws * 2, "biased"),
        (checks.check_calibration, narrow, "interval holds"),
        (checks.check_calibration, from_anywhere, "busy units, horizon 1: biased"),
        (checks.check_calibration, doubled_in_month_5, "horizon 5"),
        (checks.check_scale, lambda draws, model, data: np.minimum(draws, int(model.top)), "level"),
        (checks.check_contributions, lambda draws, model, data: 1 - np.minimum(draws, 1), "corre"),
    ],
)
def test_broken_draws_are_caught(check, change, told):
    with pytest.raises(AssertionError, match=told):
        check(changed_draws(change))


class FromThisProcess(Honest):
    def sample(self, data, size, seed):
        return super().sample(data, size, seed) + os.getpid()


class ChangesTheData(Honest):
    def fit(self, data, seed):
        data.X[:] = 0
        return super().fit(data, seed)


class ForecastsTheDead(Honest):
    def forecast(self, data, size, seed):
        return replace(super().forecast(data, size, seed), units=data.units)


class Unbounded(Honest):
    def forecast(self, data, size, seed):
        free = super().forecast(data, size, seed)
        return replace(free, draws=free.draws + 9 * (np.arange(size) > 3))


class Upset(Honest):
    def fit(self, data, seed):
        if np.isnan(data.X).all() and data.X.size:
            raise ValueError("no features")
        return super().fit(data, seed)


class ForgetsOnTheWay(Honest):
    def sample(self, data, size, seed):
        return super().sample(data, size, seed) + int(self.top)

    def state(self):
        return {}

    def restore(self, state):
        return self


class TakesAnything(Honest):
    def load(self, path):
        return self


class Unexplained(Honest):
    def contributions(self, data):
        return replace(super().contributions(data), features=("one",))


@pytest.mark.parametrize(
    ("check", "kind", "told"),
    [
        (checks.check_another_process, FromThisProcess, "another process"),
        (checks.check_repeatable, ChangesTheData, "changed in place"),
        (checks.check_gaps_in_the_data, ForecastsTheDead, "not known"),
        (checks.check_extremes, Unbounded, "nothing ever happened: draws from 0 to 9"),
        (checks.check_extremes, Upset, "only missing features: ValueError: no features"),
        (checks.check_saved_and_loaded, ForgetsOnTheWay, "something else"),
        (checks.check_refuses_other_files, TakesAnything, "was loaded"),
        (checks.check_contributions, Unexplained, "shape"),
    ],
)
def test_broken_models_are_caught(check, kind, told):
    with pytest.raises(AssertionError, match=told):
        check(kind)


def test_a_model_that_says_it_is_not_calibrated_is_let_off():
    class Narrow(changed_draws(narrow)):
        calibrated = False

    checks.check_calibration(Narrow)


def test_a_dataset_that_sees_the_future_is_caught(monkeypatch):
    def late(features, releases, units, target, origin, horizons):
        sees = min(origin + 8, month_id(features["month"][-1]))
        data = build_dataset(features, releases, units, target, sees, horizons)
        return replace(data, origin=origin)

    monkeypatch.setattr(checks, "build_dataset", late)
    with pytest.raises(AssertionError, match="the future leaks"):
        checks.check_no_leakage(Honest)
