"""Do intervals of the skill hold their level? A simulation that anyone can rerun.

Units have sizes from a log-normal distribution, as wars have: at a spread of 0.5 the largest of 191
carries 2 % of the mean score, at 1.5 a tenth, at 2.5 a quarter. Two models are scored on them, and
how much better one of them is in the whole population is known by construction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.scoring.auc import weighted_auc
from riskkit.scoring.average_precision import weighted_average_precision
from riskkit.scoring.comparison import compare_sums, skill, skill_interval
from riskkit.scoring.ensemble import Floats
from riskkit.tables import INTERVAL

SPREADS = (0.5, 1.5, 2.5)
UNITS = (40, 191)
MONTHS = 12
REPLICATES = 1000
_GAIN = 0.1


class _Pair(NamedTuple):
    """Scores of a model and of the reference, both [units, samples], and the true skill."""

    model: Floats
    reference: Floats
    skill: float


def interval_coverage(
    samples: int = 4000,
    seed: int = 1,
    units: Sequence[int] = UNITS,
    spreads: Sequence[float] = SPREADS,
) -> pl.DataFrame:
    """How often nominal 90 % intervals of the skill hold the true one.

    Args:
        samples: Simulated comparisons in each setting.
        seed: Seed of the simulation.
        units: Numbers of units.
        spreads: Standard deviations of the logarithm of a unit's size.

    Returns:
        `error, units, spread, interval, coverage, below, above, width`: what the models' errors
        are like (see `ERRORS`), the setting, the kind of interval (see `INTERVALS`), the share of
        samples in which it holds the true skill, lies wholly below it and above it, and its
        median width.
    """
    rows = []
    for count in units:
        rng = np.random.default_rng([seed, count])
        weights = rng.multinomial(count, np.full(count, 1 / count), REPLICATES).astype(np.float64)
        for spread in spreads:
            for error, make in ERRORS.items():
                pair = make(rng, np.exp(spread * rng.standard_normal((count, samples))))
                for name, interval in INTERVALS.items():
                    ends = interval(pair, weights)
                    rows.append((error, count, spread, name, *_judged(ends, pair.skill)))
    columns = ("error", "units", "spread", "interval", "coverage", "below", "above", "width")
    return pl.DataFrame(rows, schema=columns, orient="row")


def interval_coverage_together(
    samples: int = 1000, seed: int = 1, units: int = 191
) -> pl.DataFrame:
    """The same for rules that need all rows: AUC and average precision of rare events.

    A unit's risk is normal on the logit scale. Both models see it with an error that a unit keeps
    for all its twelve months, the reference with the larger one. The true skill is that of a
    population of 50,000 units.

    Returns:
        `rule, events, interval, coverage, width`: the share of months with the event, and the
        leave-one-out interval beside the percentiles of a Poisson bootstrap over units.
    """
    rows = []
    for spread, level in _RISKS:
        rng = np.random.default_rng([seed, round(10 * spread)])
        weights = _unit_weights(rng, units)
        truth = _skills_together(_months(rng, 50_000, spread, level), None)[0]
        found = [_months(rng, units, spread, level) for _ in range(samples)]
        ends = [_ends_together(one, weights) for one in found]
        events = float(np.mean([one.came.mean() for one in found]))
        for place, rule in enumerate(_TOGETHER):
            for name in ends[0]:
                low, high = np.array([one[name][:, place] for one in ends]).T
                judged = _judged((low, high), float(truth[place]))
                rows.append((rule, events, name, judged[0], judged[3]))
    columns = ("rule", "events", "interval", "coverage", "width")
    return pl.DataFrame(rows, schema=columns, orient="row").sort("rule", "events", "interval")


def _judged(ends: tuple[Floats, Floats], truth: float) -> tuple[float, float, float, float]:
    low, high = ends
    below, above = float((high < truth).mean()), float((low > truth).mean())
    return 1 - below - above, below, above, float(np.median(high - low))


def _factor(rng: np.random.Generator, like: Floats, tau: float) -> Floats:
    """Log-normal factors with mean 1."""
    return np.asarray(np.exp(tau * rng.standard_normal(like.shape) - tau**2 / 2))


def _one_errs(rng: np.random.Generator, size: Floats, tau: float) -> _Pair:
    return _Pair((1 - _GAIN) * size * _factor(rng, size, tau), size, _GAIN)


def _both_err(rng: np.random.Generator, size: Floats, tau: float) -> _Pair:
    model, reference = (size * _factor(rng, size, tau) for _ in range(2))
    return _Pair((1 - _GAIN) * model, reference, _GAIN)


def _few_differ(rng: np.random.Generator, size: Floats, tau: float) -> _Pair:
    share, gain = 0.15, 0.4
    differs = rng.random(size.shape) < share
    model = np.where(differs, (1 - gain) * size * _factor(rng, size, tau), size)
    return _Pair(model, size, share * gain)


ERRORS: dict[str, Callable[[np.random.Generator, Floats], _Pair]] = {
    "steady": partial(_one_errs, tau=0.3),
    "uneven": partial(_one_errs, tau=0.6),
    "wild": partial(_one_errs, tau=1.0),
    "both": partial(_both_err, tau=0.4),
    "few": partial(_few_differ, tau=0.5),
}
"""A unit's score is its size times a log-normal factor: of spread .3, .6 and 1 for the model alone;
of .4 for the model and, apart, for the reference; or of .5 for the model in 15 % of the units,
while it is the reference in all others."""


def _leave_one_out(pair: _Pair, _: Floats) -> tuple[Floats, Floats]:
    """What leaderboards print: `riskkit.scoring.comparison.skill_interval`."""
    sums = np.stack([pair.model, pair.reference], axis=1)[..., None]
    compared = compare_sums(sums, np.ones_like(sums), 1, np.zeros((1, 1)))
    return compared["skill_low"][0, :, 0], compared["skill_high"][0, :, 0]


def _percentile(pair: _Pair, weights: Floats) -> tuple[Floats, Floats]:
    """Percentiles of the paired bootstrap over units."""
    low, high = np.quantile(_resampled(pair, weights), INTERVAL, axis=0)
    return low, high


def _bca(pair: _Pair, weights: Floats) -> tuple[Floats, Floats]:
    """Bias-corrected and accelerated percentiles (Efron 1987)."""
    from scipy.special import ndtr, ndtri

    again, whole = np.sort(_resampled(pair, weights), axis=0), _skill(pair)
    bias = ndtri(np.clip((again < whole).mean(axis=0), 1 / REPLICATES, 1 - 1 / REPLICATES))
    without = _without(pair)
    pull = without.mean(axis=0) - without
    squares = (pull**2).sum(axis=0)
    skew = (pull**3).sum(axis=0) / (6 * np.where(squares > 0, squares, 1) ** 1.5)
    ends = []
    for level in INTERVAL:
        shift = bias + ndtri(level)
        place = ndtr(bias + shift / (1 - skew * shift)) * REPLICATES
        place = np.clip(place.astype(np.int64), 0, REPLICATES - 1)
        ends.append(np.take_along_axis(again, place[None], axis=0)[0])
    return ends[0], ends[1]


def _studentised(pair: _Pair, weights: Floats) -> tuple[Floats, Floats]:
    """Bootstrap t with the linearised standard error of a ratio (Efron and Tibshirani 1993)."""
    again, whole = _resampled(pair, weights), _skill(pair)
    products = (pair.model**2, pair.model * pair.reference, pair.reference**2)
    mm, mr, rr = (weights @ product for product in products)
    ratio = 1 - again
    spread = np.sqrt(np.maximum(mm - 2 * ratio * mr + ratio**2 * rr, 0))
    spread = np.maximum(spread / (weights @ pair.reference), 1e-12)
    low, high = np.quantile((again - whole) / spread, INTERVAL, axis=0)
    off = pair.model - (1 - whole) * pair.reference
    own = np.sqrt((off**2).sum(axis=0)) / pair.reference.sum(axis=0)
    return whole - high * own, whole - low * own


INTERVALS: dict[str, Callable[[_Pair, Floats], tuple[Floats, Floats]]] = {
    "leave one out": _leave_one_out,
    "percentile": _percentile,
    "BCa": _bca,
    "studentised": _studentised,
}
"""Functions of a pair and of bootstrap weights [replicates, units]; each gives both ends."""


def _skill(pair: _Pair) -> Floats:
    return skill(pair.model.sum(axis=0), pair.reference.sum(axis=0), np.zeros(1))


def _resampled(pair: _Pair, weights: Floats) -> Floats:
    return skill(weights @ pair.model, weights @ pair.reference, np.zeros(1))


def _without(pair: _Pair) -> Floats:
    model, reference = (scores.sum(axis=0) - scores for scores in pair[:2])
    return skill(model, reference, np.zeros(1))


class _Months(NamedTuple):
    """What two models say of each unit and month, and whether the event came, all [rows]."""

    model: Floats
    reference: Floats
    came: NDArray[np.bool_]


_RISKS = ((2.5, -5.5), (1.5, -5.0))
"""Spread and level of the units' risk on the logit scale."""
_TOGETHER = {"auc": weighted_auc, "ap": weighted_average_precision}


