"""Global Terrorism Database: terrorist attacks, killed and wounded by country, month and year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import Field

from riskkit.errors import SourceError
from riskkit.sources import Source
from riskkit.sources import _columns as columns
from riskkit.sources._files import read_sheet
from riskkit.sources._living import living
from riskkit.sources._options import FileOptions
from riskkit.sources._selection import leave_out
from riskkit.sources._sheet import Form, Sheet
from riskkit.sources._state_rows import known_units, long_form
from riskkit.tables import Frequency, Indicator, Release
from riskkit.units import countries

FIRST_YEAR = 1970
LOST_YEAR = 1993
"""The cards of 1993 were lost before they were typed in; no release has its events."""

MONTHLY = {
    "attacks": ("attacks", "Terrorist attacks"),
    "attacks_killed": ("deaths", "Killed in terrorist attacks, perpetrators included"),
    "attacks_wounded": ("people", "Wounded in terrorist attacks, perpetrators included"),
    "attacks_transnational": ("attacks", "Terrorist attacks known to be international in some way"),
    "attacks_domestic": ("attacks", "Terrorist attacks known to be domestic in every way"),
}
YEARLY = {
    "gtd_incidents": ("attacks", "Terrorist attacks of the year, of unknown months too"),
    "gtd_killed": ("deaths", "Killed in terrorist attacks of the year, of unknown months too"),
}
"""Indicator -> unit of measurement, description."""

_REQUIRED = ("eventid", "iyear", "imonth", "country_txt", "nkill", "nwound", "doubtterr", "INT_ANY")
_KEY = ["unit", "month"]
_MOST = 100_000
_CORRECT = "correct it, or download the file again"
_LEFT_OUT = {"International": "attack in no single country"}
_DOUBTFUL = "attack that may not have been terrorism"
_NO_MONTH = "attack in an unknown month, which counts in its year only"
_NO_YEAR = "attack in an unknown month of a year that the file does not cover to its end"
_UNKNOWN = {
    "nkill": "attack with an unknown number of killed, who count as none",
    "nwound": "attack with an unknown number of wounded, who count as none",
}


class GtdOptions(FileOptions):
    """How to count attacks.

    Attributes:
        doubt: All incidents, as the publisher counts, or only those "certain", without the ones
            that the publisher doubts to be terrorism (`doubtterr` 1, judged since 1997).
        lag_months: Months from the end of a year to the publication of its attacks.
    """

    doubt: Literal["all", "certain"] = "all"
    lag_months: int = Field(default=18, ge=0, le=60)


class Gtd(Source):
    """Reader of globalterrorismdb_*dist.xlsx, or of the same table as csv or parquet; the years to
    2020 and the first half of 2021, which come as two files, are read from one folder.

    Written after the codebook; not tried on a real file. The names of its countries were tried: all
    204 of the yearly summaries have a unit, but for "International", which is left out.

    An attack counts in the country and month where it began. Rules of the codebook and what
    follows from them: `imonth` 0 is an unknown month, so that the attack counts in its year only;
    an empty `nkill` or `nwound` is an unknown number, counted as none, so that the sums are lower
    bounds (their number is reported); casualties of linked attacks are divided among them and may
    be fractions; `INT_ANY` -9 is unknown and counts neither as transnational nor as domestic.

    1993 is missing, not zero: the publisher lost its records. All other months and years from the
    first to the last of the file are zero where there is no attack, in each state that existed and
    each other place that the file names; in an extract of few countries, in these alone. Whoever
    compares years should know that data collection changed in 1998, 2008 and 2012, and that counts
    rose with the last of these.
    """

    name = "gtd"
    title = "Global Terrorism Database"
    licence = "START's end user licence: registration, research use, rows may not be passed on"
    citation = (
        "START, National Consortium for the Study of Terrorism and Responses to Terrorism (2022), "
        "Global Terrorism Database, 1970-2020; LaFree and Dugan (2007), Introducing the Global "
        "Terrorism Database, Terrorism and Political Violence 19(2), 181-204"
    )
    url = "https://www.start.umd.edu/gtd/"
    cadence = "irregular; none announced after the attacks of June 2021"
    lag_months = 18
    lag_reason = (
        "the release of May 2022 (0522dist) ends with 2020, that of February 2021 with 2019: 14 to "
        "17 months after the year"
    )
    redistributable = False
    reads_folders = True
    options = GtdOptions

    def read(self, path: Path, options: GtdOptions) -> Release:
        """Read a release.

        Args:
            path: A .xlsx, .csv, .zip or .parquet file in the publisher's layout, or a folder of
                them that have no attack in common.
            options: How to count.

        Returns:
            Monthly `attacks`, `attacks_killed`, `attacks_wounded`, `attacks_transnational` and
            `attacks_domestic`, yearly `gtd_incidents` and `gtd_killed`, zeros included.

        Raises:
            SourceError: The file is not a release, or an attack is impossible; the text names the
                file, the row and the column.
        """
        dropped: dict[str, int] = {}
        attacks = pl.concat([_file(file, options, dropped) for file in _files(path)])
        _refuse_common_ids(path, attacks["eventid"])
        first, last = _covers(str(path), attacks)
        attacks = _placed(attacks, last, dropped)
        named = columns.covered_units(attacks["unit"])
        everywhere = () if named else countries("views")["unit"]
        units = pl.Series("unit", sorted({*attacks["unit"], *everywhere}))
        return Release(
            observations=pl.concat(
                [
                    _monthly(attacks, units, (first, last), options.lag_months),
                    _yearly(attacks, units, (first, last), options.lag_months),
                ]
            ).sort("unit", "month", "indicator"),
            indicators=_indicators(options.lag_months),
            covers=(first, last),
            covered_units=named,
            dropped=dropped,
            simulated=columns.simulated(attacks["unit"]),
        )


def _files(path: Path) -> list[Path]:
    """The file, or those of a folder but for what is hidden or Excel's lock on an open file."""
    if not path.is_dir():
        return [path]
    files = [file for file in sorted(path.iterdir()) if not file.name.startswith((".", "~$"))]
    if not files:
        raise SourceError(f"{path} holds no file", hint="put the publisher's workbooks into it")
    return files


