"""REIGN: leaders, regimes and elections of every state, month by month since 1950."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl
from pydantic import Field

from riskkit.errors import SourceError
from riskkit.months import first_day, first_day_expr, month_id, month_id_expr
from riskkit.reading import columns
from riskkit.reading.bundles import Member, members
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.text import read_text
from riskkit.sources import MB, Address, Options, Source, offered
from riskkit.sources.reign._elections import NOTICE, expectations, read_elections, votes
from riskkit.tables import Indicator, Release

FIRST_MONTH = month_id(date(1950, 1, 1))
LISTS = ("leaderlist", "electionlist", "regime_list")
"""How the names of the three files begin."""

REGIMES = (
    *("presidential", "parliamentary", "monarchy", "personal", "military", "military personal"),
    *("indirect military", "party-based", "party-personal", "party-military"),
    *("party-personal-military", "oligarchy", "warlordism", "foreign-occupied", "provisional"),
    *("provisional military", "civilian provisional"),
)
_TRAITS = {
    "reign_democracy": "presidential|parliamentary",
    "reign_party": "party",
    "reign_military": "military",
    "reign_personal": "personal",
    "reign_monarchy": "monarchy",
    "reign_provisional": "provisional",
}
"""Indicator -> what the type of regime contains; a mixed type has several traits."""

_ABOUT = {
    "tenure_months": ("months", "Time since the leader took office"),
    "leader_change": ("1 if so", "The leader at the month's end is another than a month before"),
    "n_leaders_in_month": ("leaders", "Leaders in office during the month"),
    "leader_age": ("years", "Age of the leader"),
    "leader_military": ("1 if so", "The leader had a military career (0.5: in part)"),
    "reign_regime_months": ("months", "Time since the regime began"),
    "reign_democracy": ("1 if so", "Presidential or parliamentary democracy"),
    "reign_party": ("1 if so", "Rule of a party, alone or in a mixed regime"),
    "reign_military": ("1 if so", "Rule of the military, alone or in a mixed regime"),
    "reign_personal": ("1 if so", "Personal rule, alone or in a mixed regime"),
    "reign_monarchy": ("1 if so", "Monarchy"),
    "reign_provisional": ("1 if so", "Provisional government"),
    "election_month": ("1 if so", "People voted: an election, a second round or a referendum"),
    "election_early": ("1 if so", "People voted before the date that was due"),
    "months_since_last_vote": ("months", "Time since the last vote"),
    "election_expected": ("1 if so", f"A vote is expected within {NOTICE} months"),
    "months_to_expected_vote": ("months", "Time to the nearest expected vote, if one is"),
}
INDICATORS = tuple(_ABOUT)

_MISSING = ("-99",)
_NUMBERS = ("emonth", "eyear", "birthyear", "militarycareer")
_LEADERS = Form(
    required=("ccode", "leadid", "sdate", "smonth", "syear", *_NUMBERS), encoding="latin-1"
)
_RULES = Form(required=("cowcode", "gwf_startdate", "gwf_enddate", "gwf_regimetype"))
_FIRST_YEAR = 1500


class ReignOptions(Options):
    """How to read the lists.

    Attributes:
        lag_months: Months from the end of a month to the publication of its rows.
        codes: The user's own country codes -> units.
    """

    lag_months: int = Field(default=1, ge=0, le=60)
    codes: columns.Codes = Field(default_factory=dict)


class Reign(Source):
    """Reader of leaderlist_M_YY.csv, electionlist_M_YY.csv and regime_list.csv, in one folder.

    A unit has rows for the months in which REIGN knows its leader, from January 1950 to the last
    month in which any leader of the list took or left office. Who holds office at the end of a
    month stands for it, and so does the regime. Regimes that the list ends on 31 December of its
    own year or the year before are in force still. Votes of places and months without a leader are
    left out; those before 1950 count for `months_since_last_vote` only.

    What lies ahead of a month is taken from what could be known at its end (see
    `_reign_elections`): `months_to_expected_vote` is not the time to the next vote, which only the
    future tells. The dates of votes that were announced are those on which people voted in the
    end. REIGN began in 2016: earlier months are coded in retrospect, regimes up to 2010 mostly by
    Geddes, Wright and Frantz (2014), and are stamped as if REIGN had always existed.

    Tried on the lists of March 2021. The leader list mixes UTF-8 and Latin-1; as only numbers are
    needed of it, it is read as Latin-1. In May 1990 Yemen has one leader under two codes, which
    counts as a change. REIGN ended in August 2021.
    """

    name = "reign"
    sample = "three lists of one month in a folder, closed in 2021"
    themes = ("conflict", "development")
    title = "Rulers, Elections, and Irregular Governance dataset (REIGN)"
    licence = "free with citation; no licence stated"
    citation = (
        "Bell, Besaw and Frank (2021), The Rulers, Elections, and Irregular Governance (REIGN) "
        "Dataset, One Earth Future"
    )
    url = "https://arresteddictatorship.com/reign/"
    offer = offered(
        *(
            Address(
                "https://raw.githubusercontent.com/OEFDataScience/REIGN.github.io/gh-pages/"
                f"data_sets/{theirs}.csv",
                f"{ours}.csv",
                20 * MB,
                "2021-08",
            )
            for theirs, ours in (
                ("leader_list_8_21", "leaderlist_8_21"),
                ("electionlist_8_21", "electionlist_8_21"),
                ("regime_list", "regime_list"),
            )
        ),
        newer="none is to be expected: REIGN ended in August 2021",
    )
    cadence = "monthly until August 2021"
    lag_months = 1
    lag_reason = "the lists were updated at the beginning of each month with the month before"
    redistributable = False
    tried_on = "real files"
    reads_folders = True
    options = ReignOptions

    def read(self, path: Path, options: ReignOptions) -> Release:
        """Read the three lists.

        Returns:
            The monthly `INDICATORS`.
        """
        lists = _find(path)
        spells = _spells(lists["leaderlist"], options.codes)
        last = _last_month(spells)
        grid = _leaders(spells, last)
        regimes = _regimes(lists["regime_list"], options.codes, last)
        elections = read_elections(lists["electionlist"], options.codes)
        held = votes(elections)
        rows = grid.join(regimes, on=["unit", "month"], how="left")
        rows = _with_elections(rows, held, expectations(elections))
        return Release(
            observations=_observations(rows, options.lag_months),
            indicators=_indicators(options.lag_months),
            covers=(first_day(FIRST_MONTH), first_day(last)),
            dropped=_dropped(held.filter(pl.col("month") <= last), grid),
            simulated=columns.simulated(grid["unit"]),
        )


def _find(path: Path) -> dict[str, Member]:
    found: dict[str, Member] = {}
    for member in members(path, ".csv"):
        for start in LISTS:
            if member.name.lower().startswith(start):
                if start in found:
                    raise SourceError(f"{path} holds two lists {start}", hint="keep one of them")
                found[start] = member
    missing = [start for start in LISTS if start not in found]
    if missing:
        raise SourceError(
            f"{path} lacks {', '.join(f'{start}*.csv' for start in missing)}",
            hint="put REIGN's three lists into one folder, under their own names",
        )
    return found


def _spells(member: Member, codes: Mapping[str, str]) -> pl.DataFrame:
    """One row per leader: `unit`, `start`, `end` (month ids; null while in office) and traits."""
    sheet = read_text(member.file, member.data, _LEADERS)
    this_year = date.today().year
    year = columns.whole_numbers(sheet, "syear", _FIRST_YEAR, this_year, "the year")
    calendar = columns.whole_numbers(sheet, "smonth", 1, 12, "the month")
    day = columns.whole_numbers(sheet, "sdate", 1, 31, "the day")
    start = pl.DataFrame([year, calendar]).select(on=pl.date("syear", "smonth", 1))
    unit = columns.units(sheet, "ccode", "cowcode", codes, start["on"])
    numbers = {name: columns.numbers(sheet, name, _MISSING) for name in _NUMBERS}
    ended = pl.DataFrame([numbers["eyear"], numbers["emonth"]]).select(
        end=((pl.col("eyear") - 1980) * 12 + pl.col("emonth")).cast(pl.Int32, strict=False)
    )
    hint = "correct it, or download the list again"
    born = ~numbers["birthyear"].is_between(_FIRST_YEAR - 100, this_year)
    sheet.refuse("birthyear", born, "nobody in office was born then", hint)
    military = ~numbers["militarycareer"].is_between(0, 1)
    sheet.refuse("militarycareer", military, "a career in the military lies between 0 and 1", hint)
    leader = sheet.frame["leadid"]
    sheet.refuse("leadid", leader.is_null(), "the leader has no id", "fill it in")
    spells = pl.DataFrame([unit, leader, day, numbers["birthyear"], numbers["militarycareer"]])
    spells = spells.with_columns(start.select(start=month_id_expr("on")).to_series(), ended["end"])
    _refuse_ends(sheet, spells, numbers)
    return spells


def _refuse_ends(sheet: Sheet, spells: pl.DataFrame, numbers: Mapping[str, pl.Series]) -> None:
    hint = "correct it, or download the list again"
    half = numbers["eyear"].is_null() != numbers["emonth"].is_null()
    sheet.refuse("emonth", half, "the end has a year or a month only", hint)
    wrong = ~numbers["emonth"].is_between(1, 12) | (numbers["emonth"] % 1 != 0)
    sheet.refuse("emonth", wrong, "the month must be a whole number, 1 to 12", hint)
    now = month_id(date.today())
    sheet.refuse("eyear", spells["end"] > now, "this end lies in the future", hint)
    sheet.refuse("syear", spells["start"] > now, "this start lies in the future", hint)
    sheet.refuse("eyear", spells["end"] < spells["start"], "the end lies before the start", hint)


def _last_month(spells: pl.DataFrame) -> int:
    """The last month in which a leader took or left office."""
    return int(spells.select(pl.max_horizontal(pl.col("start").max(), pl.col("end").max())).item())


def _leaders(spells: pl.DataFrame, last: int) -> pl.DataFrame:
    """One row per unit and month with a leader, by the one who took office last."""
    ordered = spells.with_row_index("row").sort("unit", "start", "sdate", "row")
    until = pl.col("end").fill_null(last)
    monthly = (
        ordered.with_columns(month=pl.int_ranges("start", until + 1))
        .explode("month")
        .group_by("unit", "month", maintain_order=True)
        .agg(pl.all().last(), n_leaders_in_month=pl.col("leadid").n_unique())
        .sort("unit", "month")
    )
    year = (pl.col("month") - 1).floordiv(12) + 1980
    before = pl.col("leadid").shift(1).over("unit")
    return monthly.filter(pl.col("month") >= FIRST_MONTH).select(
        "unit",
        "month",
        "n_leaders_in_month",
        tenure_months=pl.col("month") - pl.col("start"),
        leader_change=(pl.col("leadid") != before).fill_null(value=False),
        leader_age=year - pl.col("birthyear"),
        leader_military="militarycareer",
    )


def _regimes(member: Member, codes: Mapping[str, str], last: int) -> pl.DataFrame:
    """Traits of the regime at the end of each month, columns `unit`, `month` and traits."""
    sheet = read_text(member.file, member.data, _RULES)
    start, end = (_days(sheet, column) for column in ("gwf_startdate", "gwf_enddate"))
    sheet.refuse("gwf_enddate", end < start, "the end lies before the start", "correct it")
    regime = sheet.frame["gwf_regimetype"].str.strip_chars()
    unknown = ~regime.is_in(REGIMES).fill_null(value=False)
    sheet.refuse("gwf_regimetype", unknown, "this is no type of regime of REIGN", "correct it")
    unit = columns.units(sheet, "cowcode", "cowcode", codes, start)
    year = first_day(last).year
    in_force = pl.col("end").is_in([date(year - 1, 12, 31), date(year, 12, 31)])
    until = pl.when(in_force).then(pl.lit(last)).otherwise(month_id_expr("end"))
    spells = pl.DataFrame([unit, start.rename("start"), end.rename("end"), regime.rename("type")])
    return (
        spells.sort("unit", "start", "end")
        .with_columns(begun=month_id_expr("start"), until=pl.min_horizontal(until, pl.lit(last)))
        .with_columns(month=pl.int_ranges("begun", pl.col("until") + 1))
        .explode("month")
        .drop_nulls("month")
        .group_by("unit", "month", maintain_order=True)
        .agg(pl.col("type", "begun").last())
        .select(
            "unit",
            "month",
            *(pl.col("type").str.contains(words).alias(name) for name, words in _TRAITS.items()),
            reign_regime_months=pl.col("month") - pl.col("begun"),
        )
    )


def _days(sheet: Sheet, column: str) -> pl.Series:
    days = sheet.frame[column].str.strip_chars().str.to_date("%m/%d/%Y", strict=False)
    years = days.dt.year()
    wrong = days.is_null() | ~years.is_between(_FIRST_YEAR, date.today().year + 1)
    sheet.refuse(column, wrong, "this is not a day", "write it as month/day/year")
    return days


def _with_elections(rows: pl.DataFrame, held: pl.DataFrame, expected: pl.DataFrame) -> pl.DataFrame:
    """Add what is known of votes, behind and ahead of each month."""
    key = ["unit", "month"]
    since = rows.select(key).join_asof(
        held.select("unit", "month", vote="month").sort("unit", "month"),
        on="month",
        by="unit",
        check_sortedness=False,
    )
    return (
        rows.join(held, on=key, how="left")
        .join(since, on=key)
        .join(expected, on=key, how="left")
        .with_columns(
            election_month=pl.col("early").is_not_null(),
            election_early=pl.col("early").fill_null(value=False),
            months_since_last_vote=pl.col("month") - pl.col("vote"),
            election_expected=pl.col("ahead").is_not_null(),
            months_to_expected_vote="ahead",
        )
    )


def _dropped(held: pl.DataFrame, grid: pl.DataFrame) -> dict[str, int]:
    lost = held.filter(pl.col("month") >= FIRST_MONTH).join(grid, on=["unit", "month"], how="anti")
    return {"vote in a month without a leader": lost.height} if lost.height else {}


def _observations(rows: pl.DataFrame, lag_months: int) -> pl.DataFrame:
    key = ["unit", "month", "known_from"]
    return (
        rows.with_columns(first_day_expr("month").alias("month"))
        .with_columns(columns.known_from("month", lag_months), pl.col(INDICATORS).cast(pl.Float64))
        .unpivot(INDICATORS, index=key, variable_name="indicator")
        .drop_nulls("value")
        .select("unit", "month", "indicator", "value", "known_from")
        .sort("unit", "month", "indicator")
    )


def _indicators(lag_months: int) -> tuple[Indicator, ...]:
    return tuple(
        Indicator(name, unit, Reign.name, text, lag_months=lag_months)
        for name, (unit, text) in _ABOUT.items()
    )
