"""Features that tell nothing are left out, and those that tell something are not."""

from dataclasses import replace

import numpy as np
import pytest

from riskkit.forecasting.dataset import Dataset
from riskkit.models.hurdle import BoostedHurdle
from riskkit.models.parts.history import history
from riskkit.models.parts.rows import OWN, RowMaker
from riskkit.models.parts.screen import worth_keeping
from riskkit.testing.datasets import dataset_of

UNITS, MONTHS = 24, 90


def planted(useless: int = 30) -> Dataset:
    """Counts that a feature foretells, among noise that moves and noise that hardly does."""
    rng = np.random.default_rng(5)
    ahead = rng.normal(size=(UNITS, MONTHS))
    y = np.floor(np.exp(2 + 1.2 * np.roll(ahead, 1, axis=1) + 0.3 * rng.normal(size=ahead.shape)))
    still = np.repeat(rng.normal(size=(UNITS, 1, useless // 2)), MONTHS, axis=1)
    moving = rng.normal(size=(UNITS, MONTHS, useless - useless // 2))
    names = ("foretells", *(f"noise{k:02d}" for k in range(useless)))
    X = np.concatenate([ahead[..., None], still, moving], axis=-1).astype(np.float32)
    return replace(dataset_of(y, horizons=(1,)), features=names, X=X)


def kept(data: Dataset, seed: int = 1) -> set[str]:
    """Names of the families' features that are kept."""
    sample = RowMaker(data, history(data)).sample(2, 4, seed)
    rows = np.flatnonzero(sample.y > 0)
    z = (np.log1p(sample.y) - sample.level)[rows]
    columns = worth_keeping(sample, rows, sample.design(rows), z, seed)
    assert columns[: len(OWN)].tolist() == list(range(len(OWN)))
    return {data.features[column - len(OWN)] for column in columns[len(OWN) :]}


def test_what_foretells_is_kept_and_most_noise_is_not() -> None:
    data = planted()
    for seed in range(3):
        found = kept(data, seed)
        assert "foretells" in found
        assert len(found) <= 20  # of 31; a mean leaves about half of what is nothing but noise


def test_what_is_the_same_everywhere_or_missing_is_never_kept() -> None:
    data = planted(useless=6)
    X = data.X.copy()
    X[..., 1], X[..., 4] = 7.0, np.nan
    assert {"noise00", "noise03"}.isdisjoint(kept(replace(data, X=X)))


def test_the_order_of_features_does_not_matter() -> None:
    data = planted()
    order = np.random.default_rng(2).permutation(len(data.features))
    names = tuple(data.features[place] for place in order)
    assert kept(replace(data, features=names, X=data.X[..., order])) == kept(data)


def test_nothing_after_the_last_training_row_decides() -> None:
    """Rows end a month before the origin, whose features may be anything."""
    data = planted()
    X = data.X.copy()
    X[:, -1] = 1e6 * np.random.default_rng(3).normal(size=X[:, -1].shape)
    assert kept(replace(data, X=X)) == kept(data)


def test_a_model_without_families_keeps_its_own_features() -> None:
    data = planted()
    assert kept(replace(data, features=(), X=data.X[..., :0])) == set()


@pytest.fixture(scope="module")
def fitted() -> tuple[Dataset, BoostedHurdle]:
    data = planted()
    return data, BoostedHurdle(rounds=5).fit(data, seed=1)


def test_the_hurdle_forecasts_sizes_from_what_is_kept(
    fitted: tuple[Dataset, BoostedHurdle],
) -> None:
    data, model = fitted
    assert model.size is not None
    assert len(model.kept) == model.size.num_features() < len(OWN) + len(data.features)
    left = [c - len(OWN) for c in range(len(OWN), len(OWN) + 31) if c not in model.kept]
    X = data.X.copy()
    X[..., left] = 99.0
    before, after = (RowMaker(one, history(one)).forecast().X for one in (data, replace(data, X=X)))
    assert not np.array_equal(before, after)
    np.testing.assert_array_equal(model._quantiles(before), model._quantiles(after))


def test_another_model_of_the_file_sees_the_same(fitted: tuple[Dataset, BoostedHurdle]) -> None:
    data, model = fitted
    again = BoostedHurdle(rounds=5).restore(model.state())
    np.testing.assert_array_equal(again.marginals(data, 50), model.marginals(data, 50))
