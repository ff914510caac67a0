"""Names count whole, in whatever spelling; nothing is searched for inside a name."""

from __future__ import annotations

import unicodedata
from datetime import date
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import riskkit.units.names as names
from riskkit.errors import RiskkitError, UnknownUnit
from riskkit.units import countries, to_unit

KNOWN = sorted(name for name, unit in names.known_names().items() if unit)
WHERE = ("Gulf of {}", "Sea of {}", "{} Channel", "Strait of {}", "{} (coast)", "Bay of {}",
         "New {}", "Greater {}", "{} border area", "off {}", "{}ian waters", "{} and Atlantis",
         "Lake {}", "{} Plateau", "Upper {} Valley", "{} (Delta)", "{}/Atlantis")  # fmt: skip


@pytest.mark.parametrize(
    "name", ["Côte d’Ivoire", " CÔTE  D'IVOIRE ", "Co\u0302te d'Ivoire", "COTE DIVOIRE"]
)
def test_spelling_of_blanks_case_accents_and_apostrophes_does_not_matter(name):
    assert names.match_name(name) == "CIV"


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("change", [str, str.upper, str.lower, "  {}\u00a0".format])
def test_every_name_of_the_table_leads_to_its_unit_however_it_is_written(form, change):
    for unit, name in countries().select("unit", "name").iter_rows():
        assert names.match_name(unicodedata.normalize(form, change(name))) == unit, name


@given(st.sampled_from(KNOWN), st.sampled_from(WHERE))
def test_a_name_inside_another_is_not_that_country(name, where):
    longer = where.format(name)
    found = names.match_name(longer)
    assert found is None or names.fold(longer) in KNOWN


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("Zanzibar (Tanzania)", "TZA"),
        ("Cyprus, Northern", "CYP"),
        ("Somaliland", "SOM"),
        ("Gaza Strip", "PSE"),
        ("Palestine", None),
        ("Cyprus", None),
        ("Ireland", None),
    ],
)
def test_parts_of_countries_are_told_from_countries(name, unit):
    assert names.part_of(name) == unit
    assert unit is None or names.match_name(name) == unit


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("China/Hong Kong", None),
        ("Serbia/Montenegro", None),
        ("Rwanda/Burundi", None),
        ("Trinidad/Tobago", "TTO"),
        ("Bosnia/Herzegovina", "BIH"),
        ("Italy/Sardinia", "ITA"),
        ("Congo/Zaire", "COD"),
    ],
)
def test_two_countries_in_one_cell_are_neither(name, unit):
    assert names.match_name(name) == unit


@pytest.mark.parametrize("name", ["Sudan (pre-secession)", "Germany (until 1990)", "Georgia, USA"])
def test_a_country_with_an_unknown_addition_is_for_people_to_judge(name):
    assert names.match_name(name) is None
    assert names.resembles(name)


