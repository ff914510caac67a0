"""ranking.csv: one row per unit, highest risk first."""

from __future__ import annotations

from collections.abc import Sequence

import dataframely as dy
import numpy as np
import polars as pl

from riskkit.months import format_month
from riskkit.publish import STANDARD, Part, Publication
from riskkit.publish import _table as t
from riskkit.risk.composite import main_threats, top_shares
from riskkit.risk.drivers import COUNT, top_drivers
from riskkit.risk.likelihood import STARTS, WORDS, likelihood
from riskkit.risk.rank import rank_changes, rank_intervals, ranks
from riskkit.risk.score import CLASSES, risk_classes, summarise_scores
from riskkit.risk.summary import summarise
from riskkit.units import countries

TOP = 10
"""Places that p_top10 speaks of."""
STATUSES = ("ok", "partial", "stale", "outlier")
_UP = "Places moved up since the compared publication (previous.csv); empty for a new unit."
_CLEAR = "Whether the score moved by more than two runs of the same data differ; empty if new."
_LOW = "Best rank by composite that the unit takes in 90 % of scenarios, ties in its favour."
_HIGH = "Worst rank by composite in 90 % of scenarios, ties against it."
_DRIVER = "Feature that differs {}most from the average unit in its contribution; not a cause."
_COUNT = "{} of the window total of the first threat (conflict: deaths)."
_STATUS = (
    "`ok`; `partial`: a threat is missing; `outlier`: an input beyond anything the unit had, which "
    "the model card names; `stale`: old data. Of several the last."
)


class Ranking(t.Scored):
    """Schema version 2."""

    rank = dy.Int32(min=1, metadata=t.note("Place by score; 1 is the highest risk.", "rank"))
    unit = dy.String(
        primary_key=True,
        regex=r"^([A-Z]{3}|\d{1,6})$",
        metadata=t.note("ISO 3166-1 alpha-3 code (user-assigned if simulated) or PRIO-GRID id."),
    )
    name = t.words("Name of the unit, with the places that its figures include.")
    region = t.words("Region of the unit.")
    iso2 = t.words("ISO 3166-1 alpha-2 code.", nullable=True)
    m49 = dy.Int32(nullable=True, metadata=t.note("Code of the United Nations (M49)."))
    gwcode = dy.Int32(nullable=True, metadata=t.note("Code of Gleditsch and Ward."))
    score = t.points("Composite of the threats' scores, averaged over the joint scenarios.")
    score_low = t.points("5 % quantile of the scenarios' composites, at most the score.")
    score_high = t.points("95 % quantile of the scenarios' composites, at least the score.")
    risk_class = dy.Enum(CLASSES, metadata=t.note("INFORM class of the score at one decimal."))
    rank_low = dy.Int32(min=1, metadata=t.note(_LOW, "rank"))
    rank_high = dy.Int32(min=1, metadata=t.note(_HIGH, "rank"))
    p_top10 = t.probability("That the unit is among the ten highest composites.")
    rank_change = dy.Int32(nullable=True, metadata=t.note(_UP, "ranks"))
    change_clear = dy.Bool(nullable=True, metadata=t.note(_CLEAR))
    main_threat = t.words("Threat that adds most to the composite.", nullable=True)
    conflict = t.points("Score of conflict; empty where absent.", nullable=True)
    terrorism = t.points("Score of terrorism; empty where absent.", nullable=True)
    displacement = t.points("Score of displacement; empty where absent.", nullable=True)
    climate = t.points("Score of climate stress; empty where absent.", nullable=True)
    coverage = t.words("Threats that are in the composite, separated by blanks.")
    p_any = t.probability("That the window total reaches the first threshold (1 death).")
    p_25 = t.probability("That the window total reaches the second threshold (25 deaths).")
    p_100 = t.probability("That the window total reaches the third threshold (100 deaths).")
    expected = t.amount(_COUNT.format("Mean"))
    median = t.amount(_COUNT.format("Median"))
    q05 = t.amount(_COUNT.format("5 % quantile"))
    q95 = t.amount(_COUNT.format("95 % quantile"))
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
    status = dy.Enum(STATUSES, metadata=t.note(_STATUS))
    model = t.words("Name of the first threat's model.")
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
    first = publication.first
    points = summarise_scores(publication.composite)
    scores = {"score": points.mean, "score_low": points.low, "score_high": points.high}
    counts = summarise(first.forecast.totals(), first.threat.target.thresholds)
    frame = pl.DataFrame({"unit": publication.ranked, **scores}).hstack(counts)
    frame = frame.join(publication.places, on="unit", maintain_order="left")
    exact = points.mean, frame["expected"].to_numpy()
    frame = t.rounded(frame, Ranking)
    begin, end = publication.window
    return (
        _compared(_ranked(frame, exact, publication), publication)
        .join(_codes(), on="unit", how="left", maintain_order="left")
        .with_columns(
            *_components(publication),
            *_drivers(first, publication.ranked),
            *t.stamp(publication),
            risk_class=pl.Series(risk_classes(frame["score"])),
            likelihood=pl.Series(likelihood(frame["p_25"])),
            window_start=pl.lit(format_month(begin)),
            window_end=pl.lit(format_month(end)),
            data_age_months=pl.lit(publication.as_of - first.last_data),
            model=pl.lit(first.forecast.model),
        )
        .sort("rank")
        .select(Ranking.column_names())
    )


