"""The leaderboard's rules: which ones score what, and which of them are shown.

Rules of thresholds are named by position: a target's first, second and third threshold stand for
{0}, {1} and {2}. A rule that is added to riskkit.scoring scores every month and is shown without a
line here, unless it is a variant in `VARIANTS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from riskkit.scoring import rules

THRESHOLDS = (1, 25, 100)
"""Those of deaths."""
MONTHS = (
    "crps", "log1p_crps", "twcrps_{1}", "twcrps_{2}", "ign", "ign_views", "mis",
    "brier_{0}", "brier_{1}", "brier_{2}", "coverage_50", "coverage_90",
)  # fmt: skip
"""Rules of each month, in this order; rules that are neither here nor variants follow."""
VARIANTS = ("ap_{2}", "auc_{2}", "coverage_80", "mis95")
"""Rules that `riskkit score` knows and a leaderboard leaves out."""
TOTALS = ("crps", "log1p_crps", "mis", "coverage_50", "coverage_90")
"""Rules of the window's total."""
TOGETHER = ("auc_{0}", "auc_{1}", "ap_{0}", "ap_{1}")
"""Rules of all months together."""
SHOWN = (
    "crps", "log1p_crps", "ign", "mis", "twcrps_{1}", "brier_{1}", "auc_{1}", "ap_{1}",
    "coverage_50", "coverage_90",
)  # fmt: skip
"""What a printed leaderboard shows, and what metrics.json keeps of the published model."""
COMPARED = ("crps", "log1p_crps", "ign", "brier_{1}", "ap_{1}")
"""What a study keeps of each model that it compares."""
RECORD = ("crps", "log1p_crps", "ign", "brier_{1}", "coverage_90")
"""What a model card tells of the months; of the totals in units at war, those of `RECORD_WAR`."""
RECORD_WAR = ("crps", "coverage_90")


def month_rules(thresholds: Sequence[int] = THRESHOLDS) -> tuple[str, ...]:
    """Rules that score each month: `MONTHS`, then any that were added."""
    return (*at(MONTHS, thresholds), *_added(per_row=True))


def together_rules(thresholds: Sequence[int] = THRESHOLDS) -> tuple[str, ...]:
    """Rules that score all months together: `TOGETHER`, then any that were added."""
    return (*at(TOGETHER, thresholds), *_added(per_row=False))


def shown_rules(thresholds: Sequence[int] = THRESHOLDS) -> tuple[str, ...]:
    """Rules that are shown: `SHOWN`, then any that were added."""
    return (*at(SHOWN, thresholds), *_added(per_row=True), *_added(per_row=False))


def record_rules(thresholds: Sequence[int] = THRESHOLDS) -> tuple[str, ...]:
    """Rules that a model card tells of the months."""
    return at(RECORD, thresholds)


def at(names: Iterable[str], thresholds: Sequence[int]) -> tuple[str, ...]:
    """Put a target's thresholds into names.

    >>> at(("crps", "brier_{1}"), (1000, 10_000, 100_000))
    ('crps', 'brier_10000')
    """
    return tuple(name.format(*thresholds) for name in names)


def thresholds_of(names: Iterable[str]) -> tuple[int, ...]:
    """Find the thresholds that scores were made at; those of deaths where no rule tells.

    >>> thresholds_of(["crps", "brier_1000", "brier_100000", "brier_10000"])
    (1000, 10000, 100000)
    """
    found = (re.fullmatch(r"brier_(\d+)", name) for name in set(names))
    told = tuple(sorted(int(match[1]) for match in found if match))
    return told if len(told) == len(THRESHOLDS) else THRESHOLDS


def _added(*, per_row: bool) -> list[str]:
    known = at((*MONTHS, *VARIANTS, *TOTALS, *TOGETHER), THRESHOLDS)
    return [name for name, rule in rules().items() if rule.per_row is per_row and name not in known]
