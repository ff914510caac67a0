"""UNHCR Refugee Population Statistics: people displaced, by origin and by country of asylum."""

from __future__ import annotations

from typing import Any

import polars as pl

from riskkit.reading import columns
from riskkit.reading.sheets import Sheet
from riskkit.sources.unhcr._address import pairs
from riskkit.sources.unhcr._rows import ASYLUM, ORIGIN, Figures, Side, UnhcrOptions, UnhcrTable
from riskkit.tables import Dyads, Relation

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

_SELF = "tie of a country with itself (its displaced and returned people)"
RELATIONS: dict[str, tuple[Side, str]] = {
    "refugee_origins": (ASYLUM, "Countries of origin of the refugees in the country"),
    "refugee_hosts": (ORIGIN, "Countries that host refugees from the country"),
}
"""Relation -> whose partners they are, description."""


class Unhcr(UnhcrTable):
    """Reader of the table of population figures, one row per origin, asylum and year.

    Written after the publisher's description of the columns, in the names of the programming
    interface (`coo_iso, coa_iso, refugees, ...`), or the headings of the web site's downloads of
    2020 to 2026 and of end_year_population_totals_residing_world.csv on HDX, as public notes quote
    them; not tried on a real file. The sums were tried on a table of 107,611 pairs: see the tests.
    The download's archive is read as it comes; lines with titles above the column names are passed
    over. The interface's answers (`{"page": 1, "maxPages": 3, "items": [...]}`) are read as they
    come, all pages of a query in one folder; a folder that lacks a page is refused. Where a
    download is summed over all countries of one side ("-", or no column), the figures of the other
    side are read; sums beside their parts are refused. Countries are told by ISO code, where there
    is no column of these by name.

    A row counts for the origin and for the country of asylum. People of unknown origin, stateless
    ones and others without a state count for the country of asylum only. "-" and empty cells are
    no figure. A country without rows in a year has no figure, not zero. Codes of one unit are added
    up. Figures are of the end of the year, and small ones are rounded to fives. UNHCR's count of
    internally displaced people holds those whom it assists or counts: their absence is no proof
    that there are none. Kosovo is part of SRB, and Palestinians whom UNRWA looks after are missing.
    """

    name = "unhcr"
    sample = "headings of the programming interface"
    themes = ("migration",)
    offer = pairs("population")
    title = "UNHCR Refugee Population Statistics Database"
    lag_reason = "the Global Trends report of June publishes the figures of the end of last year"
    layouts = (
        (
            "finder-2025.csv",
            "download of the Refugee Data Finder since 2025: headings end with ISO",
        ),
        (
            "finder-2022.zip",
            "download since 2022, an archive with footnotes: headings end with (ISO)",
        ),
        ("finder-2020.csv", "download of 2020 to 2022: fourteen lines above the headings"),
        ("one-side.csv", "download with all countries of asylum summed"),
        ("names.csv", "a table without ISO codes: countries are told by name"),
        ("hdx.csv", "end_year_population_totals on HDX, with its line of tags"),
        ("interface.json", "answer of the programming interface"),
    )
    figures = INDICATORS
    either = tuple(dict.fromkeys(column for _, column, _ in INDICATORS.values()))

    def ties(self, pairs: pl.DataFrame, options: UnhcrOptions) -> dict[str, Any]:
        """Who hosts whose refugees, unless the file is summed over a side."""
        if "refugees" not in pairs.columns or not (pairs[ORIGIN].count() and pairs[ASYLUM].count()):
            return {}
        return {"dyads": _ties(pairs, options), "relations": _relations(options)}

    def _pairs(self, sheet: Sheet, options: UnhcrOptions) -> tuple[pl.DataFrame, dict[str, int]]:
        pairs, dropped = super()._pairs(sheet, options)
        selves = pairs.filter(pl.col(ORIGIN) == pl.col(ASYLUM)).height
        return pairs, {**dropped, **({_SELF: selves} if selves else {})}


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
