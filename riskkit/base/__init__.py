"""Open data of real countries, embedded: what there is before anyone adds a file.

Small tables of several publishers, to December 2024, as they were out by the end of June 2025. Each
figure carries the day from which it could be known. `riskkit.base.provenance` has the licences,
vintages and defects; docs/base-data.md tells them in words.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from riskkit.base.provenance import DATA, Table, tables

if TYPE_CHECKING:
    from riskkit.tables import Release

MAP = DATA / "countries_110m.geojson"
"""Outlines of countries, with the property `iso3`."""

__all__ = ["MAP", "Table", "outlines", "releases", "tables"]


@cache
def releases() -> tuple[Release, ...]:
    """Read the embedded tables.

    Returns:
        One release a publisher: violence (UCDP), displacement (UNHCR), temperature and yearly rain
        (ERA5), monthly rain (CRU), risk (INFORM), news (GDELT), votes (UN General Assembly),
        economy (World Bank), population (WPP) and borders (Natural Earth).
    """
    from riskkit.base import _publishers as by

    readers = (
        *(by.violence, by.displacement, by.weather, by.rain, by.risk),
        *(by.news, by.votes, by.economy, by.people, by.borders),
    )
    return tuple(read() for read in readers)


@cache
def outlines() -> dict[str, dict[str, Any]]:
    """Read the embedded map (Natural Earth): code -> GeoJSON Polygon or MultiPolygon."""
    features = json.loads(MAP.read_text(encoding="utf-8"))["features"]
    told = ((feature["properties"]["iso3"], feature["geometry"]) for feature in features)
    return {code: geometry for code, geometry in told if code}
