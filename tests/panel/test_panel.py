"""The panel: publication lags, yearly figures, censuses, states' lives, revisions, statuses."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskkit.errors import RiskkitError
from riskkit.months import first_day, format_month, last_day, month_id
from riskkit.panel import build_panel, complete
from riskkit.tables import Indicator, Release
from riskkit.testing.panels import (
    FIRST,
    LAST,
    cut,
    in_time,
    made_up_panel,
    made_up_releases,
    made_up_units,
    scrambled,
    shuffled,
)

UNITS = made_up_units()
OBSERVATION = {
    "unit": pl.String,
    "month": pl.Date,
    "indicator": pl.String,
    "value": pl.Float64,
    "known_from": pl.Date,
}
names = ("deaths", "rain", "wealth")
_ALL = "2020-01 2020-02 2020-03 2020-04 2020-05 2020-06"


def release(rows, covers=("2020-01", "2020-12"), covered=None, name="deaths", **declared):
    """Rows are (unit, month, value, month in which it became known)."""
    observations = [
        (unit, first_day(month_id(month)), name, float(value), last_day(month_id(known)))
        for unit, month, value, known in rows
    ]
    return Release(
        pl.DataFrame(observations, schema=OBSERVATION, orient="row"),
        (Indicator(name, "things", declared.pop("source", "made-up"), **declared),),
        (first_day(month_id(covers[0])), first_day(month_id(covers[1]))),
        covered,
    )


def values(releases, unit="XAA", first="2020-01", as_of="2020-06", name="deaths"):
    panel = build_panel(releases, UNITS, month_id(first), month_id(as_of))
    return panel.frame.filter(pl.col("unit") == unit)[name].to_list()


def test_every_unit_has_every_month_in_order():
    panel = made_up_panel(made_up_releases(names))
    assert (panel.n_units, panel.n_months, panel.first_month) == (6, LAST - FIRST + 1, FIRST)
    assert panel.frame.columns == ["unit", "month", *sorted(names)]
    months = [first_day(m) for m in range(FIRST, LAST + 1)]
    assert panel.frame["unit"].to_list() == [u for u in UNITS["unit"] for _ in months]
    assert panel.frame["month"].to_list() == months * 6
    assert set(panel.frame.schema.dtypes()[2:]) == {pl.Float64()}
    assert panel.simulated


def test_units_are_sorted_and_others_left_out():
    rows = release([("XAA", "2020-01", 5, "2020-01"), ("XAB", "2020-01", 7, "2020-01")])
    units = UNITS.filter(pl.col("unit").is_in(["XAA", "XAD"])).reverse()
    panel = build_panel([rows], units, month_id("2020-01"), month_id("2020-01"))
    assert panel.frame.select("unit", "deaths").rows() == [("XAA", 5.0), ("XAD", None)]
    assert panel.units["unit"].to_list() == ["XAA", "XAD"]


def test_a_value_stands_in_the_row_in_which_its_lag_ends():
    rows = release(
        [("XAA", "2020-01", 5, "2020-03"), ("XAA", "2020-02", 6, "2020-02")], lag_months=2
    )
    assert values([rows]) == [None, None, 5, 6, None, None]


def test_a_late_value_is_missing_until_it_is_published():
    rows = release([("XAA", "2020-01", 5, "2020-04"), ("XAA", "2020-02", 6, "2020-02")])
    assert values([rows], as_of="2020-03") == [None, 6, None]
    assert values([rows], as_of="2020-04") == [5, 6, None, None]


def test_all_rows_show_the_newest_vintage_of_the_panel_s_date():
    rows = release(
        [
            ("XAA", "2020-01", 500, "2020-06"),
            ("XAA", "2020-01", 50, "2020-04"),
            ("XAA", "2020-01", 5, "2020-02"),
        ],
        lag_months=2,
    )
    shown = {as_of: values([rows], as_of=as_of)[2] for as_of in ("2020-03", "2020-04", "2020-06")}
    assert shown == {"2020-03": 5, "2020-04": 50, "2020-06": 500}


def test_a_value_that_is_early_waits_for_its_row():
    rows = release([("XAA", "2020-01", 5, "2020-01")], lag_months=2)
    assert values([rows], as_of="2020-02") == [None, None]
    assert values([rows], as_of="2020-03") == [None, None, 5]


def test_a_yearly_value_serves_from_its_publication_to_the_next():
    rows = release(
        [("XAA", "2018-01", 1, "2020-02"), ("XAA", "2019-01", 2, "2020-05")],
        covers=("2018-01", "2019-12"),
        frequency="year",
    )
    assert values([rows]) == [None, 1, 1, 1, 2, 2]


def test_a_yearly_value_from_before_the_panel_is_carried_in_until_it_is_stale():
    rows = release(
        [("XAA", "2018-01", 1, "2019-10")],
        covers=("2018-01", "2018-12"),
        frequency="year",
        carry_months=5,
    )
    assert values([rows]) == [1, 1, None, None, None, None]


def test_an_older_year_never_replaces_a_newer_one_but_its_revision_does():
    rows = release(
        [
            ("XAA", "2019-01", 2, "2020-01"),
            ("XAA", "2018-01", 1, "2020-03"),
            ("XAA", "2019-01", 3, "2020-05"),
        ],
        covers=("2018-01", "2019-12"),
        frequency="year",
    )
    assert values([rows]) == [2, 2, 2, 2, 3, 3]


def test_a_census_is_zero_where_nothing_is_reported():
    rows = release([("XAA", "2020-03", 5, "2020-03")], covers=("2020-02", "2020-05"), census=True)
    assert values([rows]) == [None, 0, 5, 0, 0, None]
    assert values([rows], unit="XAB") == [None, 0, 0, 0, 0, None]


def test_zeros_are_as_late_as_everything_else():
    rows = release([], covers=("2020-01", "2020-03"), census=True, lag_months=2)
    assert values([rows]) == [None, None, 0, 0, 0, None]
    assert values([rows], as_of="2020-03") == [None, None, 0]


def test_a_census_of_some_units_says_nothing_of_others():
    rows = release([], census=True, covered=("XAB",))
    assert values([rows], as_of="2020-02") == [None, None]
    assert values([rows], unit="XAB", as_of="2020-02") == [0, 0]


def test_a_yearly_census_counts_complete_years_only():
    rows = release([], covers=("2018-06", "2020-11"), census=True, frequency="year", lag_months=1)
    zeros = complete(rows, UNITS).filter(pl.col("unit") == "XAA")
    assert zeros.select("month", "value", "known_from").rows() == [
        (date(2019, 1, 1), 0.0, date(2020, 1, 31))
    ]


def test_deaths_reported_late_replace_a_zero_once_they_are_published():
    rows = release([("XAA", "2020-02", 9, "2020-05")], census=True)
    assert values([rows], as_of="2020-04") == [0, 0, 0, 0]
    assert values([rows], as_of="2020-05") == [0, 9, 0, 0, 0]
    vintages = complete(rows, UNITS).filter(
        pl.col("unit") == "XAA", pl.col("month") == date(2020, 2, 1)
    )
    assert vintages.sort("known_from").select("value", "known_from").rows() == [
        (0.0, date(2020, 2, 29)),
        (9.0, date(2020, 5, 31)),
    ]


def test_the_last_row_holds_the_newest_month_of_a_yearly_release():
    """Events of 2019 come out at the end of June 2020, those of 2020 in June 2021."""
    rows = release(
        [("XAA", "2019-12", 9, "2020-06"), ("XAA", "2020-11", 7, "2021-06")],
        covers=("2019-01", "2020-12"),
        census=True,
        yearly_release=6,
    )
    assert values([rows], first="2020-01", as_of="2020-05") == [None] * 5
    assert values([rows], first="2020-04", as_of="2020-06") == [0, 0, 9]
    assert values([rows], first="2020-08", as_of="2020-10") == [0, 0, 9]
    assert values([rows], first="2021-03", as_of="2021-06") == [0, 0, 7, 0]
    zeros = complete(rows, UNITS).filter(pl.col("unit") == "XAB")
    assert zeros["known_from"].unique().sort().to_list() == [date(2020, 6, 30), date(2021, 6, 30)]


def test_statuses_follow_a_yearly_release():
    rows = release([], covers=("2019-01", "2019-12"), census=True, yearly_release=6)
    panel = build_panel([rows], UNITS, month_id("2020-09"), month_id("2020-10"))
    assert panel.lag("deaths") == 10
    assert set(panel.status("deaths")["status"][:2]) == {"zero"}
    later = build_panel([rows], UNITS, month_id("2021-05"), month_id("2021-07"))
    assert later.status("deaths")["status"].to_list()[:3] == ["unpublished"] * 3


@pytest.mark.parametrize(
    ("rows", "exact"),
    [
        ([("XAA", "2020-01", 5, "2020-03")], _ALL),
        ([("XAA", "2020-01", 5, "2020-05")], "2020-01 2020-02 2020-05 2020-06"),
        (
            [("XAA", "2020-01", 5, "2020-03"), ("XAA", "2020-01", 6, "2020-06")],
            "2020-01 2020-02 2020-06",
        ),
        (
            [("XAA", "2020-01", 5, "2020-03"), ("XAA", "2020-01", 5, "2020-06")],
            _ALL,
        ),
        (
            [
                ("XAA", "2020-01", 5, "2020-03"),
                ("XAA", "2020-01", 6, "2020-04"),
                ("XAA", "2020-01", 5, "2020-05"),
            ],
            "2020-01 2020-02 2020-03 2020-05 2020-06",
        ),
        ([("QQQ", "2020-01", 5, "2020-05")], _ALL),
    ],
    ids=["in time", "late", "revised", "said again", "taken back", "of another unit"],
)
def test_a_panel_says_where_it_can_be_cut(rows, exact):
    panel = build_panel(
        [release(rows, lag_months=2)], UNITS, month_id("2020-01"), month_id("2020-06")
    )
    months = range(panel.first_month, panel.as_of + 1)
    found = [format_month(month) for month in months if panel.exact_at(month)]
    assert found == exact.split()
    assert not panel.exact_at(panel.as_of + 1)
    assert not panel.exact_at(panel.first_month - 1)


def test_a_panel_that_nobody_cuts_says_of_no_month_that_it_could_be():
    rows = [release([("QQQ", "2020-01", 5, "2020-03")], lag_months=2)]
    span = month_id("2020-01"), month_id("2020-06")
    whole, uncut = (build_panel(rows, UNITS, *span, cuts=cuts) for cuts in (True, False))
    assert uncut.frame.equals(whole.frame)
    assert not any(uncut.exact_at(month) for month in range(span[0], span[1] + 1))
    assert whole.exact_at(span[1])


def test_a_yearly_release_can_be_cut_a_whole_year_before():
    rows = release([], covers=("2010-01", "2020-12"), census=True, yearly_release=6)
    panel = build_panel([rows], UNITS, month_id("2015-01"), month_id("2020-10"))
    months = range(panel.first_month, panel.as_of + 1)
    exact = [format_month(month) for month in months if panel.exact_at(month)]
    assert exact == [f"{year}-10" for year in range(2015, 2021)]
    then = build_panel([rows], UNITS, month_id("2015-01"), month_id("2018-10"))
    assert panel.cut(month_id("2018-10")).frame.equals(then.frame)


def test_a_cut_outside_the_panel_is_refused():
    panel = build_panel([release([])], UNITS, month_id("2020-01"), month_id("2020-06"))
    with pytest.raises(RiskkitError, match="runs from 2020-01 to 2020-06"):
        panel.cut(month_id("2020-07"))


def test_a_census_counts_only_while_a_state_lives():
    rows = release([], covers=("2004-01", "2011-12"), census=True)
    born = values([rows], unit="XAC", first="2004-05", as_of="2004-08")
    died = values([rows], unit="XAE", first="2011-01", as_of="2011-03")
    assert (born, died) == ([None, None, 0, 0], [0, 0, None])


def test_statuses_tell_zero_from_missing_and_missing_from_unpublished():
    census = release([("XAA", "2004-06", 3, "2004-06")], covers=("2004-05", "2004-07"), census=True)
    survey = release(
        [("XAA", "2004-05", 0, "2004-06"), ("XAA", "2004-06", 2, "2004-07")],
        covers=("2004-04", "2004-06"),
        name="rain",
        lag_months=1,
    )
    panel = build_panel([census, survey], UNITS, month_id("2004-05"), month_id("2004-08"))

    def status(name, unit):
        rows = panel.status(name)
        assert rows.select("unit", "month").equals(panel.frame.select("unit", "month"))
        return rows.filter(pl.col("unit") == unit)["status"].to_list()

    assert status("deaths", "XAA") == ["zero", "observed", "zero", "unpublished"]
    assert status("deaths", "XAC") == ["no state", "no state", "zero", "unpublished"]
    assert status("rain", "XAA") == ["missing", "zero", "observed", "unpublished"]
    assert status("rain", "XAB") == ["missing", "missing", "missing", "unpublished"]


def test_an_indicator_without_any_observation_is_missing():
    assert values([release([])], as_of="2020-02") == [None, None]


def test_undeclared_indicators_are_left_out():
    rows = release([("XAA", "2020-01", 5, "2020-01")])
    other = Release(rows.observations, (Indicator("rain", "mm", "made-up"),), rows.covers)
    panel = build_panel([other], UNITS, month_id("2020-01"), month_id("2020-01"))
    assert panel.frame.columns == ["unit", "month", "rain"]
    assert panel.frame["rain"].null_count() == 6


@pytest.mark.parametrize("turn", [0, 1, 2])
@given(month=st.integers(FIRST, LAST), seed=st.integers(0, 99))
@settings(max_examples=8, deadline=None)
def test_the_panel_as_of_a_month_holds_what_was_known_then(turn, month, seed):
    releases = made_up_releases(names, turn, seed)
    asked = made_up_panel(releases, month)
    then = made_up_panel([cut(r, month) for r in releases], month)
    lied = made_up_panel([scrambled(r, month, seed) for r in releases], month)
    assert then.frame.equals(asked.frame)
    assert lied.frame.equals(asked.frame)
    assert then.revised == lied.revised == asked.revised


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("turn", [0, 1, 2])
@given(month=st.integers(FIRST, LAST), seed=st.integers(0, 99))
@settings(max_examples=8, deadline=None)
def test_a_cut_is_the_panel_of_then_where_the_panel_says_so(late, turn, month, seed):
    """Of three values some are revised up to 20 months later, so that few origins are exact."""
    releases = made_up_releases(names, turn, seed)
    today = made_up_panel(releases if late else [in_time(r) for r in releases])
    then = made_up_panel(releases if late else [in_time(r) for r in releases], month)
    assert today.exact_at(month) == today.cut(month).frame.equals(then.frame)
    assert late or today.exact_at(month)


@pytest.mark.parametrize("turn", [0, 1, 2])
def test_order_is_irrelevant(turn):
    releases = made_up_releases(names, turn)
    moved = [shuffled(r) for r in reversed(releases)]
    panel = build_panel(moved, UNITS.reverse(), FIRST, LAST)
    assert panel.frame.equals(made_up_panel(releases).frame)


def test_an_indicator_of_two_sources_is_refused():
    one, other = release([], source="one"), release([], source="other")
    with pytest.raises(RiskkitError, match="'deaths' comes from one and other; leave one"):
        build_panel([one, other], UNITS, FIRST, LAST)


def test_an_empty_span_is_refused():
    match = "would end in 2019-12, before it starts in 2020-01; choose"
    with pytest.raises(RiskkitError, match=match):
        build_panel([release([])], UNITS, month_id("2020-01"), month_id("2019-12"))


def test_a_panel_of_nothing_is_refused():
    with pytest.raises(RiskkitError, match="a panel needs a source"):
        build_panel([], UNITS, FIRST, LAST)
