"""Who is better, by how much, and how sure that is: skill against a reference model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl

from riskkit.errors import RiskkitError
from riskkit.scoring import find_rule
from riskkit.scoring.ensemble import Floats
from riskkit.scoring.tally import Tally, Totals
from riskkit.tables import INTERVAL

ALL = "all"
"""Window name of the mean over windows."""
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
    scores: pl.DataFrame, reference: str, aggregates: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Turn scores of rows into a leaderboard with skill and its uncertainty.

    The row "all" of a model is the mean of its windows' means, as in the tables of the VIEWS
    challenge. Skill intervals (90 %) are those of `skill_interval`: every unit is left out once,
    all its rows together and the same unit for every model.

    Args:
        scores: `model, target, window, unit, month, horizon, rule, value`; rows without a value
            (outcome not observed) are left out.
        reference: Model to compare with; its own skill is 0.
        aggregates: `model, target, window, rule, value` of rules that score all rows together
            (AUC, average precision), and in `without` their values when groups of units are left
            out one after the other, the same groups for every model; without that column their
            skill has no interval.

    Returns:
        `model, target, window, rule, value, skill, skill_low, skill_high`, sorted by target, rule,
        window ("all" last) and model. Skill is null where undefined, as for coverage, and its
        interval where all hangs on one unit.

    Raises:
        RiskkitError: The reference is not among the models, a rule is unknown, or a model was
            scored on other rows than the reference.
    """
    return summarise_tally(Tally.of(scores), reference, aggregates)