def test_no_country_answers_to_a_part_of_anothers_name():
    for name in KNOWN:
        words = name.split()
        for start in range(len(words)):
            for stop in range(start + 1, len(words) + 1):
                part = " ".join(words[start:stop])
                assert names.match_name(part) == names.known_names().get(part), (name, part)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("Niger", "NER"),
        ("Nigeria", "NGA"),
        ("Guinea", "GIN"),
        ("Equatorial Guinea", "GNQ"),
        ("Guinea Bissau", "GNB"),
        ("Papua New Guinea", "PNG"),
        ("Congo", "COG"),
        ("Congo, Dem. Rep. of the", "COD"),
        ("Congo (Kinshasa)", "COD"),
        ("Sudan", "SDN"),
        ("Sudan (South)", "SSD"),
        ("Dominica", "DMA"),
        ("Dominican Rep.", "DOM"),
        ("Korea (Republic of)", "KOR"),
        ("Korea, Dem. People's Rep.", "PRK"),
        ("Ireland", "IRL"),
        ("Northern Ireland", "GBR"),
        ("Oman", "OMN"),
        ("Iran (Islamic Rep. of)", "IRN"),
        ("Samoa, American", "ASM"),
        ("China (Taiwan)", "TWN"),
        ("China, Hong Kong SAR", "HKG"),
        ("Puerto Rico", "PRI"),
        ("La Réunion", "REU"),
        ("Western Sahara", "ESH"),
        ("West Bank and Gaza", "PSE"),
        ("Virgin Islands (U.S.)", "VIR"),
        ("Serbia and Kosovo: S/RES/1244 (1999)", "SRB"),
        ("Kosovo (under UNSC res. 1244)", "XKX"),
        ("Netherlands (Kingdom of the)", "NLD"),
        ("St.Vincent and Grenadines", "VCT"),
    ],
)
def test_neighbours_in_the_alphabet(name, unit):
    assert names.match_name(name) == unit


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("Gulf of Guinea", "a place at sea"),
        ("Sea of Japan", "a place at sea"),
        ("Mozambique Channel", "a place at sea"),
        ("Persian Gulf", "a place at sea"),
        ("South China Sea", "a place at sea"),
        ("High Seas", "a place at sea"),
        ("International Waters", "a place at sea"),
        ("Unknown ", "it is not known where"),
        ("Stateless", "people without a state"),
        ("World", "a sum of countries"),
        ("Sub-Saharan Africa", "a region"),
        ("British Indian Ocean Territory", None),
        ("Ivory Coast", None),
        ("Atlantis", None),
    ],
)
def test_what_is_plainly_no_country(name, what):
    assert names.no_country(name) == what


@pytest.mark.parametrize(
    ("name", "likely"),
    [("Afganistan", True), ("Columbia", True), ("Testlnad", True), ("Atlantis", False)],
)
def test_misspellings_resemble_a_country(name, likely):
    assert names.resembles(name, ["Testland"]) is likely


@pytest.mark.parametrize("name", ["", "Atlantis", "International", "Israel and Jordan", "Korea"])
def test_no_match_and_several_matches_are_none(name):
    assert to_unit([name], "name", unknown="null").item() is None


@pytest.mark.parametrize(
    ("day", "unit"),
    [
        (date(1989, 12, 31), "CSK"),
        (date(1992, 12, 31), "CSK"),
        (date(2003, 2, 4), "SRB"),
        (date(2006, 1, 1), "SRB"),
    ],
)
def test_a_code_that_was_used_again_belongs_to_the_state_of_the_day(day, unit):
    assert to_unit(["CS", "SK"], "iso2", [day, day]).to_list() == [unit, "SVK"]
    for on in (None, [None], date(1998, 1, 1)):
        assert to_unit(["CS"], "iso2", on, unknown="null").item() is None
        with pytest.raises(UnknownUnit, match="it takes the day to tell"):
            to_unit(["CS"], "iso2", on)


def test_the_names_of_others_agree():
    """country_converter's own names, official ones too, lead where it says."""
    for row in names.converter_rows():
        assert names.match_name(row["name_official"]) in (row["ISO3"], None), row["name_official"]
        assert names.match_name(row["name_short"]) == row["ISO3"]


@pytest.mark.parametrize(
    "name",
    ["(" * 100_000, "[" * 100_000 + "x", "a" + " " * 100_000 + "b", "() " * 30_000, ")" * 100_000],
    ids=["open", "open, a letter", "blanks", "pairs", "closed"],
)
def test_a_cell_full_of_brackets_is_told_at_once(name):
    start = process_time()
    assert names.match_name(name) is None
    assert names.no_country(name) is None
    assert not names.resembles(name)
    assert process_time() - start < 5


def test_a_refusal_of_a_cell_full_of_brackets_stays_short():
    with pytest.raises(UnknownUnit, match=r"for 'Un\[+', did you mean USA") as refused:
        to_unit(["Un" + "[" * 2_000 + "ited States"], "name")
    assert len(str(refused.value)) < 500


def test_a_missing_package_is_said(monkeypatch):
    monkeypatch.setattr(names, "find_spec", lambda _: None)
    with pytest.raises(RiskkitError, match="need the package country_converter; install"):
        names.converter_rows()
