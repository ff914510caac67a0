"""sensitivity.csv: how far ranks move when the threats are put together otherwise."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from riskkit.publish import Publication
from riskkit.publish import _table as t
from riskkit.risk.composite import composite, variants
from riskkit.risk.rank import ranks

_SHIFT = "Places that the unit moves up against ranking.csv."


class Sensitivity(dy.Schema):
    """Schema version 2; without rows where a publication has one threat."""

    variant = t.words(
        "What is different: another exponent, weight, or set of threats.", primary_key=True
    )
    unit = dy.String(primary_key=True, metadata=t.note("Code of the unit, as in ranking.csv."))
    score = t.points("Composite in this variant; empty where no threat is left.", nullable=True)
    rank = dy.Int32(min=1, metadata=t.note("Rank in this variant.", "rank"))
    rank_shift = dy.Int32(metadata=t.note(_SHIFT, "ranks"))


def table(publication: Publication) -> pl.DataFrame:
    """Rank the units in each variant, in the order of variants and ranks."""
    units = publication.ranked
    expected = publication.first.forecast.totals().mean(axis=1)
    published = ranks(publication.composite.mean(axis=1), expected, units)
    frames = []
    for variant in variants(publication.weights, publication.exponent):
        mean = composite(publication.scores, variant.weights, variant.exponent).mean(axis=1)
        rank = ranks(pl.Series(mean).fill_nan(-1.0).to_numpy(), expected, units)
        frame = pl.DataFrame({"unit": units, "rank": rank, "rank_shift": published - rank})
        score = pl.Series("score", mean, nan_to_null=True).round(2)
        frames.append(frame.with_columns(score, variant=pl.lit(variant.name)).sort("rank"))
    if not frames:
        return Sensitivity.create_empty()
    return pl.concat(frames).select(Sensitivity.column_names())
