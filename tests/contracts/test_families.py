"""Every registered feature family keeps its promises."""

import pytest

from riskkit.registry import families
from riskkit.testing.families import FAMILY_CHECKS, check_distinct_names


@pytest.mark.parametrize("family", families().values(), ids=families())
@pytest.mark.parametrize("check", FAMILY_CHECKS, ids=lambda check: check.__name__)
def test_contract(family, check):
    check(family)


def test_families_share_no_feature_name():
    check_distinct_names(families().values())
