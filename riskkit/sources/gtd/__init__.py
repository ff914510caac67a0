"""Global Terrorism Database: terrorist attacks, killed and wounded by country, month and year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import Field

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.files import read_sheet
from riskkit.reading.selection import leave_out
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import known_units
from riskkit.sources import Source
from riskkit.sources._options import FileOptions
from riskkit.sources.gtd import _periods
from riskkit.sources.gtd._details import CONCENTRATIONS, COUNTS, OPTIONAL, details, undelivered
from riskkit.sources.gtd._periods import LOST_YEAR, covers
from riskkit.tables import Frequency, Indicator, Release
from riskkit.units import countries

FIRST_YEAR = 1970

MONTHLY = {
    "attacks": ("attacks", "Terrorist attacks"),
    "attacks_killed": ("deaths", "Killed in terrorist attacks, perpetrators included"),
    "attacks_wounded": ("people", "Wounded in terrorist attacks, perpetrators included"),
    **{name: ("attacks", count.text) for name, count in COUNTS.items()},
    **{name: ("index 0-1", index.text) for name, index in CONCENTRATIONS.items()},
}
YEARLY = {
    "gtd_incidents": ("attacks", "Terrorist attacks of the year, of unknown months too"),
    "gtd_killed": ("deaths", "Killed in terrorist attacks of the year, of unknown months too"),
}
"""Indicator -> unit of measurement, description."""

_REQUIRED = ("eventid", "iyear", "imonth", "country_txt", "nkill", "nwound", "doubtterr", "INT_ANY")
_MOST = 100_000
_CORRECT = "correct it, or download the file again"
_LEFT_OUT = {
    "International": "attack in no single country",
    "Unknown": "attack in an unknown country",
}
_LOST = f"attack of {LOST_YEAR}, of which most are lost"
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
            that the publisher doubts to be terrorism (`doubtterr` 1, judged for attacks after
            1997).
        lag_months: Months from the end of a year to the publication of its attacks.
    """

    doubt: Literal["all", "certain"] = "all"
    lag_months: int = Field(default=18, ge=0, le=60)