def _months(rng: np.random.Generator, units: int, spread: float, level: float) -> _Months:
    shape = (units, MONTHS)
    risk = np.broadcast_to(level + spread * rng.standard_normal((units, 1)), shape)
    came = rng.random(shape) < 1 / (1 + np.exp(-risk))
    model, reference = (
        risk + error * rng.standard_normal((units, 1)) + 0.2 * rng.standard_normal(shape)
        for error in (0.6, 0.9)
    )
    return _Months(model.ravel(), reference.ravel(), came.ravel())


def _unit_weights(rng: np.random.Generator, units: int) -> dict[str, Floats]:
    """Weights [rows, weightings] of either interval."""
    unit = np.repeat(np.arange(units), MONTHS)
    return {
        "leave one out": (unit[:, None] != np.arange(units)).astype(np.float64),
        "percentile": rng.poisson(1.0, (units, REPLICATES // 2)).astype(np.float64)[unit],
    }


def _skills_together(months: _Months, weights: Floats | None) -> Floats:
    """Skill by each rule, [weightings, rules]."""
    times = np.ones((len(months.came), 1)) if weights is None else weights
    skills = [
        skill(
            rule(months.model, months.came, times),
            rule(months.reference, months.came, times),
            np.ones(1),
        )
        for rule in _TOGETHER.values()
    ]
    return np.stack(skills, axis=1)


def _ends_together(months: _Months, weights: dict[str, Floats]) -> dict[str, Floats]:
    """Ends of either interval, each [2, rules]."""
    again = {name: _skills_together(months, times) for name, times in weights.items()}
    whole = _skills_together(months, None)[0]
    return {
        "leave one out": np.array(skill_interval(whole, [again["leave one out"]])),
        "percentile": np.nanquantile(again["percentile"], INTERVAL, axis=0),
    }
