"""grading.json and grading.parquet: how a publication will be graded, fixed when it is published.

The rule says what will be looked up, when, and how it is scored; the table holds what the ranking
and its baselines forecast, as `SIZE` equally likely scores each, so that nobody needs the draws,
the models or this code to grade it later.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.months import format_month, parse_month
from riskkit.publish import COMPOSITE, Part, Publication
from riskkit.publish._record import FEWEST_PUBLICATIONS
from riskkit.risk.composite import composite, joined, top_shares
from riskkit.risk.score import scenario_scores

FILE, POINTS = "grading.json", "grading.parquet"
VERSION = 1
SIZE = 50
"""Scores that stand for a distribution: its quantiles at the middle of equal shares."""
OWN, CONFLICTOLOGY, LAST_YEAR, ZERO = "published", "conflictology", "last year", "zero"
PLACES = 10
"""The first places of the ranking are its alarms."""
FEWEST_UNITS = 20
_SYSTEMS = {
    OWN: "the ranking",
    CONFLICTOLOGY: "what came in each unit's own last twelve months, drawn at random",
    LAST_YEAR: "the last year known at the origin, once more",
    ZERO: "nothing happens anywhere",
}
RULES = {
    "concordance": "share of the pairs with unlike outcomes that are in the right order; 1 is best",
    "spearman": "correlation of the ranks; 1 is best",
    "top_10": "share of the first ten that were among the ten highest; 1 is best",
    "top_20": "share of the first twenty that were among the twenty highest; 1 is best",
    "brier_top_10": "squared error of the chance of being among the ten highest; 0 is best",
    "brier": "squared error of the chance of reaching the second threshold; 0 is best",
    "crps": "continuous ranked probability score of the score from 0 to 10; 0 is best",
}
"""By name. Skill is (value - baseline) / (best - baseline): 1 is perfect, 0 as the baseline."""
_FIGURES = {
    "first": "the release at hand when the windows of all threats are out, before the next year's",
    "settled": "a release that also covers the year after the window, and may have revised it",
}
_VOID = (
    "a publication is void, and stays in the ledger, when its figures can no longer be had: no "
    "release of that time was at hand, or fewer units than the minimum have outcomes"
)
Floats = NDArray[np.float64]


def write(publication: Publication, folder: Path) -> None:
    """Write the rule and the table."""
    text = json.dumps(rule(publication), indent=1, ensure_ascii=False)
    (folder / FILE).write_text(text + "\n", encoding="utf-8", newline="\n")
    points(publication).write_parquet(folder / POINTS, compression="zstd")


def rule(publication: Publication) -> dict[str, Any]:
    """Say how the publication will be graded."""
    threats = {part.threat.name: _threat(part) for part in publication.parts}
    due = {
        figures: format_month(max(part.due[place] for part in publication.parts))
        for place, figures in enumerate(_FIGURES)
    }
    return {
        "version": VERSION,
        "as_of": format_month(publication.as_of),
        "data_kind": publication.data_kind,
        "exponent": publication.exponent,
        "threats": threats,
        "units": dict(publication.places.select("unit", "name").sort("unit").iter_rows()),
        "due": due,
        "figures": _FIGURES,
        "systems": _SYSTEMS,
        "rules": RULES,
        "alarms": f"the first {PLACES} of the ranking",
        "minimum": {"units": FEWEST_UNITS, "publications": FEWEST_PUBLICATIONS},
        "void": _VOID,
    }


def _threat(part: Part) -> dict[str, Any]:
    threat, target = part.threat, part.threat.target
    rows = [] if part.joined_with is None else np.round(part.joined_with, 6).tolist()
    return {
        "title": threat.title,
        "indicator": target.indicator,
        "parts": list(target.parts),
        "period": target.period,
        "thresholds": list(target.thresholds),
        "counted": part.counted,
        "sources": list(part.counted_by),
        "model": part.forecast.model,
        "window_start": format_month(part.window[0]),
        "window_end": format_month(part.window[1]),
        "first_due": format_month(part.due[0]),
        "settled_due": format_month(part.due[1]),
        "weight": threat.weight,
        "top": threat.top,
        "scale": threat.scale,
        "joined_with": list(threat.joined_with),
        "joined": {
            unit: [None if np.isnan(value) else value for value in row]
            for unit, row in sorted(zip(part.forecast.units, rows, strict=False))
        },
    }


def points(publication: Publication) -> pl.DataFrame:
    """What the ranking and its baselines forecast.

    Returns:
        `threat, system, unit, score, chance, points`, sorted: the mean score from 0 to 10; the
        chance of the ten highest (of a threat, of reaching its second threshold); and quantiles
        of the score. The composite of all threats is the threat "composite".
    """
    own = {part.threat.name: part.forecast.totals() for part in publication.parts}
    systems: dict[str, dict[str, NDArray[Any]]] = {OWN: own}
    for name in dict.fromkeys(name for part in publication.parts for name in part.baselines):
        found = {p.threat.name: p.baselines.get(name) for p in publication.parts}
        systems[name] = {threat: total for threat, total in found.items() if total is not None}
    complete = {name: totals for name, totals in systems.items() if len(totals) == len(own)}
    frames = [_of_system(publication, *item) for item in complete.items()]
    return pl.concat(frames).sort("threat", "system", "unit")


def _of_system(
    publication: Publication, system: str, totals: Mapping[str, NDArray[Any]]
) -> pl.DataFrame:
    told, units = rule(publication), list(publication.ranked)
    laid = {
        part.threat.name: _laid(part, totals[part.threat.name], units) for part in publication.parts
    }
    scores = scores_of(told, laid, units)
    rows = []
    for threat, values in scores.items():
        known = ~np.isnan(values[:, 0])
        if not known.any():
            continue
        if threat == COMPOSITE:
            chance = top_shares(values, PLACES)
        else:
            chance = (laid[threat] >= told["threats"][threat]["thresholds"][1]).mean(axis=1)
        quantiles = np.quantile(values[known], (np.arange(SIZE) + 0.5) / SIZE, axis=1).T
        rows.append(
            pl.DataFrame(
                {
                    "threat": threat,
                    "system": system,
                    "unit": [unit for unit, held in zip(units, known, strict=True) if held],
                    "score": values[known].mean(axis=1).round(4),
                    "chance": chance[known].round(4),
                    "points": pl.Series(quantiles.round(3).astype(np.float32).tolist()),
                }
            )
        )
    return pl.concat(rows).with_columns(pl.col("points").cast(pl.Array(pl.Float32, SIZE)))


def _laid(part: Part, totals: NDArray[Any], units: list[str]) -> Floats:
    """Totals in the order of the ranked units; NaN where a unit is not forecast."""
    place = {unit: row for row, unit in enumerate(part.forecast.units)}
    laid = np.full((len(units), totals.shape[1]), np.nan)
    rows = [row for row, unit in enumerate(units) if unit in place]
    laid[rows] = totals[[place[units[row]] for row in rows]]
    return laid


def scores_of(
    told: Mapping[str, Any], totals: Mapping[str, Floats], units: list[str]
) -> dict[str, Floats]:
    """Score counts of the windows by a rule, as the publication scored its draws.

    Args:
        told: As `rule` gives it.
        totals: By threat, counts of its window [units, draws]; NaN where there is none.
        units: The rows.

    Returns:
        By threat and for "composite", [units, draws]; NaN where a unit has no score. A composite
        takes the threats that a unit has.
    """
    scores = {}
    for name, one in told["threats"].items():
        months = parse_month(one["window_end"]) - parse_month(one["window_start"]) + 1
        first = one["thresholds"][0]
        values = scenario_scores(totals[name], months, first, top=one["top"], scale=one["scale"])
        if one["joined_with"]:
            nothing = [None] * len(one["joined_with"])
            rows = [one["joined"].get(unit, nothing) for unit in units]
            values = joined(values, np.array(rows, dtype=np.float64))
        scores[name] = values
    weights = {name: one["weight"] for name, one in told["threats"].items()}
    return {**scores, COMPOSITE: composite(scores, weights, told["exponent"])}
