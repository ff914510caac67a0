"""forecasts.csv and forecasts.parquet: one row per unit and month; the draws in parquet only."""

from __future__ import annotations

from pathlib import Path

import dataframely as dy
import numpy as np
import polars as pl

from riskkit.errors import RiskkitError
from riskkit.publish import Part, Publication
from riskkit.publish import _table as t
from riskkit.risk.summary import summarise

FILE = "forecasts.parquet"
DRAWS = t.note("Joint scenarios: draw k of all rows belongs together.", "count of the target")
_ROWS_IN_GROUP = 4096
_LARGEST = int(np.iinfo(np.uint32).max)


class Forecasts(t.Quantiles):
    """Columns of both files; `riskkit.forecasting.forecast.from_frame` reads the parquet file."""

    model = t.words("Name of the model.")
    target = t.words("Name of what is forecast.", primary_key=True)
    origin = dy.Date(metadata=t.note("First day of the month at whose end the forecast was made."))
    unit = dy.String(primary_key=True, metadata=t.note("Code of the unit, as in ranking.csv."))
    month = dy.Date(primary_key=True, metadata=t.note("First day of the period that is forecast."))
    horizon = dy.Int32(metadata=t.note("Months from the origin to `month`.", "months"))
    expected = t.amount("Mean.")
    median = t.amount("Median.")
    q05 = t.amount("5 % quantile.")
    q25 = t.amount("25 % quantile.")
    q75 = t.amount("75 % quantile.")
    q95 = t.amount("95 % quantile.")
    p_1 = t.probability("That the outcome reaches the target's first threshold.")
    p_2 = t.probability("That the outcome reaches the target's second threshold.")
    p_3 = t.probability("That the outcome reaches the target's third threshold.")
    data_kind = t.data_kind()
    schema_version = t.schema_version()

    @dy.rule()
    def exceedance_descends(cls) -> pl.Expr:  # noqa: N805
        """A higher count is never more probable."""
        return (pl.col("p_1") >= pl.col("p_2")) & (pl.col("p_2") >= pl.col("p_3"))


def table(publication: Publication) -> pl.DataFrame:
    """Summarise each unit, month and target; columns as in `Forecasts`, sorted by these."""
    return _with_draws(publication).select(Forecasts.column_names())


def write(publication: Publication, folder: Path) -> None:
    """Write the same rows with their draws to forecasts.parquet.

    Raises:
        RiskkitError: A draw does not fit into 32 bits.
    """
    largest = max(int(part.forecast.draws.max()) for part in publication.parts)
    if largest > _LARGEST:
        raise RiskkitError("a draw is too large for forecasts.parquet", got=largest)
    size = publication.first.forecast.draws.shape[-1]
    frame = _with_draws(publication).with_columns(
        pl.col("draws").cast(pl.Array(pl.UInt32, size)), pl.col("data_kind").cast(pl.String)
    )
    frame.select(*Forecasts.column_names(), "draws").write_parquet(
        folder / FILE,
        compression="zstd",
        row_group_size=_ROWS_IN_GROUP,
        metadata={"riskkit": publication.identity},
    )


def _with_draws(publication: Publication) -> pl.DataFrame:
    frame = pl.concat([_of_part(part) for part in publication.parts])
    frame = frame.with_columns(*t.stamp(publication))
    return t.rounded(frame, Forecasts).sort("unit", "month", "target")


def _of_part(part: Part) -> pl.DataFrame:
    forecast = part.forecast
    draws = forecast.draws.reshape(-1, forecast.draws.shape[-1])
    counts = summarise(draws, part.threat.target.thresholds)
    renamed = counts.rename({"p_any": "p_1", "p_25": "p_2", "p_100": "p_3"})
    return forecast.to_frame().hstack(renamed)
