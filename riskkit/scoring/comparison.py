"""Who is better, by how much, and how sure that is: skill against a reference model."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from riskkit.errors import RiskkitError
from riskkit.scoring import rules
from riskkit.scoring.ensemble import Floats

ALL = "all"
"""Window name of the mean over windows."""
INTERVAL = 0.90
"""Nominal coverage of the skill intervals."""
LEADERBOARD = ("model", "target", "window", "rule", "value", "skill", "skill_low", "skill_high")
_BLOCK = 250
_PERFECT = {"lower": 0.0, "higher": 1.0, "nominal": np.nan}


def skill(value: Floats, reference: Floats, perfect: Floats) -> Floats:
    """Share of the reference's distance from perfection that a forecast closes.

    `(value - reference) / (perfect - reference)`, which is `1 - value / reference` for scores
    whose best value is 0.

    Args:
        value: Mean scores, any shape.
        reference: The reference's mean scores; shapes broadcast.
        perfect: Best possible score; NaN where a rule has none.

    Returns:
        1 is perfect, 0 as good as the reference, negative worse; NaN where the reference is
        perfect already or the rule has no better side.
    """
    room = np.where(perfect == reference, np.nan, perfect - reference)
    closed: Floats = (value - reference) / room
    return closed + 0.0  # -0.0 becomes 0.0


def summarise(
    scores: pl.DataFrame,
    reference: str,
    aggregates: pl.DataFrame | None = None,
    *,
    replicates: int = 2000,
    seed: int = 0,
) -> pl.DataFrame:
    """Turn scores of rows into a leaderboard with skill and its uncertainty.

    The row "all" of a model is the mean of its windows' means, as in the tables of the VIEWS
    challenge. Skill intervals (90 %, percentiles) come from a paired block bootstrap: units are
    drawn with replacement, all rows of a unit together, the same units for every model; replicates
    in which the reference is perfect are left out.

    Args:
        scores: `model, target, window, unit, month, horizon, rule, value`; rows without a value
            (outcome not observed) are left out.
        reference: Model to compare with; its own skill is 0.
        aggregates: `model, target, window, rule, value` of rules that score all rows together
            (AUC, average precision), and in `replicates` their values under resampled units, the
            same units for every model; without that column their skill has no interval.
        replicates: Number of bootstrap samples.
        seed: Seed of the bootstrap.

    Returns:
        `model, target, window, rule, value, skill, skill_low, skill_high`, sorted by target, rule,
        window ("all" last) and model. Skill is null where undefined, as for coverage.

    Raises:
        RiskkitError: The reference is not among the models, a rule is unknown, or a model was
            scored on other rows than the reference.
    """
    parts = [
        _compare(group, reference, replicates, seed)
        for group in _by_target(scores, ["unit", "month", "horizon"])
    ]
    if aggregates is not None:
        parts += [
            _compare(group.with_columns(unit=pl.lit("all units")), reference, 0, seed)
            for group in _by_target(aggregates, [])
        ]
    if not parts:
        raise RiskkitError("there are no scores to summarise", hint="no outcome is observed yet")
    return pl.concat(parts).sort("target", "rule", pl.col("window") == ALL, "window", "model")


def without_largest(scores: pl.DataFrame, outcomes: pl.DataFrame, units: int = 2) -> pl.DataFrame:
    """Leave out the units with the largest total outcome, which can be half of a mean score.

    Args:
        scores: Rows as for `summarise`.
        outcomes: `target, unit, month, outcome`, in the target's unit.
        units: How many units to leave out of each target.

    Returns:
        The remaining rows of `scores`.
    """
    largest = (
        outcomes.sort("target", "unit", "month")
        .group_by("target", "unit", maintain_order=True)
        .agg(pl.col("outcome").fill_nan(None).sum())
        .sort("target", "outcome", "unit", descending=[False, True, False])
        .group_by("target", maintain_order=True)
        .head(units)
    )
    return scores.join(largest, on=["target", "unit"], how="anti", maintain_order="left")


class _Totals(NamedTuple):
    """Sums and counts of scores, both [units, models, rules, windows], and what the axes are."""

    sums: Floats
    counts: Floats
    axes: dict[str, list[str]]


def _by_target(scores: pl.DataFrame, finer: list[str]) -> list[pl.DataFrame]:
    """Rows with a value, in one order whatever the order of the input, target by target."""
    rows = scores.filter(pl.col("value").is_not_null() & pl.col("value").is_not_nan())
    rows = rows.sort("target", "rule", "model", "window", *finer)
    return rows.partition_by("target", maintain_order=True)


def _compare(rows: pl.DataFrame, reference: str, replicates: int, seed: int) -> pl.DataFrame:
    """Leaderboard of one target."""
    totals = _totals(rows)
    models = totals.axes["model"]
    if reference not in models:
        raise RiskkitError(
            f"the reference model {reference!r} has no scores", hint=f"scored: {', '.join(models)}"
        )
    base = models.index(reference)
    _refuse_other_rows(totals, base)
    means = _with_all(_ratio(totals.sums.sum(axis=0), totals.counts.sum(axis=0)))
    perfect = np.array([[_perfect(rule)] for rule in totals.axes["rule"]])
    low, high = np.full_like(means, np.nan), np.full_like(means, np.nan)
    resampled = None
    if replicates:
        resampled = _resampled_means(totals, replicates, seed)
    elif "replicates" in rows.columns:
        resampled = _given_replicates(rows, totals.axes)
    if resampled is not None:
        low, high = _interval(skill(resampled, resampled[:, [base]], perfect))
    columns = {
        "value": means,
        "skill": skill(means, means[[base]], perfect),
        "skill_low": low,
        "skill_high": high,
    }
    return _frame(rows["target"][0], totals.axes, columns)


def _totals(rows: pl.DataFrame) -> _Totals:
    axes = {name: rows[name].unique().sort().to_list() for name in ("model", "rule", "window")}
    codes = [
        rows[name].replace_strict(values, range(len(values)), return_dtype=pl.Int64).to_numpy()
        for name, values in axes.items()
    ]
    axes["unit"] = rows["unit"].unique().sort().to_list()
    unit = rows["unit"].rank("dense").to_numpy().astype(np.int64) - 1
    shape = tuple(len(axes[name]) for name in ("unit", "model", "rule", "window"))
    cell = np.ravel_multi_index((unit, *codes), shape)
    cells = int(np.prod(shape))
    sums, counts = (
        np.bincount(cell, weights=weights, minlength=cells).astype(np.float64).reshape(shape)
        for weights in (rows["value"].to_numpy(), None)
    )
    return _Totals(sums, counts, axes)


def _refuse_other_rows(totals: _Totals, base: int) -> None:
    different = np.argwhere(totals.counts != totals.counts[:, [base]])
    if len(different):
        unit, model, rule, window = different[0]
        names = totals.axes
        raise RiskkitError(
            f"model {names['model'][model]!r} was scored on other rows than "
            f"{names['model'][base]!r}: unit {names['unit'][unit]}, window "
            f"{names['window'][window]}, rule {names['rule'][rule]} has "
            f"{totals.counts[unit, model, rule, window]:.0f} rows instead of "
            f"{totals.counts[unit, base, rule, window]:.0f}",
            hint="compare models on the same units and months",
        )


def _resampled_means(totals: _Totals, replicates: int, seed: int) -> Floats:
    """Means under resampled units, [replicates, models, rules, windows + 1]."""
    rng = np.random.default_rng(seed)
    units, *shape = totals.sums.shape
    sums, counts = totals.sums.reshape(units, -1), totals.counts.reshape(units, -1)
    means = []
    for start in range(0, replicates, _BLOCK):
        size = min(_BLOCK, replicates - start)
        picks = rng.integers(units, size=(size, units)) + units * np.arange(size)[:, None]
        weights = np.bincount(picks.ravel(), minlength=size * units).reshape(size, units)
        times = weights.astype(np.float64)
        means.append(_ratio(times @ sums, times @ counts))
    return _with_all(np.concatenate(means).reshape(replicates, *shape))


def _given_replicates(rows: pl.DataFrame, axes: dict[str, list[str]]) -> Floats:
    """Values that came with the rows, [replicates, models, rules, windows + 1]."""
    values = np.asarray(rows["replicates"].to_list(), dtype=np.float64)
    names = ("model", "rule", "window")
    means = np.full((*(len(axes[name]) for name in names), values.shape[1]), np.nan)
    places = zip(*(map(axes[name].index, rows[name]) for name in names), strict=True)
    for place, value in zip(places, values, strict=True):
        means[place] = value
    return _with_all(np.moveaxis(means, -1, 0))


def _with_all(means: Floats) -> Floats:
    """Append the mean over windows as one more window; undefined windows do not count."""
    defined = ~np.isnan(means)
    mean = _ratio(np.where(defined, means, 0).sum(axis=-1), defined.sum(axis=-1))
    return np.concatenate([means, mean[..., None]], axis=-1)


def _ratio(sums: Floats, counts: Floats) -> Floats:
    undefined = np.full(sums.shape, np.nan)
    return np.asarray(np.divide(sums, counts, out=undefined, where=counts > 0), dtype=np.float64)


def _interval(skills: Floats) -> tuple[Floats, Floats]:
    """Percentile interval over the replicates in which the skill is defined."""
    undefined = np.isnan(skills).all(axis=0)
    levels = [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2]
    low, high = np.nanquantile(np.where(undefined, 0, skills), levels, axis=0)
    return np.where(undefined, np.nan, low), np.where(undefined, np.nan, high)


def _perfect(rule: str) -> float:
    if rule not in rules():
        raise RiskkitError(f"no rule is named {rule!r}", hint=f"known: {', '.join(rules())}")
    return _PERFECT[rules()[rule].better]


def _frame(target: str, axes: dict[str, list[str]], columns: dict[str, Floats]) -> pl.DataFrame:
    keys = pl.DataFrame({"model": axes["model"]}).join(
        pl.DataFrame({"rule": axes["rule"]}), how="cross", maintain_order="left_right"
    )
    windows = pl.DataFrame({"window": [*axes["window"], ALL]})
    return (
        keys.join(windows, how="cross", maintain_order="left_right")
        .with_columns(pl.lit(target).alias("target"))
        .with_columns(pl.Series(name, array.ravel()) for name, array in columns.items())
        .with_columns(pl.col(*columns).fill_nan(None))
        .select(LEADERBOARD)
    )
