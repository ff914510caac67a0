"""How good one publication turned out to be, by the rule that it carries. Arithmetic only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.publish import COMPOSITE
from riskkit.publish.grading import (
    CONFLICTOLOGY,
    LAST_YEAR,
    OWN,
    PLACES,
    ZERO,
    scores_of,
)
from riskkit.scoring import score_rows
from riskkit.scoring.brier import decompose
from riskkit.scoring.ranking import concordance, placed, spearman, top_hits
from riskkit.tables import INTERVAL

Floats = NDArray[np.float64]
REPLICATES = 1000
BASELINES = {CONFLICTOLOGY: "conflictology", LAST_YEAR: "last_year", ZERO: "zero"}
"""Name of each baseline in columns."""
_ERRORS = ("brier_top_10", "brier", "crps")
"""Rules whose best value is 0; of the others it is 1."""
Baseline = {
    f"{column}{end}": pl.Float64()
    for name in BASELINES.values()
    for column, ends in ((name, ("",)), (f"skill_{name}", ("", "_low", "_high")))
    for end in ends
}
GRADES: Mapping[str, pl.DataType] = {
    "threat": pl.String(),
    "rule": pl.String(),
    "units": pl.Int64(),
    "value": pl.Float64(),
    **Baseline,
    "reliability": pl.Float64(),
    "resolution": pl.Float64(),
    "uncertainty": pl.Float64(),
    "hits": pl.String(),
    "misses": pl.String(),
    "false_alarms": pl.String(),
}
"""Columns of the grades; those of a Brier score hold its decomposition, those of `top_10` names."""


@dataclass(frozen=True)
class _System:
    """What one forecaster said of one threat, in the order of the graded units."""

    score: Floats
    chance: Floats
    points: Floats


def truths(told: Mapping[str, Any], points: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    """Score what came as the publication scored its draws.

    Args:
        told: The rule of the publication, as `riskkit.publish.grading.rule` gives it.
        points: Its table of points.
        counts: `threat, unit, value`: counts of each threat's window; a unit that is not there, or
            null, is not known.

    Returns:
        `threat, unit, truth`: scores from 0 to 10, of units that were forecast and are known. A
        composite is known where every threat that it was made of is.
    """
    units = list(told["units"])
    own = points.filter(system=OWN)
    totals, unknown = {}, np.zeros(len(units), dtype=bool)
    for name in told["threats"]:
        forecast = set(own.filter(threat=name)["unit"])
        came = dict(counts.filter(threat=name).select("unit", "value").iter_rows())
        values = [came.get(unit) if unit in forecast else None for unit in units]
        totals[name] = np.array(values, dtype=np.float64)[:, None]
        unknown |= np.array([u in forecast for u in units]) & np.isnan(totals[name][:, 0])
    scores = {name: values[:, 0] for name, values in scores_of(told, totals, units).items()}
    scores[COMPOSITE] = np.where(unknown, np.nan, scores[COMPOSITE])
    frames = [
        pl.DataFrame({"unit": units, "truth": values}, nan_to_null=True).select(
            pl.lit(name).alias("threat"), "unit", "truth"
        )
        for name, values in scores.items()
    ]
    return pl.concat(frames).drop_nulls("truth")


def grade(told: Mapping[str, Any], points: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    """Score a publication and its baselines by every rule.

    Args:
        told: The rule of the publication.
        points: Its table of points.
        counts: What came; see `truths`.

    Returns:
        Columns as in `GRADES`, one row per threat and rule, the composite first. Skill is relative
        to each baseline, 1 perfect and 0 equal, with a 90 % interval from a paired bootstrap over
        units.
    """
    came = truths(told, points, counts)
    rows = []
    for threat in (COMPOSITE, *told["threats"]):
        known = came.filter(threat=threat)
        truth = known["truth"].to_numpy()
        if len(truth) < told["minimum"]["units"]:
            continue
        systems = _systems(points.filter(threat=threat), known["unit"].to_list())
        threshold = None if threat == COMPOSITE else told["threats"][threat]["thresholds"][1]
        event = (
            placed(truth, PLACES)
            if threshold is None
            else _reached(counts.filter(threat=threat), known["unit"].to_list(), threshold)
        )
        rows += _rows(threat, systems, truth, event)
        if threat == COMPOSITE:
            (named,) = (row for row in rows if row["rule"] == f"top_{PLACES}")
            named |= _named(known["unit"].to_list(), systems[OWN], truth, told["units"])
    return pl.DataFrame(rows, schema=dict(GRADES)).fill_nan(None)


def _systems(points: pl.DataFrame, units: list[str]) -> dict[str, _System]:
    order = pl.DataFrame({"unit": units})
    found = {}
    for (name,), rows in points.partition_by("system", as_dict=True).items():
        laid = order.join(rows, on="unit", how="left", maintain_order="left")
        if laid["score"].null_count():
            continue  # it does not speak of all that are graded, and would be compared unfairly
        values = laid["points"].to_numpy().astype(np.float64)
        found[str(name)] = _System(laid["score"].to_numpy(), laid["chance"].to_numpy(), values)
    nothing = np.zeros(len(units))
    found[ZERO] = _System(nothing, nothing, np.zeros((len(units), 1)))
    return found


def _reached(counts: pl.DataFrame, units: list[str], threshold: float) -> Floats:
    came = dict(counts.select("unit", "value").iter_rows())
    return np.array([came[unit] >= threshold for unit in units], dtype=np.float64)


def _rules(threat: str) -> tuple[str, ...]:
    if threat != COMPOSITE:
        return ("spearman", "brier", "crps")
    return ("concordance", "spearman", "top_10", "top_20", "brier_top_10", "crps")


def _value(rule: str, one: _System, truth: Floats, event: Floats, times: Floats) -> Floats:
    """Value of a system by a rule, [weightings]."""
    if rule == "concordance":
        return concordance(one.score, truth, times)
    if rule == "spearman":
        return spearman(one.score, truth, times)
    if rule.startswith("top_"):
        return top_hits(one.score, truth, int(rule.removeprefix("top_")), times)
    if rule.startswith("brier"):
        return _mean((one.chance - event) ** 2, times)
    return _mean(score_rows(one.points, truth, ("crps",))["crps"], times)


def _rows(
    threat: str, systems: Mapping[str, _System], truth: Floats, event: Floats
) -> list[dict[str, Any]]:
    size = len(truth)
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(size, np.full(size, 1 / size), REPLICATES).T.astype(np.float64)
    times = np.hstack([np.ones((size, 1)), drawn])
    rows = []
    for rule in _rules(threat):
        own = _value(rule, systems[OWN], truth, event, times)
        row: dict[str, Any] = {"threat": threat, "rule": rule, "units": size, "value": own[0]}
        for name, column in BASELINES.items():
            if name in systems:
                best = 0.0 if rule in _ERRORS else 1.0
                other = _value(rule, systems[name], truth, event, times)
                row |= _skill(column, own, other, best)
        if rule.startswith("brier"):
            parts = decompose(systems[OWN].chance, event.astype(bool))
            row |= {part: getattr(parts, part) for part in _PARTS}
        rows.append({key: _rounded(value) for key, value in row.items()})
    return rows


_PARTS = ("reliability", "resolution", "uncertainty")


def _skill(column: str, own: Floats, other: Floats, best: float) -> dict[str, float]:
    undefined = np.full(own.shape, np.nan)
    skill = np.divide(own - other, best - other, out=undefined, where=best != other)
    again = skill[1:][~np.isnan(skill[1:])]
    ends = np.quantile(again, INTERVAL) if len(again) else (np.nan, np.nan)
    return {
        column: other[0],
        f"skill_{column}": skill[0],
        f"skill_{column}_low": ends[0],
        f"skill_{column}_high": ends[1],
    }


def _rounded(value: Any) -> Any:
    return round(float(value), 6) if isinstance(value, float | np.floating) else value


def _named(
    units: list[str], own: _System, truth: Floats, names: Mapping[str, str]
) -> dict[str, str]:
    """Who was rightly, and who wrongly, among the first ten, and who was missed."""
    alarmed, came = (_first(units, values) for values in (own.score, truth))
    groups = {
        "hits": [unit for unit in alarmed if unit in came],
        "misses": [unit for unit in came if unit not in alarmed],
        "false_alarms": [unit for unit in alarmed if unit not in came],
    }
    return {
        name: "; ".join(f"{names[unit]} ({unit})" for unit in group)
        for name, group in groups.items()
    }


def _first(units: list[str], values: Floats) -> list[str]:
    """The highest units, the highest first; equal ones by code."""
    order = sorted(range(len(units)), key=lambda row: (-values[row], units[row]))
    return [units[row] for row in order[:PLACES]]


def _mean(values: Floats, times: Floats) -> Floats:
    return np.asarray(values @ times / times.sum(axis=0))
