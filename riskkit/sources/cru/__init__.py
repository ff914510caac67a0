"""CRU CY: country averages of the Climatic Research Unit's monthly climate observations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import Field

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.bundles import members
from riskkit.sources import Options, Source
from riskkit.sources._climatology import STANDARD, Reference, with_normals
from riskkit.sources.cru._address import OFFER
from riskkit.sources.cru._drought import standardised, thornthwaite
from riskkit.sources.cru._names import unit_of
from riskkit.sources.cru._per import Series, read_per
from riskkit.tables import Indicator, Release
from riskkit.units.latitudes import latitudes

RAIN, HEAT, PET = "cru_pre_mm", "cru_tmp_c", "cru_pet_mm"
PARAMETERS = {
    "Precipitation": RAIN,
    "Mean Temperature": HEAT,
    "Minimum Temperature": "cru_tmn_c",
    "Maximum Temperature": "cru_tmx_c",
    "Potential Evapotranspiration": PET,
    "Potential Evapo-transpiration": PET,
}
"""Variable as CRU names it -> indicator; files of other variables are left out."""

_PER_DAY = "mm/day"
_LOWEST, _HIGHEST = -100.0, 10_000.0
_SUSPECT_YEARS, _SUSPECT_ABOVE = 20, 2.0
_DROUGHT = "_drought"
SEVERELY_DRY = -1.5
"""Index at and below which a month is severely dry."""

Length = Literal[3, 6, 12]
"""Months that a standardised index looks over."""


class CruOptions(Options):
    """How to read the files.

    Attributes:
        lag_months: Months from the end of a month to the publication of its value.
        reference: First and last year of the period that anomalies and the standardised indices
            are measured against.
        spi: Lengths in months of the standardised precipitation indices to compute (3, 6, 12);
            needs the extra `climate`.
        spei: The same of the standardised precipitation evapotranspiration indices.
        only: Indicators to bring, by default all.
        codes: Names of countries as in the files -> units.
    """

    lag_months: int = Field(default=17, ge=0, le=60)
    reference: Reference = STANDARD
    spi: tuple[Length, ...] = ()
    spei: tuple[Length, ...] = ()
    only: tuple[str, ...] = ()
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

    The option `spei` sets potential evapotranspiration against the precipitation: that of the
    country's pet file, CRU's own by a variant of Penman-Monteith, or else an estimate after
    Thornthwaite from the mean temperature and the latitude of `riskkit.units.latitudes`. CRU has
    pet in mm/day (Harris et al. 2020, table 1); `cru_pet_mm` is the month's total.

    Tried on the files of version 4.07 of precipitation and mean temperature; minimum and maximum
    temperature and potential evapotranspiration are read by the same documented layout.
    """

    name = "cru"
    sample = "files per country of CRU CY 4.07, as in all releases of version 4"
    themes = ("climate",)
    title = "CRU CY v4, country averages of CRU TS"
    licence = "Open Government Licence v3"
    citation = (
        "Harris, Osborn, Jones and Lister (2020), Version 4 of the CRU TS monthly high-resolution "
        "gridded multivariate climate dataset, Scientific Data 7, 109"
    )
    url = "https://crudata.uea.ac.uk/cru/data/hrg/"
    offer = OFFER
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

    @classmethod
    def needs(cls, options: CruOptions) -> tuple[str, ...]:
        """Name the extra that standardised indices take."""
        return ("climate",) if options.spi or options.spei else ()

    def read(self, path: Path, options: CruOptions) -> Release:
        """Read the files.

        Returns:
            Monthly `cru_pre_mm`, `cru_tmp_c`, `cru_tmn_c`, `cru_tmx_c` as the files have them,
            `cru_pet_mm`, `cru_pre_anom_pct`, `cru_tmp_anom_c`, `cru_pre_infill_suspect`, and with
            the options `spi` and `spei` the indices `spi3_derived`, `spi6_derived`,
            `spi12_derived`, `spei3_derived`, `spei6_derived`, `spei12_derived`, and for each,
            such as `spei6_drought`, whether the month is severely dry.
        """
        dropped: dict[str, int] = {}
        observed = pl.concat(_observed(path, options.codes, dropped)).with_columns(
            columns.known_from("month", options.lag_months)
        )
        _refuse_impossible(path, observed)
        parts = [observed, *_derived(observed, options, dropped)]
        observations = pl.concat([part.select(observed.columns) for part in parts])
        observations = _only(path, observations, options.only)
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
        unit = unit_of(series.file, series.country, codes)
        indicator = PARAMETERS.get(series.parameter)
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
        yield _totals(series, indicator).select(
            pl.lit(unit).alias("unit"), "month", pl.lit(indicator).alias("indicator"), "value"
        )
    if not seen:
        raise SourceError(
            f"{path} holds no precipitation and no temperature of any country",
            hint="give CRU's files of the variables pre and tmp",
        )


def _totals(series: Series, indicator: str) -> pl.DataFrame:
    """The series, with evapotranspiration a day made that of the month."""
    if indicator != PET:
        return series.frame
    if series.measured_in != _PER_DAY:
        raise SourceError(
            f"{series.file}, line 2: potential evapotranspiration is not in {_PER_DAY}",
            got=series.measured_in,
            hint="give CRU's own file of the variable pet",
        )
    return series.frame.with_columns(pl.col("value") * pl.col("month").dt.month_end().dt.day())


