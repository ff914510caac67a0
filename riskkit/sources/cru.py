"""CRU CY: country averages of the Climatic Research Unit's monthly climate observations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import Field

from riskkit.errors import SourceError
from riskkit.sources import Options, Source
from riskkit.sources import _columns as columns
from riskkit.sources._bundle import members
from riskkit.sources._climatology import STANDARD, Reference, with_normals
from riskkit.sources._per import Series, read_per
from riskkit.sources._spi import standardised
from riskkit.tables import Indicator, Release
from riskkit.units import to_unit

PARAMETERS = {
    "Precipitation": "cru_pre_mm",
    "Mean Temperature": "cru_tmp_c",
    "Minimum Temperature": "cru_tmn_c",
    "Maximum Temperature": "cru_tmx_c",
}
"""Variable as CRU names it -> indicator; files of other variables are left out."""

SPELLED = {"Puerto_Rica": "PRI", "Vanatu": "VUT"}
"""Names that CRU misspells."""

_ISLANDS = """
    Actaeon_Group Aldabra_Isl Aleutians Amsterdam_Isl Andaman_Isl Antipodes_Isl Ascension
    Auckland_Isl Azores Banaba Bassas_da_India Bioko Bonin_Isl Campbell_Isl Canary_Isl
    Chagos_Archipelago Chuuk_State Crozet_Isl Ducie_Isl Easter_Isl Fernando_de_Noronha
    Franz_Joseph_Land Galapagos_Isl Gough_Isl Guadalupe Hawaii Heard_Isl Henderson_Isl
    Isl_Glorieuses Isl_da_Trindade Isl_de_Horn Isl_de_Providencia Isl_de_San_Andres
    Isl_de_la_Bahia Jan_Mayen Juan_Fernandez_Isl Kara_Sea_Isl Kerguelen_Isl Komandorskiye_Isl
    Kuril_Isl La_Tortuga_Isl Laccadive_Isl Lau_Group Line_Isl Lord_Howe_Isl Macquarie_Isl Madeira
    Marquesas New_Siberian_Isl Nicobar_Isl Novaya_Zemlya Paracel_Isl Phoenix_Isl
    Pohnpei_and_Kosrae Prince_Edward_Isl Rodrigues_Isl Ryukyu_Isl Severnaya_Zemlya Society_Isl
    Socotra St_Croix Swan_Isl Tristan_da_Cunha Tromelin_Isl Tuamotu Tubuai_Isl Virgin_Isl
    Wrangel_Isl Yap_State
