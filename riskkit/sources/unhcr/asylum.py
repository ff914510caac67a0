"""UNHCR asylum applications: new claims of the year, by origin and by country of asylum."""

from __future__ import annotations

import polars as pl

from riskkit.reading.selection import leave_out
from riskkit.reading.sheets import Sheet
from riskkit.sources.unhcr._address import pairs
from riskkit.sources.unhcr._rows import ASYLUM, ORIGIN, Figures, UnhcrTable

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

_NOT_NEW = "repeated application or appeal"


class UnhcrAsylum(UnhcrTable):
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
    sample = "headings of the programming interface"
    themes = ("migration",)
    offer = pairs("asylum-applications")
    title = "UNHCR Refugee Population Statistics Database: asylum applications"
    lag_reason = "the Global Trends report of June publishes the applications of last year"
    layouts = (
        ("finder-2025.csv", "download since 2025: headings end with ISO"),
        ("finder-2022.csv", "download since 2022: headings end with (ISO)"),
        ("interface.json", "answer of the programming interface"),
    )
    figures = INDICATORS
    unit = "applications"
    required = ("app_type", "app_pc", "applied")
    optional = ("procedure_type", "dec_level")
    key = ("app_type", "app_pc", "procedure_type", "dec_level")

    def select(self, sheet: Sheet, dropped: dict[str, int]) -> Sheet:
        """Leave repeated applications and appeals out."""
        return leave_out(sheet, ~_is_new(sheet), _NOT_NEW, dropped)


def _is_new(sheet: Sheet) -> pl.Series:
    kind = sheet.frame["app_type"].cast(pl.String).str.strip_chars()
    sheet.refuse("app_type", kind.is_null(), "the type of application is missing", "fill it in")
    return kind.str.starts_with("N")
