from datetime import date

import numpy as np
import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.scoring.comparison import LEADERBOARD, skill, summarise, without_largest

UNITS = [f"X{letter}A" for letter in "ABCDEFGHIJKLMNOPQRST"]


def _scores(values, model="ours", rule="crps", target="deaths", windows=("2018", "2019")):
    """Rows of an array [units, windows, months]."""
    return pl.DataFrame(
        [
            (model, target, window, UNITS[u], date(int(window), m + 1, 1), m + 3, rule, float(v))
            for (u, w, m), v in np.ndenumerate(values)
            for window in [windows[w]]
        ],
        schema=["model", "target", "window", "unit", "month", "horizon", "rule", "value"],
        orient="row",
    )


def _row(board, model="ours", window="all", rule="crps"):
    rows = board.filter(model=model, window=window, rule=rule)
    assert rows.height == 1
    return rows.row(0, named=True)


@pytest.fixture(scope="module")
def pair():
    """Scores of two models on 20 units, with errors that units keep for all their months."""
    rng = np.random.default_rng(0)
    reference = rng.gamma(0.5, 8, size=(20, 1, 1)) * rng.gamma(9, 1 / 9, size=(20, 2, 3))
    ours = reference * rng.normal(0.8, 0.3, size=(20, 1, 1)).clip(0.1)
    return ours, reference


def test_columns_and_order(pair):
    ours, reference = pair
    scores = pl.concat([_scores(ours), _scores(reference, "base")])
    board = summarise(scores.with_columns(window=pl.format("test {}", "window")), "base")
    assert tuple(board.columns) == LEADERBOARD
    assert board["window"].to_list() == [*["test 2018"] * 2, *["test 2019"] * 2, *["all"] * 2]
    assert board["model"].to_list() == ["base", "ours"] * 3


def test_values_are_means_and_all_is_the_mean_of_windows():
    values = np.array([[[1.0, 3.0], [10.0, np.nan]]])
    board = summarise(_scores(values), "ours")
    assert [_row(board, window=w)["value"] for w in ("2018", "2019", "all")] == [2, 10, 6]


def test_skill_of_half_the_score_is_one_half_and_certain(pair):
    _, reference = pair
    board = summarise(pl.concat([_scores(reference / 2), _scores(reference, "base")]), "base")
    for window in ("2018", "2019", "all"):
        row = _row(board, window=window)
        assert [row["skill"], row["skill_low"], row["skill_high"]] == pytest.approx([0.5] * 3)
        row = _row(board, "base", window)
        assert str([row["skill"], row["skill_low"], row["skill_high"]]) == "[0.0, 0.0, 0.0]"


def test_the_interval_is_that_of_a_plain_loop_over_resampled_units(pair):
    ours, reference = pair
    row = _row(summarise(pl.concat([_scores(ours), _scores(reference, "base")]), "base"))
    rng = np.random.default_rng(99)
    loop = []
    for _ in range(4000):
        units = rng.integers(20, size=20)
        means = [m[units].mean(axis=(0, 2)).mean() for m in (ours, reference)]
        loop.append(1 - means[0] / means[1])
    assert row["skill"] == pytest.approx(1 - ours.mean() / reference.mean())
    wanted = np.quantile(loop, [0.05, 0.95])
    assert [row["skill_low"], row["skill_high"]] == pytest.approx(wanted, abs=0.02)


def test_rows_of_a_unit_stay_together():
    rng = np.random.default_rng(1)
    error = rng.normal(size=(20, 1, 1)) + np.zeros((20, 2, 3))
    apart = rng.permutation(error.ravel()).reshape(error.shape)
    widths = []
    for noise in (error, apart):
        board = summarise(
            pl.concat([_scores(5 + noise), _scores(np.full(error.shape, 5.0), "base")]), "base"
        )
        row = _row(board)
        widths.append(row["skill_high"] - row["skill_low"])
    assert widths[0] > 1.5 * widths[1]


def test_same_seed_same_bits_whatever_the_row_order(pair):
    ours, reference = pair
    scores = pl.concat([_scores(ours), _scores(reference, "base")])
    board = summarise(scores, "base", seed=4)
    shuffled = summarise(scores.sample(fraction=1, shuffle=True, seed=1), "base", seed=4)
    assert board.equals(shuffled)
    assert not board.equals(summarise(scores, "base", seed=5))


def test_other_models_and_rules_do_not_move_an_interval(pair):
    ours, reference = pair
    two = pl.concat([_scores(ours), _scores(reference, "base")])
    more = pl.concat([two, _scores(ours * 2, "a third")])
    more = pl.concat([more, more.with_columns(rule=pl.lit("ign"))])
    assert _row(summarise(two, "base")) == pytest.approx(_row(summarise(more, "base")))


def test_unobserved_rows_are_left_out(pair):
    ours, reference = pair
    scores = pl.concat([_scores(ours), _scores(reference, "base")])
    hole = pl.col("month") == date(2019, 3, 1)
    missing = scores.with_columns(value=pl.when(hole).then(None).otherwise("value"))
    assert summarise(missing, "base").equals(summarise(scores.filter(~hole), "base"))


