"""Where a model is better or worse: by window, violence before, place and months ahead."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import polars as pl

from riskkit.errors import ConfigError
from riskkit.scoring import find_rule
from riskkit.scoring.comparison import ALL, summarise
from riskkit.scoring.evaluation import DURATIONS, LEVELS
from riskkit.study.comparison import own_reference, read_scores, scored_names, the_target
from riskkit.study.evaluating import GROUPS, SCORES

Part = Literal["level", "duration", "region", "unit", "horizon"]
By = Literal["window"] | Part
ZERO = "zero"
"""The model that every other should beat: nothing happens."""
_TOLD = ("target", "rule")
_SKILL = ("skill", "skill_low", "skill_high")
_AGAINST_ZERO = ("against_zero", "zero_low", "zero_high")


def break_down(
    folders: Sequence[Path],
    by: By,
    *,
    reference: str | None = None,
    target: str | None = None,
    rule: str = "crps",
) -> pl.DataFrame:
    """Compare models with the reference and with zero, part by part.

    Args:
        folders: One backtest or several; of several, models are named FOLDER/MODEL.
        by: The parts: windows; levels of the unit's last year at the origin, or how long its war
            had lasted (`LEVELS` and `DURATIONS` of riskkit.scoring.evaluation); regions; units; or
            months ahead.
        reference: Model that skill is relative to; by default the backtest's own.
        target: Target; by default the only one.
        rule: A rule of each row.

    Returns:
        `part, model, units, rows, value, reference, skill, skill_low, skill_high, zero,
        against_zero, zero_low, zero_high`: mean over windows, what the reference and zero score,
        and the skill against either; the last four are null where zero was not forecast. Models
        follow each other with the best first; each has its worst window or unit first, other
        parts in their order.

    Raises:
        ConfigError: There are no such scores, or those of several targets, or the rule needs all
            rows together.
    """
    if not find_rule(rule).per_row:
        raise ConfigError(
            f"{rule} needs all rows together and is not told in parts",
            hint="choose a rule of each row such as crps, or see --window WINDOW --rule " + rule,
        )
    names = scored_names(folders)
    target = target or the_target(pl.DataFrame({"target": names["target"]}))
    wanted = (pl.col("target") == target) & (pl.col("rule") == rule)
    rows = read_scores(folders, SCORES, where=wanted)
    if rows.is_empty():
        raise ConfigError(
            f"there are no scores of target '{target}' by rule '{rule}'",
            hint="; ".join(f"{name}s: {', '.join(sorted(names[name]))}" for name in _TOLD),
        )
    models = rows["model"].unique().sort().to_list()
    base = reference or own_reference(folders, names["model"])
    zero = next((name for name in models if name.rpartition("/")[2] == ZERO), None)
    parts = _with_part(rows, folders, by)
    table = _against(parts, base, "reference", _SKILL)
    if zero is None:
        table = table.with_columns(
            pl.lit(None, pl.Float64).alias(name) for name in ("zero", *_AGAINST_ZERO)
        )
    else:
        other = _against(parts, zero, "zero", _AGAINST_ZERO).drop("value")
        table = table.join(other, on=["part", "model"], maintain_order="left")
    return _in_order(table.join(_counts(parts), on="part"), by)


def _with_part(rows: pl.DataFrame, folders: Sequence[Path], by: By) -> pl.DataFrame:
    """Name the part of each row."""
    if by in ("window", "unit", "horizon"):
        return rows.with_columns(part=pl.col(by).cast(pl.String))
    groups = read_scores(folders, GROUPS, named=False).unique()
    target = max((t for t in groups["target"] if rows["target"][0].startswith(t)), key=len)
    held = groups.filter(pl.col("target") == target)
    return rows.join(held.select("window", "unit", part=by), on=["window", "unit"])


def _against(
    parts: pl.DataFrame, base: str, value: str, names: tuple[str, str, str]
) -> pl.DataFrame:
    """Skill against one model in each part: `part, model, value, <value>, <names>`."""
    board = summarise(parts.with_columns(target="part"), base)
    board = board.filter(pl.col("window") == ALL).rename({"target": "part"})
    own = board.filter(pl.col("model") == base).select("part", pl.col("value").alias(value))
    table = board.join(own, on="part").rename(dict(zip(_SKILL, names, strict=True)))
    return table.select("part", "model", "value", value, *names)


def _counts(parts: pl.DataFrame) -> pl.DataFrame:
    one = parts.filter((pl.col("model") == parts["model"][0]) & pl.col("value").is_not_nan())
    return one.group_by("part").agg(pl.col("unit").n_unique().alias("units"), rows=pl.len())


def _in_order(table: pl.DataFrame, by: By) -> pl.DataFrame:
    """The best model first; its worst window or unit first, other parts in their order."""
    place = {
        "window": pl.col("skill"),
        "level": pl.col("part").replace_strict(LEVELS, range(len(LEVELS)), default=None),
        "duration": pl.col("part").replace_strict(DURATIONS, range(len(DURATIONS)), default=None),
        "unit": (pl.col("reference") - pl.col("value")) * pl.col("rows"),
        "horizon": pl.col("part").cast(pl.Int32, strict=False),
        "region": pl.col("part"),
    }[by]
    mean = (pl.col("value") * pl.col("rows")).sum().over("model")
    columns = ("part", "model", "units", "rows", "value", "reference", *_SKILL)
    ordered = table.sort(mean, "model", place, "part", nulls_last=True)
    return ordered.select(*columns, "zero", *_AGAINST_ZERO)
