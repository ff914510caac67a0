"""UNHCR forced displacement flows: people who fled in the year, by origin and by asylum."""

from __future__ import annotations

from pathlib import Path

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.sheets import Sheet
from riskkit.sources import Source
from riskkit.sources.unhcr import _rows
from riskkit.sources.unhcr._rows import ASYLUM, ORIGIN, Figures, UnhcrOptions
from riskkit.tables import Release

FIRST_YEAR = 1962
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
}

_REQUIRED = ("refugees", "asylum_seekers")
_FIGURES = (*_REQUIRED, "oip")
_STOCKS = ("idps", "stateless", "hst")


class UnhcrFlows(Source):
    """Reader of the flow dataset, one row per origin, country of asylum and year.

    Written after the description of the columns in UNHCR's R package `refugees` (table `flows`:
    `year, coo_iso, coa_iso, refugees, asylum_seekers, returned_refugees, oip`); not tried on a
    real file. Stocks have columns of the same names; a file with columns that only stocks have is
    refused, and stocks belong to the source `unhcr`.

    Flows hold arrivals of refugees recognised as a group, new applications for asylum (without
    repeated ones and appeals) and, from 2018, others in need of protection. A row counts for the
    origin and for the country of asylum; people without a state count for the country of asylum
    only. "-" and empty cells are no figure. A country without rows in a year has none, not zero.
    """

    name = "unhcr-flows"
    title = "UNHCR forced displacement flow dataset"
    licence = "CC BY 4.0"
    citation = f"Forced displacement flow dataset, {_rows.CITATION}"
    url = "https://www.unhcr.org/refugee-statistics/insights/explainers/forcibly-displaced-flow-data.html"
    cadence = "yearly, in June"
    lag_months = 6
    lag_reason = "the flows of a year appear with the Global Trends report of next June"
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
            Yearly flows by origin and asylum, as far as there are columns of them.

        Raises:
            SourceError: The file is not that table, or a row is impossible; the text names the
                file, the line and the column.
        """
        sheet = _rows.read(path, _REQUIRED, ("oip", *_STOCKS), {}, options)
        _refuse_stocks(sheet)
        present = [column for column in _FIGURES if column in sheet.frame.columns]
        pairs, dropped = _rows.pairs(sheet, present, FIRST_YEAR, options)
        _rows.refuse_repeats(sheet, pairs["month"])
        observations = _rows.sums(sheet, pairs, INDICATORS, options)
        return Release(
            observations=observations,
            indicators=_rows.declared(self.name, "people", INDICATORS, pairs, options),
            covers=columns.span(pairs["month"], "year"),
            dropped=dropped,
            simulated=columns.simulated(observations["unit"]),
        )


def _refuse_stocks(sheet: Sheet) -> None:
    for column in _STOCKS:
        if column in sheet.frame.columns:
            raise SourceError(
                f"{sheet.file} has a column '{column}': it holds stocks, not flows",
                hint="add it as the source unhcr",
            )
