"""backtest.csv: the rows of a backtest's leaderboard that were handed over with the record."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from riskkit.publish import Publication
from riskkit.publish import _table as t

FILE = "backtest.csv"


def _figure(what: str) -> dy.Float64:
    return dy.Float64(nullable=True, metadata=t.note(what, "as the rule says", decimals=6))


class Backtest(dy.Schema):
    """Schema version 2; without rows where no backtest was handed over."""

    model = t.words("Name of the model.", primary_key=True)
    target = t.words("What it forecasts.", primary_key=True)
    window = t.words("The window, or `all`.", primary_key=True)
    rule = t.words("The scoring rule; docs/scoring.md explains it.", primary_key=True)
    value = _figure("Its score.")
    skill = _figure("Skill over the reference model: 1 perfect, 0 equal.")
    skill_low = _figure("5 % quantile of that over resampled units.")
    skill_high = _figure("95 % quantile of that.")


def table(publication: Publication) -> pl.DataFrame:
    """Give the rows, sorted; columns as in `Backtest`."""
    if publication.record is None:
        return Backtest.create_empty()
    rows = publication.record.select(Backtest.column_names())
    return t.rounded(rows, Backtest).sort("model", "target", "window", "rule")
