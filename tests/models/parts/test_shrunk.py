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


def test_a_chance_is_the_one_of_statsmodels():
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    happened, weight = RNG.random(4000) < 0.3, RNG.uniform(0.5, 4.0, 4000)
    rows = np.hstack([np.ones((4000, 1)), COLUMNS])
    exog = np.vstack([rows, np.eye(4)[1:]])
    endog, weights = np.append(happened, np.full(3, 0.5)), np.append(weight, np.full(3, 2.0))
    theirs = GLM(endog, exog, family=Binomial(), var_weights=weights).fit()
    found = fit_chance(COLUMNS, happened, weight, prior=2.0)
    np.testing.assert_allclose(found, theirs.params, atol=1e-10)


@pytest.mark.parametrize(
    ("inner", "fit"),
    [
        ("_scored", lambda: fit_chance(COLUMNS, COLUMNS[:, 0] > 0, ONES, prior=2.0)),
        ("_newton", lambda: fit_size(COLUMNS, ONES, ONES, 2.0, 0 * ONES, dispersion=0.5)),
    ],
)
def test_what_does_not_settle_is_shrunk_more_and_then_refused(monkeypatch, inner, fit):
    tried = []

    def settles(*arguments):
        weight = next(one for one in arguments[2:] if one.ndim == 1)
        tried.append(weight[-1])
        return None if len(tried) < 3 else np.zeros(4)

    monkeypatch.setattr(shrunk, inner, settles)
    fit()
    assert tried == [2.0, 20.0, 200.0]
    monkeypatch.setattr(shrunk, inner, lambda *_: None)
    with pytest.raises(RiskkitError, match="does not settle, however much it is shrunk"):
        fit()


def test_what_has_no_solution_does_not_settle():
    twice = np.ones((4, 2))
    assert shrunk._scored(twice, np.full(4, 0.5), np.ones(4)) is None
