"""Write `states.csv`, the table of countries, from country_converter and the table by hand.

Run `python -m riskkit.units.build` after a change to `members.csv`. Codes, names and UN
sub-regions of today's countries and territories come from country_converter's data; membership
of the state system, births, deaths, GW, COW and VIEWS codes come from `members.csv`, which
follows Gleditsch and Ward (1999), "A revised list of the independent states since the Congress
of Vienna", International Interactions 25(4), in its edition of 2023, and the country table of
VIEWS.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from riskkit.atomic import atomic_file
from riskkit.units.names import converter_rows

FOLDER = Path(__file__).parent
COLUMNS = (
    *("unit", "iso2", "name", "gwcode", "cowcode", "views_id", "m49", "region", "continent"),
    *("born", "died", "successor", "scope"),
)

# What ISO 3166 has withdrawn and country_converter leaves out or incomplete.
FORMER = (
    {"unit": "ANT", "iso2": "AN", "name": "Netherlands Antilles", "m49": "530"},
    {"unit": "CSK", "iso2": "CS", "name": "Czechoslovakia", "m49": "200"},
    {"unit": "DDR", "iso2": "DD", "name": "East Germany", "m49": "278"},
    {"unit": "VDR", "iso2": "VD", "name": "South Vietnam"},
    {"unit": "YMD", "iso2": "YD", "name": "South Yemen", "m49": "720"},
)
# Sub-regions of the former states, and of Nauru, which country_converter 1.3 has in Polynesia.
REGIONS = {
    "ANT": "Caribbean",
    "CSK": "Eastern Europe",
    "DDR": "Western Europe",
    "NRU": "Micronesia",
    "VDR": "South-eastern Asia",
    "YMD": "Western Asia",
}
CONTINENTS = {
    "Antarctica": "Antarctica",
    "Australia and New Zealand": "Oceania",
    "Caribbean": "Americas",
    "Melanesia": "Oceania",
    "Micronesia": "Oceania",
    "Polynesia": "Oceania",
}


def build() -> str:
    """Return the text of `states.csv`, one row per unit in order of its key."""
    with (FOLDER / "members.csv").open(encoding="utf-8", newline="") as file:
        members = {row["unit"]: row for row in csv.DictReader(file)}
    rows = [_row(place, members) for place in (*_today(), *FORMER)]
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: row["unit"]))
    return text.getvalue()


def _today() -> list[dict[str, str]]:
    return [
        {
            "unit": row["ISO3"],
            "iso2": re.findall("[A-Z]{2}", row["ISO2"])[0],
            "name": row["name_short"],
            "m49": row["ISOnumeric"],
            "region": row["UNregion"],
        }
        for row in converter_rows()
    ]


def _row(place: dict[str, str], members: dict[str, dict[str, str]]) -> dict[str, str]:
    region = REGIONS.get(place["unit"]) or place["region"]
    continent = CONTINENTS.get(region) or region.split()[-1].replace("America", "Americas")
    member = members.get(place["unit"], {"scope": "all"})
    return {**place, "region": region, "continent": continent, **member}


if __name__ == "__main__":
    with atomic_file(FOLDER / "states.csv") as draft:
        draft.write_text(build(), encoding="utf-8")
