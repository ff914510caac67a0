"""Scoring rules: what each one is, and how draws meet outcomes.

A module of this package that defines `RULES`, a tuple of `Rule`, is found by itself. One of
rules of a threshold also defines `AT_THRESHOLD`, from which a rule such as "brier_10000" is made
when it is asked for. A rule's `arithmetic` stays bare: it sees checked, finite floats only;
`Rule.__call__` does the rest.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from riskkit.errors import RiskkitError
from riskkit.scoring.ensemble import Floats, checked

CHUNK_VALUES = 1_000_000
"""Draws held as sorted floats at a time: 8 MB."""


@dataclass(frozen=True)
class Rule:
    """One way to judge draws by the outcome.

    Attributes:
        name: Registry name, with the threshold or level after an underscore.
        arithmetic: A function of draws [rows, draws] and outcome [rows], both finite. Per row it
            gets each row's draws in ascending order and gives [rows]; otherwise it gives a float.
        better: Which values are better; "nominal" when neither is (coverage).
        per_row: False for rules that need all rows together, such as the AUC.
        reweighted: Of those, the same with weights [rows, weightings] of the rows; gives one value
            per weighting, NaN where undefined.
        source: Where the formula comes from.
        description: One sentence, with the unit of the score.
    """

    name: str
    arithmetic: Callable[[Floats, Floats], Floats | float]
    better: Literal["lower", "higher", "nominal"]
    per_row: bool
    source: str
    description: str
    reweighted: Callable[[Floats, Floats, Floats], Floats] | None = None

    def __call__(self, draws: ArrayLike, outcome: ArrayLike) -> Floats | float:
        """Score draws [rows, draws] against outcome [rows].

        Returns:
            [rows] with NaN where the outcome is NaN, or one float over the observed rows
            (NaN where the rule is undefined, for instance the AUC of one class).

        Raises:
            RiskkitError: See `riskkit.scoring.ensemble.checked`.
        """
        if self.per_row:
            return _score_rows([self], draws, outcome)[self.name]
        return _score_together([self], draws, outcome)[self.name]


@cache
def rules() -> dict[str, Rule]:
    """Every rule by name, sorted by name."""
    found: dict[str, Rule] = {}
    home: dict[str, str] = {}
    for info in pkgutil.iter_modules(__path__):
        for rule in getattr(import_module(f"{__name__}.{info.name}"), "RULES", ()):
            if rule.name in found:
                raise RiskkitError(
                    f"rule {rule.name!r} is defined twice, in {home[rule.name]}.py "
                    f"and {info.name}.py"
                )
            found[rule.name], home[rule.name] = rule, info.name
    return dict(sorted(found.items()))


@cache
def find_rule(name: str) -> Rule:
    """Find a rule by name, or make the one of a threshold.

    Args:
        name: A name of `rules`, or for any whole number T from 1 on "brier_T", "twcrps_T",
            "auc_T" or "ap_T".

    Raises:
        RiskkitError: There is no such rule.
    """
    if name in rules():
        return rules()[name]
    kind, _, threshold = name.rpartition("_")
    if kind in _makers() and re.fullmatch(r"[1-9][0-9]{0,14}", threshold):
        return _makers()[kind](int(threshold))
    at_any = ", ".join(f"{kind}_T" for kind in sorted(_makers()))
    raise RiskkitError(
        f"no rule is named {name!r}", hint=f"known: {', '.join(rules())}; at any T: {at_any}"
    )


@cache
def _makers() -> dict[str, Callable[[int], Rule]]:
    """By the first part of their names, the rules of a threshold."""
    makers: dict[str, Callable[[int], Rule]] = {}
    for info in pkgutil.iter_modules(__path__):
        makers |= getattr(import_module(f"{__name__}.{info.name}"), "AT_THRESHOLD", {})
    return makers


def score_rows(
    draws: ArrayLike, outcome: ArrayLike, names: Sequence[str] | None = None
) -> dict[str, Floats]:
    """Score each row under several per-row rules, sorting the draws only once.

    Args:
        draws: [rows, draws], finite and not negative.
        outcome: [rows]; NaN where not observed.
        names: Rules to use, see `find_rule`; every per-row rule of `rules` if None.

    Returns:
        Name -> [rows]; NaN where the outcome is NaN.

    Raises:
        RiskkitError: On unknown or aggregate rules, and see `riskkit.scoring.ensemble.checked`.
    """
    return _score_rows(_choose(names, per_row=True), draws, outcome)


def score_together(
    draws: ArrayLike, outcome: ArrayLike, names: Sequence[str] | None = None
) -> dict[str, float]:
    """Score all rows together under the rules that need it (AUC, average precision).

    Args:
        draws: [rows, draws], finite and not negative.
        outcome: [rows]; rows with NaN are left out.
        names: Rules to use, see `find_rule`; every aggregate rule of `rules` if None.

    Returns:
        Name -> value; NaN where the rule is undefined.

    Raises:
        RiskkitError: On unknown or per-row rules, and see `riskkit.scoring.ensemble.checked`.
    """
    return _score_together(_choose(names, per_row=False), draws, outcome)


def reweighted_together(
    draws: ArrayLike, outcome: ArrayLike, weights: Floats, names: Sequence[str]
) -> dict[str, Floats]:
    """Score reweighted rows together, for the intervals of rules that need all rows.

    Args:
        draws: [rows, draws], finite and not negative.
        outcome: [rows], all observed.
        weights: [rows, weightings], not negative: how often each row counts.
        names: Aggregate rules.

    Returns:
        Name -> [weightings]; NaN where the rule is undefined.
    """
    x, y = checked(draws, outcome)
    chosen = _choose(names, per_row=False)
    return {r.name: r.reweighted(x, y, weights) for r in chosen if r.reweighted is not None}


def _score_rows(chosen: list[Rule], draws: ArrayLike, outcome: ArrayLike) -> dict[str, Floats]:
    x, y = checked(draws, outcome)
    scores = {rule.name: np.full(len(y), np.nan) for rule in chosen}
    observed = np.flatnonzero(~np.isnan(y))
    step = max(1, CHUNK_VALUES // x.shape[1])
    for start in range(0, len(observed), step):
        rows = observed[start : start + step]
        ascending = np.sort(x[rows].astype(np.float64), axis=1)
        for rule in chosen:
            scores[rule.name][rows] = rule.arithmetic(ascending, y[rows])
    return scores


def _score_together(chosen: list[Rule], draws: ArrayLike, outcome: ArrayLike) -> dict[str, float]:
    x, y = checked(draws, outcome)
    observed = ~np.isnan(y)
    if not observed.all():
        x, y = x[observed], y[observed]
    return {rule.name: float(rule.arithmetic(x, y)) for rule in chosen}


def _choose(names: Sequence[str] | None, *, per_row: bool) -> list[Rule]:
    if names is None:
        return [rule for rule in rules().values() if rule.per_row is per_row]
    chosen = [find_rule(name) for name in sorted(set(names))]
    for rule in chosen:
        if rule.per_row is not per_row:
            kind = "row by row" if per_row else "over all rows together"
            fitting = (name for name, one in rules().items() if one.per_row is per_row)
            raise RiskkitError(
                f"no rule that scores {kind} is named {rule.name!r}",
                hint=f"known: {', '.join(fitting)}",
            )
    return chosen