def _file(path: Path, options: GtdOptions, dropped: dict[str, int]) -> pl.DataFrame:
    sheet = read_sheet(path, Form(required=_REQUIRED, encoding=options.encoding))
    ids = sheet.frame["eventid"]
    wrong = ids.is_null() | ids.is_duplicated()
    sheet.refuse("eventid", wrong, "every attack has an id of its own", _CORRECT)
    if options.doubt == "certain":
        doubtful = columns.whole_numbers(sheet, "doubtterr", -9, 1, "doubtterr") == 1
        sheet = leave_out(sheet, doubtful, _DOUBTFUL, dropped)
    return _attacks(sheet, options, dropped)


def _refuse_common_ids(path: Path, ids: pl.Series) -> None:
    common = ids.filter(ids.is_duplicated())
    if len(common):
        raise SourceError(
            f"{path}: {common.n_unique()} attack(s) are in two files",
            got=common.unique(maintain_order=True).head(3).to_list(),
            hint="keep one release, and the half-year that follows it",
        )


def _attacks(sheet: Sheet, options: GtdOptions, dropped: dict[str, int]) -> pl.DataFrame:
    """One row per attack: `eventid, unit, year, month` (or null) and what it adds to counts."""
    calendar = columns.whole_numbers(sheet, "imonth", 0, 12, "a month")
    year = columns.whole_numbers(sheet, "iyear", FIRST_YEAR, date.today().year, "a year")
    dates = pl.DataFrame({"y": year, "m": calendar}).select(
        year=pl.date("y", 1, 1),
        month=pl.when(pl.col("m") > 0).then(pl.date("y", pl.col("m").clip(1), 1)),
    )
    future = dates["month"] > date.today()
    sheet.refuse("imonth", future, "this month lies in the future", _CORRECT)
    day = dates["month"].fill_null(dates["year"])
    unit, nowhere = known_units(sheet, "country_txt", "name", options.codes, day, _LEFT_OUT)
    reach = columns.whole_numbers(sheet, "INT_ANY", -9, 1, "INT_ANY")
    killed, wounded = (_casualties(sheet, column, dropped) for column in ("nkill", "nwound"))
    _add(dropped, nowhere)
    return dates.with_columns(
        unit,
        sheet.frame["eventid"].cast(pl.String).str.replace(r"\.0+$", ""),
        attacks=pl.lit(1.0),
        attacks_killed=killed,
        attacks_wounded=wounded,
        attacks_transnational=(reach == 1).cast(pl.Float64),
        attacks_domestic=(reach == 0).cast(pl.Float64),
    ).drop_nulls("unit")


