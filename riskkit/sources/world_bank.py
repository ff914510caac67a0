"""World Bank: development indicators of each country and year."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.bundles import Member, members
from riskkit.reading.json import Paging, read_pages, stacked
from riskkit.reading.selection import leave_out
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import january, known_units
from riskkit.reading.text import read_text
from riskkit.sources import MB, Address, Pages, Source, offered
from riskkit.sources._options import LaggedOptions, lagged
from riskkit.tables import Indicator, Release

FIRST_YEAR = 1950
_DOLLARS = "constant US dollars"
_GDP = "percent of GDP"
INDICATORS = {
    "NY.GDP.MKTP.KD": ("wdi_gdp_kd", _DOLLARS),
    "NY.GDP.MKTP.KD.ZG": ("wdi_gdp_growth", "percent a year"),
    "NY.GDP.PCAP.KD": ("wdi_gdppc_kd", f"{_DOLLARS} per head"),
    "NY.GDP.PCAP.KD.ZG": ("wdi_gdppc_growth", "percent a year"),
    "NY.GDP.DEFL.KD.ZG": ("gm_inflation", "percent a year"),
    "NV.AGR.TOTL.ZS": ("gm_agri_pct_gdp", _GDP),
    "NE.EXP.GNFS.ZS": ("gm_exports_pct_gdp", _GDP),
    "NE.IMP.GNFS.ZS": ("gm_imports_pct_gdp", _GDP),
    "BX.KLT.DINV.WD.GD.ZS": ("gm_fdi_pct_gdp", _GDP),
    "DT.ODA.ODAT.GN.ZS": ("gm_aid_pct_gni", "percent of GNI"),
    "SI.POV.GINI": ("gm_gini", "index 0-100"),
    "MS.MIL.XPND.GD.ZS": ("gm_milex_pct_gdp", _GDP),
    "MS.MIL.TOTL.P1": ("gm_armed_forces", "people"),
    "MS.MIL.MPRT.KD": ("gm_arms_imports_tiv", "trend-indicator values"),
    "MS.MIL.XPRT.KD": ("gm_arms_exports_tiv", "trend-indicator values"),
    "VC.IHR.PSRC.P5": ("gm_homicide_rate", "homicides per 100,000 people"),
    "SP.POP.TOTL": ("population", "people"),
    "EN.POP.DNST": ("gm_pop_density", "people per square kilometre"),
    "SP.URB.TOTL.IN.ZS": ("gm_urban_pct", "percent of people"),
    "SP.DYN.CBRT.IN": ("gm_cbr", "births per 1,000 people"),
    "SP.DYN.IMRT.IN": ("infmort", "deaths per 1,000 births"),
    "SH.DYN.MORT": ("gm_u5mr", "deaths per 1,000 births"),
    "IT.NET.USER.ZS": ("gm_internet_pct", "percent of people"),
}
"""The World Bank's code -> name that the families know, unit of measurement."""

AGGREGATES = frozenset(
    {
        *("AFE", "AFR", "AFW", "ARB", "BEA", "BEC", "BHI", "BLA", "BMN", "BSS", "CAA"),
        *("CEA", "CEB", "CEU", "CLA", "CME", "CSA", "CSS", "DEA", "DEC", "DLA", "DMN"),
        *("DNS", "DSA", "DSF", "DSS", "EAP", "EAR", "EAS", "ECA", "ECS", "EMU", "EUU"),
        *("FCS", "FXS", "HIC", "HPC", "IBB", "IBD", "IBT", "IDA", "IDB", "IDX", "INX"),
        *("KAC", "LAC", "LCN", "LDC", "LIC", "LMC", "LMY", "LTE", "MDE", "MEA", "MIC"),
        *("MNA", "NAC", "NAF", "NRS", "NXS", "OED", "OSS", "PRE", "PSS", "PST", "RRS"),
        *("SAS", "SSA", "SSF", "SST", "SXZ", "TEA", "TEC", "TLA", "TMN", "TSA", "TSS"),
        *("UMC", "WLD", "XZN"),
    }
)
"""The publisher's codes of the world, regions and groups of countries."""

