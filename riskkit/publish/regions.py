"""regions.csv: regions and the world by threat and as a whole, from the joint scenarios."""

from __future__ import annotations

import dataframely as dy
import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.publish import COMPOSITE, Part, Publication
from riskkit.publish import _table as t
from riskkit.risk.regions import WORLD, region_totals
from riskkit.risk.score import summarise_scores
from riskkit.risk.summary import summarise

_HIGHEST = 3
_MEAN = "Composite of the region: mean over its units, weighted by people, in each scenario."


class Regions(t.Quantiles, t.Interval):
    """Schema version 2. A threat's rows hold counts, those of `composite` scores."""

    region = t.words("Region, or `World` for all units.", primary_key=True)
    threat = t.words("Name of the threat, or `composite`.", primary_key=True)
    n_units = dy.Int32(min=1, metadata=t.note("Forecast units in the region.", "units"))
    target = t.words("Name of what is forecast.", nullable=True)
    expected = t.amount("Mean of the window total of all units.", nullable=True)
    median = t.amount("Median of the window total.", nullable=True)
    q05 = t.amount("5 % quantile of the window total.", nullable=True)
    q95 = t.amount("95 % quantile of the window total.", nullable=True)
    p_1 = t.probability("That the total reaches the threat's first threshold.", nullable=True)
    p_2 = t.probability("That it reaches the second threshold.", nullable=True)
    p_3 = t.probability("That it reaches the third threshold.", nullable=True)
    p_1000 = t.probability("That it reaches ten times the third threshold.", nullable=True)
    score = t.points(_MEAN, nullable=True)
    score_low = t.points("5 % quantile over scenarios, at most the score.", nullable=True)
    score_high = t.points("95 % quantile over scenarios, at least the score.", nullable=True)
    score_max = t.points("Highest composite of the region's units.", nullable=True)
    highest = t.words("Its highest units, separated by blanks.", nullable=True)
    as_of = t.month("Month at whose end the forecast was made.")
    data_kind = t.data_kind()
    schema_version = t.schema_version()


def table(publication: Publication) -> pl.DataFrame:
    """Sum up each region; columns as in `Regions`, the world last."""
    frames = [_counts(publication, part) for part in publication.parts]
    frame = pl.concat([*frames, _composites(publication)], how="diagonal")
    return (
        frame.with_columns(*t.stamp(publication))
        .sort(
            pl.col("region") == WORLD, "region", pl.col("threat") == COMPOSITE, maintain_order=True
        )
        .select(Regions.column_names())
    )


def _regions(publication: Publication, units: tuple[str, ...]) -> list[str]:
    known = dict(publication.units.select("unit", "region").iter_rows())
    return [known[unit] for unit in units]


def _counts(publication: Publication, part: Part) -> pl.DataFrame:
    thresholds = part.threat.target.thresholds
    regions = _regions(publication, part.forecast.units)
    names, sizes, totals = region_totals(part.forecast.totals(), regions)
    frame = summarise(totals, thresholds).rename({"p_any": "p_1", "p_25": "p_2", "p_100": "p_3"})
    frame = frame.with_columns(
        region=pl.Series(names),
        threat=pl.lit(part.threat.name),
        n_units=sizes,
        p_1000=(totals >= 10 * thresholds[-1]).mean(axis=1),
        target=pl.lit(part.forecast.target),
    )
    return t.rounded(frame, Regions)


def _composites(publication: Publication) -> pl.DataFrame:
    units, points = publication.ranked, publication.composite
    regions = np.array(_regions(publication, units))
    people = np.array([publication.population.get(unit, np.nan) for unit in units])
    rows = []
    for name in (*np.unique(regions).tolist(), WORLD):
        inside = np.flatnonzero((regions == name) | (name == WORLD))
        mean = points[inside].mean(axis=1)
        order = inside[np.argsort(-mean, kind="stable")][:_HIGHEST]
        score = summarise_scores(_weighted(points[inside], people[inside])[None, :])
        rows.append(
            {
                "region": name,
                "n_units": len(inside),
                "score": score.mean[0],
                "score_low": score.low[0],
                "score_high": score.high[0],
                "score_max": mean.max(),
                "highest": " ".join(units[row] for row in order),
            }
        )
    return t.rounded(pl.DataFrame(rows).with_columns(threat=pl.lit(COMPOSITE)), Regions)


def _weighted(points: NDArray[np.float64], people: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over units, weighted by people; plain where nobody's number is known."""
    weight = np.ones(len(people)) if np.isnan(people).all() else np.nan_to_num(people)
    return np.asarray(weight @ points / weight.sum(), dtype=np.float64)
