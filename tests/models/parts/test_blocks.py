"""Blocks change memory, not results."""

from __future__ import annotations

import tempfile
from dataclasses import replace

import numpy as np
import pytest
import xgboost as xgb

from riskkit.models import make_model
from riskkit.models.hurdle import BoostedHurdle
from riskkit.models.parts import blocks, boosting, coupling, rows
from riskkit.models.parts.history import history
from riskkit.study.study import Study


@pytest.fixture(scope="module")
def data():
    settings = [
        *("data.kind=world", "data.world.cells=320", "data.world.months=300", "panel.level=cell"),
        *("target.indicator=ged_sb", "features.families=[neighbours]"),
    ]
    study = Study.open(None, settings)
    return study.dataset(study.threats[0], study.span[1], range(1, 4))


@pytest.fixture
def fresh(data):
    """The dataset without what models made of it before."""
    data.shared.clear()
    return data


def test_summaries_do_not_depend_on_blocks(fresh, monkeypatch):
    made = {}
    for size in (1000, 7):
        fresh.shared.clear()
        monkeypatch.setattr(blocks.in_blocks, "__defaults__", (size,))
        made[size] = rows.RowMaker(fresh, history(fresh)).own
    np.testing.assert_array_equal(made[1000], made[7])


@pytest.mark.parametrize("name", ["conflictology", "xgboost_hurdle", "pool", "average12"])
def test_forecasts_do_not_depend_on_blocks(fresh, monkeypatch, name):
    monkeypatch.setattr(coupling, "AT_ONCE", 20)
    options = {"members": ["ewhistory", "xgboost_hurdle"]} if name == "pool" else {}
    model = make_model(name, options).fit(fresh, 1)
    made = {}
    for size in (1000, 40, 300):
        monkeypatch.setattr(blocks.in_blocks, "__defaults__", (size,))
        made[size] = model.forecast(fresh, 30, 1)
        assert made[size].units == made[1000].units
        np.testing.assert_array_equal(made[size].draws, made[1000].draws)
    assert len(made[40].units) == 320
    assert (model.sample(fresh, 30, 2) != made[1000].draws).any()


def test_of_many_units_quiet_rows_are_about_as_many_as_others(fresh):
    maker = rows.RowMaker(fresh, history(fresh))
    sample = maker.sample(per_origin=1, quiet_every=4, seed=1)
    assert len(sample.unit) <= rows.MOST_ROWS
    quiet = sample.weight > 1
    assert sample.weight.max() > 4
    assert 0.5 < quiet.mean() / (1 - quiet.mean()) < 2
    everything = maker.sample(per_origin=1, quiet_every=4, seed=1, everything=True)
    assert sample.weight.sum() == pytest.approx(len(everything.unit), rel=0.1)
    assert (everything.weight == 1).all()


def test_rows_in_batches_train_the_same_trees(fresh, monkeypatch):
    whole = BoostedHurdle(rounds=5).fit(fresh, 1)
    for module in (boosting, rows):
        monkeypatch.setattr(module, "BATCH", 1500)
    batched = BoostedHurdle(rounds=5).fit(fresh, 1)
    one, other = (model.marginals(fresh, 20) for model in (whole, batched))
    # Cuts of a stream of batches differ a little from those of all rows at once.
    chance, again = ((draws > 0).mean(axis=-1) for draws in (one, other))
    assert np.abs(chance - again).max() <= 0.15
    assert np.corrcoef(chance.ravel(), again.ravel())[0, 1] > 0.99


def test_a_missing_value_is_foreseen_as_it_was_trained_on(fresh, monkeypatch):
    """In batches nothing is missing for xgboost, which would take four times the memory."""
    monkeypatch.setattr(boosting, "BATCH", 1500)
    monkeypatch.setattr(rows, "BATCH", 1500)
    gone = fresh.y[:, 1:] > 0
    X = np.array(fresh.X)
    X[:, :-1, 0] = np.where(gone, np.nan, 1.0)  # missing says: somebody dies next month
    X[:, -1, 0] = 1.0
    data = replace(fresh, X=X, horizons=(1,))
    model = BoostedHurdle(rounds=2).fit(data, 1)
    model = BoostedHurdle().restore(model.state())
    here = rows.RowMaker(data, history(data)).forecast().X[:50]
    there = here.copy()
    there[:, len(rows.OWN)] = np.nan
    rise = boosting.predict(model.any, there) / boosting.predict(model.any, here)
    assert rise.min() > 3
    one, other = (boosting.shapley(model.any, x, 50)[:, len(rows.OWN)] for x in (here, there))
    assert (other > one).all()
    monkeypatch.setattr(boosting, "_as_trained", lambda _, x: x)
    assert (boosting.predict(model.any, there) / boosting.predict(model.any, here)).min() < 3


def test_rows_that_do_not_fit_are_made_anew_and_their_bins_kept_in_files(
    fresh, monkeypatch, tmp_path
):
    made, seen, train = [], [], xgb.train
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def watched(*told, **settings):
        seen.append(len([*tmp_path.rglob("bins*")]))
        return train(*told, **settings)

    monkeypatch.setattr(xgb, "train", watched)
    for module in (boosting, rows):
        monkeypatch.setattr(module, "BATCH", 1500)
    for kept in (10**9, 0):
        monkeypatch.setattr(rows, "KEPT", kept)
        made.append(BoostedHurdle(rounds=2).fit(fresh, 1).state()["any"])
    assert made[0] == made[1]
    half = len(seen) // 2
    assert not any(seen[:half])
    assert seen[half] > 0
    assert not [*tmp_path.iterdir()]


def test_every_row_can_be_trained_on(fresh, monkeypatch):
    seen = []
    train = boosting.train
    monkeypatch.setattr(
        "riskkit.models.hurdle.train",
        lambda X, *rest, **kw: seen.append(X) or train(X, *rest, **kw),
    )
    BoostedHurdle(rounds=2, everything=True).fit(fresh, 1)
    origins = history(fresh).last - 12
    assert len(seen[0].unit) == pytest.approx(320 * origins, rel=0.02)
