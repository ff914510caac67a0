"""The checks of `riskkit.testing`, as the plug-in's own tests run them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from riskkit_example.family import FAMILY

from riskkit.family import Family
from riskkit.testing.families import FAMILY_CHECKS


@pytest.mark.parametrize("check", FAMILY_CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Callable[[Family], None]) -> None:
    check(FAMILY)
