"""Read a large file of UCDP GED events: riskkit to monthly counts, polars the text alone."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from riskkit.sources.ucdp.ged import LAYOUT, GedOptions, UcdpGed
from tests.benchmarks import Prepared, unchecked

_FOLDER = Path(tempfile.gettempdir()) / "riskkit-benchmarks"
_CODES = (2, 20, 41, 70, 90, 100, 365, 490, 500, 520, 625, 645, 678, 700, 750, 775, 840, 850)
"""Gleditsch-Ward codes, under which invented events are counted."""


def prepare(engine: str, p: dict[str, Any]) -> Prepared:
    """Write invented events in the publisher's layout, once for all engines."""
    path = _FOLDER / f"{p['megabytes']}" / "GEDEvent_v21_1.csv"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        _events(p["megabytes"]).write_csv(path)
    small = _FOLDER / "1" / path.name
    if not small.is_file():
        small.parent.mkdir(exist_ok=True)
        _events(1).write_csv(small)
    if engine == "riskkit":
        options = GedOptions()
        UcdpGed().read(small, options)
        return lambda: UcdpGed().read(path, options), unchecked
    pl.read_csv(small, infer_schema=False)
    return lambda: pl.read_csv(path, infer_schema=False), unchecked


def _events(megabytes: int) -> pl.DataFrame:
    """About so many megabytes of events; their texts are as long as the publisher's."""
    rows = megabytes * 1_250
    rng = np.random.default_rng(0)
    day = pl.date(1989, 1, 1) + pl.duration(
        days=pl.Series(np.sort(rng.integers(11_500, size=rows)))
    )
    best = rng.geometric(0.2, rows)
    text = "An invented event, reported by nobody, in a place that is not there; " * 4
    made: dict[str, Any] = {
        "id": np.arange(rows),
        "type_of_violence": rng.integers(1, 4, rows),
        "country_id": rng.choice(_CODES, rows),
        "priogrid_gid": rng.integers(100_000, 200_000, rows),
        "where_prec": rng.integers(1, 7, rows),
        "event_clarity": rng.integers(1, 3, rows),
        "date_prec": rng.integers(1, 6, rows),
        "latitude": rng.uniform(-40, 40, rows).round(6),
        "longitude": rng.uniform(-100, 100, rows).round(6),
        "deaths_a": 0,
        "deaths_b": 0,
        "deaths_civilians": 0,
        "deaths_unknown": best,
        "best": best,
        "high": best + 2,
        "low": np.maximum(best - 2, 0),
    }
    frame = pl.DataFrame({name: values for name, values in made.items() if np.ndim(values)})
    fixed = {name: pl.lit(0).alias(name) for name, values in made.items() if not np.ndim(values)}
    texts = {
        "relid": "FIC-1-1",
        "code_status": "Clear",
        "conflict_name": "Invented conflict",
        "dyad_name": "Side A - Side B",
        "side_a": "Side A",
        "side_b": "Side B",
        "source_article": text,
        "source_original": text,
        "where_coordinates": "Invented town",
        "where_description": text[:90],
        "country": "Testland (fictional)",
        "region": "Nowhere",
    }
    empty = {name: pl.lit(None, pl.String).alias(name) for name in LAYOUT}
    stamp = day.dt.strftime("%Y-%m-%d 00:00:00.000")
    dated = {"date_start": stamp.alias("date_start"), "date_end": stamp.alias("date_end")}
    columns = {**empty, **{k: pl.lit(v).alias(k) for k, v in texts.items()}, **fixed, **dated}
    columns |= {name: pl.col(name) for name in frame.columns}
    columns["year"] = day.dt.year().alias("year")
    columns["active_year"] = pl.lit(1).alias("active_year")
    return frame.select([columns[name] for name in LAYOUT])
