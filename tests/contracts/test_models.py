"""Every registered model keeps its promises."""

from pathlib import Path

import pytest

from riskkit.registry import models
from riskkit.testing.models import (
    MODEL_CHECKS,
    check_calibration,
    check_contributions,
    check_extremes,
    check_gaps_in_the_data,
    check_periods,
    check_scale,
)

LEARNED = (
    "analogues",
    "distribution_regression",
    "forest",
    "log_logistic",
    "network",
    "pool",
    "xgboost",
    "xgboost_hurdle",
)
SLOW = {(check, "pool") for check in (check_calibration, check_scale)}
SLOW |= {(check_extremes, name) for name in LEARNED}
SLOW |= {(check, "pool") for check in (check_contributions, check_gaps_in_the_data, check_periods)}
"""Checks that take seconds, and what the pool owes to its members: left to make test-all."""
CHECKS = [
    pytest.param(
        kind,
        check,
        id=f"{check.__name__}-{name}",
        marks=[pytest.mark.slow] if (check, name) in SLOW else [],
    )
    for check in MODEL_CHECKS
    for name, kind in models().items()
]


@pytest.mark.parametrize(("kind", "check"), CHECKS)
def test_contract(kind, check):
    check(kind)


@pytest.mark.parametrize("name", models())
def test_every_model_is_described(name):
    page = Path(__file__).parents[2] / "docs" / "models.md"
    assert f"`{name}`" in page.read_text(encoding="utf-8"), f"describe {name} in docs/models.md"
