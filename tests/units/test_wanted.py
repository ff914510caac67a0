"""Units by what a person types."""

import pytest

from riskkit.errors import UnknownUnit
from riskkit.units import countries
from riskkit.units.wanted import find_unit

KNOWN = countries("views").select("unit", "iso2", "name").rows()


@pytest.mark.parametrize(
    ("wanted", "unit"),
    [
        ("MLI", "MLI"),
        ("ml", "MLI"),
        (" Mali ", "MLI"),
        ("ivory coast", "CIV"),
        ("Cote d'Ivoire", "CIV"),
        ("Congo, Dem. Rep.", "COD"),
        ("Niger", "NER"),
    ],
)
def test_codes_and_names_in_any_spelling(wanted, unit):
    assert find_unit(wanted, KNOWN, "this has") == unit


@pytest.mark.parametrize(
    ("wanted", "hint"), [("Malli", r"Mali \(MLI\)"), ("Korea", "South Korea"), ("%", "use a code")]
)
def test_what_is_none_is_refused_with_what_is_near(wanted, hint):
    with pytest.raises(UnknownUnit, match=f"this has no unit '{wanted}'.*{hint}"):
        find_unit(wanted, KNOWN, "this has")
