"""Shrunk regressions: they find what is there, and exist where others do not."""

import numpy as np
import pytest

from riskkit.errors import RiskkitError
from riskkit.models.parts import shrunk
from riskkit.models.parts.shrunk import chance, fit_chance, fit_size

RNG = np.random.default_rng(1)
COLUMNS = RNG.normal(size=(4000, 3))
ONES = np.ones(4000)


def test_a_chance_finds_its_effects():
    effects = np.array([[-1.0, 0.8, 0.0, -0.5]])
    happened = RNG.random(4000) < chance(COLUMNS, effects)[:, 0]
    found = fit_chance(COLUMNS, happened, ONES, prior=1.0)
    np.testing.assert_allclose(found, effects[0], atol=0.15)
    assert abs(fit_chance(COLUMNS, happened, ONES, prior=1e5)[1:]).max() < 0.1


def test_a_separating_column_has_a_finite_effect():
    found = fit_chance(COLUMNS, COLUMNS[:, 0] > 0, ONES, prior=5.0)
    assert 3 < found[1] < 50


def test_a_size_finds_its_effects_and_its_exposure():
    offset = RNG.normal(2, 1, 4000)
    mean = np.exp(0.5 + 0.7 * COLUMNS[:, 0] + offset)
    count = RNG.poisson(mean * RNG.gamma(2, 0.5, 4000)).astype(float)
    found = fit_size(COLUMNS, count, ONES, 1.0, offset, dispersion=0.5)
    np.testing.assert_allclose(found, [0.5, 0.7, 0, 0], atol=0.06)


def test_weights_count_as_rows():
    happened = RNG.random(4000) < 0.3
    once = fit_chance(np.vstack([COLUMNS, COLUMNS]), np.tile(happened, 2), np.ones(8000), 1.0)
    np.testing.assert_allclose(fit_chance(COLUMNS, happened, 2 * ONES, 1.0), once, atol=1e-6)


def test_what_does_not_settle_is_shrunk_more_and_then_refused(monkeypatch):
    tried = []

    def settles(model, start):
        tried.append(model.var_weights[-1])
        return None if len(tried) < 3 else np.zeros(4)

    monkeypatch.setattr(shrunk, "_settled", settles)
    fit_chance(COLUMNS, COLUMNS[:, 0] > 0, ONES, prior=2.0)
    assert tried == [2.0, 20.0, 200.0]
    monkeypatch.setattr(shrunk, "_settled", lambda model, start: None)
    with pytest.raises(RiskkitError, match="does not settle, however much it is shrunk"):
        fit_chance(COLUMNS, COLUMNS[:, 0] > 0, ONES, prior=2.0)
