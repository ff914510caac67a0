"""UN General Assembly: where each state stands in each session, from its votes."""

from __future__ import annotations

from datetime import date

import polars as pl

from riskkit.reading import columns
from riskkit.reading.sheets import Sheet
from riskkit.sources import MB, Address, offered
from riskkit.sources._cow import COW_LEFT_OUT
from riskkit.sources._options import lagged
from riskkit.sources._plain import Measure, PlainYears

_BEFORE_THE_FIRST = 1945
_POINT, _SHARE = "ideal point", "share 0-1"
_ORDER = "higher is nearer to the liberal order led by the USA"
_STATES = {"US": "the USA", "RUSS": "Russia"} | {
    state: state for state in ("Brazil", "China", "India", "Israel")
}


def _point(column: str, text: str) -> Measure:
    return Measure(column, _POINT, text, -6.0, 6.0, optional=True, revised=True)


def _votes(column: str, text: str) -> Measure:
    return Measure(column, "votes", text, 0, 1000, count=True, optional=True)


INDICATORS = {
    "unga_idealpointall": _point("IdealPointAll", f"Ideal point from all votes; {_ORDER}"),
    "unga_q5pctall": _point("Q5%All", "5 % quantile of the posterior of the ideal point"),
    "unga_q95pctall": _point("Q95%All", "95 % quantile of the posterior of the ideal point"),
    "unga_idealpointfp": _point("IdealPointFP", f"Ideal point from final passages; {_ORDER}"),
    "unga_q5pctfp": _point("Q5%FP", "5 % quantile of the ideal point from final passages"),
    "unga_q95pctfp": _point("Q95%FP", "95 % quantile of the ideal point from final passages"),
    "unga_nvotesall": _votes("NVotesAll", "Votes in which the state took part"),
    "unga_nvotesfp": _votes("NVotesFP", "Votes on final passage in which the state took part"),
    **{
        f"unga_{state.lower()}agree": Measure(
            f"{state}Agree", _SHARE, f"Share of votes cast as {name} cast them", 0, 1, optional=True
        )
        for state, name in _STATES.items()
    },
}


class Unga(PlainYears):
    """Reader of IdealpointestimatesAll_*.csv; tried on the release of June 2024.

    Session n counts to the year 1945 + n, in whose autumn most of its votes are cast; a few
    follow until next September. Session 19 (1964) had no recorded votes and is absent. States are
    told by `ccode` (Correlates of War), not by `iso3c`, which calls both Yemens YAR. No unit has
    two codes in one session of that release; if it had, their values would be averaged. A state
    whose votes were never those of a reference state's session (China before 1971) has no share.

    Ideal points from votes on final passage alone (IdealPointFP: Idealpointestimates1946-2025.tab
    of April 2026, by year, and IdealpointestimatesFP_*.csv before, by session; by the columns that
    programs name) are indicators of their own. They come without agreement.

    All sessions are estimated together in every release, so that later votes move earlier ideal
    points a little: only the shares of agreement are strictly of their time.
    """

    name = "unga"
    sample = "ideal points by year, all votes"
    themes = ("diplomacy",)
    title = "United Nations General Assembly voting: ideal points and agreement"
    licence = "CC0 1.0"
    citation = (
        "Bailey, Strezhnev and Voeten (2017), Estimating dynamic state preferences from United "
        "Nations voting data, Journal of Conflict Resolution 61(2), 430-456"
    )
    url = "https://dataverse.harvard.edu/dataset.xhtml?persistentId=doi:10.7910/DVN/LEJUQZ"
    offer = offered(
        Address(
            "https://dataverse.harvard.edu/api/access/datafile/11824371?format=original",
            "IdealpointestimatesAll.csv",
            50 * MB,
        ),
        newer="every upload has a new number: the file's page in the dataset "
        "https://doi.org/10.7910/DVN/LEJUQZ shows it as fileId",
    )
    cadence = "yearly, between April and June or later"
    lag_months = 6
    lag_reason = (
        "the release of June 2024 ends with session 78, which began in September 2023; that of "
        "April 2026 ends with 2025"
    )
    redistributable = True
    every_months = 12
    tried_on = "real files"
    options = lagged(6)
    layouts = (
        ("Idealpointestimates1946-2025.tab", "release of April 2026, by year, of final passages"),
    )
    code = ("ccode", "cowcode")
    times = ("session", "year")
    first_year = 1946
    left_out = COW_LEFT_OUT
    missing = ("NA",)
    averaged = True
    measures = INDICATORS

    def years(self, sheet: Sheet) -> pl.Series:
        """Session n began in the autumn of 1945 + n."""
        if "session" not in sheet.frame.columns:
            return super().years(sheet)
        latest = date.today().year - _BEFORE_THE_FIRST
        session = columns.whole_numbers(sheet, "session", 1, latest, "a session")
        return session + _BEFORE_THE_FIRST
