"""drivers.csv: how many points each family of features adds to each unit's scores."""

from __future__ import annotations

from collections.abc import Iterator

import dataframely as dy
import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.publish import COMPOSITE, Part, Publication
from riskkit.publish import _table as t
from riskkit.risk.drivers import AVERAGE, in_points, slopes

_POINTS = (
    "Points that the family adds (or takes); those of a unit and threat sum to its score. What the "
    "model used, not a cause."
)
_FAMILY = (
    "Family of features; `own history` is the threat's own past, `together` what families add only "
    "together, `average country` what every unit starts from."
)


class Drivers(dy.Schema):
    """Schema version 2; without the threats whose models do not say."""

    unit = dy.String(primary_key=True, metadata=t.note("Code of the unit, as in ranking.csv."))
    threat = t.words("Name of the threat, or `composite`.", primary_key=True)
    family = t.words(_FAMILY, primary_key=True)
    points = dy.Float64(metadata=t.note(_POINTS, "points", decimals=3))


def table(publication: Publication) -> pl.DataFrame:
    """Share out the scores of each ranked unit; columns as in `Drivers`."""
    explained = {p.threat.name: _points(publication, p) for p in publication.parts if p.shares}
    frames = [_long(publication, name, *shared) for name, shared in explained.items()]
    if set(explained) == {name for name, weight in publication.weights.items() if weight > 0}:
        frames += list(_composite(publication, explained))
    if not frames:
        return Drivers.create_empty()
    order = ["unit", "threat", "family"]
    return pl.concat(frames).sort(order).select(Drivers.column_names())


Shared = tuple[tuple[str, ...], NDArray[np.float64]]


def _points(publication: Publication, part: Part) -> Shared:
    """Families and points [ranked units, families]; NaN where a unit has no score."""
    shares = part.shares
    if shares is None:
        raise ValueError(f"{part.threat.name} has no shares")
    place = {unit: row for row, unit in enumerate(part.forecast.units)}
    values = np.full((len(publication.ranked), len(shares.families) + 1), np.nan)
    rows = [row for row, unit in enumerate(publication.ranked) if unit in place]
    scores = publication.scores[part.threat.name].mean(axis=1)
    there = [place[publication.ranked[row]] for row in rows]
    values[rows] = in_points(shares.values[there], shares.average, scores[rows])
    return (AVERAGE, *shares.families), values


def _long(
    publication: Publication, threat: str, families: tuple[str, ...], points: NDArray[np.float64]
) -> pl.DataFrame:
    units = publication.ranked
    frame = pl.DataFrame(
        {
            "unit": np.repeat(np.array(units, dtype=object), len(families)).tolist(),
            "family": list(families) * len(units),
            "points": points.ravel(),
        },
        nan_to_null=True,
    )
    return frame.drop_nulls("points").select(
        "unit", pl.lit(threat).alias("threat"), "family", pl.col("points").round(3)
    )


def _composite(publication: Publication, explained: dict[str, Shared]) -> Iterator[pl.DataFrame]:
    """Carry the threats' points to the composite, and bring them to its published value."""
    means = {name: points.mean(axis=1) for name, points in publication.scores.items()}
    worth = slopes(means, publication.weights, publication.exponent)
    families = tuple(dict.fromkeys(f for names, _ in explained.values() for f in names))
    total = np.zeros((len(publication.ranked), len(families)))
    for name, (names, points) in explained.items():
        if name in worth:
            columns = [families.index(family) for family in names]
            total[:, columns] += np.nan_to_num(points) * worth[name][:, None]
    score = publication.composite.mean(axis=1)
    whole = total.sum(axis=1)
    scale = np.divide(score, whole, out=np.ones_like(whole), where=whole > 0)
    yield _long(publication, COMPOSITE, families, total * scale[:, None])
