"""Every registered rule: worked examples, invariances, propriety, refusals, a second route."""

import math
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import scoringrules

from riskkit.scoring import find_rule, rules
from riskkit.testing.rules import RULE_CHECKS

E = math.e
# The first six cases of crps, ign, mis and mis95 were computed by the challenge's own definitions.
MISS, HIT, EDGE = ([0, 0, 1, 3], 7), ([0, 2, 3, 8], 3), ([1, 2, 3, 6], 2)
TOP, FRACTION, ALONE = ([2000, 900, 1001, 1000], 5000), ([0.4, 0.5, 0.6, 2.5], 0.5), ([4], 4)
ABOVE_25, ABOVE_100 = ([0, 30, 50, 100], 40), ([0, 130, 200, 100], 150)
TEN = (list(range(11)), 8)
RANKING = (  # probabilities .75, .5, .25, .5 for two rows with and two without the event
    [[999, 999, 999, 0], [999, 999, 0, 0], [999, 0, 0, 0], [999, 999, 0, 0]],
    [999, 999, 0, 0],
)
WORKED = {
    "crps": [
        (MISS, 5.375),
        (HIT, 0.6875),
        (EDGE, 0.5),
        (TOP, 3568.4375),
        (FRACTION, 0.15),
        (ALONE, 0),
    ],
    "ign": [
        (MISS, 3.9068905956085187),
        (HIT, 2.9068905956085187),
        (EDGE, 2.321928094887362),
        (TOP, 2.321928094887362),
        (FRACTION, 2.321928094887362),
        (ALONE, 2.584962500721156),
    ],
    "mis": [
        (MISS, 88.7),
        (HIT, 6.95),
        (EDGE, 4.4),
        (TOP, 63932.15),
        (FRACTION, 1.8),
        (ALONE, 0),
    ],
    "mis95": [
        (MISS, 168.85),
        (HIT, 7.475),
        (EDGE, 4.7),
        (TOP, 124014.575),
        (FRACTION, 1.95),
        (ALONE, 0),
    ],
    "ign_views": [
        (MISS, -math.log2(1 / 14)),
        (TOP, -math.log2(3 / 15)),
        (([0, 0, 2000, 3], 1), -math.log2(1 / 15)),
        (([0, 1, 2, 3], 5000), -math.log2(1 / 15)),
    ],
    "log1p_crps": [(([0, E**2 - 1], E - 1), 0.5), (([E - 1] * 3, E**3 - 1), 2)],
    "twcrps_25": [(ABOVE_25, 23.75 - 245 / 16), (([0, 3, 7, 24], 2), 0)],
    "twcrps_100": [(ABOVE_100, 42.5 - 330 / 16), (ABOVE_25, 0)],
    "brier_1": [(MISS, 0.25), (([0, 0, 1, 3], 0), 0.25), (([0, 1, 1, 3], 0), 0.5625)],
    "brier_25": [(ABOVE_25, 0.0625), (([25, 3, 0, 0], 25), 0.5625)],
    "brier_100": [(ABOVE_100, 0.0625), (([0, 130, 200, 100], 99), 0.5625)],
    "coverage_50": [(TEN, 0), ((TEN[0], 7), 1), ((TEN[0], 2), 0)],
    "coverage_80": [(TEN, 1), ((TEN[0], 1), 1), ((TEN[0], 10), 0)],
    "coverage_90": [(TEN, 1), ((TEN[0], 10), 0), ((list(range(21)), 19), 1)],
    **{f"auc_{threshold}": [(RANKING, 0.875)] for threshold in (1, 25, 100)},
    **{f"ap_{threshold}": [(RANKING, 5 / 6)] for threshold in (1, 25, 100)},
}


AT_OTHERS = [find_rule(name) for name in ("brier_7", "twcrps_7", "auc_7", "ap_7")]


@pytest.mark.parametrize("rule", [*rules().values(), *AT_OTHERS], ids=lambda rule: rule.name)
@pytest.mark.parametrize("check", RULE_CHECKS, ids=lambda check: check.__name__)
def test_contract(rule, check):
    check(rule)


def worked(name):
    """Cases worked by hand: those above, or `WORKED` of the rule's own tests."""
    own = Path(__file__).parents[1] / "scoring" / f"test_{name}.py"
    cases = WORKED.get(name)
    if cases is None and own.is_file():
        cases = getattr(import_module(f"tests.scoring.test_{name}"), "WORKED", None)
    assert cases, f"work cases by hand: WORKED in tests/scoring/test_{name}.py"
    return cases


@pytest.mark.parametrize("name", rules())
def test_worked_examples(name):
    rule = rules()[name]
    for (draws, outcome), wanted in worked(name):
        got = rule([draws], [outcome])[0] if rule.per_row else rule(draws, outcome)
        assert got == pytest.approx(wanted, rel=1e-9, abs=1e-9)


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(5)
    return rng.negative_binomial(0.5, 0.01, size=(60, 40)), rng.negative_binomial(0.5, 0.01, 60)


@pytest.mark.parametrize("name", ["crps", "mis", "mis95", "coverage_80"])
def test_translation_changes_nothing(name, sample):
    draws, outcome = sample
    rule = rules()[name]
    np.testing.assert_allclose(rule(draws + 17, outcome + 17), rule(draws, outcome), atol=1e-9)


@pytest.mark.parametrize(("name", "factor"), [("crps", 3), ("mis", 3), ("coverage_80", 1)])
def test_scores_have_the_unit_of_the_target(name, factor, sample):
    draws, outcome = sample
    rule = rules()[name]
    np.testing.assert_allclose(rule(draws * 3, outcome * 3), factor * rule(draws, outcome))


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("crps", lambda x, y: scoringrules.crps_ensemble(y, x, estimator="nrg")),
        (
            "log1p_crps",
            lambda x, y: scoringrules.crps_ensemble(np.log1p(y), np.log1p(x), estimator="nrg"),
        ),
        (
            "twcrps_25",
            lambda x, y: scoringrules.twcrps_ensemble(y, x, a=25.0, estimator="nrg"),
        ),
        ("brier_25", lambda x, y: scoringrules.brier_score(y >= 25, (x >= 25).mean(axis=1))),
        (
            "mis",
            lambda x, y: scoringrules.interval_score(
                y, np.quantile(x, 0.05, axis=1), np.quantile(x, 0.95, axis=1), 0.1
            ),
        ),
    ],
)
def test_agrees_with_scoringrules(name, other, sample):
    draws, outcome = (part.astype(float) for part in sample)
    np.testing.assert_allclose(rules()[name](draws, outcome), other(draws, outcome), rtol=1e-9)
