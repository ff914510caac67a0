"""The leaderboard's rules: which ones score what, and which of them are shown.

A rule that is added to riskkit.scoring scores every month and is shown without a line here, unless
it is a variant in `VARIANTS`.
"""

from __future__ import annotations

from riskkit.scoring import rules

MONTHS = (
    "crps", "log1p_crps", "twcrps_25", "twcrps_100", "ign", "ign_views", "mis",
    "brier_1", "brier_25", "brier_100", "coverage_50", "coverage_90",
)  # fmt: skip
"""Rules of each month, in this order; rules that are neither here nor variants follow."""
VARIANTS = ("ap_100", "auc_100", "coverage_80", "mis95")
"""Rules that `riskkit score` knows and a leaderboard leaves out."""
TOTALS = ("crps", "log1p_crps", "mis", "coverage_50", "coverage_90")
"""Rules of the window's total."""
TOGETHER = ("auc_1", "auc_25", "ap_1", "ap_25")
"""Rules of all months together, with a bootstrap over units."""
SHOWN = (
    "crps", "log1p_crps", "ign", "mis", "twcrps_25", "brier_25", "auc_25", "ap_25",
    "coverage_50", "coverage_90",
)  # fmt: skip
"""What a printed leaderboard shows, and what metrics.json keeps of the published model."""
COMPARED = ("crps", "log1p_crps", "ign", "brier_25", "ap_25")
"""What a study keeps of each model that it compares."""
RECORD = ("crps", "log1p_crps", "ign", "brier_25", "coverage_90")
"""What a model card tells of the months; of the totals in units at war, those of `RECORD_WAR`."""
RECORD_WAR = ("crps", "coverage_90")


def month_rules() -> tuple[str, ...]:
    """Rules that score each month: `MONTHS`, then any that were added."""
    return (*MONTHS, *_added(per_row=True))


def together_rules() -> tuple[str, ...]:
    """Rules that score all months together: `TOGETHER`, then any that were added."""
    return (*TOGETHER, *_added(per_row=False))


def shown_rules() -> tuple[str, ...]:
    """Rules that are shown: `SHOWN`, then any that were added."""
    return (*SHOWN, *_added(per_row=True), *_added(per_row=False))


def _added(*, per_row: bool) -> list[str]:
    known = {*MONTHS, *VARIANTS, *TOTALS, *TOGETHER}
    return [name for name, rule in rules().items() if rule.per_row is per_row and name not in known]
