from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from riskkit.forecasting.forecast import Forecast
from riskkit.forecasting.targets import Target
from riskkit.publish import publish
from riskkit.publish._table import checked
from riskkit.publish.ranking import Ranking, table
from riskkit.risk.likelihood import likelihood
from riskkit.risk.score import risk_classes
from tests.publish.sample import joint_publication, sample_publication, turned

COLUMNS = (
    "rank, unit, name, region, iso2, m49, gwcode, score, score_low, score_high, risk_class, "
    "rank_low, rank_high, p_top10, rank_change, change_clear, main_threat, conflict, terrorism, "
    "displacement, climate, coverage, p_any, p_25, p_100, expected, median, q05, q95, likelihood, "
    "driver_1, driver_2, driver_3, as_of, window_start, window_end, data_age_months, data_kind, "
    "status, model, schema_version"
)


def with_draws(draws, **changes):
    base = sample_publication(n_units=len(draws), **changes)
    horizons = tuple(range(1, draws.shape[1] + 1))
    forecast = replace(base.first.forecast, draws=draws, horizons=horizons)
    return replace(base, parts=(replace(base.first, forecast=forecast),))


def test_the_header_is_the_agreed_one(tmp_path):
    path = publish(sample_publication(), tmp_path / "pub")["ranking.csv"]
    assert path.read_text(encoding="utf-8").splitlines()[0] == COLUMNS.replace(" ", "")


def test_hand_worked_row():
    draws = np.zeros((2, 12, 10), dtype=np.int64)
    draws[1, 3, :6] = 30
    draws[1, 7, :3] = 99
    row = table(with_draws(draws, contributions=None)).row(0, named=True)
    assert (row["rank"], row["unit"], row["name"]) == (1, "XAB", "Borduna")
    assert (row["p_any"], row["p_25"], row["p_100"]) == (0.6, 0.6, 0.3)
    assert (row["expected"], row["median"], row["q05"]) == (47.7, 30.0, 0.0)
    assert (row["likelihood"], row["risk_class"]) == ("likely", "low")
    assert row["score"] == round(0.3 * 2.5 * (np.log10(31) + np.log10(130)), 2)
    assert (row["rank_low"], row["rank_high"]) == (1, 2)
    assert (row["as_of"], row["window_start"], row["window_end"]) == (
        "2021-12",
        "2022-01",
        "2022-12",
    )
    assert (row["data_age_months"], row["model"], row["schema_version"]) == (1, "invented", 2)
    assert row["driver_1"] is None


def test_the_order_is_that_of_the_scores():
    frame = table(sample_publication(n_units=40))
    assert frame["score"].is_sorted(descending=True)
    assert frame["rank"].to_list() == list(range(1, 41))


def test_small_differences_are_ranked_though_not_shown():
    draws = np.zeros((3, 12, 1000), dtype=np.int64)
    draws[1, 0, 0] = draws[2, 0, :2] = 1
    frame = table(with_draws(draws))
    assert frame["unit"].to_list() == ["XAC", "XAB", "XAA"]
    assert frame["score"].to_list() == [0.0, 0.0, 0.0]


def test_rank_change_against_an_earlier_ranking():
    earlier = table(sample_publication(as_of=503, seed=9)).head(3)
    made = table(sample_publication(previous=earlier))
    change = dict(made.select("unit", "rank_change").iter_rows())
    rank = dict(made.select("unit", "rank").iter_rows())
    for unit, before in earlier.select("unit", "rank").iter_rows():
        assert change[unit] == before - rank[unit]
    assert [change[unit] for unit in rank if unit not in set(earlier["unit"])] == [None] * 4


def test_a_change_is_clear_beyond_what_two_runs_differ():
    base = table(sample_publication())
    moved = base.with_columns(
        score=pl.col("score") + pl.when(pl.col("rank") == 1).then(1).otherwise(0.1)
    )
    made = table(sample_publication(previous=moved))
    assert made["change_clear"].to_list() == [True] + [False] * 6


def test_the_composite_by_hand():
    publication = joint_publication()
    frame = table(publication)
    conflict, displacement = (publication.scores[n] for n in ("conflict", "displacement"))
    for row, unit in enumerate(publication.ranked):
        told = frame.filter(unit=unit).row(0, named=True)
        both = np.sqrt((conflict[row] ** 2 + displacement[row] ** 2) / 2)
        alone = unit == publication.ranked[-1]
        expected = conflict[row] if alone else both
        assert told["score"] == pytest.approx(expected.mean(), abs=0.0051)
        assert told["coverage"] == ("conflict" if alone else "conflict displacement")
        assert told["status"] == "partial"
        assert (told["displacement"] is None) == alone
        assert told["climate"] is None


