"""UNHCR asylum applications: new claims of the year, by origin and by country of asylum."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from riskkit.reading import columns
from riskkit.reading.selection import leave_out
from riskkit.reading.sheets import Sheet
from riskkit.sources import Source
from riskkit.sources.unhcr import _rows
from riskkit.sources.unhcr._rows import ASYLUM, ORIGIN, Figures, UnhcrOptions
from riskkit.tables import Release

FIRST_YEAR = 1951
INDICATORS: Figures = {
    "unhcr_asylum_apps_origin": (
        ORIGIN,
        "applied",
        "New applications for asylum of people from the country in the year",
    ),
    "unhcr_asylum_apps_asylum": (
        ASYLUM,
        "applied",
        "New applications for asylum in the country in the year",
    ),
}

_REQUIRED = ("app_type", "app_pc", "applied")
_HEADINGS = {
    "application type": "app_type",
    "authority": "procedure_type",
    "stage of procedure": "dec_level",
    "cases / persons": "app_pc",
}
_STAGES = ("procedure_type", "dec_level")
_NOT_NEW = "repeated application or appeal"


class UnhcrAsylum(Source):
    """Reader of the table of asylum applications, several rows per origin, asylum and year.

    Written after the publisher's description of the columns, in the names of the programming
    interface (`year, coo_iso, coa_iso, procedure_type, app_type, dec_level, app_pc, applied`) or
    the headings of the web site's download, which were compared with a published copy; not tried on
    a real file. The interface's answers are read as those of the source `unhcr`.

    Counted are new applications (`app_type` N, and the mixed types that begin with N), whatever
    the authority and the stage; repeated ones and appeals are left out and counted. Some
    governments report cases, of one or more persons (`app_pc` C): these are added to the persons
    as they are, which makes their countries' figures too low. People without a state count for
    the country of asylum only. "-" and empty cells are no figure.
    """

    name = "unhcr-asylum"
    title = "UNHCR Refugee Population Statistics Database: asylum applications"
    licence = "CC BY 4.0"
    citation = _rows.CITATION
    url = "https://www.unhcr.org/refugee-statistics/download/"
    cadence = "yearly, in June; mid-year figures in autumn"
    lag_months = 6
    lag_reason = "the Global Trends report of June publishes the applications of last year"
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
            Yearly new applications by origin and by country of asylum.

        Raises:
            SourceError: The file is not that table, or a row is impossible; the text names the
                file, the line and the column.
        """
        every = _rows.read(path, _REQUIRED, _STAGES, _HEADINGS, options)
        dropped: dict[str, int] = {}
        sheet = leave_out(every, ~_is_new(every), _NOT_NEW, dropped)
        pairs, nobody = _rows.pairs(sheet, ["applied"], FIRST_YEAR, options)
        _refuse_repeats(sheet, pairs["month"])
        observations = _rows.sums(sheet, pairs, INDICATORS, options)
        return Release(
            observations=observations,
            indicators=_rows.declared(self.name, "applications", INDICATORS, pairs, options),
            covers=columns.span(pairs["month"], "year"),
            dropped={**dropped, **nobody},
            simulated=columns.simulated(observations["unit"]),
        )


def _is_new(sheet: Sheet) -> pl.Series:
    kind = sheet.frame["app_type"].cast(pl.String).str.strip_chars()
    sheet.refuse("app_type", kind.is_null(), "the type of application is missing", "fill it in")
    return kind.str.starts_with("N")


def _refuse_repeats(sheet: Sheet, month: pl.Series) -> None:
    """Refuse two rows of one origin, country of asylum, year, authority, type and stage."""
    told = ["coo_iso", "coa_iso", "app_type", "app_pc"]
    told += [column for column in _STAGES if column in sheet.frame.columns]
    rows = sheet.frame.select(*told, unit="coa_iso").with_columns(month)
    columns.refuse_repeats(sheet, "coa_iso", rows, [*told, "month"])
