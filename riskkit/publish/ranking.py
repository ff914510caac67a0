"""ranking.csv: one row per unit, highest risk first."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from riskkit.months import format_month
from riskkit.publish import Publication
from riskkit.publish import _table as t
from riskkit.risk.drivers import COUNT, top_drivers
from riskkit.risk.likelihood import STARTS, WORDS, likelihood
from riskkit.risk.rank import rank_changes, rank_intervals, ranks
from riskkit.risk.score import CLASSES, risk_classes
from riskkit.risk.summary import summarise_window

_UP = "Places moved up since the compared publication (previous.csv); empty for a new unit."
_LOW = "Best rank by window total that the unit takes in 90 % of scenarios, ties in its favour."
_HIGH = "Worst rank by window total in 90 % of scenarios, ties against it."
_DRIVER = "Feature that differs {}most from the average unit in its contribution; not a cause."


class Ranking(t.Scored):
    """Schema version 1."""

    rank = dy.Int32(min=1, metadata=t.note("Place by score; 1 is the highest risk.", "rank"))
    unit = dy.String(
        primary_key=True,
        regex=r"^([A-Z]{3}|\d{1,6})$",
        metadata=t.note("ISO 3166-1 alpha-3 code (user-assigned if simulated) or PRIO-GRID id."),
    )
    name = t.words("Name of the unit.")
    region = t.words("Region of the unit.")
    score = t.points("Order of magnitude of twelve months' outcome, averaged over scenarios.")
    score_low = t.points("5 % quantile of the scenarios' scores, at most the score.")
    score_high = t.points("95 % quantile of the scenarios' scores, at least the score.")
    risk_class = dy.Enum(CLASSES, metadata=t.note("INFORM class of the score at one decimal."))
    rank_low = dy.Int32(min=1, metadata=t.note(_LOW, "rank"))
    rank_high = dy.Int32(min=1, metadata=t.note(_HIGH, "rank"))
    rank_change = dy.Int32(nullable=True, metadata=t.note(_UP, "ranks"))
    p_any = t.probability("That the window total reaches the target's first threshold (1).")
    p_25 = t.probability("That the window total reaches the target's second threshold (25).")
    p_100 = t.probability("That the window total reaches the target's third threshold (100).")
    expected = t.amount("Mean of the window total.")
    median = t.amount("Median of the window total.")
    q05 = t.amount("5 % quantile of the window total.")
    q95 = t.amount("95 % quantile of the window total.")
    likelihood = dy.Enum(WORDS, metadata=t.note("`p_25` in the words of ICD 203."))
    driver_1 = t.words(_DRIVER.format(""), nullable=True)
    driver_2 = t.words(_DRIVER.format("second "), nullable=True)
    driver_3 = t.words(_DRIVER.format("third "), nullable=True)
    as_of = t.month("Month at whose end the forecast was made; nothing later was known.")
    window_start = t.month("First month of the forecast window.")
    window_end = t.month("Last month of the forecast window.")
    data_age_months = dy.Int32(
        min=0, metadata=t.note("Age of the latest known outcome at `as_of`.", "months")
    )
    data_kind = t.data_kind()
    model = t.words("Name of the model.")
    schema_version = t.schema_version()

    @dy.rule()
    def ranks_run_from_one(cls) -> pl.Expr:  # noqa: N805 - dataframely rules are class methods
        """Rows are in the order of their ranks, without gaps."""
        return pl.col("rank") == pl.int_range(1, pl.len() + 1)

    @dy.rule()
    def rank_lies_in_its_interval(cls) -> pl.Expr:  # noqa: N805
        """The interval holds the rank and ends at the last unit."""
        held = pl.col("rank").is_between("rank_low", "rank_high")
        return held & (pl.col("rank_high") <= pl.len())

    @dy.rule()
    def likelihood_is_that_of_p_25(cls) -> pl.Expr:  # noqa: N805
        """The words follow from the probability."""
        code = pl.sum_horizontal((pl.col("p_25") >= start) for start in STARTS)
        return pl.col("likelihood").to_physical() == code


def table(publication: Publication) -> pl.DataFrame:
    """Rank the units; columns as in `Ranking`."""
    frame = summarise_window(publication.forecast, publication.target)
    frame = t.rounded(frame.join(publication.places, on="unit", maintain_order="left"), Ranking)
    first, last = publication.window
    return (
        _ranked(frame, publication)
        .with_columns(
            *_drivers(publication),
            *t.stamp(publication),
            risk_class=pl.Series(risk_classes(frame["score"])),
            likelihood=pl.Series(likelihood(frame["p_25"])),
            window_start=pl.lit(format_month(first)),
            window_end=pl.lit(format_month(last)),
            data_age_months=pl.lit(publication.as_of - publication.last_data),
            model=pl.lit(publication.forecast.model),
        )
        .sort("rank")
        .select(Ranking.column_names())
    )


def _ranked(frame: pl.DataFrame, publication: Publication) -> pl.DataFrame:
    """Rank by the figures as published, so that readers can check the order."""
    units = publication.forecast.units
    rank = ranks(frame["score"], frame["expected"], units)
    low, high = rank_intervals(publication.forecast.totals(), rank)
    earlier = publication.previous
    before = {} if earlier is None else dict(earlier.select("unit", "rank").iter_rows())
    change = pl.Series(rank_changes(units, rank, before), dtype=pl.Int32)
    return frame.with_columns(rank=rank, rank_low=low, rank_high=high, rank_change=change)


def _drivers(publication: Publication) -> list[pl.Series]:
    names = [f"driver_{place + 1}" for place in range(COUNT)]
    texts: list[list[str | None]] = [[None] * COUNT for _ in publication.forecast.units]
    if publication.contributions is not None:
        texts = top_drivers(publication.contributions, publication.descriptions)
    return [
        pl.Series(name, [row[place] for row in texts], dtype=pl.String)
        for place, name in enumerate(names)
    ]
