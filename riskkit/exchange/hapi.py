"""Rows as the Humanitarian API of OCHA (HDX HAPI) has them, one per place, threat and period."""

from __future__ import annotations

import codecs
from pathlib import Path

import polars as pl

from riskkit.exchange import Options, Published

SUMMARY = "one CSV with the columns of HDX HAPI: location_code ... reference period, warning, error"
IS_FOLDER = False
OPTIONS = ("bom",)
_ALL = "all"
_COUNTS = ("expected", "median", "q05", "q95")
_CHANCES = tuple(f"{name}_{i}" for i in (1, 2, 3) for name in ("threshold", "p"))
_SCORES = ("score", "score_low", "score_high", "risk_class")
COLUMNS = (
    "location_code",
    "location_name",
    "provider_region_name",
    "risk_type",
    *_SCORES,
    "global_rank",
    "global_rank_low",
    "global_rank_high",
    "p_top10",
    "counted",
    *_COUNTS,
    *_CHANCES,
    "data_kind",
    "as_of",
    "reference_period_start",
    "reference_period_end",
    "warning",
    "error",
)


def write(published: Published, out: Path, options: Options) -> None:
    """Write the file."""
    text = table(published).write_csv(line_terminator="\n")
    out.write_bytes((codecs.BOM_UTF8 if options.bom else b"") + text.encode())


def table(published: Published) -> pl.DataFrame:
    """Lay out all threats together (`all`) and each threat of each place.

    A place without a figure has a row all the same: `error` says why. `warning` says what must be
    known before a figure is used.

    Returns:
        `COLUMNS`, sorted by place and threat.
    """
    ranking = published.table("ranking.csv")
    whole = _all(ranking, published.simulated)
    parts = _threats(published, ranking)
    frame = pl.concat([whole, parts], how="diagonal")
    return frame.select(COLUMNS).sort("location_code", "risk_type")


def _all(ranking: pl.DataFrame, simulated: bool) -> pl.DataFrame:
    """The ranking; its period is the window of the first threat."""
    worded = {
        "partial": "a threat that other places have is missing",
        "stale": "rests on old data",
        "outlier": "rests on an input beyond anything that the place had",
    }
    status = pl.col("status").cast(pl.String).replace_strict(worded, default=None)
    return ranking.select(
        pl.col("unit").alias("location_code"),
        pl.col("name").alias("location_name"),
        pl.col("region").alias("provider_region_name"),
        pl.lit(_ALL).alias("risk_type"),
        *_text(_SCORES),
        pl.col("rank").alias("global_rank"),
        pl.col("rank_low").alias("global_rank_low"),
        pl.col("rank_high").alias("global_rank_high"),
        "p_top10",
        *_stamp(),
        _warned(status, simulated),
        pl.lit(None, pl.String).alias("error"),
    )


def _threats(published: Published, ranking: pl.DataFrame) -> pl.DataFrame:
    regions = ranking.select("unit", provider_region_name="region")
    table = published.table("components.csv").join(regions, on="unit", how="left")
    given = pl.col("expected").is_not_null()
    return table.select(
        pl.col("unit").alias("location_code"),
        pl.col("name").alias("location_name"),
        "provider_region_name",
        pl.col("threat").alias("risk_type"),
        *_text(_SCORES),
        "counted",
        *_COUNTS,
        *_CHANCES,
        *_stamp(),
        _warned(pl.when(given).then("reason"), published.simulated),
        pl.when(~given).then(pl.concat_str("state", pl.lit(": "), "reason")).alias("error"),
    )


def _text(names: tuple[str, ...]) -> list[pl.Expr]:
    return [pl.col(n).cast(pl.String) if n == "risk_class" else pl.col(n) for n in names]


def _stamp() -> list[pl.Expr]:
    """When the forecast was made and what it speaks of, in days."""
    return [
        pl.col("data_kind").cast(pl.String),
        _last("as_of"),
        (pl.col("window_start") + "-01").alias("reference_period_start"),
        _last("window_end").alias("reference_period_end"),
    ]


def _last(column: str) -> pl.Expr:
    """Last day of a month."""
    first = (pl.col(column) + "-01").str.to_date()
    return first.dt.month_end().cast(pl.String).alias(column)


def _warned(reason: pl.Expr, simulated: bool) -> pl.Expr:
    made_up = pl.lit("simulated data: made up" if simulated else None, dtype=pl.String)
    both = pl.concat_str(made_up, reason, separator="; ", ignore_nulls=True)
    return pl.when(both != "").then(both).alias("warning")
