"""Natural Earth: which countries share a land border on a map of today's world."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
from pydantic import Field

from riskkit.errors import RiskkitError, SourceError
from riskkit.reading import columns
from riskkit.reading.files import read_bytes
from riskkit.sources import Options, Source
from riskkit.sources._keys import FIRST_YEAR
from riskkit.tables import Dyads, Observations, Relation, Release
from riskkit.units.geometry import contiguity, read_borders

_RELATION = "contiguity"
_ALWAYS = date(FIRST_YEAR, 1, 1)


class NaturalEarthOptions(Options):
    """How to read the map.

    Attributes:
        codes: The user's own codes of places -> units.
    """

    codes: columns.Codes = Field(default_factory=dict)


class NaturalEarth(Source):
    """Reader of the countries (ne_110m_admin_0_countries.geojson, or those at 1:50 and 1:10
    million), tried on the file at 1:110 million. Needs shapely: pip install 'riskkit[geo]'.

    Countries whose outlines have a line in common are tied, for all times: the borders are today's,
    and a country not yet born is in no panel. Places that no unit answers to are left out.

    At 1:110 million small states are missing (Andorra, Bahrain, Liechtenstein, Monaco, San Marino,
    Singapore and others), and with them their borders. Of the 316 land borders that Correlates of
    War's of 2016, carried on, have in 2021 it finds 301, and four more among the same countries.

    This relation has the name that features look for; so has that of `cow-contiguity`. Use one.
    """

    name = "natural-earth"
    sample = "outlines as GeoJSON, 1:110 million"
    themes = ("geography",)
    title = "Natural Earth, countries"
    licence = "public domain"
    citation = "Made with Natural Earth"
    url = "https://www.naturalearthdata.com/downloads/"
    by_hand = (
        "has a small map: download the countries at 1:110 million from "
        "https://www.naturalearthdata.com/downloads/ and save them as geojson"
    )
    cadence = "irregular"
    lag_months = 0
    lag_reason = "borders are known when they are drawn; the map shows today's at all times"
    redistributable = True
    tried_on = "real files"
    options = NaturalEarthOptions

    @classmethod
    def needs(cls, options: NaturalEarthOptions) -> tuple[str, ...]:
        """Name the extra that outlines take."""
        del options
        return ("geo",)

    def read(self, path: Path, options: NaturalEarthOptions) -> Release:
        """Read the map.

        Returns:
            The relation `contiguity`, in both directions, without observations.
        """
        read_bytes(path)
        try:
            pairs = contiguity(read_borders(path, options.codes))
        except RiskkitError as error:
            raise SourceError(error.what, got=error.got, hint=error.hint) from None
        if pairs.is_empty():
            raise SourceError(
                f"{path}: no two countries share a border",
                hint="give the layer admin_0_countries, with all countries",
            )
        return Release(
            observations=Observations.create_empty(),
            indicators=(),
            covers=columns.span(pl.Series([_ALWAYS])),
            simulated=columns.simulated(pairs["unit_1"]),
            dyads=_dyads(pairs),
            relations=(
                Relation(
                    _RELATION,
                    "1 if so",
                    NaturalEarth.name,
                    "Countries across a land border",
                    frequency="constant",
                ),
            ),
        )


def _dyads(pairs: pl.DataFrame) -> pl.DataFrame:
    named = pairs.rename({"unit_1": "unit", "unit_2": "other"}).with_columns(
        month=pl.lit(_ALWAYS), relation=pl.lit(_RELATION), value=pl.lit(1.0)
    )
    known = named.with_columns(pl.col("month").dt.month_end().alias("known_from"))
    return known.select(Dyads.column_names()).sort("unit", "other")