def _casualties(sheet: Sheet, column: str, dropped: dict[str, int]) -> pl.Series:
    people = columns.numbers(sheet, column)
    wrong = ~people.is_between(0, _MOST)
    sheet.refuse(column, wrong, f"a number of people lies between 0 and {_MOST}", _CORRECT)
    _add(dropped, {_UNKNOWN[column]: people.null_count()})
    return people.fill_null(0.0)


def _add(dropped: dict[str, int], counts: Mapping[str, int]) -> None:
    for reason, count in counts.items():
        if count:
            dropped[reason] = dropped.get(reason, 0) + count


def _covers(file: str, attacks: pl.DataFrame) -> tuple[date, date]:
    """From the January of the first attack to the month of the last, or its December.

    A file of the whole world has attacks in every month, an extract may end with a quiet one.
    """
    if attacks["month"].null_count() == attacks.height:
        raise SourceError(f"{file} has no attack in a known month", hint="download it again")
    first, last = columns.span(attacks["month"].drop_nulls())
    start, end = columns.span(attacks["year"], "year")
    if columns.covered_units(attacks["unit"]) is not None:
        last = end
    return min(first, start), max(last, end.replace(month=1))


def _placed(attacks: pl.DataFrame, last: date, dropped: dict[str, int]) -> pl.DataFrame:
    """Attacks that count in a month, or at least in a year that is covered to its end."""
    whole_year = pl.col("year").dt.offset_by("11mo") <= last
    placed = attacks.filter(pl.col("month").is_not_null() | whole_year)
    _add(dropped, {_NO_MONTH: placed["month"].null_count()})
    _add(dropped, {_NO_YEAR: attacks.height - placed.height})
    return placed


def _monthly(
    attacks: pl.DataFrame, units: pl.Series, covers: tuple[date, date], lag_months: int
) -> pl.DataFrame:
    sums = attacks.drop_nulls("month").group_by(_KEY).agg(pl.col(*MONTHLY).sum())
    months = pl.date_range(*covers, interval="1mo", eager=True).alias("month")
    full = _with_zeros(sums, units, months, 1)
    return long_form(full, MONTHLY, "month", 11 + lag_months)


def _yearly(
    attacks: pl.DataFrame, units: pl.Series, covers: tuple[date, date], lag_months: int
) -> pl.DataFrame:
    """Sums of the years that the file covers to their end."""
    end = covers[1] if covers[1].month == 12 else date(covers[1].year - 1, 12, 1)
    sums = (
        attacks.filter(pl.col("year") <= end)
        .group_by("unit", month="year")
        .agg(gtd_incidents=pl.col("attacks").sum(), gtd_killed=pl.col("attacks_killed").sum())
    )
    years = pl.date_range(covers[0], end, interval="1y", eager=True).alias("month")
    return long_form(_with_zeros(sums, units, years, 12), YEARLY, "year", lag_months)


def _with_zeros(
    sums: pl.DataFrame, units: pl.Series, periods: pl.Series, length: int
) -> pl.DataFrame:
    """Add the periods of living units in which nothing happened, but for the lost year."""
    kept = periods.filter(periods.dt.year() != LOST_YEAR)
    grid = units.to_frame().join(kept.to_frame(), how="cross")
    silent = grid.filter(living(grid, length))
    return silent.join(sums, on=_KEY, how="full", coalesce=True).fill_null(0.0)


def _indicators(lag_months: int) -> tuple[Indicator, ...]:
    rows: list[tuple[dict[str, tuple[str, str]], Frequency, int]] = [
        (MONTHLY, "month", 11 + lag_months),
        (YEARLY, "year", lag_months),
    ]
    return tuple(
        Indicator(name, unit, Gtd.name, text, frequency, lag)
        for texts, frequency, lag in rows
        for name, (unit, text) in texts.items()
    )
