"""The tables of HDX HAPI: what tells them apart, which rows count, and what these measure.

Names of columns and values after the schema of OCHA-DAP/hdx-hapi, the interface's own code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from riskkit.reading import columns
from riskkit.reading.sheets import Sheet
from riskkit.tables import Frequency

START, END = "reference_period_start", "reference_period_end"
ADMIN = (
    ("admin1_code", "admin1_name", "provider_admin1_name"),
    ("admin2_code", "admin2_name", "provider_admin2_name"),
)
"""Columns that name a province or district, by level."""

Endpoint = Literal["conflict-events", "national-risk", "food-security", "idps", "refugees"]
Values = dict[str, pl.Series]
_MOST = 10_000_000_000
_CORRECT = "correct it, or download it again"
_NOT_ALL = "row of one gender or age group, beside that of all"
_OTHER_GROUP = "row of another population group"
_PROJECTION = "projection of food security"


@dataclass(frozen=True)
class Table:
    """An endpoint of the interface.

    Attributes:
        columns: Columns by which it is recognised, and that it must have.
        frequency: How long its periods are.
        lag_months: Months from the end of a period to its publication.
        measures: Indicator -> unit of measurement, description.
        values: Figures of each row by indicator, null where the row has none.
        sides: Column of the country -> ending of the names of its indicators.
        optional: Columns read where present.
        left_out: Which rows do not count -> true where so, by reason.
        series: Columns that tell rows apart whose figures are added up.
        order: Of several rows of a country, month and series those of the highest order count.
        of_a_month: Whether each row speaks of one whole month.
        are_parts: Whether provinces and districts are parts of one sum; else levels that repeat it.
        share: An indicator that is the ratio of two others.
    """

    columns: tuple[str, ...]
    frequency: Frequency
    lag_months: int
    measures: Mapping[str, tuple[str, str]]
    values: Callable[[Sheet], Values]
    sides: Mapping[str, str]
    optional: tuple[str, ...] = ()
    left_out: Callable[[Sheet], dict[str, pl.Series]] = lambda _: {}
    series: tuple[str, ...] = ()
    order: Callable[[Sheet], pl.Series] | None = None
    of_a_month: bool = False
    are_parts: bool = False
    share: tuple[str, str, str] | None = None


def _text(sheet: Sheet, column: str) -> pl.Series:
    return sheet.frame[column].cast(pl.String).str.strip_chars().fill_null("")


def _known(sheet: Sheet, column: str, known: tuple[str, ...]) -> pl.Series:
    text = _text(sheet, column)
    hint = f"known are {', '.join(known)}"
    sheet.refuse(column, ~text.is_in(known), "this value is unknown", hint)
    return text


def _counts(sheet: Sheet, column: str) -> pl.Series:
    values = columns.numbers(sheet, column)
    wrong = ~values.is_between(0, _MOST)
    sheet.refuse(column, wrong, "this number is impossible", _CORRECT)
    return values


def _where(values: pl.Series, holds: pl.Series) -> pl.Series:
    return pl.select(pl.when(holds).then(values)).to_series()


_EVENT_TYPES = {
    "political_violence": "political violence",
    "civilian_targeting": "violence that targets civilians",
    "demonstration": "demonstrations",
}


def _conflict(sheet: Sheet) -> Values:
    kind = _known(sheet, "event_type", tuple(_EVENT_TYPES))
    return {
        f"hapi_{known}_{column}": _where(_counts(sheet, column), kind == known)
        for known in _EVENT_TYPES
        for column in ("events", "fatalities")
    }


CONFLICT = Table(
    columns=("location_code", "event_type", "events", "fatalities"),
    frequency="month",
    lag_months=1,
    measures={
        f"hapi_{kind}_{column}": (unit, f"{name} in events of the kind {text}, as ACLED counts")
        for kind, text in _EVENT_TYPES.items()
        for column, unit, name in (("events", "events", "Events"), ("fatalities", "deaths", "Dead"))
    },
    values=_conflict,
    sides={"location_code": ""},
    of_a_month=True,
    are_parts=True,
)

_RISKS = {
    "overall_risk": "hapi_inform_risk",
    "hazard_exposure_risk": "hapi_inform_hazard",
    "vulnerability_risk": "hapi_inform_vulnerability",
    "coping_capacity_risk": "hapi_inform_coping",
}


def _risk(sheet: Sheet) -> Values:
    values = {}
    for column, name in _RISKS.items():
        values[name] = columns.numbers(sheet, column)
        wrong = ~values[name].is_between(0, 10)
        sheet.refuse(column, wrong, "a risk lies between 0 and 10", _CORRECT)
    return values


RISK = Table(
    columns=("location_code", *_RISKS),
    frequency="year",
    lag_months=0,
    measures={
        name: ("score 0-10", f"INFORM risk index: {column.replace('_', ' ')}")
        for column, name in _RISKS.items()
    },
    values=_risk,
    sides={"location_code": ""},
)

_PHASES = {
    "hapi_ipc_people": ("all",),
    "hapi_ipc_crisis_people": ("3+",),
    "hapi_ipc_emergency_people": ("4", "5"),
}


def _food(sheet: Sheet) -> Values:
    phase = _known(sheet, "ipc_phase", ("1", "2", "3", "4", "5", "3+", "all"))
    people = _counts(sheet, "population_in_phase")
    return {name: _where(people, phase.is_in(phases)) for name, phases in _PHASES.items()}


def _projections(sheet: Sheet) -> dict[str, pl.Series]:
    kinds = ("current", "first projection", "second projection")
    return {_PROJECTION: _known(sheet, "ipc_type", kinds) != "current"}


def _latest_start(sheet: Sheet) -> pl.Series:
    return _text(sheet, START).str.slice(0, 10).str.replace_all("-", "").cast(pl.Int64)


FOOD = Table(
    columns=("location_code", "ipc_phase", "ipc_type", "population_in_phase"),
    frequency="month",
    lag_months=1,
    measures={
        "hapi_ipc_people": ("people", "People whose food security was classified"),
        "hapi_ipc_crisis_people": ("people", "People in a food crisis or worse (IPC phase 3-5)"),
        "hapi_ipc_emergency_people": ("people", "People in a food emergency or famine (IPC 4-5)"),
        "hapi_ipc_crisis_share": ("share 0-1", "Share of the classified in a food crisis or worse"),
    },
    values=_food,
    sides={"location_code": ""},
    left_out=_projections,
    series=("ipc_phase",),
    order=_latest_start,
    share=("hapi_ipc_crisis_share", "hapi_ipc_crisis_people", "hapi_ipc_people"),
)


def _idps(sheet: Sheet) -> Values:
    return {"hapi_idps": _counts(sheet, "population")}


def _latest_round(sheet: Sheet) -> pl.Series:
    """Baseline assessments before those of sites, which are a part; then later rounds."""
    baseline = _known(sheet, "assessment_type", ("BA", "SA")) == "BA"
    number = columns.whole_numbers(sheet, "reporting_round", 0, 10**6, "the round")
    return number + baseline.cast(pl.Int64) * 10**7


IDPS = Table(
    columns=("location_code", "population", "reporting_round", "assessment_type"),
    frequency="month",
    lag_months=2,
    measures={"hapi_idps": ("people", "Internally displaced people in the latest round of DTM")},
    values=_idps,
    sides={"location_code": ""},
    optional=("operation",),
    series=("operation",),
    order=_latest_round,
)

_GROUPS = {"refugees": ("REF", "ROC"), "asylum_seekers": ("ASY",), "oip": ("OIP",)}
_GROUP_NAMES = {
    "refugees": "Refugees",
    "asylum_seekers": "People whose claim to asylum is pending",
    "oip": "Others who need international protection",
}
_WHOSE = {"_origin": "from the country", "_asylum": "in the country"}


def _refugees(sheet: Sheet) -> Values:
    group, people = _text(sheet, "population_group"), _counts(sheet, "population")
    return {f"hapi_{name}": _where(people, group.is_in(of)) for name, of in _GROUPS.items()}


def _not_all(sheet: Sheet) -> dict[str, pl.Series]:
    part = (_text(sheet, "gender") != "all") | (_text(sheet, "age_range") != "all")
    counted = [code for codes in _GROUPS.values() for code in codes]
    other = ~_text(sheet, "population_group").is_in(counted)
    return {_NOT_ALL: part, _OTHER_GROUP: other & ~part}


REFUGEES = Table(
    columns=(
        "origin_location_code",
        "asylum_location_code",
        "population_group",
        "gender",
        "age_range",
        "population",
    ),
    frequency="year",
    lag_months=6,
    measures={
        f"hapi_{name}{side}": ("people", f"{text} {whose}, as UNHCR counts")
        for name, text in _GROUP_NAMES.items()
        for side, whose in _WHOSE.items()
    },
    values=_refugees,
    sides={"origin_location_code": "_origin", "asylum_location_code": "_asylum"},
    left_out=_not_all,
    series=("origin_location_code", "asylum_location_code", "population_group"),
)

TABLES: dict[Endpoint, Table] = {
    "conflict-events": CONFLICT,
    "national-risk": RISK,
    "food-security": FOOD,
    "idps": IDPS,
    "refugees": REFUGEES,
}
"""Endpoint -> table."""