_LEFT_OUT = {
    **dict.fromkeys(AGGREGATES, "row of a region or group of countries"),
    "CHI": "row of the Channel Islands, which are two units",
}
_NO_CODE = "row without a country code, as of groups of countries"
_PAGES = Paging(items=(1,), number=(0, "page"), last=(0, "pages"))
_CODE, _LABEL = "indicator.id", "indicator.value"
_COUNTRY, _YEAR, _VALUE = "countryiso3code", "date", "value"
_FIELDS = (_CODE, _LABEL, _COUNTRY, _YEAR, _VALUE)
_HEADINGS = {
    "Indicator Code": _CODE,
    "Indicator Name": _LABEL,
    "Country Code": _COUNTRY,
}
_YEARS = tuple(str(year) for year in range(FIRST_YEAR, 2101))
_BANK = {"series name": "Indicator Name", "series code": "Indicator Code"} | {
    f"{year} yr{year}": year for year in _YEARS
}
"""Headings of DataBank -> those of the downloads of single indicators."""
_FILES = {".csv", ".zip"}


class WorldBank(Source):
    """Reader of yearly indicators: answers of the Indicators API, version 2, as JSON (a page, or a
    folder of pages and indicators), or the downloads of the web site (API_<code>_DS2_en_csv_v2_*,
    the .csv, its .zip or a folder of them; the metadata beside them are passed over). Keep the two
    in separate folders. Written after the documented layouts, which programs that read them bear
    out; not tried on real files.

    Twenty-three codes get the names that the feature families know, see `INDICATORS`; any other
    becomes `wb_<code>`, as in wb_sm_pop_netm, with the publisher's own label. `gm_inflation` is of
    the GDP deflator, not of consumer prices (FP.CPI.TOTL.ZG).

    The world, regions, income groups and the Channel Islands are left out. Figures are of today's
    vintage: national accounts and estimates of mortality are revised for many years back. An empty
    cell is no figure; the World Bank leaves out where a state has failed, and Taiwan. Some series
    are of other publishers, whose terms their metadata state.
    """

    name = "world-bank"
    sample = "download of one indicator: four lines above the headings, a column per year"
    themes = ("development",)
    title = "World Bank, World Development Indicators"
    licence = "CC BY 4.0"
    citation = "World Bank, World Development Indicators, with the code of each series"
    url = "https://data.worldbank.org"
    offer = offered(
        *(
            Address(
                f"https://api.worldbank.org/v2/country/all/indicator/{code}"
                "?format=json&per_page=20000",
                code,
                50 * MB,
                pages=Pages("page", (1,), (0, "pages")),
            )
            for code in INDICATORS
        )
    )
    cadence = "several times a year"
    lag_months = 12
    lag_reason = "the figures of a year come out one after another within the next"
    redistributable = True
    every_months = 12
    reads_folders = True
    options = lagged(12)
    layouts = (
        ("interface.json", "answer of the Indicators API, version 2"),
        ("databank.csv", "download of DataBank: series, years as 2017 [YR2017], .. for none"),
    )

    def read(self, path: Path, options: LaggedOptions) -> Release:
        """Read the indicators.

        Returns:
            Yearly values of every indicator in the files.
        """
        dropped: dict[str, int] = {}
        sheet = _long(path, options)
        sheet = leave_out(sheet, _empty(sheet, _COUNTRY), _NO_CODE, dropped)
        sheet.refuse(_CODE, _empty(sheet, _CODE), "the indicator has no code", "download it again")
        year = columns.whole_numbers(sheet, _YEAR, FIRST_YEAR, date.today().year, "a year")
        month = january(year)
        unit, nowhere = known_units(sheet, _COUNTRY, "iso3", options.codes, month, _LEFT_OUT)
        values = columns.numbers(sheet, _VALUE).alias("value")
        rows = pl.DataFrame([unit, month, sheet.frame[_CODE], sheet.frame[_COUNTRY], values])
        columns.refuse_repeats(sheet, _COUNTRY, rows, [_CODE, _COUNTRY, "month"])
        known = rows.drop_nulls(["unit", "value"])
        if known.is_empty():
            raise SourceError(f"{sheet.file} holds no figure", hint="download it again")
        observations = known.select(
            "unit", "month", _names(known[_CODE]), "value", _known(options)
        ).sort("unit", "month", "indicator")
        columns.refuse_clashes(sheet.file, observations)
        return Release(
            observations=observations,
            indicators=_indicators(sheet, observations, options.lag_months),
            covers=columns.span(observations["month"], "year"),
            dropped=dropped | nowhere,
            simulated=columns.simulated(observations["unit"]),
        )


