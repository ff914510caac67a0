"""UCDP organized violence, country-year: deaths in each country and calendar year since 1989."""

from __future__ import annotations

from types import MappingProxyType

from riskkit.sources._options import lagged
from riskkit.sources._plain import Measure, PlainYears
from riskkit.sources.ucdp import JOINED
from riskkit.sources.ucdp._address import COUNTRY_YEAR

_MOST_DEATHS = 10_000_000
_CONFLICT = {"sb": "state-based conflict", "ns": "non-state conflict", "os": "one-sided violence"}


def _deaths(column: str, text: str) -> Measure:
    return Measure(column, "deaths", text, 0, _MOST_DEATHS, count=True)


INDICATORS = {
    **{
        f"ucdp_{kind}_{estimate}": _deaths(
            f"{kind}_total_deaths_{estimate}_cy",
            f"{estimate.capitalize()} estimate of deaths in {text}",
        )
        for kind, text in _CONFLICT.items()
        for estimate in ("best", "low", "high")
    },
    "ucdp_sb_civilians": _deaths(
        "sb_deaths_civilians_cy", "Civilians killed in state-based conflict"
    ),
    "ucdp_sb_interstate": _deaths(
        "sb_interstate_deaths_best_cy", "Best estimate of deaths in conflict between states"
    ),
    "ucdp_ns_civilians": _deaths(
        "ns_deaths_civilians_cy", "Civilians killed in non-state conflict"
    ),
    "ucdp_os_by_government": _deaths(
        "os_any_govt_killings_best_cy",
        "Best estimate of civilians killed by any government in one-sided violence",
    ),
    "ucdp_os_by_nonstate": _deaths(
        "os_nsgroup_killings_best_cy",
        "Best estimate of civilians killed by non-state groups in one-sided violence",
    ),
    "ucdp_civilians": _deaths(
        "cumulative_total_deaths_civilians_in_orgvio_cy",
        "Civilians killed in all organised violence",
    ),
}
"""Indicator -> its column; those of the best, low and high estimates first."""

_COLUMNS = ("country_id_cy", "year_cy", *(measure.column for measure in INDICATORS.values()))


class UcdpCountryYear(PlainYears):
    """Reader of organizedviolencecy_vXX_Y.csv, with or without `_cy` in the names of columns."""

    name = "ucdp-country-year"
    sample = "country-year dataset since 20.1, columns with _cy"
    themes = ("conflict",)
    title = "UCDP Country-Year Dataset on Organized Violence within Country Borders"
    licence = "CC BY 4.0"
    citation = (
        "with release 26.1 Davies, Pettersson and Öberg (2026), Organized violence 1989-2025, and "
        "violent political protests, Journal of Peace Research, doi:10.1093/jopres/xjag046; with "
        "25.1 Davies, Pettersson, Sollenberg and Öberg (2025), Organized violence 1989-2024, and "
        "the challenges of identifying civilian victims, Journal of Peace Research 62(4), "
        "1223-1240; "
        "Sundberg and Melander (2013), Introducing the UCDP Georeferenced Event Dataset, Journal "
        "of Peace Research 50(4), 523-532"
    )
    url = "https://ucdp.uu.se/downloads/"
    offer = COUNTRY_YEAR
    cadence = "yearly, in June"
    lag_months = 6
    lag_reason = "figures of a year are published in June of the next"
    redistributable = True
    every_months = 12
    tried_on = "real files"
    options = lagged(6)
    layouts = (("without-suffix.csv", "columns without _cy"),)
    code = ("country_id_cy", "gwcode")
    times = ("year_cy",)
    first_year = 1946
    measures = INDICATORS
    renamed = MappingProxyType({column.removesuffix("_cy"): column for column in _COLUMNS})
    census = True
    unit_names = JOINED
