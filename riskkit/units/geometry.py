"""Borders of countries from Natural Earth, and who shares a land border with whom.

Needs the library shapely (extra `geo`). Natural Earth is in the public domain; its file at
1:110 million (ne_110m_admin_0_countries.geojson) has 177 places and leaves out small states, so
that borders of Andorra, Liechtenstein, Monaco, San Marino, Singapore, the Vatican and others are
missing; the files at 1:50 and 1:10 million have them.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from riskkit.errors import RiskkitError
from riskkit.units.codes import to_unit

MERGED = {"CYN": "CYP", "SOL": "SOM"}
"""Places that Natural Earth draws apart from the unit they are part of."""

_CODE = "ADM0_A3"
_HINT = "download ne_110m_admin_0_countries.geojson again"


def read_borders(path: Path, own: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Read Natural Earth's countries.

    Args:
        path: A GeoJSON file of Natural Earth's layer admin_0_countries, at any scale.
        own: The user's own codes of places -> units, before any other.

    Returns:
        Unit -> shapely geometry in degrees of longitude and latitude, in the order of the units.
        Places that no unit answers to (bases, buffer zones, disputed islands) are left out.

    Raises:
        RiskkitError: The file is no such layer, or shapely is not installed.
    """
    shapely = _shapely()
    parts: dict[str, list[Any]] = {}
    for code, geometry in _places(path):
        merged = (own or {}).get(code) or MERGED.get(code)
        unit = merged or to_unit([code], "iso3", unknown="null")[0]
        if unit is not None:
            parts.setdefault(unit, []).append(_geometry(path, code, geometry))
    if not parts:
        raise RiskkitError(f"{path} holds no country", hint=_HINT)
    return {unit: shapely.union_all(parts[unit]) for unit in sorted(parts)}


def contiguity(borders: Mapping[str, Any]) -> pl.DataFrame:
    """List the pairs of units that share a land border.

    Units are contiguous when their borders have a line in common; meeting in a point does not
    count.

    Args:
        borders: Unit -> shapely geometry, see `read_borders`.

    Returns:
        Columns `unit_1`, `unit_2`, every pair in both directions, sorted.

    Raises:
        RiskkitError: shapely is not installed.
    """
    shapely = _shapely()
    units, shapes = list(borders), list(borders.values())
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = [
        (units[i], units[j])
        for i, j in zip(first.tolist(), second.tolist(), strict=True)
        if i != j and shapely.intersection(shapes[i], shapes[j]).length > 0
    ]
    schema = {"unit_1": pl.String, "unit_2": pl.String}
    return pl.DataFrame(pairs, schema=schema, orient="row").sort("unit_1", "unit_2")


def _places(path: Path) -> list[tuple[str, Any]]:
    """Code and GeoJSON geometry of each feature."""
    try:
        features = json.loads(path.read_bytes())["features"]
        return [(str(item["properties"][_CODE]), item["geometry"]) for item in features]
    except OSError as error:
        raise RiskkitError(f"{path} cannot be read", got=error.strerror, hint=_HINT) from None
    except (ValueError, RecursionError) as error:
        raise RiskkitError(f"{path} is not JSON", got=str(error), hint=_HINT) from None
    except (KeyError, TypeError):
        raise RiskkitError(
            f"{path} is not Natural Earth's layer of countries",
            hint=f"it needs features with the property {_CODE}; {_HINT}",
        ) from None


def _geometry(path: Path, code: str, geometry: Any) -> Any:
    shapely = _shapely()
    try:
        shape = shapely.make_valid(shapely.from_geojson(json.dumps(geometry)))
    except (shapely.errors.ShapelyError, TypeError, ValueError) as error:
        raise RiskkitError(f"{path}: {code} has no geometry", got=str(error), hint=_HINT) from None
    if shape.is_empty or not shape.area:
        raise RiskkitError(f"{path}: {code} has no area", hint=_HINT)
    return shape


def _shapely() -> Any:
    try:
        return importlib.import_module("shapely")
    except ImportError:
        raise RiskkitError(
            "borders need the package shapely", hint="install it with: pip install 'riskkit[geo]'"
        ) from None
