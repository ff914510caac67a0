"""Made-up datasets for tests of models: invented units, with and without a known future."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.bounds import LARGEST
from riskkit.forecasting.dataset import Dataset
from riskkit.forecasting.targets import Target
from riskkit.months import month_id

Array = NDArray[np.float64]
Features = NDArray[np.float32]
FIRST = month_id("2001-01")
_PERSISTENCE, _STEP = 0.97, 0.12


@dataclass(frozen=True)
class KnownFuture:
    """A dataset with draws from the truth.

    Attributes:
        data: What a model may see.
        futures: `[units, horizons, futures]`: ways in which the process could have gone on.
    """

    data: Dataset
    futures: NDArray[np.int64]


def dataset_of(
    y: Array,
    horizons: Sequence[int] = (1, 2, 3),
    period: Literal["month", "year"] = "month",
) -> Dataset:
    """Wrap outcomes `[units, months]`, the first of them of January 2001, in a dataset.

    It has two features: the outcome as last known, on a log scale, and noise.
    """
    rng = np.random.default_rng(0)
    known = np.log1p(np.nan_to_num(y))
    return Dataset(
        target=Target("deaths", period),
        units=tuple(f"X{number:02d}" for number in range(len(y))),
        first_month=FIRST,
        origin=FIRST + y.shape[1] - 1,
        horizons=tuple(horizons),
        features=("deaths_log", "noise"),
        X=np.stack([known, rng.normal(size=y.shape)], axis=-1).astype(np.float32),
        y=y,
    )


def made_up_outcomes(units: int = 8, months: int = 60, seed: int = 1) -> Array:
    """Invent spells of violence of very different size; the first unit is always quiet."""
    rng = np.random.default_rng(seed)
    scale = np.geomspace(1, 200, units)
    scale[0] = 0
    at_war = np.cumsum(rng.random((units, months)) < 0.08, axis=1) % 2 == 0
    rate = np.where(at_war, scale[:, None], 0.02 * scale[:, None])
    return rng.poisson(rate * rng.gamma(2, 0.5, (units, months))).astype(np.float64)


def made_up_dataset(units: int = 8, months: int = 60, horizons: Sequence[int] = (1, 3)) -> Dataset:
    """Put `made_up_outcomes` into a dataset."""
    return dataset_of(made_up_outcomes(units, months), horizons)


def made_up_years(units: int = 8, years: int = 20, horizons: Sequence[int] = (1, 13)) -> Dataset:
    """Invent a yearly target seen at the end of a December."""
    y = np.full((units, 12 * years), np.nan)
    y[:, ::12] = made_up_outcomes(units, years)
    return dataset_of(y, horizons, "year")


def extreme_datasets() -> dict[str, Dataset]:
    """Data at the ends of what a dataset may hold, by what is odd about them."""
    usual = made_up_outcomes(6, 40)
    outcomes = {
        "nothing ever happened": np.zeros((6, 40)),
        "it happened once": _with(np.zeros((6, 40)), (2, 17), 1),
        "the same everywhere and always": np.full((6, 40), 7.0),
        "nothing but zeros and ones": np.minimum(np.round(usual), 1),
        "one thousand million, once": _with(usual, (1, 11), 1e9),
        "one thousand million, last month": _with(usual, (1, -1), 1e9),
        "the largest there is, always": np.full((6, 40), float(LARGEST)),
        "a thousand times the level": 1000 * usual,
        "a million times the level": 1e6 * usual,
        "tiny fractions": 1e-9 * usual,
        "a spike in the first month": _with(np.zeros((6, 40)), (0, 0), 1e6),
        "a unit born last month": _with(usual, (1, slice(-1)), np.nan),
        "all units born last month": _with(usual, (slice(None), slice(-1)), np.nan),
        "a unit that was never known": _with(usual, 4, np.nan),
        "half of the units ended": _with(usual, (slice(3), slice(20, None)), np.nan),
        "a unit that lags behind": _with(usual, (3, slice(-2, None)), np.nan),
        "an early reporter": _with(usual, (slice(1, None), slice(-5, None)), np.nan),
        "every other month is missing": _with(usual, (slice(None), slice(None, None, 2)), np.nan),
        "published with a delay of a year": _with(usual, (slice(None), slice(-12, None)), np.nan),
        "one month of history": usual[:, -1:],
        "two months of history": usual[:, -2:],
        "thirteen months of history": usual[:, -13:],
        "one unit": usual[-1:],
        "two units by a year": usual[-2:, -12:],
    }
    data = dataset_of(usual, (1, 3))
    features = {
        "no features": np.empty((6, 40, 0)),
        "only missing features": np.full((6, 40, 2), np.nan),
        "constant features": np.ones((6, 40, 2)),
        "huge features": 1e38 * np.sign(data.X - 0.5),
        "tiny features": 1e-38 * data.X,
        "features that end early": _with(data.X, (slice(None), slice(-20, None)), np.nan),
    }
    years = made_up_years(6, 8)
    found = {told: dataset_of(y, (1, 3)) for told, y in outcomes.items()}
    for told, X in features.items():
        names = data.features[: X.shape[2]]
        found[told] = replace(data, X=X.astype(np.float32), features=names)
    return {
        **found,
        "one month ahead": replace(data, horizons=(1,)),
        "ten years ahead": replace(data, horizons=(1, 120)),
        "a country of ten people": replace(data, capacity=np.full(6, 2.0)),
        "people that nobody counted": replace(data, capacity=np.full(6, np.inf)),
        "years": years,
        "two years": replace(years, X=years.X[:, -24:], y=years.y[:, -24:]),
        "years without anything": replace(years, y=0 * years.y),
    }


def hostile_datasets(count: int, seed: int = 1) -> Iterator[tuple[str, Dataset]]:
    """Small panels with several odd things at once, by what is odd; the same seed, the same panels.

    Two to four of these, in any order, on a panel of random size: one value of a thousand million,
    nothing but zeros, a unit born last month, all but two months cut off, a thousand times the
    level, gaps in random places, features that are only missing, or huge, and horizons far ahead.
    """
    rng = np.random.default_rng(seed)
    for number in range(count):
        units, months = int(rng.integers(1, 9)), int(rng.integers(14, 60))
        y = made_up_outcomes(units, months, int(rng.integers(2**31)))
        X = dataset_of(y).X
        far = int(rng.integers(1, 37))
        told = []
        for name in rng.choice(list(_ODDITIES), size=rng.integers(2, 5), replace=False):
            told.append(str(name))
            y, X = _ODDITIES[name](y, X, rng)
        data = replace(dataset_of(y, (1, 1 + far)), X=X)
        yield f"{number}: {', then '.join(told)}", data


def _somewhere(y: Array, rng: np.random.Generator) -> tuple[int, int]:
    return int(rng.integers(y.shape[0])), int(rng.integers(y.shape[1]))


def _born_last_month(y: Array, X: Features, rng: np.random.Generator) -> tuple[Array, Features]:
    return _with(y, (_somewhere(y, rng)[0], slice(-1)), np.nan), X


def _two_months(y: Array, X: Features, rng: np.random.Generator) -> tuple[Array, Features]:
    del rng
    return y[:, -2:], X[:, -2:]


def _gaps(y: Array, X: Features, rng: np.random.Generator) -> tuple[Array, Features]:
    gaps = rng.random(y.shape) < 0.3
    gaps[:, -1] = False  # the last month is known of somebody
    return np.where(gaps, np.nan, y), X


_ODDITIES: dict[str, Callable[..., tuple[Array, Features]]] = {
    "one thousand million": lambda y, X, rng: (_with(y, _somewhere(y, rng), 1e9), X),
    "nothing but zeros": lambda y, X, _: (0 * y, X),
    "born last month": _born_last_month,
    "two months of history": _two_months,
    "a thousand times the level": lambda y, X, _: (np.minimum(1000 * y, LARGEST), X),
    "gaps": _gaps,
    "only missing features": lambda y, X, _: (y, np.full_like(X, np.nan)),
    "huge features": lambda y, X, _: (y, np.float32(1e38) * np.sign(np.nan_to_num(X) - 0.5)),
}


def _with(values: NDArray[Any], where: Any, value: float) -> NDArray[Any]:
    """A copy with another value in places."""
    changed = values.copy()
    changed[where] = value
    return changed


def known_future(seed: int = 1, horizons: Sequence[int] = range(1, 7)) -> KnownFuture:
    """Simulate an easy process of 40 units and 200 months, and 50 ways in which it goes on.

    Half of the units are Poisson with a constant rate. The other half are negative binomial around
    a level that drifts slowly (an autoregression of its logarithm).
    """
    rng = np.random.default_rng(seed)
    months, futures, steps = 200, 50, max(horizons)
    base = rng.uniform(np.log(0.1), np.log(50), 40)[:, None]
    drifts = (np.arange(40) >= 20)[:, None]
    log_level = np.zeros((40, months))
    for month in range(1, months):
        log_level[:, [month]] = _next(log_level[:, [month - 1]], drifts, rng)
    y = _counts(base + log_level, drifts, rng)
    here, ahead = np.repeat(log_level[:, -1:], futures, axis=1), []
    for _ in range(steps):
        here = _next(here, drifts, rng)
        ahead.append(_counts(base + here, drifts, rng))
    chosen = [ahead[horizon - 1] for horizon in horizons]
    return KnownFuture(dataset_of(y.astype(np.float64), horizons), np.stack(chosen, axis=1))


def _next(log_level: Array, drifts: NDArray[np.bool_], rng: np.random.Generator) -> Array:
    step = rng.normal(0, _STEP, log_level.shape)
    return np.where(drifts, _PERSISTENCE * log_level + step, 0.0)


def _counts(
    log_rate: Array, drifts: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.int64]:
    spread = np.where(drifts, rng.gamma(2, 0.5, log_rate.shape), 1.0)
    return rng.poisson(np.exp(log_rate) * spread)
