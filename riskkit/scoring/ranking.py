"""Scores of a ranking: was the order right, and were its chances and classes?

Everything here is arithmetic on arrays of composite scores. Intervals come from a paired bootstrap:
the same resampled units (or origins) for the ranking and for what it is compared with, so that
`lead` is told apart from the luck that both share.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.errors import RiskkitError
from riskkit.scoring import score_rows
from riskkit.scoring.ensemble import Floats
from riskkit.tables import INTERVAL

OWN = "ranking"
"""The ranking itself, beside its baselines."""
PLACES = 10
"""Places that a ranking's chance speaks of."""
BINS = 10
_LOWER_IS_BETTER = ("brier_top_10", "crps")


@dataclass(frozen=True)
class Ranking:
    """A ranking at one origin, and what came.

    Attributes:
        units: Codes of the units; a code means the same unit at every origin.
        score: What the order is made from, [units].
        draws: Composite score of each scenario, [units, scenarios].
        chance: Forecast probability of being among the ten highest, [units].
        truth: Composite of what came, [units]; units with NaN are left out.
        baselines: Other scores of the same units by name: [units], or [units, scenarios] whose
            mean makes the order.
        baseline_chances: Their own chances of being among the ten highest, by name; one that has
            none is certain of its own ten.
    """

    units: Sequence[str]
    score: Floats
    draws: Floats
    chance: Floats
    truth: Floats
    baselines: Mapping[str, Floats] = field(default_factory=dict)
    baseline_chances: Mapping[str, Floats] = field(default_factory=dict)

    def known(self) -> Ranking:
        """The same without the units whose outcome is not known.

        Raises:
            RiskkitError: Fewer than two units are left.
        """
        rows = np.flatnonzero(~np.isnan(self.truth)).tolist()
        if len(rows) < 2:
            raise RiskkitError("a ranking of fewer than two units with outcomes cannot be scored")
        return Ranking(
            units=[self.units[row] for row in rows],
            score=self.score[rows],
            draws=self.draws[rows],
            chance=self.chance[rows],
            truth=self.truth[rows],
            baselines={name: scores[rows] for name, scores in self.baselines.items()},
            baseline_chances={n: chance[rows] for n, chance in self.baseline_chances.items()},
        )


def concordance(score: Floats, truth: Floats, weights: Floats | None = None) -> Floats:
    """Share of the pairs with unlike outcomes that stand in the right order.

    A pair with equal scores counts one half, pairs with equal outcomes do not count: most units
    tie at zero, and no order among them is right or wrong (Harrell's C; with two outcomes the AUC).

    Args:
        score: [units]; the higher, the earlier in the ranking.
        truth: [units].
        weights: How often each unit counts, [units, weightings]; once if None.

    Returns:
        [weightings], 1 if all are in order and .5 for no skill; NaN where all outcomes are equal.
    """
    times = _times(score, weights)
    unlike = _less(truth)
    right = unlike * (_less(score) + 0.5 * _equal(score))
    pairs = (times * (unlike @ times)).sum(axis=0)
    return _share((times * (right @ times)).sum(axis=0), pairs)


def spearman(score: Floats, truth: Floats, weights: Floats | None = None) -> Floats:
    """Correlation of the mid-ranks (Spearman 1904).

    Args:
        score: [units].
        truth: [units].
        weights: How often each unit counts, [units, weightings]; once if None.

    Returns:
        [weightings], from -1 to 1; NaN where all scores or all outcomes are equal.
    """
    times = _times(score, weights)
    total = times.sum(axis=0)
    off = []
    for values in (score, truth):
        rank = (_less(values) + 0.5 * _equal(values)).T @ times
        off.append(rank - (times * rank).sum(axis=0) / total)
    both, one, other = ((times * off[a] * off[b]).sum(axis=0) for a, b in ((0, 1), (0, 0), (1, 1)))
    return _share(both, np.sqrt(np.maximum(one * other, 0)))


def top_hits(score: Floats, truth: Floats, places: int, weights: Floats | None = None) -> Floats:
    """Share of the first places of a ranking that were first places of what came (precision).

    Where units tie across the border, each has an equal share of the places that are left.

    Args:
        score: [units].
        truth: [units].
        places: How many places count; all units if there are fewer.
        weights: How often each unit counts, [units, weightings]; once if None.

    Returns:
        [weightings], from 0 to 1.
    """
    times = _times(score, weights)
    hits = (times * _placed(score, places, times) * _placed(truth, places, times)).sum(axis=0)
    return _share(hits, np.minimum(places, times.sum(axis=0)))