def test_targets_are_kept_apart(pair):
    ours, reference = pair
    deaths = pl.concat([_scores(ours), _scores(reference, "base")])
    attacks = pl.concat(
        [_scores(ours[:7], target="attacks"), _scores(reference[:7] * 2, "base", target="attacks")]
    )
    board = summarise(pl.concat([deaths, attacks]), "base")
    assert board.filter(target="deaths").equals(summarise(deaths, "base"))
    assert board.filter(target="attacks").equals(summarise(attacks, "base"))


def test_aggregates_are_compared_by_their_distance_from_one():
    scores = pl.concat([_scores(np.ones((3, 2, 1)), model) for model in ("ours", "base")])
    undefined = {"auc_25": [0.95, np.nan, 0.9, np.nan], "auc_1": [0.8] * 4}
    aggregates = pl.concat(
        pl.DataFrame(
            {
                "model": ["ours", "ours", "base", "base"],
                "target": ["deaths"] * 4,
                "window": ["2018", "2019"] * 2,
                "rule": [rule] * 4,
                "value": values,
            }
        )
        for rule, values in undefined.items()
    )
    board = summarise(scores, "base", aggregates)
    for window in ("2018", "all"):
        row = _row(board, window=window, rule="auc_25")
        assert (row["value"], row["skill_low"], row["skill_high"]) == (0.95, None, None)
        assert row["skill"] == pytest.approx(0.5)
    assert _row(board, window="2019", rule="auc_25")["value"] is None


@pytest.mark.parametrize(("rule", "value"), [("coverage_90", 0.9), ("crps", 0.0)])
def test_no_skill_without_a_better_side_or_against_a_perfect_reference(rule, value):
    both = [_scores(np.full((4, 2, 1), v), m, rule) for m, v in (("ours", 1.0), ("base", value))]
    row = _row(summarise(pl.concat(both), "base"), rule=rule)
    assert (row["value"], row["skill"], row["skill_low"], row["skill_high"]) == (1, *[None] * 3)


@pytest.mark.parametrize(
    ("value", "reference", "perfect", "wanted"),
    [(3, 4, 0, 0.25), (5, 4, 0, -0.25), (0.95, 0.9, 1, 0.5), (0, 4, 0, 1), (1, 0, 0, np.nan)],
)
def test_skill(value, reference, perfect, wanted):
    got = skill(*(np.array(x, dtype=float) for x in (value, reference, perfect)))
    assert got == pytest.approx(wanted, nan_ok=True)


def test_a_missing_reference_is_refused():
    with pytest.raises(RiskkitError, match=r"'base' has no scores; scored: ours"):
        summarise(_scores(np.ones((1, 1, 1))), "base")


def test_an_unknown_rule_is_refused():
    with pytest.raises(RiskkitError, match=r"no rule is named 'rmse'; known: .*crps"):
        summarise(_scores(np.ones((1, 1, 1)), rule="rmse"), "ours")


def test_no_scores_are_refused():
    with pytest.raises(RiskkitError, match="no scores to summarise"):
        summarise(_scores(np.full((1, 1, 1), np.nan)), "ours")


def test_models_scored_on_other_rows_are_refused(pair):
    ours, reference = pair
    fewer = _scores(ours).filter(~((pl.col("unit") == "XCA") & (pl.col("month").dt.month() == 2)))
    message = r"'ours' was scored on other rows than 'base': unit XCA, window 2018, .* 2 .* of 3"
    with pytest.raises(RiskkitError, match=message):
        summarise(pl.concat([fewer, _scores(reference, "base")]), "base")


def test_the_largest_units_are_left_out():
    scores = _scores(np.ones((4, 1, 2)))
    outcomes = scores.select("target", "unit", "month").with_columns(
        outcome=pl.Series([1.0, 1.0, 50.0, 0.0, 30.0, 30.0, 5.0, np.nan])
    )
    assert without_largest(scores, outcomes, 1)["unit"].unique().sort().to_list() == [
        "XAA",
        "XBA",
        "XDA",
    ]
    assert set(without_largest(scores, outcomes)["unit"]) == {"XAA", "XDA"}


def test_the_interval_of_rules_over_all_rows_comes_from_their_replicates():
    """Skill (value - base) / (1 - base) by replicate: 0, .5, 1; the first is undefined."""
    replicates = {"base": [1, 0.5, 0.5, 0.5], "ours": [0.9, 0.5, 0.75, 1]}
    rows = pl.DataFrame(
        {
            "model": list(replicates),
            "value": [values[2] for values in replicates.values()],
            "replicates": pl.Series(np.array(list(replicates.values()))),
        }
    ).with_columns(target=pl.lit("deaths"), window=pl.lit("2018"), rule=pl.lit("ap_25"))
    scores = pl.concat([_scores(np.ones((2, 1, 1)), name) for name in replicates])
    row = _row(summarise(scores, "base", rows), rule="ap_25")
    assert [row["skill"], row["skill_low"], row["skill_high"]] == pytest.approx([0.5, 0.05, 0.95])
