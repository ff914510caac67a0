"""Where a study's observations come from, and which units they speak of."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from riskkit.config import Params
from riskkit.errors import ConfigError
from riskkit.store import Store, read_file
from riskkit.tables import Release
from riskkit.units import countries


def read_releases(params: Params, folder: Path) -> tuple[Release, ...]:
    """Read the configured files, or else the stored ones.

    Args:
        params: The study's parameters.
        folder: What their paths are relative to.

    Raises:
        ConfigError: There are none, or their folder is not there.
    """
    data = params.data
    if data.sources:
        roots = [folder / (entry.root or data.root) for entry in data.sources]
        for root in roots:
            _require(root)
        return tuple(
            read_file(e.source, root / e.path, e.options)
            for root, e in zip(roots, data.sources, strict=True)
        )
    if data.kind == "files":
        raise ConfigError("data.kind is files, but data.sources names none")
    return Store(folder / data.store).read()


def _require(root: Path) -> None:
    if not root.is_dir():
        raise ConfigError(
            f"the data are not here: there is no folder {root}",
            hint="data.root names the folder of the files, as in --set data.root=FOLDER",
        )


def units_of(release: Release) -> pl.DataFrame:
    """Name the units that a source speaks of: those of its rows, and of a census all countries.

    Returns:
        Columns `unit, name, region, born, died`; cells are named by their number.
    """
    named = set(release.observations["unit"].unique())
    if any(indicator.census for indicator in release.indicators):
        everywhere = countries("views")["unit"].to_list()
        named |= set(everywhere if release.covered_units is None else release.covered_units)
    table = countries().filter(pl.col("unit").is_in(named))
    cells = sorted(named - set(table["unit"]))
    grid = pl.DataFrame({"unit": cells}, schema={"unit": pl.String}).select(
        "unit",
        (pl.lit("cell ") + pl.col("unit")).alias("name"),
        pl.lit("PRIO-GRID").alias("region"),
        pl.lit(None, dtype=pl.Date).alias("born"),
        pl.lit(None, dtype=pl.Date).alias("died"),
    )
    return pl.concat([table.select(grid.columns), grid])