def placed(score: Floats, places: int) -> Floats:
    """Whether each unit is among the first places, [units]; a share where units tie."""
    return _placed(score, places, np.ones((len(score), 1)))[:, 0]


def compare(
    rankings: Sequence[Ranking],
    *,
    over: Literal["units", "origins"] = "units",
    replicates: int = 1000,
    seed: int = 0,
) -> pl.DataFrame:
    """Score rankings and their baselines by every rule.

    Rules: `concordance`, `spearman`, `top_10`, `top_20` (see `top_hits`); `brier_top_10`, the
    squared error of the chance of being among the ten highest, where a baseline without chances is
    certain of its own ten; and `crps` of the composite, where a baseline of one score is a point
    forecast.

    Args:
        rankings: One for each origin, with the same baselines.
        over: What is resampled: units, each with all its origins, or origins as wholes.
        replicates: Bootstrap samples.
        seed: Seed of the bootstrap.

    Returns:
        `system, rule, value, low, high, lead, lead_low, lead_high`: mean over the origins with
        its 90 % interval, and by how much the ranking is better than the system (positive
        whatever the rule's better side), paired.
    """
    known = [ranking.known() for ranking in rankings]
    weights = _resampled(known, over, replicates, seed)
    found = [_values(one, times) for one, times in zip(known, weights.units, strict=True)]
    rows = []
    for system, rule in found[0]:
        whole, again = _mean(found, (system, rule), weights.origins)
        own, own_again = _mean(found, (OWN, rule), weights.origins)
        sign = -1 if rule in _LOWER_IS_BETTER else 1
        lead, lead_again = sign * (own - whole), sign * (own_again - again)
        rows.append((system, rule, whole, *_ends(again), lead, *_ends(lead_again)))
    columns = ("system", "rule", "value", "low", "high", "lead", "lead_low", "lead_high")
    return pl.DataFrame(rows, schema=columns, orient="row").fill_nan(None)


def chances(rankings: Sequence[Ranking], *, replicates: int = 1000, seed: int = 0) -> pl.DataFrame:
    """Reliability of the chance of being among the ten highest.

    Args:
        rankings: One for each origin.
        replicates: Bootstrap samples of units, each with all its origins.
        seed: Seed of the bootstrap.

    Returns:
        `from, to, n, forecast, came, low, high` for each tenth of the chances that occurs: cases,
        their mean chance, how often it came, and the 90 % interval of that.
    """
    known = [ranking.known() for ranking in rankings]
    times = np.concatenate(_resampled(known, "units", replicates, seed).units)
    chance = np.concatenate([one.chance for one in known])
    came = np.concatenate([placed(one.truth, PLACES) for one in known])
    code = np.minimum((chance * BINS).astype(np.int64), BINS - 1)
    rows = [
        (part / BINS, (part + 1) / BINS, *_told(code == part, chance, came, times))
        for part in np.unique(code).tolist()
    ]
    columns = ("from", "to", "n", "forecast", "came", "low", "high")
    return pl.DataFrame(rows, schema=columns, orient="row")


def classes(
    rankings: Sequence[Ranking],
    code_of: Callable[[Floats], NDArray[np.int64]],
    names: Sequence[str],
    *,
    replicates: int = 1000,
    seed: int = 0,
) -> pl.DataFrame:
    """Was what came like the risk class that was published?

    A score is a mean over scenarios, so that what came should agree with it on average; a single
    outcome lies in another class more often than not where wars begin or end.

    Args:
        rankings: One for each origin.
        code_of: Gives the position in `names` of each score's class, as class_codes of
            riskkit.risk.score does.
        names: The classes, lowest first.
        replicates: Bootstrap samples of units, each with all its origins.
        seed: Seed of the bootstrap.

    Returns:
        `risk_class, n, forecast, came, low, high, below, same, above` for each class that occurs:
        cases, mean score, mean of what came with its 90 % interval, and the shares of cases in
        which what came was of a lower, the same and a higher class.
    """
    known = [ranking.known() for ranking in rankings]
    times = np.concatenate(_resampled(known, "units", replicates, seed).units)
    score, truth = (np.concatenate([getattr(o, k) for o in known]) for k in ("score", "truth"))
    code, true_code = code_of(score), code_of(truth)
    rows = []
    for part in np.unique(code).tolist():
        held = code == part
        apart = np.sign(true_code[held] - part)
        shares = [float((apart == side).mean()) for side in (-1, 0, 1)]
        rows.append((names[part], *_told(held, score, truth, times), *shares))
    columns = ("risk_class", "n", "forecast", "came", "low", "high", "below", "same", "above")
    return pl.DataFrame(rows, schema=columns, orient="row")


