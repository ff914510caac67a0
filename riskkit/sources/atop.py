"""ATOP: the alliances of each state and calendar year since 1815, and what they oblige it to."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from riskkit.reading import columns
from riskkit.reading.files import read_sheet
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import january, known_units
from riskkit.sources import Address, Source, offered
from riskkit.sources._cow import COW_LEFT_OUT
from riskkit.sources._options import LaggedOptions, lagged
from riskkit.sources._release import released
from riskkit.tables import Relation, Release
from riskkit.units import countries

FIRST_YEAR = 1815
_KEY = ("state", "month")
_CARRY = 120
_RELATION = "atop_allies"
_NO_ALLIANCE = ("", "NA", "NaN", "nan", ".")
_MOST_ALLIANCES = 150
_ALLIANCES = tuple(f"atopid{number}" for number in range(1, _MOST_ALLIANCES + 1))
_PACTS = {
    "atop_defense": ("defense", "1 if an alliance obliges the state to defend a partner"),
    "atop_offense": ("offense", "1 if an alliance obliges the state to join an attack"),
    "atop_neutral": ("neutral", "1 if an alliance obliges the state to stay neutral"),
    "atop_nonagg": ("nonagg", "1 if an alliance obliges the state not to attack a partner"),
    "atop_consul": ("consul", "1 if an alliance obliges the state to consult in crises"),
}
_COUNTS = {
    "atop_n_alliances": ("alliances", "Alliances in force at any time of the year"),
    "atop_n_partners": ("states", "Other states in the same alliances"),
}


class Atop(Source):
    """Reader of the state-year file (atop5_1sy.csv); tried on release 5.1.

    The file has a row only for states with an alliance, so that it is a census: no row means no
    alliance. States are COW codes; where two of them stand for one unit in a year (Germany and
    Yemen 1990, Czechoslovakia and its successor 1993), an alliance of both counts once and a pact
    of either is a pact. German and Italian states, Austria-Hungary and Korea before 1946 are left
    out, but still are partners.

    Releases are rare, and alliances last: of all states since 1992, 91 % had the same defence
    obligation ten years later and 81 % the same number of alliances within one. So the last
    values known serve for ten years.

    Partners, and the relation `atop_allies`, are states with an alliance of the same number in the
    same year, even if one left before the other joined. What is owed to which of them is not told.
    """

    name = "atop"
    sample = "state-year file of release 5.1, the newest"
    themes = ("diplomacy",)
    title = "Alliance Treaty Obligations and Provisions (ATOP), state-year"
    licence = "free for research, with citation; no licence is stated"
    citation = (
        "Leeds, Ritter, Mitchell and Long (2002), Alliance Treaty Obligations and Provisions, "
        "1815-1944, International Interactions 28(3), 237-260"
    )
    url = "http://www.atopdata.org/data.html"
    offer = offered(
        Address(
            "https://www.atopdata.org/uploads/6/9/1/3/69134503/atop_5.1__.csv_.zip",
            "atop_5.1.zip",
            vintage="5.1",
            member="atop5_1sy.csv",
        ),
        newer="https://www.atopdata.org/data.html links the newest release, numbered in its name",
    )
    cadence = "irregular, years apart"
    lag_months = 24
    lag_reason = "the last year of a release, as in version 3.0 of 2005, which ends with 2003"
    redistributable = False
    tried_on = "real files"
    options = lagged(24)

    def read(self, path: Path, options: LaggedOptions) -> Release:
        """Read a release.

        Returns:
            Yearly obligations `atop_defense` and others, `atop_n_alliances`, `atop_n_partners`,
            and the relation `atop_allies`.
        """
        sheet = read_sheet(path, _form(options))
        year = columns.whole_numbers(sheet, "year", FIRST_YEAR, date.today().year, "a year")
        month = january(year)
        unit, dropped = known_units(sheet, "state", "cowcode", options.codes, month, COW_LEFT_OUT)
        state = sheet.frame["state"].alias("state")
        columns.refuse_repeats(sheet, "state", pl.DataFrame([unit, state, month]), _KEY)
        pacts = [_flag(sheet, name) for name in _PACTS]
        memberships = _memberships(sheet, unit, month)
        ties = _ties(memberships)
        states = (
            pl.DataFrame([unit, month, *pacts])
            .drop_nulls("unit")
            .group_by("unit", "month")
            .agg(pl.col(*_PACTS).max())
            .join(_counts(memberships, ties), on=["unit", "month"])
        )
        named = {name: ("1 if so", text) for name, (_, text) in _PACTS.items()} | _COUNTS
        return released(
            self.name,
            states,
            named,
            columns.span(month, "year"),
            options.lag_months,
            census=True,
            declared={"carry_months": _CARRY},
            covered_units=_covered(states["unit"]),
            dropped=dropped,
            dyads=_dyads(ties, options.lag_months),
            relations=(_allies(options.lag_months),),
        )


def _form(options: LaggedOptions) -> Form:
    pacts = [column for column, _ in _PACTS.values()]
    return Form(
        required=("state", "year", *pacts, "number", _ALLIANCES[0]),
        optional=_ALLIANCES[1:],
        encoding=options.encoding,
    )


def _flag(sheet: Sheet, name: str) -> pl.Series:
    column, _ = _PACTS[name]
    return columns.whole_numbers(sheet, column, 0, 1, "an obligation").rename(name)


def _memberships(sheet: Sheet, unit: pl.Series, month: pl.Series) -> pl.DataFrame:
    """One row per state, year and alliance: columns `unit, state, month, alliance`.

    The publisher's number of alliances must be that of the alliances listed.
    """
    listed = [name for name in _ALLIANCES if name in sheet.frame.columns]
    alliances = pl.DataFrame([_alliance(sheet, name) for name in listed])
    number = columns.whole_numbers(sheet, "number", 0, _MOST_ALLIANCES, "the number of alliances")
    counted = alliances.select(pl.sum_horizontal(pl.all().is_not_null())).to_series()
    hint = "columns may be missing or have changed places: download the file again"
    sheet.refuse("number", number != counted, "this is not how many alliances are listed", hint)
    state = sheet.frame["state"].cast(pl.String).alias("state")
    return (
        pl.DataFrame([unit, state, month])
        .hstack(alliances)
        .unpivot(listed, index=["unit", "state", "month"], value_name="alliance")
        .drop_nulls("alliance")
        .with_columns(state=pl.coalesce("unit", "state"))
    )


def _alliance(sheet: Sheet, column: str) -> pl.Series:
    """Numbers of alliances as text; software that knows of empty cells makes fractions of them."""
    text = sheet.frame[column].cast(pl.String).str.strip_chars().str.replace(r"\.0+$", "")
    return pl.select(pl.when(~text.is_in(_NO_ALLIANCE)).then(text).alias(column)).to_series()


def _ties(memberships: pl.DataFrame) -> pl.DataFrame:
    """How many alliances two states share in a year: `unit, month, state_other, unit_other`."""
    own = memberships.drop_nulls("unit")
    pairs = own.join(memberships, on=["month", "alliance"], suffix="_other")
    return (
        pairs.filter(pl.col("state") != pl.col("state_other"))
        .group_by("unit", "month", "state_other", "unit_other")
        .agg(value=pl.col("alliance").n_unique().cast(pl.Float64))
    )


def _counts(memberships: pl.DataFrame, ties: pl.DataFrame) -> pl.DataFrame:
    """Count each unit's alliances and partners in each year."""
    key = ["unit", "month"]
    own = memberships.drop_nulls("unit").group_by(key)
    number = own.agg(atop_n_alliances=pl.col("alliance").n_unique())
    partners = ties.group_by(key).agg(atop_n_partners=pl.len())
    return number.join(partners, on=key, how="left").fill_null(0)


def _dyads(ties: pl.DataFrame, lag_months: int) -> pl.DataFrame:
    known = ties.drop_nulls("unit_other").with_columns(columns.known_from("year", lag_months))
    named = known.rename({"unit_other": "other"}).with_columns(relation=pl.lit(_RELATION))
    key = ["unit", "other", "month"]
    return named.select(*key, "relation", "value", "known_from").sort(key)


def _covered(observed: pl.Series) -> tuple[str, ...]:
    """Members of the state system, of which alone the file speaks; those observed in an extract."""
    members = countries().drop_nulls("cowcode")["unit"]
    return columns.covered_units(observed) or tuple(sorted({*members, *observed}))


def _allies(lag_months: int) -> Relation:
    return Relation(
        _RELATION,
        "alliances",
        Atop.name,
        "States in the same alliances, by how many",
        frequency="year",
        lag_months=lag_months,
        carry_months=_CARRY,
    )
