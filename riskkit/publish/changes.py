"""changes.csv: how each unit moved since the compared publication, and what moved it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dataframely as dy
import polars as pl

from riskkit.months import format_month, parse_month
from riskkit.publish import STANDARD, Publication
from riskkit.publish import _table as t
from riskkit.risk.score import CLASSES

STATES = ("compared", "new", "gone")
REASONS = (
    "new data",
    "revised data",
    "another version of the model",
    "other months",
    "chance of the draws",
)
_STATE = "`compared`; `new`: was not ranked before; `gone`: is not ranked any more."
_BEFORE = "As in the compared publication."
_CLEAR = "Whether the score moved by more than two runs of the same data differ."
_DELTA = "Points by which the score of {} moved."
_REASON = (
    "`new data`: outcomes of the threat came out since; `revised data`: the same months, other "
    "figures; `another version of the model`; `other months`: the window moved on; `chance of the "
    "draws`."
)


def _shift(description: str) -> dy.Float64:
    about = t.note(description, "points", decimals=2)
    return dy.Float64(min=-10, max=10, nullable=True, metadata=about)


class Changes(dy.Schema):
    """Schema version 2; without rows when there was nothing to compare with."""

    unit = dy.String(primary_key=True, metadata=t.note("Code of the unit, as in ranking.csv."))
    name = t.words("Name of the unit.")
    state = dy.Enum(STATES, metadata=t.note(_STATE))
    rank_before = dy.Int32(min=1, nullable=True, metadata=t.note(_BEFORE, "rank"))
    rank = dy.Int32(min=1, nullable=True, metadata=t.note("Rank now.", "rank"))
    rank_change = dy.Int32(nullable=True, metadata=t.note("Places moved up.", "ranks"))
    score_before = t.points(_BEFORE, nullable=True)
    score = t.points("Score now.", nullable=True)
    score_change = _shift("Points by which the composite moved.")
    clear = dy.Bool(metadata=t.note(_CLEAR))
    class_before = dy.Enum(CLASSES, nullable=True, metadata=t.note(_BEFORE))
    risk_class = dy.Enum(CLASSES, nullable=True, metadata=t.note("Class now."))
    p_top10_before = t.probability(_BEFORE, nullable=True)
    p_top10 = t.probability("Chance of the ten highest now.", nullable=True)
    p_25_before = t.probability(_BEFORE, nullable=True)
    p_25 = t.probability("`p_25` of ranking.csv now.", nullable=True)
    p_any_before = t.probability(_BEFORE, nullable=True)
    p_any = t.probability("`p_any` of ranking.csv now.", nullable=True)
    conflict_change = _shift(_DELTA.format("conflict"))
    terrorism_change = _shift(_DELTA.format("terrorism"))
    displacement_change = _shift(_DELTA.format("displacement"))
    climate_change = _shift(_DELTA.format("climate stress"))
    moved_by = t.words("Threat whose score moved most.", nullable=True)
    reason = dy.Enum(REASONS, nullable=True, metadata=t.note(_REASON))
    compared_with = t.month("Month at whose end the compared forecast was made.")
    as_of = t.month("Month at whose end the forecast was made.")
    data_kind = t.data_kind()
    schema_version = t.schema_version()


def table(publication: Publication, ranking: pl.DataFrame) -> pl.DataFrame:
    """Compare rankings; columns as in `Changes`, in rank order, those that are gone last.

    Args:
        publication: The new publication.
        ranking: Its rows of ranking.csv.
    """
    earlier = publication.previous
    if earlier is None:
        return Changes.create_empty()
    then = earlier.rename({"risk_class": "class", **{name: f"{name}_then" for name in STANDARD}})
    then = then.rename({"as_of": "compared_with"})
    ranked = ranking.drop("as_of", "rank_change")
    joined = ranked.join(then, on="unit", how="full", coalesce=True, suffix="_before")
    names = dict(publication.units.select("unit", "name").iter_rows())
    known = pl.col("unit").replace_strict(names, default=pl.col("unit"), return_dtype=pl.String)
    frame = joined.with_columns(
        *t.stamp(publication),
        name=known,
        state=pl.when(pl.col("score").is_null())
        .then(pl.lit("gone"))
        .when(pl.col("score_before").is_null())
        .then(pl.lit("new"))
        .otherwise(pl.lit("compared")),
        class_before=pl.col("class"),
        rank_change=pl.col("rank_before") - pl.col("rank"),
        score_change=(pl.col("score") - pl.col("score_before")).round(2),
        compared_with=pl.lit(earlier["as_of"][0]),
        **{f"{name}_change": (pl.col(name) - pl.col(f"{name}_then")).round(2) for name in STANDARD},
    )
    frame = frame.with_columns(
        clear=(pl.col("score_change").abs() > t.noise(publication)).fill_null(value=False),
        moved_by=_largest(),
    )
    reasons = {name: _reason(publication, name) for name in STANDARD}
    return (
        frame.with_columns(reason=pl.col("moved_by").replace_strict(reasons, default=None))
        .sort("rank", "unit", nulls_last=True)
        .select(Changes.column_names())
    )


def _largest() -> pl.Expr:
    """Name the threat whose score moved most; none where none did."""
    moves = [pl.col(f"{name}_change").abs().fill_null(0.0) for name in STANDARD]
    most = pl.max_horizontal(moves)
    named = pl.lit(None, dtype=pl.String)
    for name, move in zip(reversed(STANDARD), reversed(moves), strict=True):
        named = pl.when((move == most) & (most > 0)).then(pl.lit(name)).otherwise(named)
    return named


def _reason(publication: Publication, threat: str) -> str | None:
    """Why a threat's scores are others: read off what the two publications stand on."""
    then, now = publication.compared, publication.stands_on
    if not then or threat not in now["last_data"]:
        return None
    before = dict(then.get("last_data") or {}).get(threat)
    if before is None or parse_month(str(before)) < parse_month(now["last_data"][threat]):
        return "new data"
    old, new = _told(then), _told(now)
    if old.get("data") != new.get("data"):
        return "revised data"
    same = all(old.get(key) == new.get(key) for key in ("code", "libraries", "parameters"))
    if not same:
        return "another version of the model"
    moved_on = then.get("as_of") != format_month(publication.as_of)
    return "other months" if moved_on else "chance of the draws"


def _told(stands_on: Mapping[str, Any]) -> dict[str, Any]:
    """The identity, without the seed and the date, which are no part of the model."""
    told = dict(stands_on.get("identity") or {})
    parameters = dict(told.get("parameters") or {})
    parameters.pop("seed", None)
    parameters.pop("panel.as_of", None)
    return {**told, "parameters": parameters}
