"""Every registered feature family keeps its promises."""

from pathlib import Path

import pytest

from riskkit.registry import families
from riskkit.testing.families import FAMILY_CHECKS, check_distinct_names, check_no_leakage

HOME = Path(__file__).parents[2] / "features" / "riskkit_features"


@pytest.mark.parametrize("family", families().values(), ids=families())
@pytest.mark.parametrize("check", FAMILY_CHECKS, ids=lambda check: check.__name__)
def test_contract(family, check):
    check(family)


@pytest.mark.slow
@pytest.mark.parametrize("family", families().values(), ids=families())
def test_nothing_leaks_at_any_date(family):
    check_no_leakage(family, every=True)


BUILT_IN = [
    path.parent.name
    for path in sorted(HOME.glob("*/__init__.py"))
    if not path.parent.name.startswith("_")
]
HEADINGS = ("Why", "Features", "Known defects", "Literature")


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_family_has_its_page(name):
    """Why it is there, what is in it, what is wrong with it, and where that is written."""
    page = HOME / name / "family.md"
    assert page.is_file(), f"write {page.relative_to(HOME.parents[1])}"
    lines = page.read_text(encoding="utf-8").splitlines()
    for heading in HEADINGS:
        assert f"## {heading}" in lines, f"{page.name} of {name} lacks the heading '{heading}'"


def test_families_share_no_feature_name():
    check_distinct_names(families().values())
