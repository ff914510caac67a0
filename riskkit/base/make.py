"""Write the embedded tables anew from a folder of base data, checking the known figures.

Run `python -m riskkit.base.make --from FOLDER`, where FOLDER has the files and the README of the
base data. Files that hold the figures of one publisher are copied; the others are parted by
publisher. The same files and the same version of polars give the same bytes. Borders are computed
from the outlines, which needs shapely.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from riskkit.atomic import atomic_file, write_text
from riskkit.base.provenance import DATA, HASHES, sha256_of
from riskkit.errors import RiskkitError
from riskkit.units.geometry import MERGED, contiguity

MAP = "countries_110m"
BORDERS = "borders"
LARGEST = 500_000
"""Bytes that a file of the repository may have."""

_KEYS = ("iso3", "year", "month")
_ALONE = {"N. Cyprus": MERGED["CYN"], "Somaliland": MERGED["SOL"]}
"""Places without a code of their own, and the unit they are part of."""


@dataclass(frozen=True)
class Part:
    """A table of one publisher.

    Attributes:
        source: Name of the file in the folder, without its ending.
        columns: Its columns besides the keys; empty means the whole file as it is.
    """

    source: str
    columns: tuple[str, ...] = ()


PARTS = {
    "conflict_month": Part("conflict_month"),
    "conflict_year": Part("conflict_year"),
    "displacement_year": Part("displacement_year"),
    "refugee_dyad_year": Part("refugee_dyad_year"),
    "temperature_month": Part("climate_month", ("temperature_c",)),
    "rain_year": Part("climate_year"),
    "rain_month": Part("climate_month", ("precipitation_mm", "precipitation_suspect")),
    "risk_year": Part("risk_year"),
    "news_month": Part("news_month"),
    "diplomacy_year": Part("diplomacy_year"),
    "economy_year": Part(
        "structure_year",
        (
            "gdp_per_head_usd2015",
            "urban_share",
            "gdp_deflator_growth",
            "agriculture_share_gdp",
            "internet_users_share",
            "trade_share_gdp",
            "infant_mortality",
        ),
    ),
    "people_year": Part(
        "structure_year",
        (
            "population",
            "birth_rate",
            "death_rate",
            "population_growth",
            "net_migration",
            "fertility",
            "life_expectancy",
        ),
    ),
}
"""Embedded table -> what of the folder it holds."""

Figure = Callable[[pl.DataFrame], float]


def _of(year: int, column: str) -> Figure:
    return lambda table: float(table.filter(year=year)[column].cast(pl.Int64).sum())


CHECKS: Mapping[str, tuple[tuple[str, Figure, float, float], ...]] = {
    "conflict_month": tuple(
        (f"deaths in the world, {year}", _of(year, "best"), deaths, 0)
        for year, deaths in ((2021, 234_846), (2022, 309_636), (2023, 161_237), (2024, 160_900))
    ),
    "conflict_year": tuple(
        (f"deaths in the world, {year}", _of(year, "total_best"), deaths, 0)
        for year, deaths in ((2021, 234_846), (2022, 309_636), (2023, 161_237), (2024, 160_900))
    ),
    "displacement_year": (
        ("refugees at the end of 2024", _of(2024, "refugees_asylum"), 30.96e6, 0.005e6),
        ("people under UNRWA's mandate, 2024", _of(2024, "unrwa_asylum"), 5.91e6, 0.005e6),
        ("asylum-seekers, 2024", _of(2024, "asylum_seekers_asylum"), 8.35e6, 0.005e6),
        ("internally displaced, 2024", _of(2024, "idps_unhcr"), 68.1e6, 0.05e6),
    ),
    "temperature_month": (
        (
            "countries with all 12 months of 2024",
            lambda t: float((t.filter(year=2024).group_by("iso3").len()["len"] == 12).sum()),
            194,
            0,
        ),
    ),
    "people_year": (
        ("people in the world, 2023", _of(2023, "population"), 8.092e9, 0.0005e9),
        ("people in the world, 2024", _of(2024, "population"), 8.162e9, 0.0005e9),
    ),
}
"""Table -> figures that are known of it: what, how to compute it, its value, its tolerance."""


def make(source: Path, target: Path = DATA) -> dict[str, dict[str, Any]]:
    """Write every table, the map, the borders and their hashes.

    Args:
        source: Folder of the base data.
        target: Folder to write into.

    Returns:
        For each table what `hashes.json` tells of it: file, sha256, rows and span.

    Raises:
        RiskkitError: A file is absent, a known figure differs, or a table is too large.
    """
    target.mkdir(parents=True, exist_ok=True)
    made = {name: _table(source, name, target) for name in PARTS}
    outlines = _bytes(source / f"{MAP}.geojson")
    places = json.loads(outlines)["features"]
    pairs = _borders(places).write_parquet
    made[BORDERS] = _write(target / f"{BORDERS}.parquet", lambda draft: pairs(draft, **_PARQUET))
    made[MAP] = _write(target / f"{MAP}.geojson", lambda draft: draft.write_bytes(outlines))
    made[MAP] |= {"rows": len(places), "span": []}
    told = {"polars": pl.__version__, "files": made}
    write_text(target / HASHES.name, json.dumps(told, indent=2) + "\n")
    return made


_PARQUET: dict[str, Any] = {"compression": "zstd", "compression_level": 19, "statistics": False}


def _table(source: Path, name: str, target: Path) -> dict[str, Any]:
    part, file = PARTS[name], source / f"{PARTS[name].source}.parquet"
    whole = _bytes(file)
    if not part.columns:
        made = _write(target / f"{name}.parquet", lambda draft: draft.write_bytes(whole))
    else:
        table = pl.read_parquet(whole)
        keys = [key for key in _KEYS if key in table.columns]
        filled = pl.any_horizontal(pl.col(part.columns).is_not_null())
        rows = table.filter(filled).select(*keys, *part.columns).sort(keys)
        made = _write(
            target / f"{name}.parquet", lambda draft: rows.write_parquet(draft, **_PARQUET)
        )
    _check(name, pl.read_parquet(target / f"{name}.parquet"))
    return made


def _check(name: str, table: pl.DataFrame) -> None:
    for what, figure, known, tolerance in CHECKS.get(name, ()):
        if abs(figure(table) - known) > tolerance:
            raise RiskkitError(
                f"{name}: {what} should be {known:,.0f}",
                got=f"{figure(table):,.0f}",
                hint="the folder holds other data than the README tells of",
            )


def _borders(places: list[dict[str, Any]]) -> pl.DataFrame:
    """Pairs of units with a line in common, in both directions."""
    shapely = importlib.import_module("shapely")  # an extra
    parts: dict[str, list[Any]] = {}
    for place in places:
        unit = place["properties"]["iso3"] or _ALONE.get(place["properties"]["name"])
        if unit is not None:
            shape = shapely.make_valid(shapely.from_geojson(json.dumps(place["geometry"])))
            parts.setdefault(unit, []).append(shape)
    pairs = contiguity({unit: shapely.union_all(parts[unit]) for unit in sorted(parts)})
    return pairs.rename({"unit_1": "iso3", "unit_2": "iso3_other"})


def _write(path: Path, write: Callable[[Path], object]) -> dict[str, Any]:
    with atomic_file(path) as draft:
        write(draft)
    if path.stat().st_size > LARGEST:
        raise RiskkitError(f"{path} is larger than {LARGEST:,} bytes", hint="part it in two")
    told = {"file": path.name, "sha256": sha256_of(path)}
    return told if path.suffix != ".parquet" else told | _extent(pl.read_parquet(path))


def _extent(table: pl.DataFrame) -> dict[str, Any]:
    if "year" not in table.columns:
        return {"rows": table.height, "span": []}
    monthly = "month" in table.columns
    first, last = (
        table.select("year", *(["month"] if monthly else []))
        .sort(pl.all())
        .rows()[:: table.height - 1]
    )
    return {"rows": table.height, "span": ["-".join(f"{n:02d}" for n in p) for p in (first, last)]}


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RiskkitError(f"cannot read {path}", got=error.strerror) from None


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and write the tables."""
    parser = argparse.ArgumentParser(prog="python -m riskkit.base.make", description=__doc__)
    parser.add_argument(
        "--from", dest="source", type=Path, required=True, help="folder of the base data"
    )
    parser.add_argument(
        "--to", type=Path, default=DATA, help="folder to write (by default the package's)"
    )
    told = parser.parse_args(arguments)
    for name, made in make(told.source, told.to).items():
        size = (told.to / made["file"]).stat().st_size
        sys.stdout.write(f"{name}: {made['rows']:,} rows, {size:,} bytes\n")


if __name__ == "__main__":
    main()
