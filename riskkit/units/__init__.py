"""Units of analysis: countries by ISO3 code and PRIO-GRID cells by number."""

from riskkit.units.codes import System, to_unit
from riskkit.units.countries import SCOPES, Scope, alive, countries, name_of, region_of
from riskkit.units.grid import centroid_of, gid_of, polygon_of

__all__ = [
    "SCOPES",
    "Scope",
    "System",
    "alive",
    "centroid_of",
    "countries",
    "gid_of",
    "name_of",
    "polygon_of",
    "region_of",
    "to_unit",
]
