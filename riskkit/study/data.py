"""Where a study's observations come from, and which units they speak of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from riskkit import base
from riskkit.config import DataSettings, Params
from riskkit.errors import ConfigError
from riskkit.panel.merging import merge, stack
from riskkit.reading.remote import is_address, local, within
from riskkit.registry import lookup, sources
from riskkit.store import Entry, Store, read_file
from riskkit.study.cells import by_cell
from riskkit.tables import Release
from riskkit.units import countries
from riskkit.world import simulate
from riskkit.world.grid import simulate_grid

_WITH = " (with "


def read_releases(params: Params, folder: Path) -> tuple[Release, ...]:
    """Read what `data.kind` names.

    Args:
        params: The study's parameters.
        folder: What their paths are relative to.

    Returns:
        With `auto` the embedded data, and over them the configured files or else the stored ones,
        as `riskkit.panel.merging` lays them; otherwise one kind alone. By cell, what the user's
        own files tell of cells.

    Raises:
        ConfigError: The kind of data is named and there are none, or their folder is not there.
    """
    data = params.data
    if params.panel.level == "cell":
        return _read_cells(data, folder)
    if data.kind == "world":
        return simulate(data.world.seed, data.world.countries, data.world.months).releases
    if data.kind == "base":
        return base.releases()
    if data.kind == "files":
        return _configured(data, folder)
    store = _store(data, folder)
    return _stored(store) if data.kind == "store" else _merged(data, folder, store)


def _merged(data: DataSettings, folder: Path, store: Store) -> tuple[Release, ...]:
    """The embedded data, and over them the configured files or else the stored ones."""
    if not data.sources and not store.entries():
        return base.releases()
    own = _configured(data, folder) if data.sources else _stored(store)
    return merge(base.releases(), own)


def _read_cells(data: DataSettings, folder: Path) -> tuple[Release, ...]:
    """Do the same by cell: the simulated grid or the user's files; the embedded data have none.

    Raises:
        ConfigError: The embedded data alone are asked for, or there are no others.
    """
    if data.kind == "world":
        return simulate_grid(data.world.seed, data.world.cells, data.world.months).releases
    if data.kind == "base":
        raise ConfigError(
            "panel.level is cell, but the embedded data count by country",
            hint="name files under data.sources, add some to the store, or set data.kind to world",
        )
    cell = {"level": "cell"}
    if data.kind == "files" or (data.kind == "auto" and data.sources):
        return by_cell(_configured(data, folder, cell))
    return by_cell(_stored(_store(data, folder), cell))


def _configured(
    data: DataSettings, folder: Path, over: Mapping[str, Any] = MappingProxyType({})
) -> tuple[Release, ...]:
    """The entries of `data.sources`; `over` are options of readers that have such."""
    if not data.sources:
        raise ConfigError("data.kind is files, but data.sources names none")
    roots = [within(str(folder), entry.root or data.root) for entry in data.sources]
    for root in roots:
        _require(root)
    return tuple(
        _dated(
            read_file(e.source, local(within(root, e.path)), _options(e.source, e.options, over)),
            f"file {Path(e.path).name}",
        )
        for root, e in zip(roots, data.sources, strict=True)
    )


def _store(data: DataSettings, folder: Path) -> Store:
    return Store(local(within(str(folder), data.store)))


def _options(source: str, own: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    known = lookup("source", sources(), source).options.model_fields
    return {**own, **{name: value for name, value in over.items() if name in known}}


def _stored(store: Store, over: Mapping[str, Any] = MappingProxyType({})) -> tuple[Release, ...]:
    """The files of `riskkit data add` and `fetch`; those of one source that were kept, together."""
    entries = store.entries()
    if not entries:
        raise ConfigError(
            f"data.kind is store, but {store.folder} holds no data",
            hint="add a file with `riskkit data add`, or fetch one",
        )
    in_order = sorted(entries, key=_added)
    return stack(
        [
            _dated(
                store.read_entry(
                    e.model_copy(update={"options": _options(e.source, e.options, over)})
                ),
                _vintage(e),
            )
            for e in in_order
        ]
    )


def _added(entry: Entry) -> datetime:
    return max(file.retrieved_at for file in entry.files.values())


def _vintage(entry: Entry) -> str:
    vintages = sorted({file.vintage for file in entry.files.values()})
    return vintages[0] if len(vintages) == 1 else f"{vintages[0]} and others"


def _dated(release: Release, vintage: str) -> Release:
    return release if release.vintage else replace(release, vintage=vintage)


def _require(root: str) -> None:
    if not is_address(root) and not Path(root).is_dir():
        raise ConfigError(
            f"the data are not here: there is no folder {root}",
            hint="data.root names the folder of the files, as in --set data.root=FOLDER",
        )


def units_of(release: Release) -> pl.DataFrame:
    """Name the units that a source speaks of: those of its rows, and of a census all countries.

    Returns:
        Columns `unit, name, region, born, died`; cells are named by their number, and a country
        that holds another in its rows by both.
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
    shown = pl.col("unit").replace_strict(
        dict(release.unit_names), default=pl.col("name"), return_dtype=pl.String
    )
    return pl.concat([table.select(grid.columns), grid]).with_columns(shown.alias("name"))


def places_within(releases: Iterable[Release]) -> dict[str, str]:
    """What is counted within each unit, as in `{"ISR": "Palestine"}`.

    Args:
        releases: Sources whose `unit_names` are as "Israel (with Palestine)".
    """
    shown = {unit: name for one in releases for unit, name in one.unit_names.items()}
    return {
        unit: name.partition(_WITH)[2].removesuffix(")")
        for unit, name in shown.items()
        if _WITH in name
    }


def name_places(units: pl.DataFrame, within: Mapping[str, Mapping[str, str]]) -> pl.DataFrame:
    """Say beside a unit's name what only some threats count within it.

    What the first threat's source counts within a unit is in its name already, as in "Israel (with
    Palestine)"; where only later ones do, the name says which: "Serbia (with Kosovo in
    displacement)".

    Args:
        units: Units as the first threat's source names them.
        within: By threat, in their order, what `places_within` finds.
    """
    first, *later = within
    told: dict[str, dict[str, list[str]]] = {}
    for threat in later:
        for unit, place in within[threat].items():
            if unit not in within[first]:
                told.setdefault(unit, {}).setdefault(place, []).append(threat)
    notes = {
        unit: ", ".join(f"{place} in {' and '.join(by)}" for place, by in places.items())
        for unit, places in told.items()
    }
    plain = pl.col("name").str.split(_WITH).list.first()
    note = pl.col("unit").replace_strict(notes, default=None, return_dtype=pl.String)
    said = pl.when(note.is_not_null()).then(plain + pl.lit(_WITH) + note + pl.lit(")"))
    return units.with_columns(said.otherwise("name").alias("name"))
