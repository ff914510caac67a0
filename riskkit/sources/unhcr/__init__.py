"""UNHCR Refugee Population Statistics: people displaced, by origin and by country of asylum."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from riskkit.reading import columns
from riskkit.sources import Source
from riskkit.sources.unhcr import _rows
from riskkit.sources.unhcr._rows import ASYLUM, ORIGIN, Figures, Side, UnhcrOptions
from riskkit.tables import Dyads, Relation, Release

FIRST_YEAR = 1951
INDICATORS: Figures = {
    "unhcr_refugees_origin": (ORIGIN, "refugees", "Refugees from the country"),
    "unhcr_asylum_seekers_origin": (
        ORIGIN,
        "asylum_seekers",
        "People from the country whose claim to asylum is pending",
    ),
    "unhcr_oip_origin": (
        ORIGIN,
        "oip",
        "Others from the country who need international protection",
    ),
    "unhcr_returned_refugees_origin": (
        ORIGIN,
        "returned_refugees",
        "Refugees who came back to the country in the year",
    ),
    "unhcr_idps": (ORIGIN, "idps", "Internally displaced people whom UNHCR assists or counts"),
    "unhcr_returned_idps": (
        ORIGIN,
        "returned_idps",
        "Internally displaced people who went home in the year",
    ),
    "unhcr_refugees_asylum": (ASYLUM, "refugees", "Refugees in the country"),
    "unhcr_asylum_seekers_asylum": (
        ASYLUM,
        "asylum_seekers",
        "People in the country whose claim to asylum is pending",
    ),
    "unhcr_oip_asylum": (
        ASYLUM,
        "oip",
        "Others in the country who need international protection",
    ),
    "unhcr_stateless_asylum": (ASYLUM, "stateless", "Stateless people in the country"),
    "unhcr_hst_asylum": (ASYLUM, "hst", "Members of host communities in the country"),
}
"""Indicator -> whose figure it is, column, description. All are of the end of the year."""

RELATIONS: dict[str, tuple[Side, str]] = {
    "refugee_origins": (ASYLUM, "Countries of origin of the refugees in the country"),
    "refugee_hosts": (ORIGIN, "Countries that host refugees from the country"),
}
"""Relation -> whose partners they are, description."""

_REQUIRED = ("refugees", "asylum_seekers")
_FIGURES = tuple(dict.fromkeys(column for _, column, _ in INDICATORS.values()))
# The headings of the web site's download and of the table on HDX, in lower case -> names of the
# programming interface. The download does write "Returned IDPss".
_HEADINGS = {
    "refugees under unhcr's mandate": "refugees",
    "asylum-seekers": "asylum_seekers",
    "asylum seekers": "asylum_seekers",
    "returned refugees": "returned_refugees",
    "idps of concern to unhcr": "idps",
    "internally displaced persons": "idps",
    "returned idps": "returned_idps",
    "returned idpss": "returned_idps",
    "stateless persons": "stateless",
    "other people in need of international protection": "oip",
    "host community": "hst",
}


class Unhcr(Source):
    """Reader of the table of population figures, one row per origin, asylum and year.

    Written after the publisher's description of the columns, in the names of the programming
    interface (`coo_iso, coa_iso, refugees, ...`), or the headings of the web site's download or of
    end_year_population_totals_residing_world.csv on HDX, as public notes quote them; not tried on a
    real file. The sums were tried on a table of 107,611 pairs: see the tests. Download with all
    origins and all countries of asylum; unpack the archive, which holds footnotes too. Some older
    downloads have fourteen lines above the column names: remove them.
    The interface's answers (`{"page": 1, "maxPages": 3, "items": [...]}`) are read as they come,
    all pages of a query in one folder; a folder that lacks a page is refused.

    A row counts for the origin and for the country of asylum. People of unknown origin, stateless
    ones and others without a state count for the country of asylum only. "-" and empty cells are
    no figure. A country without rows in a year has no figure, not zero. Codes of one unit are added
    up. Figures are of the end of the year, and small ones are rounded to fives. UNHCR's count of
    internally displaced people holds those whom it assists or counts: their absence is no proof
    that there are none. Kosovo is part of SRB, and Palestinians whom UNRWA looks after are missing.
    """

    name = "unhcr"
    title = "UNHCR Refugee Population Statistics Database"
    licence = "CC BY 4.0"
    citation = _rows.CITATION
    url = "https://www.unhcr.org/refugee-statistics/download/"
    cadence = "yearly, in June; mid-year figures in autumn"
    lag_months = 6
    lag_reason = "the Global Trends report of June publishes the figures of the end of last year"
    redistributable = True
    every_months = 12
    reads_folders = True
    options = UnhcrOptions

    def read(self, path: Path, options: UnhcrOptions) -> Release:
        """Read the table.

        Args:
            path: A .csv, .zip (with one csv), .parquet, .xlsx or .json file, or a folder of them.
            options: How to read it.

        Returns:
            Yearly stocks by origin and asylum, as far as there are columns of them, and the
            relations `refugee_origins` and `refugee_hosts`.

        Raises:
            SourceError: The file is not that table, or a row is impossible; the text names the
                file, the line and the column.
        """
        sheet = _rows.read(path, _REQUIRED, _FIGURES, _HEADINGS, options)
        present = [column for column in _FIGURES if column in sheet.frame.columns]
        pairs, dropped = _rows.pairs(sheet, present, FIRST_YEAR, options)
        _rows.refuse_repeats(sheet, pairs["month"])
        observations = _rows.sums(sheet, pairs, INDICATORS, options)
        selves = pairs.filter(pl.col(ORIGIN) == pl.col(ASYLUM)).height
        return Release(
            observations=observations,
            indicators=_rows.declared(self.name, "people", INDICATORS, pairs, options),
            covers=columns.span(pairs["month"], "year"),
            dropped={**dropped, **({_rows.SELF: selves} if selves else {})},
            simulated=columns.simulated(observations["unit"]),
            dyads=_ties(pairs, options),
            relations=_relations(options),
        )


def _ties(pairs: pl.DataFrame, options: UnhcrOptions) -> pl.DataFrame:
    """Refugees between two states, seen from both."""
    refugees = (
        pairs.drop_nulls([ORIGIN, ASYLUM])
        .filter(pl.col(ORIGIN) != pl.col(ASYLUM))
        .group_by(ORIGIN, ASYLUM, "month")
        .agg(value=pl.col("refugees").sum())
        .filter(pl.col("value") > 0)
        .with_columns(columns.known_from("year", options.lag_months))
    )
    both = [
        refugees.with_columns(
            unit=side, other=ORIGIN if side == ASYLUM else ASYLUM, relation=pl.lit(name)
        ).select(Dyads.column_names())
        for name, (side, _) in RELATIONS.items()
    ]
    return pl.concat(both).sort("unit", "other", "month", "relation")


def _relations(options: UnhcrOptions) -> tuple[Relation, ...]:
    return tuple(
        Relation(
            name,
            "people",
            Unhcr.name,
            text,
            lag_months=options.lag_months,
            carry_months=options.carry_months,
        )
        for name, (_, text) in RELATIONS.items()
    )
