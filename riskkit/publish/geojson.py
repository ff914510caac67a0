"""map.geojson: the ranking on a map (RFC 7946), for QGIS, kepler.gl and the like."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from riskkit.publish import _places

FILE = "map.geojson"
OF_CELLS = (
    *("rank", "unit", "name", "region", "score", "score_low", "score_high", "risk_class"),
    *("p_any", "p_25", "p_100", "expected", "as_of", "window_start", "window_end", "data_kind"),
)
"""The columns that cells carry, of which there are many; ranking.csv has all."""


def write(ranking: pl.DataFrame, folder: Path) -> None:
    """Write one feature per unit with the ranking's columns as its properties, in rank order.

    Small states are points; a unit that is nowhere (a simulated one) has a null geometry. Cells are
    squares with the properties `OF_CELLS`.

    Args:
        ranking: Rows of ranking.csv.
        folder: Where to write.
    """
    where = _places.geometries(ranking["unit"])
    if ranking["unit"].str.contains(r"^\d+$").all():
        ranking = ranking.select(OF_CELLS)
    features = [
        {"type": "Feature", "id": row["unit"], "geometry": where[row["unit"]], "properties": row}
        for row in ranking.iter_rows(named=True)
    ]
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in features)
    text = f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'
    (folder / FILE).write_text(text, encoding="utf-8", newline="\n")