def test_a_weight_of_zero_is_the_absence_of_the_threat():
    publication = joint_publication()
    first, second = publication.parts
    weightless = replace(second, threat=replace(second.threat, weight=0.0))
    without = replace(publication, parts=(first,))
    shown = ["unit", "rank", "score", "score_low", "score_high", "p_top10", "coverage"]
    zero = table(replace(publication, parts=(first, weightless))).select(shown)
    assert zero.equals(table(without).select(shown))


def test_chances_of_the_top_add_up_to_its_places():
    frame = table(sample_publication(n_units=40))
    assert frame["p_top10"].sum() == pytest.approx(10, abs=0.005)


def test_drivers_carry_their_descriptions():
    texts = table(sample_publication())["driver_1"].to_list()
    assert {text.rsplit(" (", 1)[0] for text in texts} <= {"deaths, last 12 months", "b"}
    assert all(text.endswith(("(raises the forecast)", "(lowers the forecast)")) for text in texts)


def test_the_order_of_units_does_not_matter():
    publication = sample_publication(n_units=20)
    assert table(turned(publication)).equals(table(publication))


def test_thresholds_of_another_target_move_scores_and_probabilities():
    draws = sample_publication().first.forecast.draws
    people = Target("ged_sb", thresholds=(1000, 25_000, 100_000))
    thousands = table(with_draws(1000 * draws, target=people))
    units = table(with_draws(draws))
    same = ["unit", "score", "p_any", "p_25", "p_100", "likelihood"]
    assert thousands.select(same).equals(units.select(same))


@settings(max_examples=40, deadline=None)
@given(
    hnp.arrays(
        np.int64,
        st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(1, 25)),
        elements=st.one_of(st.just(0), st.integers(0, 60), st.integers(0, 90_000)),
    )
)
def test_invariants(draws):
    frame = table(with_draws(draws))
    checked(frame, Ranking, "ranking.csv")
    assert frame["score"].is_between(0, 10).all()
    assert (frame["rank_low"] <= frame["rank"]).all()
    assert (frame["rank"] <= frame["rank_high"]).all()
    assert (frame["q05"] <= frame["median"]).all()
    assert (frame["median"] <= frame["q95"]).all()
    assert frame["risk_class"].to_list() == risk_classes(frame["score"])
    assert frame["likelihood"].to_list() == likelihood(frame["p_25"])


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("score", 11.0, "score|max"),
        ("score", 0.0, "class_is_that_of_the_score"),
        ("rank", 2, "ranks_run_from_one"),
        ("rank_low", 9, "rank_lies_in_its_interval"),
        ("p_any", 0.0, "exceedance_descends"),
        ("median", 10**6, "quantiles_ascend"),
        ("likelihood", "unlikely", "likelihood_is_that_of_p_25"),
        ("score_low", 9.9, "score_lies_in_its_interval"),
        ("as_of", "2021-13", "as_of|regex"),
        ("unit", "xaa", "unit|regex"),
        ("driver_1", "@sum", "driver_1|regex"),
    ],
)
def test_every_rule_bites(column, value, rule):
    frame = table(sample_publication())
    broken = frame.with_columns(
        pl.when(pl.col("rank") == 1).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
    )
    assert rule in Ranking.filter(broken, cast=True)[1].counts()


def test_forecast_of_grid_cells():
    base = sample_publication()
    cells = tuple(str(140_000 + i) for i in range(7))
    forecast = Forecast("invented", "ged_sb", 504, cells, (1,), base.first.forecast.draws[:, :1])
    units = base.units.with_columns(unit=pl.Series(cells))
    part = replace(base.first, forecast=forecast)
    frame = table(replace(base, parts=(part,), units=units))
    assert set(checked(frame, Ranking, "ranking.csv")["unit"]) == set(cells)


def test_units_that_scenarios_agree_on_have_narrow_intervals():
    draws = np.zeros((4, 12, 20), dtype=np.int64)
    draws[:, 0] = np.array([3, 500, 40, 0])[:, None]
    frame = table(with_draws(draws))
    assert frame["unit"].to_list() == ["XAB", "XAC", "XAA", "XAD"]
    assert frame["rank_low"].to_list() == frame["rank_high"].to_list() == [1, 2, 3, 4]


def test_an_outlier_is_marked_unless_its_data_are_stale():
    publication = sample_publication()
    part = replace(publication.first, outliers={"XAB": ("9 deaths",), "XZZ": ("not ranked",)})
    status = dict(table(replace(publication, parts=(part,))).select("unit", "status").iter_rows())
    assert {unit for unit, told in status.items() if told == "outlier"} == {"XAB"}
    assert set(status.values()) == {"ok", "outlier"}
    stale = table(replace(publication, parts=(replace(part, stale=True),)))
    assert set(stale["status"]) == {"stale"}


def test_an_outlier_of_a_threat_without_weight_does_not_count():
    publication = joint_publication()
    first, second = publication.parts
    threat = replace(second.threat, weight=0.0)
    second = replace(second, threat=threat, outliers={"XAA": ("9 people",)})
    assert "outlier" not in table(replace(publication, parts=(first, second)))["status"].to_list()
