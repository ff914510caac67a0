"""Global Sanctions Data Base: sanctions in force against each state, by type, sender and aim."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from riskkit.reading import columns
from riskkit.reading.files import read_sheet
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import january, known_units, one_row_each, succeeded
from riskkit.sources import Source
from riskkit.sources._options import LaggedOptions, lagged
from riskkit.sources._release import released
from riskkit.tables import Release

FIRST_YEAR = 1900
TYPES = ("trade", "arms", "military", "financial", "travel", "other")
SENDERS = {
    "un": ("the United Nations", ("UN",)),
    "us": ("the USA", ("United States",)),
    "eu": ("the European Union or its predecessor", ("EU", "EEC")),
}
AIMS = {
    "policy_change": "a change of policy",
    "destab_regime": "destabilising a regime",
    "territorial_conflict": "a territorial conflict",
    "prevent_war": "preventing war",
    "end_war": "ending war",
    "human_rights": "human rights",
    "democracy": "democracy",
    "terrorism": "terrorism",
    "other": "other aims",
}
# Commas that belong to a name: "Korea, North", "Egypt, Arab Rep.", "Gambia, The".
_INVERTED = r", *(North|South|Arab Rep\.|Democratic Republic of the|The)( *(?:,|$))"
_GROUPS = (
    "ASEAN", "African Union", "Balkans", "CSCE", "ChinCom", "CoCom", "Comecon", "Commonwealth",
    "ECOWAS", "EEC", "EEU", "EU", "G7", "G8", "ICC Rome Statute Signatories",
    "Kimberly Process Participants", "League of Arab States", "MERCOSUR", "NAFTA", "NATO",
    "OAPEC", "OIC", "OSCE", "Organisation of African Unity", "Organization of American States",
    "Organization of Eastern Carribean States", "Pacific Islands Forum",
    "Paris Agreement Signatories", "SADC", "UN", "UNASUR", "Western Balkans", "Western countries",
    *(f"Terrorist Organizations ({who})" for who in (
        "Al-Qaeda", "ISIL and ANF", "Taliban", "Taliban and Al-Qaeda")),
)  # fmt: skip
_TARGET_GROUP = "sanction against an organisation or a group, counted for none of its members"
_SENDER_GROUP = "sanction of an organisation or a group, counted for none of its members"
_CASES = {
    "gsdb_n_cases_target": "Sanction cases in force against the state",
    "gsdb_n_new_target": "Sanction cases against the state that began in the year",
    **{f"gsdb_target_{kind}": f"Cases against the state with {kind} sanctions" for kind in TYPES},
    **{
        f"gsdb_aim_{aim}": f"Cases against the state that aim at {text}"
        for aim, text in AIMS.items()
    },
    "gsdb_n_cases_sender": "Sanction cases in force of which the state is a sender by its own name",
}
_FLAGS = {
    f"gsdb_target_{sender}": f"1 if a sanction of {text} is in force against the state"
    for sender, (text, _) in SENDERS.items()
}


class Gsdb(Source):
    """Reader of the case file (GSDB_V3.csv); tried on release 3.

    A case is one sender (or several named together) against one target (or several), from a first
    to a last calendar year; it counts in every one of them, so figures are yearly. Cases in force
    when a release ends carry its last year. What came of a case (`success`) is not read: it is
    known only afterwards.

    States are told by English names; several in one cell are divided at commas. Organisations and
    groups are neither targets nor senders of their own, nor spread over their members: such
    entries are counted as left out. Yugoslavia is SRB throughout, "Ethiopia (excludes Eritrea)"
    is ETH, North Vietnam is VNM, and so is South Vietnam after its end in 1975.
    """

    name = "gsdb"
    sample = "case file of release 3"
    themes = ("diplomacy",)
    title = "Global Sanctions Data Base"
    licence = "sent on request for research; rows may not be passed on"
    citation = (
        "Felbermayr, Kirilakha, Syropoulos, Yalcin and Yotov (2020), The Global Sanctions Data "
        "Base, European Economic Review 129, 103561; with release 3 Syropoulos, Felbermayr, "
        "Kirilakha, Yalcin and Yotov (2024), The Global Sanctions Data Base, Release 3: COVID-19, "
        "Russia, and multilateral sanctions, Review of International Economics 32(1), 12-48; with "
        "release 4 Yalcin, Felbermayr, Kariem, Kirilakha, Kwon, Syropoulos and Yotov (2025), The "
        "Global Sanctions Data Base, Release 4: The heterogeneous effects of the sanctions on "
        "Russia, The World Economy 48(9), 2003-2017"
    )
    url = "https://www.globalsanctionsdatabase.com"
    by_hand = "is sent on request: fill in the form at https://www.globalsanctionsdatabase.com"
    cadence = "every one to three years"
    lag_months = 24
    lag_reason = (
        "release 2 of 2021 ends with 2019, release 3 of 2023 with 2022, release 4 of 2024 with 2023"
    )
    redistributable = False
    every_months = 36
    tried_on = "real files"
    options = lagged(24)

    def read(self, path: Path, options: LaggedOptions) -> Release:
        """Read a release.

        Returns:
            Yearly counts of cases against each state: `gsdb_n_cases_target`,
            `gsdb_target_<type>`, `gsdb_aim_<objective>`; `gsdb_target_un`, `_us`, `_eu` are 1 if
            such a sender has a case in force; `gsdb_n_cases_sender` counts a state's own.
        """
        sheet = read_sheet(path, _form(options))
        cases = _cases(sheet)
        against, no_target = _party(sheet, cases, "sanctioned_state", _TARGET_GROUP, options)
        by, no_sender = _party(sheet, cases, "sanctioning_state", _SENDER_GROUP, options)
        yearly = _against(against).join(_by(by), on=["unit", "month"], how="full", coalesce=True)
        named = {name: ("cases", text) for name, text in _CASES.items()}
        named |= {name: ("1 if so", text) for name, text in _FLAGS.items()}
        dropped = {**no_target, **no_sender}
        lag = options.lag_months
        return released(self.name, yearly, named, _covers(cases), lag, census=True, dropped=dropped)


def _form(options: LaggedOptions) -> Form:
    parties = ("sanctioned_state", "sanctioning_state")
    required = ("case_id", *parties, "begin", "end", *TYPES, "objective")
    return Form(required=required, encoding=options.encoding)


def _cases(sheet: Sheet) -> pl.DataFrame:
    """The cases: columns `begin, end` and one of each count but that of the sender."""
    hint = "correct it, or download the file again"
    ids = sheet.frame["case_id"]
    sheet.refuse("case_id", ids.is_null() | ids.is_duplicated(), "one id, one case", hint)
    begin, end = (
        columns.whole_numbers(sheet, column, FIRST_YEAR, date.today().year, "a year")
        for column in ("begin", "end")
    )
    sheet.refuse("end", end < begin, "the sanction ends before it begins", hint)
    kinds = [
        columns.whole_numbers(sheet, kind, 0, 1, f"{kind} sanctions").rename(f"gsdb_target_{kind}")
        for kind in TYPES
    ]
    senders = _names(sheet, "sanctioning_state")
    flags = [
        senders.list.eval(pl.element().is_in(names)).list.any().rename(f"gsdb_target_{sender}")
        for sender, (_, names) in SENDERS.items()
    ]
    return pl.DataFrame([begin.rename("begin"), end.rename("end"), *kinds, *flags, *_aims(sheet)])


def _aims(sheet: Sheet) -> list[pl.Series]:
    aims = sheet.frame["objective"].cast(pl.String).str.replace_all(" ", "").str.split(",")
    known = aims.list.eval(pl.element().is_in(list(AIMS))).list.all().fill_null(value=False)
    hint = f"known are {', '.join(AIMS)}"
    sheet.refuse("objective", ~known, "this is not a list of known objectives", hint)
    return [aims.list.contains(aim).rename(f"gsdb_aim_{aim}") for aim in AIMS]


def _names(sheet: Sheet, column: str) -> pl.Series:
    """Divide a column of names at the commas between them."""
    cells = sheet.frame[column].cast(pl.String).str.strip_chars()
    sheet.refuse(column, cells.fill_null("") == "", "the name is missing", "fill it in")
    marked = cells.str.replace_all(_INVERTED, "; $1$2").str.split(",")
    return marked.list.eval(pl.element().str.strip_chars().str.replace(";", ",", literal=True))


def _party(
    sheet: Sheet, cases: pl.DataFrame, column: str, why: str, options: LaggedOptions
) -> tuple[pl.DataFrame, dict[str, int]]:
    """One row per unit, year in force and case: columns `unit, month, year` and the case's."""
    rows, case = one_row_each(sheet, column, _names(sheet, column))
    left_out = dict.fromkeys(_GROUPS, why)
    unit, dropped = known_units(rows, column, "name", options.codes, None, left_out)
    yearly = (
        cases.with_row_index("case")[case]
        .with_columns(unit, year=pl.int_ranges("begin", pl.col("end") + 1))
        .drop_nulls("unit")
        .explode("year")
    )
    month = january(yearly["year"])
    yearly = yearly.with_columns(month, succeeded(yearly["unit"], month))
    return yearly.unique(["unit", "month", "case"]), dropped


def _against(rows: pl.DataFrame) -> pl.DataFrame:
    counted = [name for name in _CASES if name in rows.columns]
    return rows.group_by("unit", "month").agg(
        pl.len().alias("gsdb_n_cases_target"),
        (pl.col("year") == pl.col("begin")).sum().alias("gsdb_n_new_target"),
        pl.col(counted).cast(pl.Int64).sum(),
        pl.col(*_FLAGS).cast(pl.Int64).max(),
    )


def _by(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.group_by("unit", "month").agg(pl.len().alias("gsdb_n_cases_sender"))


def _covers(cases: pl.DataFrame) -> tuple[date, date]:
    first, last = cases.select(pl.col("begin").min(), pl.col("end").max()).row(0)
    return date(first, 1, 1), date(last, 12, 1)
