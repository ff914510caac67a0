"""components.csv: one row per unit and threat, with its own window, whether ranked or not."""

from __future__ import annotations

from typing import Any

import dataframely as dy
import polars as pl

from riskkit.months import format_month
from riskkit.publish import Part, Publication
from riskkit.publish import _table as t
from riskkit.risk.score import CLASSES, risk_classes, summarise_scores
from riskkit.risk.summary import summarise

STATES = ("forecast", "unscored", "left out", "absent")
_STATE = (
    "`forecast`; `unscored`: forecast, but what the hazard is joined with is unknown; `left out`: "
    "the unit is not forecast; `absent`: no data speak of the threat."
)
_QUIET = (
    "Probability of armed conflict, a month with more than half a death per million people, within "
    "{} months of the window's start; empty unless the last sixty known months were without."
)
_DOUBLING = (
    "Probability that the window's first twelve months have at least twice the deaths of the last "
    "twelve known; empty unless these had 25 or more."
)
_P = "Probability that the threat's window total reaches its {} threshold."


class Components(t.Quantiles, t.Interval):
    """Schema version 2. Numbers are empty in rows that are not forecast; `reason` says why."""

    unit = dy.String(primary_key=True, metadata=t.note("Code of the unit, as in ranking.csv."))
    name = t.words("Name of the unit, with the places that this threat's source counts in it.")
    threat = t.words("Name of the threat.", primary_key=True)
    state = dy.Enum(STATES, metadata=t.note(_STATE))
    reason = t.words("Why there is no score.", nullable=True)
    target = t.words("Name of what is forecast.", nullable=True)
    title = t.words("What is forecast, in words.", nullable=True)
    counted = t.words("Unit of measurement of the counts.", nullable=True)
    window_start = t.month("First month that the forecast speaks of.", nullable=True)
    window_end = t.month("Last month that the forecast speaks of.", nullable=True)
    weight = dy.Float64(min=0, metadata=t.note("Weight in the composite.", decimals=2))
    score = t.points("Score of the threat, averaged over the joint scenarios.", nullable=True)
    score_low = t.points("5 % quantile of the scenarios' scores, at most the score.", nullable=True)
    score_high = t.points("95 % quantile of them, at least the score.", nullable=True)
    risk_class = dy.Enum(
        CLASSES, nullable=True, metadata=t.note("INFORM class of the score at one decimal.")
    )
    threshold_1 = dy.Int64(nullable=True, metadata=t.note("First threshold.", "count"))
    threshold_2 = dy.Int64(nullable=True, metadata=t.note("Second threshold.", "count"))
    threshold_3 = dy.Int64(nullable=True, metadata=t.note("Third threshold.", "count"))
    p_1 = t.probability(_P.format("first"), nullable=True)
    p_2 = t.probability(_P.format("second"), nullable=True)
    p_3 = t.probability(_P.format("third"), nullable=True)
    expected = t.amount("Mean of the window total.", nullable=True)
    median = t.amount("Median of the window total.", nullable=True)
    q05 = t.amount("5 % quantile of the window total.", nullable=True)
    q95 = t.amount("95 % quantile of the window total.", nullable=True)
    onset_3 = t.probability(_QUIET.format(3), nullable=True)
    onset_12 = t.probability(_QUIET.format(12), nullable=True)
    doubling = t.probability(_DOUBLING, nullable=True)
    last_data = t.month("Last month whose outcome was known.", nullable=True)
    model = t.words("Name of the model.", nullable=True)
    as_of = t.month("Month at whose end the forecast was made.")
    data_kind = t.data_kind()
    schema_version = t.schema_version()

    @dy.rule()
    def sooner_is_no_likelier(cls) -> pl.Expr:  # noqa: N805 - dataframely's class method
        """What comes within 3 months comes within 12."""
        return pl.col("onset_3") <= pl.col("onset_12")

    @dy.rule()
    def a_row_without_a_score_says_why(cls) -> pl.Expr:  # noqa: N805 - dataframely's class method
        """Nothing is absent without a reason."""
        return pl.col("score").is_not_null() | pl.col("reason").is_not_null()


