"""UNHCR forced displacement flows: people who fled in the year, by origin and by asylum."""

from __future__ import annotations

import polars as pl

from riskkit.errors import SourceError
from riskkit.reading.sheets import Sheet
from riskkit.sources.unhcr._rows import (
    ASYLUM,
    CITATION,
    ORIGIN,
    Figures,
    UnhcrOptions,
    UnhcrTable,
)

_ARRIVED = ("refugees", "asylum_seekers", "oip")
_TOTAL = "total"
INDICATORS: Figures = {
    "unhcr_flow_refugees_origin": (
        ORIGIN,
        "refugees",
        "People of the country newly recognised abroad as refugees in the year",
    ),
    "unhcr_flow_asylum_seekers_origin": (
        ORIGIN,
        "asylum_seekers",
        "People of the country who newly applied for asylum in the year",
    ),
    "unhcr_flow_oip_origin": (
        ORIGIN,
        "oip",
        "Others of the country newly in need of international protection in the year",
    ),
    "unhcr_flow_refugees_asylum": (
        ASYLUM,
        "refugees",
        "Refugees newly recognised in the country in the year",
    ),
    "unhcr_flow_asylum_seekers_asylum": (
        ASYLUM,
        "asylum_seekers",
        "People who newly applied for asylum in the country in the year",
    ),
    "unhcr_flow_oip_asylum": (
        ASYLUM,
        "oip",
        "Others newly in need of international protection in the country in the year",
    ),
    "unhcr_flow_total_origin": (
        ORIGIN,
        _TOTAL,
        "People newly displaced across borders: refugees, applicants for asylum and others; "
        "before 2000 as few countries of asylum told",
    ),
}

_STOCKS = ("idps", "stateless", "hst")


class UnhcrFlows(UnhcrTable):
    """Reader of the flow dataset, one row per origin, country of asylum and year.

    Written after the description of the columns in UNHCR's R package `refugees` (table `flows`:
    `year, coo_iso, coa_iso, refugees, asylum_seekers, returned_refugees, oip`); not tried on a
    real file. Stocks have columns of the same names; a file with columns that only stocks have is
    refused, and stocks belong to the source `unhcr`.

    Flows hold arrivals of refugees recognised as a group, new applications for asylum (without
    repeated ones and appeals) and, from 2018, others in need of protection. A row counts for the
    origin and for the country of asylum; people without a state count for the country of asylum
    only. The total of an origin adds up what is given of the three kinds; before 2000 few countries
    of asylum told, so that earlier totals are lower. "-" and empty cells are no figure. A country
    without rows in a year has none, not zero.
    """

    name = "unhcr-flows"
    sample = "table of UNHCR's R package refugees"
    themes = ("migration",)
    title = "UNHCR forced displacement flow dataset"
    citation = f"Forced displacement flow dataset, {CITATION}"
    url = "https://www.unhcr.org/refugee-statistics/insights/explainers/forcibly-displaced-flow-data.html"
    by_hand = "is a table of UNHCR's R package refugees: write it as csv, see docs/source-list.md"
    cadence = "yearly, in June"
    lag_reason = "the flows of a year appear with the Global Trends report of next June"
    layouts = (("finder.csv", "headings as of the Refugee Data Finder"),)
    figures = INDICATORS
    required = ("refugees", "asylum_seekers")
    optional = ("oip", *_STOCKS)
    first_year = 1962

    def select(self, sheet: Sheet, dropped: dict[str, int]) -> Sheet:
        """Refuse a table of stocks."""
        del dropped
        for column in _STOCKS:
            if column in sheet.frame.columns:
                raise SourceError(
                    f"{sheet.file} has a column '{column}': it holds stocks, not flows",
                    hint="add it as the source unhcr",
                )
        return sheet

    def _pairs(self, sheet: Sheet, options: UnhcrOptions) -> tuple[pl.DataFrame, dict[str, int]]:
        """The rows with the total of those who arrived."""
        pairs, nobody = super()._pairs(sheet, options)
        given = [column for column in _ARRIVED if column in pairs.columns]
        any_given = pl.any_horizontal(pl.col(given).is_not_null())
        total = pl.when(any_given).then(pl.sum_horizontal(given)).alias(_TOTAL)
        return pairs.with_columns(total), nobody
