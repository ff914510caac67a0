"""Great wars: which rule or model forecasts them best, each war by what the others teach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.errors import ConfigError, RiskkitError
from riskkit.forecasting.dataset import Dataset
from riskkit.forecasting.targets import Target
from riskkit.models import make_model
from riskkit.models.parts.draws import counts, stratified
from riskkit.models.parts.level import own_level
from riskkit.models.parts.marginal import Marginal
from riskkit.models.parts.support import ENDED
from riskkit.scoring import score_rows
from riskkit.tables import INTERVAL

Array = NDArray[np.float64]

REFERENCE = "ewhistory"
SIZE = 200
WINDOW = 12
RULES = ("log1p_crps", "ign", "crps")
_SHARES = (np.arange(SIZE) + 0.5) / SIZE


def compare_wars(
    values: Array,
    least: float = 300.0,
    steps: Sequence[int] = (3, 8, 14),
    samples: int = 1000,
    seed: int = 1,
    learned: Sequence[str] = (),
    every: int = 1,
    first: int = 1,
) -> pl.DataFrame:
    """Forecast every month of every great war by rules and models that need no features.

    What a rule learns (how often and how far wars fall, what followed such levels) it learns from
    the other units only; so does a model, which is fitted anew without each war's unit.

    Args:
        values: `[units, months]` outcomes, NaN where unknown.
        least: Own level from which a war is great.
        steps: Months ahead.
        samples: Resamples of units for the intervals.
        seed: Of the resampling, and of the models.
        learned: Models to be fitted, by registry name.
        every: Take one month in so many, since models take time.
        first: Month id of the first column.

    Returns:
        Columns `forecast, rule, step, value, difference, low, high, months, wars`: mean score, and
        the mean difference to `ewhistory` with a 90 % interval over units.

    Raises:
        RiskkitError: There is no such war.
    """
    logs = np.log1p(values)
    level = own_level(logs, WINDOW)
    great = (level >= np.log1p(least)) & ~np.isnan(logs)
    great[:, : 2 * WINDOW - 1] = False
    great &= np.arange(values.shape[1]) % every == 0
    fitted = _Learned(values, great, learned, steps, first, seed)
    rows = []
    for column, step in enumerate(steps):
        unit, at = np.nonzero(great)
        fits = at + step < values.shape[1]
        unit, at = unit[fits], at[fits]
        known = ~np.isnan(values[unit, at + step])
        unit, at = unit[known], at[known]
        if not len(unit):
            continue
        made = _forecasts(values, level, unit, at, step) | fitted.draws(unit, at, column)
        scored = {
            name: score_rows(counts(draws), values[unit, at + step], list(RULES))
            for name, draws in made.items()
        }
        rows += _differences(scored, unit, step, samples, np.random.default_rng(seed))
    if not rows:
        raise RiskkitError(
            f"no unit has a level of {least:g} a month", hint="take a lower one, or more data"
        )
    return pl.DataFrame(rows)


class _Learned:
    """Marginals of models in every situation of a war, fitted to all units but its own."""

    def __init__(
        self,
        values: Array,
        great: NDArray[np.bool_],
        names: Sequence[str],
        steps: Sequence[int],
        first: int,
        seed: int,
    ) -> None:
        self.names = names
        self._found: dict[tuple[str, int, int], Array] = {}
        for one in np.flatnonzero(great.any(axis=1)) if names else ():
            others = _dataset(np.delete(values, one, axis=0), steps, first)
            for name in names:
                model = make_model(name, {}).fit(others, seed)
                if not isinstance(model, Marginal):
                    raise ConfigError(f"'{name}' does not forecast each month by itself")
                for at in np.flatnonzero(great[one]):
                    seen = _dataset(values[[one], : at + 1], steps, first)
                    self._found[name, int(one), int(at)] = model.marginals(seen, SIZE)[0]

    def draws(
        self, unit: NDArray[np.int64], at: NDArray[np.int64], column: int
    ) -> dict[str, Array]:
        """Of each model, for some situations and the step of a column, `[situations, SIZE]`."""
        pairs = list(zip(unit.tolist(), at.tolist(), strict=True))
        return {
            f"{name}, fitted": np.array(
                [self._found[name, one, when][column] for one, when in pairs]
            )
            for name in self.names
        }


def _dataset(values: Array, steps: Sequence[int], first: int) -> Dataset:
    """Outcomes up to the last column, without features."""
    units, months = values.shape
    return Dataset(
        target=Target("deaths"),
        units=tuple(f"{row:06d}" for row in range(units)),
        first_month=first,
        origin=first + months - 1,
        horizons=tuple(steps),
        features=(),
        X=np.zeros((units, months, 0), dtype=np.float32),
        y=values,
    )


def _forecasts(
    values: Array, level: Array, unit: NDArray[np.int64], at: NDArray[np.int64], step: int
) -> dict[str, Array]:
    """Draws of each rule for each situation, `[situations, SIZE]`."""
    back = values[unit[:, None], at[:, None] - np.arange(2 * WINDOW)]
    known, past = ~np.isnan(back), np.nan_to_num(back)
    halving = 0.5 ** (np.arange(2 * WINDOW) / (WINDOW / 2))
    scaled = np.hstack([np.floor(past * factor + 0.5) for factor in (0.7, 1.0, 1.4)])
    own = stratified(scaled, np.tile(np.where(known, halving, 0.0), 3), SIZE)
    recent = stratified(past[:, :WINDOW], known[:, :WINDOW].astype(np.float64), SIZE)
    there = np.log1p(values[unit, at + step]) - level[unit, at]
    followed, fallen, share = np.empty_like(own), np.empty_like(own), np.empty(len(unit))
    for one in np.unique(unit):
        z = there[unit != one]
        ended = z[z < ENDED]
        here = unit == one
        base = level[one, at[here]][:, None]
        share[here] = len(ended) / max(len(z), 1)
        followed[here] = _counts(base, z)
        fallen[here] = _counts(base, ended)
    return {
        "conflictology": recent,
        REFERENCE: own,
        "ends, half of the chance": _mixture(own, fallen, 0.5 * share),
        "ends, the whole chance": _mixture(own, fallen, share),
        "what followed other wars": followed,
        "half of each": _mixture(own, followed, np.full(len(unit), 0.5)),
    }


def _counts(level: Array, z: Array) -> Array:
    """Counts at the quantiles of z over levels, `[levels, SIZE]`."""
    reached = np.quantile(z, _SHARES) if z.size else np.full(SIZE, -np.inf)
    return np.asarray(np.expm1(np.maximum(level + reached, 0.0)))


def _mixture(first: Array, second: Array, share: Array) -> Array:
    weights = np.hstack(
        [
            np.repeat(1.0 - share[:, None], SIZE, axis=1),
            np.repeat(share[:, None], SIZE, axis=1),
        ]
    )
    return stratified(np.hstack([first, second]), weights, SIZE)


def _differences(
    scored: Mapping[str, Mapping[str, Array]],
    unit: NDArray[np.int64],
    step: int,
    samples: int,
    rng: np.random.Generator,
) -> list[dict[str, object]]:
    """Means, and differences to the reference with intervals over units."""
    names, place = np.unique(unit, return_inverse=True)
    drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), samples)
    months = np.bincount(place)
    rows: list[dict[str, object]] = []
    for rule in RULES:
        reference = scored[REFERENCE][rule]
        for name, scores in scored.items():
            gaps = np.bincount(place, scores[rule] - reference)
            low, high = np.quantile(drawn @ gaps / (drawn @ months), INTERVAL)
            rows.append(
                {
                    "forecast": name,
                    "rule": rule,
                    "step": step,
                    "value": float(scores[rule].mean()),
                    "difference": float((scores[rule] - reference).mean()),
                    "low": float(low),
                    "high": float(high),
                    "months": len(unit),
                    "wars": len(names),
                }
            )
    return rows