def _codes() -> pl.DataFrame:
    return countries().select("unit", "iso2", "m49", "gwcode")


def _ranked(
    frame: pl.DataFrame, exact: tuple[np.ndarray, np.ndarray], publication: Publication
) -> pl.DataFrame:
    """Rank by the unrounded score, ties by the expected count and at last by code."""
    units = publication.ranked
    rank = ranks(*exact, units)
    low, high = rank_intervals(publication.composite, rank)
    share = np.round(top_shares(publication.composite, TOP), 4)
    return frame.with_columns(rank=rank, rank_low=low, rank_high=high, p_top10=share)


def _compared(frame: pl.DataFrame, publication: Publication) -> pl.DataFrame:
    """Compare with the earlier publication, where there is one of the same kind."""
    earlier = publication.previous
    if earlier is None:
        unknown = pl.lit(None)
        return frame.with_columns(rank_change=unknown, change_clear=unknown)
    before = dict(earlier.select("unit", "rank").iter_rows())
    change = rank_changes(publication.ranked, frame["rank"].to_numpy(), before)
    scores = earlier.select("unit", earlier_score="score")
    return (
        frame.with_columns(rank_change=pl.Series(change, dtype=pl.Int32))
        .join(scores, on="unit", how="left", maintain_order="left")
        .with_columns(
            change_clear=(pl.col("score") - pl.col("earlier_score")).abs() > t.noise(publication)
        )
    )


def _components(publication: Publication) -> list[pl.Series]:
    """The threats' scores, which of them there are, and what that makes of the row."""
    means = {name: points.mean(axis=1) for name, points in publication.scores.items()}
    nothing = np.full(len(publication.ranked), np.nan)
    named = [
        pl.Series(name, means.get(name, nothing), nan_to_null=True).round(2) for name in STANDARD
    ]
    weights = publication.weights
    used = [name for name in means if weights[name] > 0]
    present = np.stack([~np.isnan(means[name]) for name in used], axis=1)
    coverage = [" ".join(n for n, p in zip(used, row, strict=True) if p) for row in present]
    whole = [bool(row.all()) and not publication.absent for row in present]
    stale = any(part.stale for part in publication.parts)
    status = [
        _status(stale=stale, outlier=unit in publication.outliers, whole=complete)
        for unit, complete in zip(publication.ranked, whole, strict=True)
    ]
    main = main_threats(publication.scores, weights, publication.exponent)
    return [
        *named,
        pl.Series("main_threat", main, dtype=pl.String),
        pl.Series("coverage", coverage),
        pl.Series("status", status),
    ]


def _status(*, stale: bool, outlier: bool, whole: bool) -> str:
    """The first that holds; which threats are in is told by `coverage` as well."""
    if stale:
        return "stale"
    if outlier:
        return "outlier"
    return "ok" if whole else "partial"


def _drivers(part: Part, units: Sequence[str]) -> list[pl.Series]:
    names = [f"driver_{place + 1}" for place in range(COUNT)]
    texts: list[list[str | None]] = [[None] * COUNT for _ in units]
    if part.contributions is not None:
        among = "cells" if units[0].isdigit() else "countries"
        texts = top_drivers(part.contributions, part.descriptions, part.measured_in, among)
    return [
        pl.Series(name, [row[place] for row in texts], dtype=pl.String)
        for place, name in enumerate(names)
    ]
