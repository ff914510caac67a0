"""The checks of `riskkit.testing` that a model passes in no time; a real one runs all of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from riskkit_example.model import AnyMonth

from riskkit.models import Model
from riskkit.testing.models import check_gaps_in_the_data, check_no_leakage, check_repeatable

CHECKS = (check_repeatable, check_gaps_in_the_data, check_no_leakage)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Callable[[type[Model]], None]) -> None:
    check(AnyMonth)
