"""Forecasts of jobs on disk: a file each, or of many units a folder with a file for each block.

A folder is made beside its place and moved there when it is whole. What a stopped run finished of
it stays: its blocks, and the fitted model in a file beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from riskkit.atomic import atomic_file
from riskkit.files import reading
from riskkit.forecasting.forecast import Forecast, from_frame
from riskkit.models.parts.blocks import UNITS, in_blocks
from riskkit.study.identity import Identity
from riskkit.study.results import PART_REMEDY, write_stamped

Draw = Callable[[slice], Forecast]
"""Forecasts a block of units."""


def is_partitioned(units: int) -> bool:
    """Whether a forecast of so many units is kept in blocks."""
    return units > UNITS


def write_whole(forecast: Forecast, window: str, identity: Identity, path: Path) -> None:
    """Write a forecast, in blocks where it is of many units."""
    if not is_partitioned(len(forecast.units)):
        _write(forecast, window, identity, path)
        return
    write_blocks(len(forecast.units), forecast.part, window, identity, path)


def write_blocks(units: int, draw: Draw, window: str, identity: Identity, path: Path) -> None:
    """Write a folder of one file for each block of units, but for those that are there already.

    Args:
        units: How many there are.
        draw: Forecasts those of a block that can be forecast.
        window: Name of the window.
        identity: What the forecast stands on.
        path: The folder; its name has to tell the identity.
    """
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.mkdir(parents=True, exist_ok=True)
    for number, block in enumerate(in_blocks(units)):
        file = unfinished / f"block-{number:05}.parquet"
        if not file.is_file():
            _write(draw(block), window, identity, file)
    unfinished.rename(path)


def model_beside(path: Path) -> Path:
    """Where the fitted model of a partitioned forecast is kept."""
    return path.with_suffix(".zip")


def read_forecast(path: Path) -> tuple[Forecast, str]:
    """Read a forecast back, and the name of its window.

    Raises:
        RiskkitError: It is damaged.
    """
    blocks = read_blocks(path)
    first, window = next(blocks)
    if not path.is_dir():
        return first, window
    rows = pl.scan_parquet(path, glob=False).select(pl.len()).collect().item()
    units = list(first.units)
    shape = (rows // len(first.horizons), *first.draws.shape[1:])
    draws = np.empty(shape, dtype=np.int64)
    draws[: len(units)] = first.draws
    for part, _ in blocks:  # one by one, since all together fill gigabytes
        draws[len(units) : len(units) + len(part.units)] = part.draws
        units += part.units
    return replace(first, units=tuple(units), draws=draws), window


def read_blocks(path: Path) -> Iterator[tuple[Forecast, str]]:
    """Read a forecast back, some units at a time.

    Raises:
        RiskkitError: It is damaged.
    """
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        with reading(file, PART_REMEDY):
            frame = pl.read_parquet(file, glob=False)
            if frame.height:
                yield from_frame(frame)[0], frame["window"][0]


def _write(forecast: Forecast, window: str, identity: Identity, path: Path) -> None:
    frame = forecast.to_frame().with_columns(pl.lit(window).alias("window"))
    with atomic_file(path) as fresh:
        write_stamped(frame, fresh, identity)
