"""regions.csv: window totals of regions and of the world, from the joint scenarios."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from riskkit.publish import Publication
from riskkit.publish import _table as t
from riskkit.risk.regions import region_totals
from riskkit.risk.summary import summarise


class Regions(t.Distribution):
    """Schema version 1."""

    region = t.words("Region, or `World` for the sum of all units.", primary_key=True)
    n_units = dy.Int32(min=1, metadata=t.note("Ranked units in the region.", "units"))
    expected = t.amount("Mean of the window total.")
    median = t.amount("Median of the window total.")
    q05 = t.amount("5 % quantile of the window total.")
    q95 = t.amount("95 % quantile of the window total.")
    p_any = t.probability("That the window total reaches the target's first threshold (1).")
    p_25 = t.probability("That the window total reaches the target's second threshold (25).")
    p_100 = t.probability("That the window total reaches the target's third threshold (100).")
    p_1000 = t.probability("That it reaches ten times the third threshold (1,000).")
    model = t.words("Name of the model.")
    target = t.words("Name of what is forecast.")
    as_of = t.month("Month at whose end the forecast was made.")
    data_kind = t.data_kind()
    schema_version = t.schema_version()


def table(publication: Publication) -> pl.DataFrame:
    """Sum the window totals by region; columns as in `Regions`, the world last."""
    forecast, thresholds = publication.forecast, publication.target.thresholds
    names, sizes, totals = region_totals(forecast.totals(), publication.places["region"].to_list())
    frame = summarise(totals, thresholds).with_columns(
        *t.stamp(publication),
        region=pl.Series(names),
        n_units=sizes,
        p_1000=(totals >= 10 * thresholds[-1]).mean(axis=1),
        model=pl.lit(forecast.model),
        target=pl.lit(forecast.target),
    )
    return t.rounded(frame, Regions).select(Regions.column_names())
