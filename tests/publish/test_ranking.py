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
from tests.publish.sample import sample_publication, turned

COLUMNS = (
    "rank, unit, name, region, score, score_low, score_high, risk_class, rank_low, rank_high, "
    "rank_change, p_any, p_25, p_100, expected, median, q05, q95, likelihood, driver_1, driver_2, "
    "driver_3, as_of, window_start, window_end, data_age_months, data_kind, model, schema_version"
)


def previous(ranks: dict[str, int]) -> pl.DataFrame:
    return pl.DataFrame({"unit": list(ranks), "rank": list(ranks.values()), "as_of": "2021-11"})


def with_draws(draws, **changes):
    base = sample_publication(n_units=len(draws))
    horizons = tuple(range(1, draws.shape[1] + 1))
    forecast = replace(base.forecast, draws=draws, horizons=horizons)
    return replace(base, forecast=forecast, **changes)


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
    assert (row["data_age_months"], row["model"], row["schema_version"]) == (1, "invented", 1)
    assert row["driver_1"] is None


def test_the_order_can_be_checked_from_the_file_itself():
    frame = table(sample_publication(n_units=40))
    again = frame.sort(["score", "expected", "unit"], descending=[True, True, False])
    assert again["rank"].to_list() == list(range(1, 41))


def test_rank_change_against_an_earlier_ranking():
    made = table(sample_publication(previous=previous({"XAA": 3, "XAB": 2, "XAC": 1})))
    change = dict(made.select("unit", "rank_change").iter_rows())
    rank = dict(made.select("unit", "rank").iter_rows())
    assert change["XAA"] == 3 - rank["XAA"]
    assert change["XAD"] is None


def test_drivers_carry_their_descriptions():
    texts = table(sample_publication())["driver_1"].to_list()
    assert {text.rsplit(" (", 1)[0] for text in texts} <= {"deaths, last 12 months", "b"}
    assert all(text.endswith(("(raises the forecast)", "(lowers the forecast)")) for text in texts)


def test_the_order_of_units_does_not_matter():
    publication = sample_publication(n_units=20)
    assert table(turned(publication)).equals(table(publication))


def test_thresholds_of_another_target_move_scores_and_probabilities():
    draws = sample_publication().forecast.draws
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
    forecast = Forecast("invented", "ged_sb", 504, cells, (1,), base.forecast.draws[:, :1])
    units = base.units.with_columns(unit=pl.Series(cells))
    frame = table(replace(base, forecast=forecast, units=units))
    assert set(checked(frame, Ranking, "ranking.csv")["unit"]) == set(cells)


def test_units_that_scenarios_agree_on_have_narrow_intervals():
    draws = np.zeros((4, 12, 20), dtype=np.int64)
    draws[:, 0] = np.array([3, 500, 40, 0])[:, None]
    frame = table(with_draws(draws))
    assert frame["unit"].to_list() == ["XAB", "XAC", "XAA", "XAD"]
    assert frame["rank_low"].to_list() == frame["rank_high"].to_list() == [1, 2, 3, 4]
