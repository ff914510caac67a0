"""UCDP Georeferenced Event Dataset: yearly releases and monthly candidate events."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import Field

from riskkit import refusals
from riskkit.errors import SourceError
from riskkit.months import first_day
from riskkit.reading import columns
from riskkit.reading.json import Paging, read_pages
from riskkit.reading.sheets import Form, Sheet
from riskkit.sources import Source
from riskkit.sources._options import FileOptions
from riskkit.sources.ucdp import JOINED
from riskkit.sources.ucdp._address import GED
from riskkit.sources.ucdp._releases import Part, combine, covered_part
from riskkit.sources.ucdp._sides import SIDES, WHO, alike, names_sides, sides, who_fought
from riskkit.tables import Indicator, Release
from riskkit.units.names import no_country

# The order of the 49 columns since release 17.1; candidate release 24.0.1 came without a header.
# fmt: off
LAYOUT = (
    "id", "relid", "year", "active_year", "code_status", "type_of_violence", "conflict_dset_id",
    "conflict_new_id", "conflict_name", "dyad_dset_id", "dyad_new_id", "dyad_name",
    "side_a_dset_id", "side_a_new_id", "side_a", "side_b_dset_id", "side_b_new_id", "side_b",
    "number_of_sources", "source_article", "source_office", "source_date", "source_headline",
    "source_original", "where_prec", "where_coordinates", "where_description", "adm_1", "adm_2",
    "latitude", "longitude", "geom_wkt", "priogrid_gid", "country", "country_id", "region",
    "event_clarity", "date_prec", "date_start", "date_end", "deaths_a", "deaths_b",
    "deaths_civilians", "deaths_unknown", "best", "high", "low", "gwnoa", "gwnob",
)
# fmt: on
RENAMED = {"best_est": "best", "low_est": "low", "high_est": "high", "gwno": "country_id"}
"""Names of release 5.0 and earlier."""

_PAGES = Paging(items=("Result",))
VIOLENCE = {1: "sb", 2: "ns", 3: "os"}
_KINDS = {"sb": "state-based conflict", "ns": "non-state conflict", "os": "one-sided violence"}
_MEASURES = {
    "best": ("", "deaths", "Best estimate of deaths in"),
    "low": ("_low", "deaths", "Low estimate of deaths in"),
    "high": ("_high", "deaths", "High estimate of deaths in"),
    "events": ("_events", "events", "Lethal events of"),
}
_DEATHS = ("best", "low", "high", "civilians")
_MOST_DEATHS = 10_000_000
_REASONS = {
    "contradictory": "low or high estimate that contradicts the best one, which takes its place",
    "unclear": "event that UCDP does not find clear",
    "vague": "event located less precisely than max_where_prec",
}
"""Flag of an event -> what `Release.dropped` says of it."""
_CORRECT = "correct it, or download the file again"


SEPARABLE = {
    "PSE": ("ISR", r"(?i)^(gaza|west bank)"),
    "ESH": ("MAR", r"(?i)^(la.youne|dakhla|oued ed)"),
}
"""Place -> the country that UCDP puts it into, and how its provinces are called there."""


class GedOptions(FileOptions):
    """How to count events.

    Attributes:
        level: Units are countries or PRIO-GRID cells.
        split: The month of an event that spans several: that of its last day ("end"), of its
            first ("start"), or all of them in proportion to its days ("days").
        status: All candidate events, or those that UCDP finds clear.
        max_where_prec: For cells, the least precise location that still counts: 1 exact place,
            2 near it, 3 district, 4 province; 5 and above are regions and countries.
        lag_months: Months from the end of a month to the publication of its events.
        covers_to: Last month the file speaks of ("2021-12"), where its name does not say so.
        separate: Whether Gaza and the West Bank (PSE) and Western Sahara (ESH) count apart from
            Israel and Morocco, whose provinces they are in the file.
    """

    level: Literal["country", "cell"] = "country"
    split: Literal["end", "start", "days"] = "end"
    status: Literal["all", "clear"] = "all"
    max_where_prec: int = Field(default=4, ge=1, le=7)
    lag_months: int = Field(default=1, ge=0, le=24)
    covers_to: str | None = Field(default=None, pattern=refusals.MONTH)
    separate: bool = False


class UcdpGed(Source):
    """Reader of UCDP GED events, yearly and candidate releases, as csv or zip."""

    name = "ucdp-ged"
    sample = "global events since 20.1, as csv"
    themes = ("conflict", "terrorism")
    title = "UCDP Georeferenced Event Dataset and UCDP Candidate Events Dataset"
    licence = "CC BY 4.0"
    citation = (
        "Sundberg and Melander (2013), Introducing the UCDP Georeferenced Event Dataset, Journal "
        "of Peace Research 50(4), 523-532; with release 26.1 Davies, Pettersson and Öberg (2026), "
        "Organized violence 1989-2025, and violent political protests, Journal of Peace Research, "
        "doi:10.1093/jopres/xjag046; with 25.1 Davies, Pettersson, Sollenberg and Öberg (2025), "
        "Organized violence 1989-2024, and the challenges of identifying civilian victims, "
        "Journal of Peace Research 62(4), 1223-1240; for candidate events Hegre, Croicu, Eck and "
        "Högbladh (2020), Introducing the UCDP Candidate Events Dataset, Research & Politics 7(3)"
    )
    url = "https://ucdp.uu.se/downloads/"
    offer = GED
    cadence = "candidate events monthly, reviewed events every June"
    lag_months = 1
    lag_reason = "candidate events of a month appear about the 20th of the next"
    redistributable = True
    every_months = 1
    tried_on = "real files"
    reads_folders = True
    options = GedOptions
    layouts = (
        ("GEDEvent_v20_0_3.json", "answer of the programming interface; all pages in one folder"),
        ("hdx_GEDEvent_v20_0_3.csv", "events of a country on HDX, with their line of tags"),
        (
            "GEDEvent_v20_0_3-without-header.csv",
            "candidate events without a header, as release 24.0.1",
        ),
        ("pandas_GEDEvent_v20_0_3.parquet", "a release that pandas wrote as parquet"),
    )

    def read(self, path: Path, options: GedOptions) -> Release:
        """Read one release, or a folder with several.

        Returns:
            Monthly counts `ged_sb`, `ged_ns`, `ged_os` (best estimates) with `_low`, `_high` and
            `_events`, `ged_civilians`, and where every file names the sides `ged_dyads` and
            `ged_actors`, per country or cell; a census, so that a month without a row had none.
        """
        files = _files(path)
        if options.covers_to and len(files) > 1:
            raise SourceError(
                f"{path} holds {len(files)} files, and covers_to speaks of one",
                hint="leave covers_to out: the files' names say what they cover",
            )
        parts = alike([_read_part(file, options) for file in files])
        whole = combine(path, parts) if len(parts) > 1 else parts[0]
        monthly = _monthly(whole.events, options.split)
        return Release(
            observations=_observations(
                monthly, who_fought(whole.events, _booked(options.split)), options.lag_months
            ),
            indicators=_indicators(options.lag_months, named=names_sides(whole)),
            covers=(first_day(whole.first), first_day(whole.last)),
            covered_units=_covered(whole, monthly, options.level),
            dropped=whole.dropped,
            simulated=columns.simulated(whole.events["unit"]),
            unit_names={} if options.separate or options.level == "cell" else dict(JOINED),
        )


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    inside = sorted(file for file in path.iterdir() if not file.name.startswith("."))
    if inside and all(file.suffix.lower() == ".json" for file in inside):
        return [path]  # the pages of one query
    files = [file for file in inside if file.suffix.lower() in {".csv", ".zip"}]
    if not files:
        raise SourceError(f"{path} holds no csv and no zip file", hint="put UCDP's files into it")
    return files


def _read_part(path: Path, options: GedOptions) -> Part:
    sheet = read_pages(path, _form(options), _PAGES)
    _refuse_double_ids(sheet)
    events = pl.DataFrame(
        {
            "id": sheet.frame["id"].cast(pl.String),
            "violence": columns.whole_numbers(sheet, "type_of_violence", 1, 3, "type of violence"),
            **_days(sheet),
            **_deaths(sheet),
        }
    )
    events = events.with_columns(sides(sheet, events["violence"]))
    unit = _countries(sheet, events["end"], options)
    if options.separate:
        unit = _separated(sheet, unit)
    events = events.with_columns(unit, _place(sheet, unit, options), *_flags(sheet, options))
    countries = columns.covered_units(unit)
    return _counted(covered_part(sheet.file, events, countries, options.covers_to))


def _form(options: GedOptions) -> Form:
    required = ["id", "type_of_violence", "date_start", "date_end", "best", "low", "high"]
    required += ["deaths_civilians", "country"]
    if options.level == "cell":
        required += ["where_prec", "priogrid_gid"]
    if options.status == "clear":
        required += ["code_status"]
    if options.separate:
        required += ["adm_1"]
    return Form(
        required=tuple(required),
        optional=("country_id", *SIDES.values()),
        renamed=RENAMED,
        positions=LAYOUT,
        encoding=options.encoding,
    )


def _refuse_double_ids(sheet: Sheet) -> None:
    ids = sheet.frame["id"]
    sheet.refuse("id", ids.is_null(), "the event has no id", _CORRECT)
    doubles = ids.filter(ids.is_duplicated()).unique(maintain_order=True)
    if len(doubles):
        raise SourceError(
            f"{sheet.file}: {len(doubles)} event id(s) occur twice, the first on "
            f"{sheet.place(int((ids == doubles[0]).arg_true()[0]))}",
            got=doubles.head(5).to_list(),
            hint="keep one row per id; if releases were pasted together, put them into a folder "
            "as separate files",
        )


def _days(sheet: Sheet) -> dict[str, pl.Series]:
    start, end = columns.days(sheet, "date_start"), columns.days(sheet, "date_end")
    sheet.refuse("date_end", end < start, "the event ends before it starts", _CORRECT)
    return {"start": start, "end": end}


def _deaths(sheet: Sheet) -> dict[str, pl.Series]:
    """Deaths of each event; a bound that contradicts the best estimate gives way to it.

    One event in 25 of the candidate release of 2021 has such bounds, mostly by one death. A file
    where a third of all events have them has its columns in another order.
    """
    best, low, high, civilians = (
        columns.whole_numbers(sheet, column, 0, _MOST_DEATHS, "the number of deaths")
        for column in ("best", "low", "high", "deaths_civilians")
    )
    outside = (best < low) | (best > high)
    if 3 * outside.sum() >= len(outside):
        hint = "columns may have changed places: download the file again"
        sheet.refuse("best", outside, "the best estimate lies outside low to high", hint)
    bounds = pl.DataFrame({"best": best, "low": low, "high": high}).select(
        low=pl.min_horizontal("best", "low"), high=pl.max_horizontal("best", "high")
    )
    figures = {"best": best, "low": bounds["low"], "high": bounds["high"], "civilians": civilians}
    return {**figures, "contradictory": outside}


def _countries(sheet: Sheet, on: pl.Series, options: GedOptions) -> pl.Series:
    if {"country", "country_id"} <= set(sheet.frame.columns):
        names = sheet.frame["country"].cast(pl.String)
        nobodys = [name for name in names.drop_nulls().unique().to_list() if no_country(name)]
        sheet.refuse("country", names.is_in(nobodys), "this is no country", _CORRECT)
    if "country_id" in sheet.frame.columns:
        return columns.units(sheet, "country_id", "gwcode", options.codes, on)
    return columns.units(sheet, "country", "name", options.codes, on)


def _separated(sheet: Sheet, unit: pl.Series) -> pl.Series:
    """Give the events of separable places, known by their province, units of their own."""
    provinces = pl.DataFrame([unit.rename("unit"), sheet.frame["adm_1"].cast(pl.String)])
    place = pl.col("unit")
    for separable, (country, pattern) in SEPARABLE.items():
        inside = (pl.col("unit") == country) & pl.col("adm_1").str.contains(pattern)
        place = pl.when(inside.fill_null(value=False)).then(pl.lit(separable)).otherwise(place)
    return provinces.select(place.alias("unit")).to_series().rename(unit.name)


def _place(sheet: Sheet, unit: pl.Series, options: GedOptions) -> pl.Series:
    """The unit an event counts to: its country, or its cell."""
    if options.level == "country":
        return unit.rename("place")
    cells = columns.whole_numbers(sheet, "priogrid_gid", 1, 259_200, "the PRIO-GRID cell")
    return cells.cast(pl.String).rename("place")


def _flags(sheet: Sheet, options: GedOptions) -> list[pl.Series]:
    """Which events are not clear, if that matters, and which are too vague for a cell."""
    no = pl.Series([False]).new_from_index(0, sheet.frame.height)
    unclear, vague = no, no
    if options.status == "clear":
        unclear = sheet.frame["code_status"] != "Clear"
    if options.level == "cell":
        precision = columns.whole_numbers(sheet, "where_prec", 1, 7, "where_prec")
        vague = precision > options.max_where_prec
    return [unclear.rename("unclear"), vague.rename("vague")]


def _counted(part: Part) -> Part:
    """Leave flagged events out, and report what was left out or replaced."""
    events, dropped = part.events, dict(part.dropped)
    for flag, reason in _REASONS.items():
        if count := int(events[flag].sum()):
            dropped[reason] = count
    events = events.filter(~(pl.col("unclear") | pl.col("vague")))
    return replace(part, events=events.drop(list(_REASONS)), dropped=dropped)


def _booked(split: str) -> pl.Expr:
    """The month that an event counts to as a whole."""
    return pl.col("start" if split == "start" else "end").dt.truncate("1mo").alias("month")


def _monthly(events: pl.DataFrame, split: str) -> pl.DataFrame:
    """Count deaths and events per place, month and type of violence."""
    booked = events.with_columns(_booked(split), events=pl.lit(1))
    if split == "days":
        many = pl.col("start").dt.truncate("1mo") != pl.col("end").dt.truncate("1mo")
        booked = pl.concat([booked.filter(~many), _by_days(booked.filter(many))])
    sums = pl.col(*_DEATHS, "events").sum()
    return booked.group_by("place", "month", "violence").agg(sums)


def _by_days(events: pl.DataFrame) -> pl.DataFrame:
    """Spread deaths over months in proportion to days, in whole numbers that keep the total.

    What rounding down leaves over goes to the months with the largest remainders, the earlier
    first (Hamilton's method). The event itself counts once, in its last month.
    """
    months = pl.date_ranges(pl.col("start").dt.truncate("1mo"), "end", interval="1mo")
    long = events.with_columns(month=months).explode("month")
    last_day = pl.min_horizontal("end", pl.col("month").dt.month_end())
    first_day_ = pl.max_horizontal("start", "month")
    long = long.with_columns(
        share=(last_day - first_day_).dt.total_days() + 1,
        length=(pl.col("end") - pl.col("start")).dt.total_days() + 1,
        events=(pl.col("month") == pl.col("end").dt.truncate("1mo")).cast(pl.Int32),
    )
    return long.with_columns(_apportioned(column) for column in _DEATHS).select(events.columns)


def _apportioned(column: str) -> pl.Expr:
    exact = pl.col(column) * pl.col("share")
    whole = exact // pl.col("length")
    remainder = exact % pl.col("length")
    left = pl.col(column) - whole.sum().over("id")
    rank = (-remainder).rank("ordinal").over("id", order_by="month")
    return (whole + (rank <= left).cast(pl.Int64)).alias(column)


def _observations(monthly: pl.DataFrame, who: pl.DataFrame, lag_months: int) -> pl.DataFrame:
    keys = ["place", "month", "violence"]
    names = {
        f"{number}{measure}": f"ged_{kind}{suffix}"
        for number, kind in VIOLENCE.items()
        for measure, (suffix, _, _) in _MEASURES.items()
    }
    counts = monthly.unpivot(list(_MEASURES), index=keys).with_columns(
        indicator=pl.concat_str("violence", "variable").replace_strict(names)
    )
    civilians = monthly.group_by("place", "month").agg(value=pl.col("civilians").sum())
    civilians = civilians.with_columns(indicator=pl.lit("ged_civilians"))
    wanted = [pl.col("place").alias("unit"), "month", "indicator", pl.col("value").cast(pl.Float64)]
    return (
        pl.concat([part.select(wanted) for part in (counts, civilians, who)])
        .with_columns(columns.known_from("month", lag_months))
        .sort("unit", "month", "indicator")
    )


def _indicators(lag_months: int, *, named: bool) -> tuple[Indicator, ...]:
    counts = [
        (f"ged_{kind}{suffix}", unit, f"{text} {_KINDS[kind]}")
        for kind in VIOLENCE.values()
        for suffix, unit, text in _MEASURES.values()
    ]
    counts.append(("ged_civilians", "deaths", "Civilians killed in all organised violence"))
    counts += [(name, *told) for name, told in WHO.items()] if named else []
    return tuple(
        Indicator(name, unit, UcdpGed.name, text, lag_months=lag_months, census=True)
        for name, unit, text in counts
    )


def _covered(whole: Part, monthly: pl.DataFrame, level: str) -> tuple[str, ...] | None:
    """An extract speaks of its countries; of cells, it speaks of those that it names."""
    if level == "cell" and whole.countries is not None:
        return tuple(monthly["place"].unique().sort())
    return whole.countries
