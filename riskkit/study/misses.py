"""The largest misses of replayed rankings, each with what the data showed at the origin."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from riskkit.archive.grades import truths
from riskkit.archive.ledger import Graded
from riskkit.publish import COMPOSITE
from riskkit.publish.grading import LAST_YEAR, OWN

FILE = "misses.csv"
MOST = 10
QUIET = 1.0
"""Points below which a threat's last known year counts as quiet: 2.5 is about ten deaths."""
CHANGE = 1.5
"""Points by which what came must differ from the last known year to be another level."""


def misses(graded: Sequence[tuple[Graded, pl.DataFrame]], most: int = MOST) -> pl.DataFrame:
    """Name the units whose composite came out furthest from the forecast.

    Args:
        graded: Each replayed publication, with what came (`threat, unit, value`).
        most: How many to name.

    Returns:
        `as_of, unit, name, score, came, off`, the composite of the forecast and of what came; the
        `threat` that was furthest off, with its `last_year`, `forecast` and `outcome` in points;
        and the `reason`. The largest miss first.
    """
    rows = [row for one, came in graded for row in _apart(one, came).to_dicts()]
    rows.sort(key=lambda row: (-abs(row["off"]), row["as_of"], row["unit"]))
    return pl.DataFrame([{**row, "reason": reason(row)} for row in rows[:most]])


def _apart(one: Graded, came: pl.DataFrame) -> pl.DataFrame:
    """Every unit of a publication, with the threat that was furthest off."""
    scores = one.points.select("threat", "system", "unit", "score")
    own, before = (scores.filter(system=name).drop("system") for name in (OWN, LAST_YEAR))
    both = (
        truths(one.told, one.points, came)
        .join(own, on=["threat", "unit"])
        .join(before.rename({"score": "last_year"}), on=["threat", "unit"], how="left")
        .with_columns(off=pl.col("truth") - pl.col("score"))
    )
    furthest = (
        both.filter(pl.col("threat") != COMPOSITE)
        .sort(pl.col("off").abs(), descending=True)
        .unique("unit", keep="first", maintain_order=True)
        .select("unit", "threat", "last_year", forecast="score", outcome="truth")
    )
    names = pl.DataFrame({"unit": [*one.told["units"]], "name": [*one.told["units"].values()]})
    whole = both.filter(threat=COMPOSITE).select("unit", "score", "off", came="truth")
    columns = ["as_of", "unit", "name", "score", "came", "off"]
    told = pl.lit(one.told["as_of"]).alias("as_of")
    joined = whole.join(furthest, on="unit").join(names, on="unit").with_columns(told)
    return joined.select(*columns, "threat", "last_year", "forecast", "outcome")


def reason(row: dict[str, float]) -> str:
    """Say what the data showed at the origin.

    >>> reason({"last_year": 0.2, "forecast": 0.9, "outcome": 6.0})
    'quiet before'
    >>> reason({"last_year": 3.0, "forecast": 3.1, "outcome": 6.0})
    'rose from a level that the data knew'
    >>> reason({"last_year": 6.0, "forecast": 5.5, "outcome": 2.0})
    'fell from a level that the data knew'
    >>> reason({"last_year": 5.0, "forecast": 2.5, "outcome": 5.2})
    'the level held, and the forecast had left it'
    """
    before, came = row["last_year"], row["outcome"]
    if came - before > CHANGE:
        return "quiet before" if before < QUIET else "rose from a level that the data knew"
    if before - came > CHANGE:
        return "fell from a level that the data knew"
    return "the level held, and the forecast had left it"