"""
PARTS = frozenset(_ISLANDS.split())
"""Islands whose country has a file of its own, or that make up a country together (Micronesia:
without areas no average of Chuuk, Pohnpei and Yap can be formed)."""

_LOWEST, _HIGHEST = -100.0, 10_000.0
_SUSPECT_YEARS, _SUSPECT_ABOVE = 20, 2.0


class CruOptions(Options):
    """How to read the files.

    Attributes:
        lag_months: Months from the end of a month to the publication of its value.
        reference: First and last year of the period that anomalies and the standardised
            precipitation index are measured against.
        spi: Lengths in months of the standardised precipitation indices to compute (3, 6, 12);
            needs the extra `climate`.
        codes: Names of countries as in the files -> units.
    """

    lag_months: int = Field(default=17, ge=0, le=60)
    reference: Reference = STANDARD
    spi: tuple[Literal[3, 6, 12], ...] = ()
    codes: columns.Codes = Field(default_factory=dict)


class Cru(Source):
    """Reader of CRU CY files (crucy.v4.07.1901.2022.Mali.pre.per), in a folder, a zip or alone.

    CRU publishes a whole year at once, between May and July of the next (release notes: version
    4.06 on 26 May 2022, 4.08 on 27 June 2024; 4.01 came in September 2017). A panel row of month t
    shows the value of one month, t - lag, so the lag is that of January: 17 months. December's
    value, known after six months, waits with it.

    Where no gauge reports, CRU falls back to the mean of 1961-1990 of each grid cell; if that
    happens in a whole country, droughts vanish (Horn of Africa, 2020-22). `cru_pre_infill_suspect`
    marks a month whose precipitation is above 2 mm and, to the tenth of a millimetre, that of the
    same calendar month in at least two of the 19 years before: rain does not repeat itself, a
    climatology does. The rule looks backwards only, so it misses the first two years of a gap.

    Tried on the files of version 4.07 of precipitation and mean temperature; minimum and maximum
    temperature are read by the same documented layout.
    """

    name = "cru"
    title = "CRU CY v4, country averages of CRU TS"
    licence = "Open Government Licence v3"
    citation = (
        "Harris, Osborn, Jones and Lister (2020), Version 4 of the CRU TS monthly high-resolution "
        "gridded multivariate climate dataset, Scientific Data 7, 109"
    )
    url = "https://crudata.uea.ac.uk/cru/data/hrg/"
    cadence = "yearly, between May and July"
    lag_months = 17
    lag_reason = (
        "a year appears between May and July of the next (release notes of versions 4.06 and "
        "4.08), so its January is 17 months old"
    )
    redistributable = True
    every_months = 12
    tried_on = "real files"
    reads_folders = True
    options = CruOptions

    def read(self, path: Path, options: CruOptions) -> Release:
        """Read the files.

        Args:
            path: A .per file, or a folder or .zip of them.
            options: How to read them.

        Returns:
            Monthly `cru_pre_mm`, `cru_tmp_c`, `cru_tmn_c`, `cru_tmx_c` as the files have them,
            `cru_pre_anom_pct`, `cru_tmp_anom_c`, `cru_pre_infill_suspect`, and with the option
            `spi` the indices `spi3_derived`, `spi6_derived`, `spi12_derived`.

        Raises:
            SourceError: A file is not CRU's or is cut off, or names an unknown country.
        """
        dropped: dict[str, int] = {}
        observed = pl.concat(_observed(path, options.codes, dropped)).with_columns(
            columns.known_from("month", options.lag_months)
        )
        _refuse_impossible(path, observed)
        parts = [observed, *_derived(observed, options, dropped)]
        observations = pl.concat([part.select(observed.columns) for part in parts])
        present = observations["indicator"].unique()
        return Release(
            observations=observations.sort("unit", "month", "indicator"),
            indicators=tuple(i for i in _indicators(options) if i.name in present),
            covers=columns.span(observed["month"]),
            dropped=dropped,
            simulated=columns.simulated(observed["unit"]),
        )


def _observed(
    path: Path, codes: Mapping[str, str], dropped: dict[str, int]
) -> Iterator[pl.DataFrame]:
    """Columns `unit, month, indicator, value` of each file whose country is a unit."""
    seen: dict[tuple[str, str], str] = {}
    for series in map(read_per, members(path, ".per")):
        unit, indicator = _unit(series, codes), PARAMETERS.get(series.parameter)
        if unit is None or indicator is None:
            what = (
                "an island or area that is no unit" if indicator else "a variable that is not read"
            )
            reason = f"month of {what}"
            dropped[reason] = dropped.get(reason, 0) + series.frame.height
            continue
        other = seen.setdefault((unit, indicator), series.file)
        if other != series.file:
            raise SourceError(
                f"{series.file} and {other} both hold {series.parameter} of {unit}",
                hint="keep the files of one version only",
            )
        yield series.frame.select(
            pl.lit(unit).alias("unit"), "month", pl.lit(indicator).alias("indicator"), "value"
        )
    if not seen:
        raise SourceError(
            f"{path} holds no precipitation and no temperature of any country",
            hint="give CRU's files of the variables pre and tmp",
        )


def _unit(series: Series, codes: Mapping[str, str]) -> str | None:
    """The unit a file speaks of; None for islands and for the mean of all land."""
    name = series.country
    if name == "All" or name in PARTS:
        return None
    unit = codes.get(name) or SPELLED.get(name)
    unit = unit or to_unit([name.replace("_", " ")], "name", unknown="null")[0]
    if unit is None:
        raise SourceError(
            f"{series.file}: no country answers to this name",
            got=name,
            hint="map it to a unit in the option codes, or remove the file",
        )
    return str(unit)


def _refuse_impossible(path: Path, observed: pl.DataFrame) -> None:
    is_rain = pl.col("indicator") == "cru_pre_mm"
    low = pl.when(is_rain).then(0.0).otherwise(_LOWEST)
    high = pl.when(is_rain).then(_HIGHEST).otherwise(-_LOWEST)
    wrong = observed.filter(~pl.col("value").is_between(low, high))
    if wrong.height:
        unit, month, indicator, value, _ = wrong.row(0)
        raise SourceError(
            f"{path}: {indicator} of {unit} in {month:%Y-%m} is impossible",
            got=value,
            hint="download the file again",
        )


def _derived(
    observed: pl.DataFrame, options: CruOptions, dropped: dict[str, int]
) -> Iterator[pl.DataFrame]:
    """Anomalies, the mark of doubtful values and the standardised index, in the same columns."""
    rain = observed.filter(indicator="cru_pre_mm")
    heat = observed.filter(indicator="cru_tmp_c")
    percent = 100 * (pl.col("value") / pl.col("mean") - 1)
    wet = with_normals(rain, options.reference, dropped).filter(pl.col("mean") > 0)
    yield wet.with_columns(percent.alias("value"), _named("cru_pre_anom_pct"))
    warm = with_normals(heat, options.reference, dropped)
    yield warm.with_columns(pl.col("value") - pl.col("mean"), _named("cru_tmp_anom_c"))
    yield _suspect(rain)
    known = rain.drop("value")
    since = _reference_known(rain, options.reference)
    for months in dict.fromkeys(options.spi if rain.height else ()):
        index = standardised(rain, months, options.reference)
        yield (
            index.join(known, on=["unit", "month"])
            .join(since, on="unit")
            .with_columns(
                _named(f"spi{months}_derived"),
                known_from=pl.max_horizontal("known_from", "since"),
            )
        )


def _reference_known(rain: pl.DataFrame, reference: tuple[int, int]) -> pl.DataFrame:
    """Columns `unit, since`: when the reference period became known, where it is whole."""
    first, last = reference
    inside = rain.filter(pl.col("month").dt.year().is_between(first, last))
    whole = 12 * (last - first + 1)
    found = inside.group_by("unit").agg(since=pl.col("known_from").max(), months=pl.len())
    return found.filter(pl.col("months") == whole).select("unit", "since")


def _suspect(rain: pl.DataFrame) -> pl.DataFrame:
    """Mark months that look like CRU's climatology instead of a measurement."""
    year = pl.col("month").dt.year()
    second_last = year.shift(2).over("unit", pl.col("month").dt.month(), "value", order_by="month")
    repeated = (year - second_last < _SUSPECT_YEARS).fill_null(value=False)
    suspect = repeated & (pl.col("value") > _SUSPECT_ABOVE)
    return rain.with_columns(
        suspect.cast(pl.Float64).alias("value"), _named("cru_pre_infill_suspect")
    )


def _named(indicator: str) -> pl.Expr:
    return pl.lit(indicator).alias("indicator")


def _indicators(options: CruOptions) -> tuple[Indicator, ...]:
    first, last = options.reference
    against = f"against {first}-{last}"
    declared = [
        ("cru_pre_mm", "millimetres", "Precipitation"),
        ("cru_tmp_c", "degrees Celsius", "Mean temperature"),
        ("cru_tmn_c", "degrees Celsius", "Mean of the daily minimum temperatures"),
        ("cru_tmx_c", "degrees Celsius", "Mean of the daily maximum temperatures"),
        ("cru_pre_anom_pct", "percent", f"Precipitation {against}"),
        ("cru_tmp_anom_c", "degrees Celsius", f"Mean temperature {against}"),
        (
            "cru_pre_infill_suspect",
            "1 if suspect",
            "Precipitation that repeats earlier years and may be a climatology",
        ),
    ]
    declared += [
        (
            f"spi{months}_derived",
            "standard deviations",
            f"Standardised precipitation index of {months} months {against}",
        )
        for months in (3, 6, 12)
    ]
    return tuple(
        Indicator(name, unit, Cru.name, text, lag_months=options.lag_months)
        for name, unit, text in declared
    )
