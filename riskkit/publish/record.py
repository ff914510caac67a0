"""record.csv: how the last rankings turned out, and whether the models are worth publishing.

Lines of a ledger: of what was published live, and of what would have been published, which is
marked as replayed. The report's section and the warning on top of it are made from this table.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from riskkit.publish import Publication
from riskkit.publish import _table as t
from riskkit.publish._record import LIVE, REPLAYED

FILE = "record.csv"


def _figure(what: str) -> dy.Float64:
    about = t.note(what, "as the rule says", decimals=6)
    return dy.Float64(nullable=True, metadata=about)


def _names(what: str) -> dy.String:
    return t.words(what, nullable=True)


class Record(dy.Schema):
    """Schema version 2; without rows where nothing was graded."""

    kind = dy.Enum(
        [LIVE, REPLAYED],
        primary_key=True,
        metadata=t.note("`live` if it was published, `replayed` if it would have been."),
    )
    publication = t.words("Its dated folder.", primary_key=True)
    figures = t.words("`first` or `settled` figures.", primary_key=True)
    threat = t.words("A threat, or `composite`.", primary_key=True)
    rule = t.words("Rule, as grading.json explains it.", primary_key=True)
    as_of = t.month("Month at whose end the forecast was made.")
    window_start = t.month("First month of the window of the first threat.")
    window_end = t.month("Last month of that window.")
    units = dy.Int64(min=1, metadata=t.note("Units with a known outcome.", "units"))
    value = _figure("What the ranking scored.")
    conflictology = _figure("What conflictology scored.")
    skill_conflictology = _figure("Skill over conflictology: 1 perfect, 0 equal.")
    skill_conflictology_low = _figure("5 % quantile of that over resampled units.")
    skill_conflictology_high = _figure("95 % quantile of that.")
    last_year = _figure("What last year's ranking scored.")
    skill_last_year = _figure("Skill over last year's ranking.")
    skill_last_year_low = _figure("5 % quantile of that over resampled units.")
    skill_last_year_high = _figure("95 % quantile of that.")
    zero = _figure("What a forecast of nothing anywhere scored.")
    skill_zero = _figure("Skill over that.")
    reliability = _figure("Of a Brier score: what recalibration would gain; lower is better.")
    resolution = _figure("Of a Brier score: what it gains on the base rate; higher is better.")
    uncertainty = _figure("Of a Brier score: what the base rate alone scores.")
    hits = _names("Of `top_10`: rightly among the first ten.")
    misses = _names("Of `top_10`: among the ten highest, but not named.")
    false_alarms = _names("Of `top_10`: named, but not among the ten highest.")
    hash = t.words("Hash of the line in its ledger.")


def table(publication: Publication) -> pl.DataFrame:
    """Give the graded lines that the publication shows; columns as in `Record`."""
    graded = publication.graded
    if graded is None or graded.is_empty():
        return Record.create_empty()
    names = [name for name, column in Record.columns().items() if isinstance(column, dy.Float64)]
    shown = graded.select(Record.column_names()).with_columns(pl.col(names).round(6))
    empty = pl.col("hits", "misses", "false_alarms")
    return shown.with_columns(pl.when(empty != "").then(empty).name.keep()).sort(
        "kind", "as_of", "publication", "figures", "threat", "rule"
    )
