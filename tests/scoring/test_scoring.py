import subprocess
import sys
import time

import numpy as np
import pytest

from riskkit import scoring
from riskkit.errors import RiskkitError
from riskkit.scoring import Rule, find_rule, rules, score_rows, score_together


def _rule(name="mean", per_row=True):
    return Rule(
        name=name,
        arithmetic=lambda draws, outcome: draws.mean(axis=1) - outcome,
        better="lower",
        per_row=per_row,
        source="here",
        description="A rule.",
    )


def test_the_rules_promised_to_users_are_there():
    promised = {"crps", "log1p_crps", "twcrps_25", "twcrps_100", "ign", "ign_views", "mis", "mis95"}
    promised |= {"brier_25", "auc_25", "ap_25", "coverage_50", "coverage_80", "coverage_90"}
    assert promised <= set(rules())


def test_all_rules_together_equal_each_alone():
    rng = np.random.default_rng(0)
    draws, outcome = rng.poisson(30, size=(50, 21)), rng.poisson(30, 50)
    together = score_rows(draws, outcome) | score_together(draws, outcome)
    assert list(together) == [
        name for kind in (True, False) for name, r in rules().items() if r.per_row is kind
    ]
    for name, rule in rules().items():
        np.testing.assert_array_equal(together[name], rule(draws, outcome))


def test_chunks_do_not_show(monkeypatch):
    rng = np.random.default_rng(0)
    draws, outcome = rng.poisson(30, size=(50, 21)), rng.poisson(30, 50).astype(float)
    outcome[[3, 30]] = np.nan
    whole = score_rows(draws, outcome)
    monkeypatch.setattr(scoring, "CHUNK_VALUES", 100)
    for name, scores in score_rows(draws, outcome).items():
        np.testing.assert_allclose(scores, whole[name], rtol=1e-12)


@pytest.mark.parametrize(
    ("score", "name"), [(score_rows, "auc_25"), (score_rows, "rmse"), (score_together, "crps")]
)
def test_unknown_names_are_refused_with_the_known_ones(score, name):
    with pytest.raises(RiskkitError, match=f"no rule .* '{name}'; known: "):
        score([[1]], [1], [name])


@pytest.mark.parametrize("name", ["brier_10000", "twcrps_10000", "auc_10000", "ap_10000"])
def test_a_rule_of_any_threshold_is_made_when_it_is_asked_for(name):
    """In thousands it says what the rule of 10 says of the same figures."""
    draws = np.random.default_rng(0).poisson(9, size=(40, 21))
    outcome = np.random.default_rng(1).poisson(9, 40)
    rule = find_rule(name)
    assert (rule.name, rule is find_rule(name), name in rules()) == (name, True, False)
    in_thousands = rule(draws * 1000, outcome * 1000)
    unit = 1000 if name.startswith("twcrps") else 1
    wanted = find_rule(name.replace("10000", "10"))(draws, outcome)
    np.testing.assert_allclose(in_thousands, np.asarray(wanted) * unit)


def test_the_standard_rules_are_not_made_twice():
    assert all(find_rule(name) is rule for name, rule in rules().items())


@pytest.mark.parametrize("name", ["brier_0", "brier_-1", "brier_2.5", "brier_", "mis_25", "brier"])
def test_other_thresholds_are_refused(name):
    with pytest.raises(RiskkitError, match=f"no rule is named '{name}'; .*at any T: ap_T, auc_T"):
        find_rule(name)


def test_a_name_defined_twice_is_refused(monkeypatch):
    monkeypatch.setattr(scoring.crps, "RULES", (_rule("ign"),))
    rules.cache_clear()
    try:
        with pytest.raises(RiskkitError, match=r"'ign' is defined twice, in crps.py and ign.py"):
            rules()
    finally:
        monkeypatch.undo()
        rules.cache_clear()


def test_a_new_rule_is_one_function():
    assert _rule()([[3, 1], [5, 5]], [1, np.nan]) == pytest.approx([1, np.nan], nan_ok=True)


def test_no_row_gives_no_score():
    assert score_rows(np.empty((0, 3)), [], ["crps"])["crps"].shape == (0,)
    assert np.isnan(score_together(np.empty((0, 3)), [], ["auc_25"])["auc_25"])


def test_scoring_imports_no_model_library():
    code = "import sys, riskkit.scoring as s; s.rules(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"sklearn", "scipy", "pandas", "xgboost", "statsmodels"} & set(done.stdout.split())


def test_a_country_window_takes_well_below_half_a_second():
    rng = np.random.default_rng(0)
    draws, outcome = rng.poisson(30, size=(2292, 1000)), rng.poisson(30, 2292)
    times = []
    for _ in range(3):
        start = time.process_time()
        score_rows(draws, outcome, ["crps"])
        times.append(time.process_time() - start)
    assert min(times) < 0.5
