"""Countries as CRU CY spells them, and what of its files is no country."""

from __future__ import annotations

from collections.abc import Mapping

from riskkit.errors import SourceError
from riskkit.units import to_unit

SPELLED = {"Puerto_Rica": "PRI", "Vanatu": "VUT"}
"""Names that CRU misspells."""

_ISLANDS = """
    Actaeon_Group Aldabra_Isl Aleutians Amsterdam_Isl Andaman_Isl Antipodes_Isl Ascension
    Auckland_Isl Azores Banaba Bassas_da_India Bioko Bonin_Isl Campbell_Isl Canary_Isl
    Chagos_Archipelago Chuuk_State Crozet_Isl Ducie_Isl Easter_Isl Fernando_de_Noronha
    Franz_Joseph_Land Galapagos_Isl Gough_Isl Guadalupe Hawaii Heard_Isl Henderson_Isl
    Isl_Glorieuses Isl_da_Trindade Isl_de_Horn Isl_de_Providencia Isl_de_San_Andres
    Isl_de_la_Bahia Jan_Mayen Juan_Fernandez_Isl Kara_Sea_Isl Kerguelen_Isl Komandorskiye_Isl
    Kuril_Isl La_Tortuga_Isl Laccadive_Isl Lau_Group Line_Isl Lord_Howe_Isl Macquarie_Isl Madeira
    Marquesas New_Siberian_Isl Nicobar_Isl Novaya_Zemlya Paracel_Isl Phoenix_Isl
    Pohnpei_and_Kosrae Prince_Edward_Isl Rodrigues_Isl Ryukyu_Isl Severnaya_Zemlya Society_Isl
    Socotra St_Croix Swan_Isl Tristan_da_Cunha Tromelin_Isl Tuamotu Tubuai_Isl Virgin_Isl
    Wrangel_Isl Yap_State
"""
PARTS = frozenset(_ISLANDS.split())
"""Islands whose country has a file of its own, or that make up a country together (Micronesia:
without areas no average of Chuuk, Pohnpei and Yap can be formed)."""


def unit_of(file: str, country: str, codes: Mapping[str, str]) -> str | None:
    """Tell the unit a file speaks of.

    Args:
        file: What messages call the file.
        country: Its name as in the file.
        codes: The user's own names -> units, before any other.

    Returns:
        The unit; None for islands and for the mean of all land.

    Raises:
        SourceError: No unit answers to the name.
    """
    if country == "All" or country in PARTS:
        return None
    unit = codes.get(country) or SPELLED.get(country)
    unit = unit or to_unit([country.replace("_", " ")], "name", unknown="null")[0]
    if unit is None:
        raise SourceError(
            f"{file}: no country answers to this name",
            got=country,
            hint="map it to a unit in the option codes, or remove the file",
        )
    return str(unit)