def table(publication: Publication) -> pl.DataFrame:
    """Summarise each unit and threat; columns as in `Components`, sorted by unit and threat."""
    names = publication.units.select("unit", "name")
    parts = [_forecast(part) for part in publication.parts]
    parts += [_left_out(part, names["unit"].to_list()) for part in publication.parts]
    parts += [
        names.select(
            "unit", threat=pl.lit(one.name), state=pl.lit("absent"), reason=pl.lit(one.reason)
        )
        for one in publication.absent
    ]
    frame = pl.concat(parts, how="diagonal").join(names, on="unit", maintain_order="left")
    frame = frame.with_columns(name=pl.coalesce(_own_name(publication), "name"))
    missing = [c for c in Components.column_names() if c not in frame.columns]
    return (
        frame.with_columns(*(pl.lit(None).alias(name) for name in missing))
        .with_columns(pl.col("weight").fill_null(0.0), *t.stamp(publication))
        .sort("unit", "threat")
        .select(Components.column_names())
    )


def _forecast(part: Part) -> pl.DataFrame:
    target = part.threat.target
    points = summarise_scores(part.scores)
    counts = summarise(part.forecast.totals(), target.thresholds)
    counts = counts.rename({"p_any": "p_1", "p_25": "p_2", "p_100": "p_3"})
    frame = counts.insert_column(0, pl.Series("unit", part.forecast.units)).with_columns(
        score=pl.Series(points.mean, nan_to_null=True),
        score_low=pl.Series(points.low, nan_to_null=True),
        score_high=pl.Series(points.high, nan_to_null=True),
        **_outbreaks(part),
    )
    scored = pl.col("score").is_not_null()
    lacks = f"{' or '.join(part.threat.joined_with)} is unknown"
    frame = t.rounded(frame, Components)
    classes = risk_classes(frame["score"].fill_null(0.0))
    return frame.with_columns(
        **_shared(part),
        state=pl.when(scored).then(pl.lit("forecast")).otherwise(pl.lit("unscored")),
        reason=pl.when(scored).then(None).otherwise(pl.lit(lacks)),
        risk_class=pl.when(scored).then(pl.Series(classes)),
    )


def _outbreaks(part: Part) -> dict[str, pl.Series]:
    """Chances of onset and escalation of the units that are asked of them."""
    if part.standing is None:
        return {}
    chances = part.standing.chances(part.forecast.draws)
    return {event: pl.Series(chance, nan_to_null=True) for event, chance in chances.items()}


def _shared(part: Part) -> dict[str, Any]:
    """What every row of a threat says of it."""
    first, last = (format_month(month) for month in part.window)
    thresholds = part.threat.target.thresholds
    told = {
        "threat": part.threat.name,
        "target": part.forecast.target,
        "title": part.threat.title,
        "counted": part.counted,
        "window_start": first,
        "window_end": last,
        "weight": part.threat.weight,
        "last_data": format_month(part.last_data),
        "model": part.forecast.model,
        **{f"threshold_{place}": count for place, count in enumerate(thresholds, 1)},
    }
    return {name: pl.lit(value) for name, value in told.items()}


def _left_out(part: Part, units: list[str]) -> pl.DataFrame:
    """Units of the table that the threat does not forecast."""
    absent = [unit for unit in units if unit not in set(part.forecast.units)]
    reasons = [part.left_out.get(unit, "no outcome is known") for unit in absent]
    schema = {"unit": pl.String, "reason": pl.String}
    frame = pl.DataFrame({"unit": absent, "reason": reasons}, schema=schema)
    return frame.with_columns(state=pl.lit("left out"), **_shared(part))


def _own_name(publication: Publication) -> pl.Expr:
    """The unit's name in the threat's own source; null where that names none."""
    names = {
        f"{part.threat.name} {unit}": name
        for part in publication.parts
        for unit, name in part.names.items()
    }
    key = pl.col("threat") + pl.lit(" ") + pl.col("unit")
    return key.replace_strict(names, default=None, return_dtype=pl.String)