def _only(path: Path, observations: pl.DataFrame, wanted: tuple[str, ...]) -> pl.DataFrame:
    """The rows of the indicators that are wanted."""
    absent = sorted(set(wanted).difference(observations["indicator"].unique()))
    if absent:
        raise SourceError(
            f"{path} does not give what the option only names",
            got=", ".join(absent),
            hint="add the file of its variable, or the option spi or spei",
        )
    return observations.filter(pl.col("indicator").is_in(wanted)) if wanted else observations


def _refuse_impossible(path: Path, observed: pl.DataFrame) -> None:
    is_water = pl.col("indicator").is_in([RAIN, PET])
    low = pl.when(is_water).then(0.0).otherwise(_LOWEST)
    high = pl.when(is_water).then(_HIGHEST).otherwise(-_LOWEST)
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
    """Anomalies, the mark of doubtful values and standardised indices, in the same columns."""
    rain = observed.filter(indicator=RAIN)
    heat = observed.filter(indicator=HEAT)
    percent = 100 * (pl.col("value") / pl.col("mean") - 1)
    wet = with_normals(rain, options.reference, dropped).filter(pl.col("mean") > 0)
    yield wet.with_columns(percent.alias("value"), _named("cru_pre_anom_pct"))
    warm = with_normals(heat, options.reference, dropped)
    yield warm.with_columns(pl.col("value") - pl.col("mean"), _named("cru_tmp_anom_c"))
    yield _suspect(rain)
    for months in dict.fromkeys(options.spi):
        index = standardised("spi", rain, months, options.reference)
        yield index.with_columns(_named(f"spi{months}_derived"))
        yield _drought(index, f"spi{months}{_DROUGHT}", options)
    balance = _balance(observed, options.reference, dropped) if options.spei else rain
    for months in dict.fromkeys(options.spei):
        index = standardised("spei", balance, months, options.reference)
        yield index.with_columns(_named(f"spei{months}_derived"))
        yield _drought(index, f"spei{months}{_DROUGHT}", options)


def _balance(
    observed: pl.DataFrame, reference: tuple[int, int], dropped: dict[str, int]
) -> pl.DataFrame:
    """Precipitation beside the potential evapotranspiration `demand`, as known once both are.

    A country has either all its evapotranspiration from CRU or all of it estimated: the two differ
    too much to follow each other in one series.
    """
    rain, own = observed.filter(indicator=RAIN), observed.filter(indicator=PET)
    warm = observed.filter(indicator=HEAT).join(own, on="unit", how="anti")
    estimated = thornthwaite(warm.join(latitudes(), on="unit"), reference)
    demand = pl.concat([own.select(estimated.columns), estimated])
    both = rain.join(demand.rename({"value": "demand"}), on=["unit", "month"])
    if both.height < rain.height:
        reason = "month without evapotranspiration, neither in a file nor out of the temperature"
        dropped[reason] = dropped.get(reason, 0) + rain.height - both.height
    return both.with_columns(known_from=pl.max_horizontal("known_from", "known_from_right"))


def _drought(index: pl.DataFrame, name: str, options: CruOptions) -> pl.DataFrame:
    """Mark months that are severely dry or worse (McKee, Doesken and Kleist 1993).

    Droughts are counted and forecast, not looked at month by month beside other features: all
    months of a year are known together, as CRU publishes them, without December's waiting.
    """
    dry = (pl.col("value") <= SEVERELY_DRY).cast(pl.Float64)
    known = pl.col("known_from")
    if (release := _released(options)) is not None:
        year = pl.max_horizontal(pl.col("month").dt.year(), pl.lit(options.reference[1]))
        known = pl.date(year, 12, 1).dt.offset_by(f"{release}mo").dt.month_end()
    return index.with_columns(dry.alias("value"), _named(name), known.alias("known_from"))


def _released(options: CruOptions) -> int | None:
    """Calendar month in which the year before comes out; None where it is later than that."""
    month = options.lag_months - 11
    return month if 1 <= month <= 12 else None


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
        (RAIN, "millimetres", "Precipitation"),
        (HEAT, "degrees Celsius", "Mean temperature"),
        ("cru_tmn_c", "degrees Celsius", "Mean of the daily minimum temperatures"),
        ("cru_tmx_c", "degrees Celsius", "Mean of the daily maximum temperatures"),
        (PET, "millimetres", "Potential evapotranspiration"),
        ("cru_pre_anom_pct", "percent", f"Precipitation {against}"),
        ("cru_tmp_anom_c", "degrees Celsius", f"Mean temperature {against}"),
        (
            "cru_pre_infill_suspect",
            "1 if suspect",
            "Precipitation that repeats earlier years and may be a climatology",
        ),
    ]
    for index, what in (("spi", "precipitation"), ("spei", "precipitation evapotranspiration")):
        for months in (3, 6, 12):
            told = f"tandardised {what} index of {months} months {against}"
            declared += [
                (f"{index}{months}_derived", "standard deviations", f"S{told}"),
                (f"{index}{months}{_DROUGHT}", "months", f"Severely dry: s{told} at most -1.5"),
            ]
    release = _released(options)
    return tuple(
        Indicator(
            name,
            unit,
            Cru.name,
            text,
            lag_months=release if release and name.endswith(_DROUGHT) else options.lag_months,
            reference=options.reference if against in text else None,
            yearly_release=release if name.endswith(_DROUGHT) else None,
        )
        for name, unit, text in declared
    )
