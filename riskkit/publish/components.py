"""components.csv: one row per unit and threat, the parts that a ranking may be made of."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from riskkit.publish import Publication
from riskkit.publish import _table as t
from riskkit.risk.score import CLASSES, risk_classes
from riskkit.risk.summary import summarise_window


class Components(t.Scored):
    """Schema version 1. The key takes several threats; so far a publication has one."""

    unit = dy.String(primary_key=True, metadata=t.note("Code of the unit, as in ranking.csv."))
    threat = t.words("Name of the threat.", primary_key=True)
    target = t.words("Name of what is forecast.")
    score = t.points("Order of magnitude of twelve months' outcome, averaged over scenarios.")
    score_low = t.points("5 % quantile of the scenarios' scores, at most the score.")
    score_high = t.points("95 % quantile of the scenarios' scores, at least the score.")
    risk_class = dy.Enum(CLASSES, metadata=t.note("INFORM class of the score at one decimal."))
    p_any = t.probability("That the window total reaches the target's first threshold (1).")
    p_25 = t.probability("That the window total reaches the target's second threshold (25).")
    p_100 = t.probability("That the window total reaches the target's third threshold (100).")
    expected = t.amount("Mean of the window total.")
    median = t.amount("Median of the window total.")
    q05 = t.amount("5 % quantile of the window total.")
    q95 = t.amount("95 % quantile of the window total.")
    model = t.words("Name of the model.")
    as_of = t.month("Month at whose end the forecast was made.")
    data_kind = t.data_kind()
    schema_version = t.schema_version()


def table(publication: Publication) -> pl.DataFrame:
    """Summarise each unit's threat; columns as in `Components`, sorted by unit and threat."""
    forecast = publication.forecast
    frame = t.rounded(summarise_window(forecast, publication.target), Components)
    return (
        frame.with_columns(
            *t.stamp(publication),
            threat=pl.lit(publication.threat),
            target=pl.lit(forecast.target),
            model=pl.lit(forecast.model),
            risk_class=pl.Series(risk_classes(frame["score"])),
        )
        .sort("unit", "threat")
        .select(Components.column_names())
    )