def summarise_tally(
    tally: Tally, reference: str, aggregates: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Compare models as `summarise` does, by the sums of their scores."""
    parts = [_compare(target, totals, reference) for target, totals in tally.totals()]
    if aggregates is not None:
        parts += [_compare_together(group, reference) for group in _by_target(aggregates)]
    if not parts:
        raise RiskkitError("there are no scores to summarise", hint="no outcome is observed yet")
    return pl.concat(parts).sort("target", "rule", pl.col("window") == ALL, "window", "model")


def skill_interval(skills: Floats, without: Iterable[Floats]) -> tuple[Floats, Floats]:
    """Interval of a skill from what it would be without each unit.

    A few wars carry most of a mean score, so that the percentiles of a bootstrap are too narrow:
    many resamples hold the largest war once and tell nothing of what another one would have done.
    Here the logarithm of the loss that remains, L = log(1 - skill), gets a t interval. Its
    variance is the jackknife's, V = sum_u d_u^2 with d_u = L without unit u - L: leaving a large
    unit out moves the rest further than its share, which makes up for the pull that it has on the
    estimate (MacKinnon, Nielsen and Webb 2023, CV3). Its degrees of freedom are those of
    Satterthwaite (1946) with the variance of d_u^2 taken as d_u^4, 2 (sum d_u^2)^2 / sum d_u^4:
    two for each unit that carries the difference. `riskkit.scoring.interval_coverage` has the
    simulation that chose it.

    Args:
        skills: Any shape; NaN where undefined.
        without: Arrays [units, *shape] that hold each unit once: the skills when it is left out.

    Returns:
        Lower and upper end, below 1; NaN where the skill is undefined or perfect, or becomes so
        when a single unit is left out.
    """
    centre = _log_loss(skills)
    squares, fourths = np.zeros_like(centre), np.zeros_like(centre)
    for block in without:
        moved = (_log_loss(block) - centre) ** 2
        squares += moved.sum(axis=0)
        fourths += (moved**2).sum(axis=0)
    freedom = 2 * _ratio(squares**2, fourths)
    reach = np.where(squares == 0, 0.0, _t_quantile(freedom) * np.sqrt(squares))
    low, high = (-np.expm1(centre + sign * reach) + 0.0 for sign in (1, -1))
    return low, high


def largest_units(outcomes: pl.DataFrame, units: int = 2) -> dict[str, list[str]]:
    """Name the units with the largest total outcome, which can be half of a mean score.

    Args:
        outcomes: `target, unit, month, outcome`, in the target's unit.
        units: How many units of each target.

    Returns:
        Units by target.
    """
    largest = (
        outcomes.sort("target", "unit", "month")
        .group_by("target", "unit", maintain_order=True)
        .agg(pl.col("outcome").fill_nan(None).sum())
        .sort("target", "outcome", "unit", descending=[False, True, False])
        .group_by("target", maintain_order=True)
        .head(units)
    )
    return {str(target): rows["unit"].to_list() for (target,), rows in largest.group_by("target")}


def _by_target(scores: pl.DataFrame) -> list[pl.DataFrame]:
    """Rows with a value, in one order whatever the order of the input, target by target."""
    rows = scores.filter(pl.col("value").is_not_null() & pl.col("value").is_not_nan())
    rows = rows.sort("target", "rule", "model", "window")
    return rows.partition_by("target", maintain_order=True)


def _compare(target: str, totals: Totals, reference: str) -> pl.DataFrame:
    """Leaderboard of one target by rules that score each row."""
    base = _base(totals.axes["model"], reference)
    _refuse_other_rows(totals, base)
    columns = compare_sums(totals.sums, totals.counts, base, _perfect_of(totals.axes["rule"]))
    return _frame(target, totals.axes, columns)


def compare_sums(sums: Floats, counts: Floats, base: int, perfect: Floats) -> dict[str, Floats]:
    """Compare models by the sums of their scores over the rows of each unit.

    Args:
        sums: [units, models, rules, windows].
        counts: Rows behind each sum, the same shape.
        base: Position of the reference among the models.
        perfect: Best value of each rule, [rules, 1]; NaN where it has none.

    Returns:
        `value`, `skill`, `skill_low` and `skill_high`, each [models, rules, windows + 1]: the
        mean of the windows' means comes last.
    """
    sum_all, count_all = sums.sum(axis=0), counts.sum(axis=0)
    means = _with_all(_ratio(sum_all, count_all))
    blocks = (slice(start, start + _BLOCK) for start in range(0, len(sums), _BLOCK))
    without = (_with_all(_ratio(sum_all - sums[b], count_all - counts[b])) for b in blocks)
    return _compared(means, without, base, perfect)


def _compare_together(rows: pl.DataFrame, reference: str) -> pl.DataFrame:
    """Leaderboard of one target by rules that score all rows together."""
    axes = _axes(rows)
    base = _base(axes["model"], reference)
    means = _with_all(_laid_out(rows["value"].to_numpy()[:, None], rows, axes)[0])
    without = []
    if "without" in rows.columns:
        without = [_with_all(_laid_out(np.array(rows["without"].to_list()), rows, axes))]
    columns = _compared(means, without, base, _perfect_of(axes["rule"]))
    if not without:
        columns |= {end: np.full_like(means, np.nan) for end in ("skill_low", "skill_high")}
    return _frame(rows["target"][0], axes, columns)


def _compared(
    means: Floats, without: Iterable[Floats], base: int, perfect: Floats
) -> dict[str, Floats]:
    skills = skill(means, means[[base]], perfect)
    blocks = (skill(block, block[:, [base]], perfect) for block in without)
    low, high = skill_interval(skills, blocks)
    return {"value": means, "skill": skills, "skill_low": low, "skill_high": high}


def _base(models: list[str], reference: str) -> int:
    if reference not in models:
        raise RiskkitError(
            f"the reference model {reference!r} has no scores", hint=f"scored: {', '.join(models)}"
        )
    return models.index(reference)


def _axes(rows: pl.DataFrame) -> dict[str, list[str]]:
    return {name: rows[name].unique().sort().to_list() for name in ("model", "rule", "window")}


def _refuse_other_rows(totals: Totals, base: int) -> None:
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


def _laid_out(values: Floats, rows: pl.DataFrame, axes: dict[str, list[str]]) -> Floats:
    """Values [rows, alternatives] as [alternatives, models, rules, windows]."""
    names = ("model", "rule", "window")
    means = np.full((*(len(axes[name]) for name in names), values.shape[1]), np.nan)
    places = zip(*(map(axes[name].index, rows[name]) for name in names), strict=True)
    for place, value in zip(places, values, strict=True):
        means[place] = value
    return np.moveaxis(means, -1, 0)


def _with_all(means: Floats) -> Floats:
    """Append the mean over windows as one more window; undefined windows do not count."""
    defined = ~np.isnan(means)
    mean = _ratio(np.where(defined, means, 0).sum(axis=-1), defined.sum(axis=-1))
    return np.concatenate([means, mean[..., None]], axis=-1)


def _ratio(sums: Floats, counts: Floats) -> Floats:
    undefined = np.full(sums.shape, np.nan)
    return np.asarray(np.divide(sums, counts, out=undefined, where=counts > 0), dtype=np.float64)


def _log_loss(skills: Floats) -> Floats:
    """Logarithm of the loss that remains; NaN where none does."""
    return np.log1p(-np.where(skills < 1, skills, np.nan))


def _t_quantile(freedom: Floats) -> Floats:
    """Upper end of the central interval of Student's t."""
    from scipy.special import stdtrit

    return np.asarray(stdtrit(freedom, INTERVAL[1]), dtype=np.float64)


def _perfect_of(names: Sequence[str]) -> Floats:
    """Best value of each rule, [rules, 1]."""
    return np.array([[_PERFECT[find_rule(name).better]] for name in names])


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