def _long(path: Path, options: LaggedOptions) -> Sheet:
    """One row per indicator, country and year, whatever the layout."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    kinds = {file.suffix.lower() for file in files if not file.name.startswith(".")}
    if ".json" in kinds and kinds & _FILES:
        what = f"{path} holds answers of the API beside downloads of the web site"
        raise SourceError(what, hint="put them into two folders, as two sources")
    if ".json" in kinds:
        return read_pages(path, Form(required=_FIELDS), _PAGES)
    tables = [
        _download(member, options.encoding)
        for file in files
        if file.suffix.lower() in _FILES and not file.name.startswith(".")
        for member in members(file, ".csv")
        if not member.name.startswith("Metadata_")
    ]
    if not tables:
        raise SourceError(
            f"{path} holds no indicator", hint="give the .json, .csv or .zip files of indicators"
        )
    return tables[0] if len(tables) == 1 else stacked(str(path), tables)


def _download(member: Member, encoding: str) -> Sheet:
    """Turn a table with a column per year into one with a row per year."""
    form = Form(required=tuple(_HEADINGS), optional=_YEARS, renamed=_BANK, encoding=encoding)
    wide = read_text(member.file, member.data, form)
    years = [column for column in wide.frame.columns if column in _YEARS]
    if not years:
        raise SourceError(f"{member.file} has no columns of years", hint="download it again")
    rows = wide.frame.with_row_index("row").rename(_HEADINGS)
    long = rows.unpivot(years, index=["row", *_HEADINGS.values()], variable_name=_YEAR)
    filled = long.filter(~pl.col(_VALUE).str.strip_chars().is_in(["", ".."]))
    if filled.is_empty():
        raise SourceError(f"{member.file} holds no figure", hint="download it again")
    places = filled["row"]
    return replace(
        wide, frame=filled.select(_FIELDS), place=lambda row: f"{wide.place(int(places[row]))}"
    )


def _empty(sheet: Sheet, column: str) -> pl.Series:
    return sheet.frame[column].str.strip_chars().fill_null("") == ""


def _known(options: LaggedOptions) -> pl.Expr:
    return columns.known_from("year", options.lag_months)


def _names(codes: pl.Series) -> pl.Series:
    names = {code: _name(code) for code in codes.unique().to_list()}
    return codes.replace_strict(names, return_dtype=pl.String).alias("indicator")


def _name(code: str) -> str:
    """The name of an indicator: that of the families, or the code in the toolkit's letters."""
    known = INDICATORS.get(code.strip())
    return known[0] if known else "wb_" + re.sub(r"[^a-z0-9]+", "_", code.strip().lower())


def _indicators(sheet: Sheet, observations: pl.DataFrame, lag_months: int) -> tuple[Indicator, ...]:
    labels = sheet.frame.select(_CODE, _LABEL).unique(_CODE, keep="first").sort(_CODE)
    units = dict(INDICATORS.values())
    named = {_name(code): label or code for code, label in labels.rows()}
    return tuple(
        Indicator(
            name,
            units.get(name) or _unit(label),
            WorldBank.name,
            label,
            "year",
            lag_months,
            restated=True,
        )
        for name, label in sorted(named.items())
        if name in set(observations["indicator"])
    )


def _unit(label: str) -> str:
    """The unit of measurement in a label, as in "Net migration (people)"."""
    found = re.search(r"\(([^()]+)\)\s*$", label)
    return found[1] if found else "as its label says"