class Gtd(Source):
    """Reader of globalterrorismdb_*dist.xlsx, or of the same table as csv or parquet; the years to
    2020 and the first half of 2021, which come as two files, are read from one folder.

    Written after the codebook; not tried on a real file. The names of its countries were tried: all
    204 of the yearly summaries have a unit, but for "International", which is left out.

    An attack counts once, in the country and month where it began, even if it went on for more than
    a day (`extended`). Rules of the codebook and what follows from them: `imonth` 0 is an unknown
    month, so that the attack counts in its year only; an unknown day (`iday` 0) does not matter,
    and the guess in `approxdate` is not read; an empty `nkill` or `nwound` is an unknown number,
    counted as none, so that the sums are lower bounds (their number is reported); casualties of
    linked attacks are divided among them and may be fractions.

    Borders: `INT_LOG` compares the perpetrators' nationality with the place, `INT_IDEO` with the
    victims' nationality; `INT_ANY` says whether these, or victims and place, differ. 1 counts as
    transnational and 0 as domestic; -9 is unknown, mostly because the perpetrators are, and counts
    as neither. Where an attack has several targets, kinds or perpetrators, the first counts
    (`targtype1_txt`, `attacktype1_txt`, `gname`). Attacks on the state are those on "Government
    (General)", "Police" and "Military"; "Government (Diplomatic)" is left out: it means missions of
    other states and the United Nations. Kinds are bombings, assassinations, hostage taking of both
    sorts and, by `suicide`, attacks that were not meant to be survived. Concentrations are
    Herfindahl indices of a month's attacks over groups, without "Unknown" and "Unaffiliated
    Individual(s)", and over types of target, without "Unknown"; a month whose attacks name none has
    none. `success` is not read: its meaning differs from kind to kind. An export without the column
    of an indicator does not give it, and says so; a folder gives what all its files can.

    1993 is missing, not zero: the publisher lost its records, and the few attacks that were found
    again, which come as a file of their own, are left out. All other months and years from the
    first to the last of the file are zero where there is no attack, in each state that existed and
    each other place that the file names; in an extract of few countries, in these alone. Whoever
    compares years should know that data collection changed in 1998, 2008 and 2012, and that counts
    rose with the last of these.
    """

    name = "gtd"
    sample = "attacks as csv, columns of the codebook of 2021, the last"
    layouts = (("globalterrorismdb_0522dist.xlsx", "the publisher's workbook of May 2022"),)
    themes = ("terrorism",)
    title = "Global Terrorism Database"
    licence = "START's end user licence: registration, research use, rows may not be passed on"
    citation = (
        "START, National Consortium for the Study of Terrorism and Responses to Terrorism (2022), "
        "Global Terrorism Database, 1970-2020; LaFree and Dugan (2007), Introducing the Global "
        "Terrorism Database, Terrorism and Political Violence 19(2), 181-204"
    )
    url = "https://www.start.umd.edu/gtd/"
    by_hand = "wants an account: ask for the file with the form at https://www.start.umd.edu/gtd/"
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

        Returns:
            Monthly `attacks`, `attacks_killed`, `attacks_wounded`, those of the counts by target,
            kind and borders that the columns allow, zeros included, and concentrations without
            months that have none; yearly `gtd_incidents` and `gtd_killed`, zeros included.
        """
        dropped: dict[str, int] = {}
        attacks = _together([_file(file, options, dropped) for file in _files(path)], dropped)
        _refuse_common_ids(path, attacks["eventid"])
        covered = covers(str(path), attacks)
        attacks = _placed(attacks, covered[1], dropped)
        given = [name for name in MONTHLY if name in attacks.columns]
        named = columns.covered_units(attacks["unit"])
        everywhere = () if named else countries("views")["unit"]
        units = pl.Series("unit", sorted({*attacks["unit"], *everywhere}))
        return Release(
            observations=pl.concat(
                [
                    _periods.monthly(attacks, units, covered, given, 11 + options.lag_months),
                    _periods.yearly(attacks, units, covered, options.lag_months),
                ]
            ).sort("unit", "month", "indicator"),
            indicators=_indicators(given, options.lag_months),
            covers=covered,
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
    form = Form(required=_REQUIRED, optional=OPTIONAL, encoding=options.encoding)
    sheet = read_sheet(path, form)
    ids = sheet.frame["eventid"]
    wrong = ids.is_null() | ids.is_duplicated()
    sheet.refuse("eventid", wrong, "every attack has an id of its own", _CORRECT)
    if options.doubt == "certain":
        doubtful = columns.whole_numbers(sheet, "doubtterr", -9, 1, "doubtterr") == 1
        sheet = leave_out(sheet, doubtful, _DOUBTFUL, dropped)
    return _attacks(sheet, options, dropped)


def _together(files: list[pl.DataFrame], dropped: dict[str, int]) -> pl.DataFrame:
    """The attacks of all files, with the columns that none of them lacks, without the lost year."""
    found = [file.filter(pl.col("year").dt.year() != LOST_YEAR) for file in files]
    _add(dropped, {_LOST: sum(file.height for file in files) - sum(file.height for file in found)})
    telling = [file for file in found if file.height] or found
    shared = [c for c in telling[0].columns if all(c in file.columns for file in telling)]
    attacks = pl.concat([file.select(shared) for file in telling])
    for name, column in undelivered(shared).items():
        reason = f"attack of files that do not all have the column '{column}': no {name}"
        _add(dropped, {reason: attacks.height})
    return attacks


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
    more, unnamed = details(sheet)
    killed, wounded = (_casualties(sheet, column, dropped) for column in ("nkill", "nwound"))
    _add(dropped, nowhere | unnamed)
    return dates.with_columns(
        unit,
        sheet.frame["eventid"].cast(pl.String).str.replace(r"\.0+$", ""),
        *more,
        attacks=pl.lit(1.0),
        attacks_killed=killed,
        attacks_wounded=wounded,
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


def _placed(attacks: pl.DataFrame, last: date, dropped: dict[str, int]) -> pl.DataFrame:
    """Attacks that count in a month, or at least in a year that is covered to its end."""
    whole_year = pl.col("year").dt.offset_by("11mo") <= last
    placed = attacks.filter(pl.col("month").is_not_null() | whole_year)
    _add(dropped, {_NO_MONTH: placed["month"].null_count()})
    _add(dropped, {_NO_YEAR: attacks.height - placed.height})
    return placed


def _indicators(given: Iterable[str], lag_months: int) -> tuple[Indicator, ...]:
    rows: list[tuple[dict[str, tuple[str, str]], Frequency, int]] = [
        ({name: MONTHLY[name] for name in given}, "month", 11 + lag_months),
        (YEARLY, "year", lag_months),
    ]
    return tuple(
        Indicator(name, unit, Gtd.name, text, frequency, lag)
        for texts, frequency, lag in rows
        for name, (unit, text) in texts.items()
    )