class _Weights(NamedTuple):
    """How often everything counts; the first weighting is the sample itself."""

    units: list[Floats]
    """For each origin, [units, weightings]."""
    origins: Floats
    """[origins, weightings]."""


def _resampled(
    rankings: Sequence[Ranking], over: Literal["units", "origins"], replicates: int, seed: int
) -> _Weights:
    names = sorted({unit for ranking in rankings for unit in ranking.units})
    row = {unit: place for place, unit in enumerate(names)}
    size = len(names) if over == "units" else len(rankings)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(size, np.full(size, 1 / size), replicates).T.astype(np.float64)
    times = np.hstack([np.ones((size, 1)), drawn])
    if over == "origins":
        return _Weights([np.ones((len(one.units), 1)) for one in rankings], times)
    units = [times[[row[unit] for unit in ranking.units]] for ranking in rankings]
    return _Weights(units, np.ones((len(rankings), 1)))


def _values(ranking: Ranking, times: Floats) -> dict[tuple[str, str], Floats]:
    """Value of each system by each rule, [weightings]."""
    came = placed(ranking.truth, PLACES)
    values: dict[tuple[str, str], Floats] = {}
    for system, scores in {OWN: ranking.draws, **ranking.baselines}.items():
        draws = scores if scores.ndim == 2 else scores[:, None]
        order = ranking.score if system == OWN else draws.mean(axis=1)
        stated = {OWN: ranking.chance, **ranking.baseline_chances}.get(system)
        chance = placed(order, PLACES) if stated is None else stated
        crps = score_rows(draws, ranking.truth, ("crps",))["crps"]
        of_rule = {
            "concordance": concordance(order, ranking.truth, times),
            "spearman": spearman(order, ranking.truth, times),
            "top_10": top_hits(order, ranking.truth, 10, times),
            "top_20": top_hits(order, ranking.truth, 20, times),
            "brier_top_10": _weighted((chance - came) ** 2, times),
            "crps": _weighted(crps, times),
        }
        values |= {(system, rule): value for rule, value in of_rule.items()}
    return values


def _mean(
    found: Sequence[Mapping[tuple[str, str], Floats]], key: tuple[str, str], origins: Floats
) -> tuple[float, Floats]:
    """Mean over origins: of the sample, and of each replicate."""
    values = np.stack([one[key] for one in found])
    values, times = np.broadcast_arrays(values, origins)
    defined = ~np.isnan(values)
    total = np.where(defined, values * times, 0).sum(axis=0)
    means = _share(total, (times * defined).sum(axis=0))
    return float(means[0]), means[1:]


def _told(held: NDArray[np.bool_], forecast: Floats, came: Floats, times: Floats) -> list[float]:
    """Cases, mean forecast, mean outcome and the interval of that."""
    means = _weighted(came[held], times[held])
    return [int(held.sum()), float(forecast[held].mean()), float(means[0]), *_ends(means[1:])]


def _ends(replicates: Floats) -> tuple[float, float]:
    defined = replicates[~np.isnan(replicates)]
    if not len(defined):
        return float("nan"), float("nan")
    low, high = np.quantile(defined, INTERVAL)
    return float(low), float(high)


def _times(values: Floats, weights: Floats | None) -> Floats:
    return np.ones((len(values), 1)) if weights is None else weights


def _less(values: Floats) -> Floats:
    """1 where the row's value is below the column's."""
    return np.asarray(values[:, None] < values[None, :], dtype=np.float64)


def _equal(values: Floats) -> Floats:
    return np.asarray(values[:, None] == values[None, :], dtype=np.float64)


def _placed(values: Floats, places: int, times: Floats) -> Floats:
    """Share of each copy of a unit that is among the first places, [units, weightings]."""
    above, level = _less(values) @ times, _equal(values) @ times
    share = np.clip(_share(places - above, level), 0, 1)
    return np.nan_to_num(share)  # of no copy, when every unit of the level is left out


def _weighted(values: Floats, times: Floats) -> Floats:
    return _share(values @ times, times.sum(axis=0))


def _share(part: Floats, whole: Floats) -> Floats:
    undefined = np.full(part.shape, np.nan)
    return np.asarray(np.divide(part, whole, out=undefined, where=whole > 0))
