"""Checks that every scoring rule passes, built in or plugged in.

Each check takes a `Rule` and raises AssertionError with the broken promise.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from riskkit.errors import RiskkitError
from riskkit.scoring import Rule
from riskkit.scoring.ensemble import Floats


def check_declaration(rule: Rule) -> None:
    """The rule says what it is and where it comes from."""
    _require(bool(re.fullmatch(r"[a-z][a-z0-9_]*", rule.name)), f"odd name {rule.name!r}")
    _require(rule.better in ("lower", "higher", "nominal"), f"better is {rule.better!r}")
    _require(bool(rule.source), "no source")
    _require(rule.description.endswith("."), "the description is not a sentence")


def check_order_is_irrelevant(rule: Rule) -> None:
    """Neither the order of the draws nor that of the rows matters."""
    draws, outcome = _example()
    rng = np.random.default_rng(2)
    score = rule(draws, outcome)
    _require_equal(rule(rng.permuted(draws, axis=1), outcome), score, "draws in another order")
    rows = rng.permutation(len(outcome))
    moved = score[rows] if isinstance(score, np.ndarray) else score
    _require_equal(rule(draws[rows], outcome[rows]), moved, "rows in another order")


def check_repeatable(rule: Rule) -> None:
    """The same input gives the same bits, and is left as it was."""
    draws, outcome = _example()
    before = draws.copy()
    first, second = np.asarray(rule(draws, outcome)), np.asarray(rule(draws, outcome))
    _require(first.tobytes() == second.tobytes(), "two calls differ")
    _require(bool((draws == before).all()), "the draws were changed in place")


def check_unobserved_rows(rule: Rule) -> None:
    """A NaN outcome gives a NaN score, or is left out, and disturbs no other row."""
    draws, outcome = _example()
    holes = outcome.copy()
    holes[::3] = np.nan
    seen = ~np.isnan(holes)
    score, alone = rule(draws, holes), rule(draws[seen], holes[seen])
    if isinstance(score, np.ndarray):
        _require(bool(np.isnan(score[~seen]).all()), "an unobserved row has a score")
        score = score[seen]
    _require_equal(score, alone, "unobserved rows left out")


def check_refuses_bad_draws(rule: Rule) -> None:
    """Negative, missing and infinite draws are refused, and the row is named."""
    for bad in (-1.0, np.nan, np.inf):
        draws, outcome = _example()
        draws[5, 3] = bad
        try:
            rule(draws, outcome)
        except RiskkitError as error:
            _require("row 5" in str(error), f"the refusal of {bad} does not name the row: {error}")
        else:
            raise AssertionError(f"a draw of {bad} was scored")


def check_prefers_the_truth(rule: Rule) -> None:
    """The distribution that made the outcomes scores better than distorted ones, on average.

    Rules over all rows judge the order of the rows, which only the uninformed forecast loses.
    """
    if rule.better == "nominal":
        return
    truth, outcome, distorted = _simulation()
    sign = 1 if rule.better == "lower" else -1
    best = sign * float(np.mean(rule(truth, outcome)))
    for name, draws in distorted.items():
        if rule.per_row or name == "uninformed":
            worse = sign * float(np.mean(rule(draws, outcome)))
            _require(best < worse, f"the {name} forecast beats the truth")


RULE_CHECKS: tuple[Callable[[Rule], None], ...] = (
    check_declaration,
    check_order_is_irrelevant,
    check_repeatable,
    check_unobserved_rows,
    check_refuses_bad_draws,
    check_prefers_the_truth,
)


def _example() -> tuple[Floats, Floats]:
    """Draws [12, 30] and outcomes [12] on both sides of every usual threshold."""
    rng = np.random.default_rng(1)
    level = np.geomspace(0.2, 800, 12)[:, None]
    draws = rng.poisson(level * rng.gamma(1, 1, size=(12, 30))).astype(np.float64)
    return draws, rng.poisson(level[:, 0]).astype(np.float64)


def _simulation() -> tuple[Floats, Floats, dict[str, Floats]]:
    """Log-normal counts: true draws [3000, 200], outcomes and wrong draws by name."""
    rng = np.random.default_rng(3)
    level = rng.normal(3, 1.2, size=3000)
    noise = np.sort(rng.normal(size=20_000)).reshape(200, 100).mean(axis=1)
    outcome = _counts(level + rng.normal(size=3000))
    centre = level[:, None]
    distorted = {
        "too high": centre + 1 + noise,
        "too low": centre - 1 + noise,
        "too narrow": centre + 0.4 * noise,
        "too wide": centre + 2 * noise,
        "uninformed": np.tile(3 + np.hypot(1, 1.2) * noise, (3000, 1)),
    }
    wrong = {name: _counts(log_level) for name, log_level in distorted.items()}
    return _counts(centre + noise), outcome, wrong


def _counts(log_level: Floats) -> Floats:
    counts: Floats = np.floor(np.exp(log_level))
    return counts


def _require_equal(got: NDArray[np.float64] | float, wanted: Floats | float, what: str) -> None:
    _require(bool(np.allclose(got, wanted, rtol=1e-12, atol=1e-12)), f"{what}: {got} != {wanted}")


def _require(holds: bool, promise: str) -> None:
    if not holds:
        raise AssertionError(promise)
