import math
from datetime import date

import numpy as np
import polars as pl
import pytest
from scipy.stats import t

from riskkit.errors import RiskkitError
from riskkit.scoring.comparison import (
    LEADERBOARD,
    largest_units,
    skill,
    skill_interval,
    summarise,
    summarise_tally,
)
from riskkit.scoring.tally import Tally

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


def test_the_interval_is_that_of_a_plain_loop_over_units(pair):
    ours, reference = pair
    row = _row(summarise(pl.concat([_scores(ours), _scores(reference, "base")]), "base"))

    def loss(units):
        return math.log(ours[units].mean() / reference[units].mean())

    everyone = list(range(20))
    moved = [loss([u for u in everyone if u != out]) - loss(everyone) for out in everyone]
    squares, fourths = sum(d**2 for d in moved), sum(d**4 for d in moved)
    reach = t.ppf(0.95, 2 * squares**2 / fourths) * math.sqrt(squares)
    wanted = [1 - math.exp(loss(everyone) + sign * reach) for sign in (1, -1)]
    assert [row["skill_low"], row["skill_high"]] == pytest.approx(wanted)
    assert row["skill_low"] < row["skill"] < row["skill_high"]


def test_an_interval_by_hand():
    """Log losses move by .1, -.1 and .1: variance .03, and 2 x .03^2 / .0003 = 6 degrees."""
    skills = np.array([0.2])
    without = 1 - 0.8 * np.exp([[0.1], [-0.1], [0.1]])
    low, high = skill_interval(skills, [without[:2], without[2:]])
    reach = 1.9431803 * math.sqrt(0.03)
    assert low[0] == pytest.approx(1 - 0.8 * math.exp(reach))
    assert high[0] == pytest.approx(1 - 0.8 * math.exp(-reach))


def test_one_unit_that_carries_everything_has_two_degrees_of_freedom():
    _, high = skill_interval(np.array([0.0]), [1 - np.exp([[0.1], [0.0], [0.0], [0.0]])])
    assert high[0] == pytest.approx(1 - math.exp(-2.9199856 * 0.1))


@pytest.mark.parametrize(
    ("ours", "base"),
    [([1.0], [2.0]), ([1.0, 0.0], [2.0, 1.0]), ([1.0, 0.0], [2.0, 0.0]), ([0.0, 0.0], [2.0, 1.0])],
    ids=["one unit", "loss in one unit", "all in one unit", "perfect"],
)
def test_where_all_hangs_on_one_unit_no_interval_is_told(ours, base):
    both = [_scores(np.array(v)[:, None, None], m) for m, v in (("ours", ours), ("base", base))]
    row = _row(summarise(pl.concat(both), "base"))
    assert row["skill"] == pytest.approx(1 - sum(ours) / sum(base))
    assert (row["skill_low"], row["skill_high"]) == (None, None)


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


def test_the_same_bits_whatever_the_row_order(pair):
    ours, reference = pair
    scores = pl.concat([_scores(ours), _scores(reference, "base")])
    shuffled = scores.sample(fraction=1, shuffle=True, seed=1)
    assert summarise(scores, "base").equals(summarise(shuffled, "base"))


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
    target = scores["target"][0]
    assert largest_units(outcomes, 1) == {target: ["XCA"]}
    assert largest_units(outcomes) == {target: ["XCA", "XBA"]}
    tally = Tally.of(scores)
    ((name, totals),) = tally.without(largest_units(outcomes), "_rest").totals()
    assert (name, totals.axes["unit"]) == (f"{target}_rest", ["XAA", "XDA"])


def test_a_tally_grows_block_by_block_to_the_same_comparison(pair):
    ours, reference = pair
    scores = pl.concat([_scores(ours), _scores(reference, "base")])
    grown = Tally()
    for (_, _), block in scores.group_by("model", "unit"):
        grown.update(Tally.of(block))
    whole = summarise(scores, "base")
    assert summarise_tally(grown, "base").equals(whole)
    del grown.parts[next(iter(grown.parts))]
    with pytest.raises(RiskkitError, match="other rows"):
        summarise_tally(grown, "base")


def test_the_interval_of_rules_over_all_rows_comes_from_what_is_left_without_groups():
    """As if the log of what is missing to 1 moved by .1, -.1 and .1, and a group were empty."""
    missing = {"base": np.full(4, 0.5), "ours": 0.4 * np.exp([0.1, -0.1, 0.1, 0])}
    rows = pl.DataFrame(
        {
            "model": list(missing),
            "value": [0.5, 0.6],
            "without": pl.Series(1 - np.array(list(missing.values()))),
        }
    ).with_columns(target=pl.lit("deaths"), window=pl.lit("2018"), rule=pl.lit("ap_25"))
    scores = pl.concat([_scores(np.ones((2, 1, 1)), name) for name in missing])
    row = _row(summarise(scores, "base", rows), rule="ap_25")
    reach = 1.9431803 * math.sqrt(0.03)
    wanted = [0.2, 1 - 0.8 * math.exp(reach), 1 - 0.8 * math.exp(-reach)]
    assert [row["skill"], row["skill_low"], row["skill_high"]] == pytest.approx(wanted)
