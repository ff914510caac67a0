"""Where UCDP's releases are: a final one a year, and candidate events for the months after it."""

from __future__ import annotations

from datetime import date

from riskkit.sources import MB, Address, Credential, Offer, offered

_DOWNLOADS = "https://ucdp.uu.se/downloads"
_FINAL = 26
"""UCDP's yearly release of June 2026 ends with 2025; candidate events follow."""
_NEWER = (
    "the final release of a year comes in June: its number is the year's last two digits and 1, as "
    "in 261; raise _FINAL in riskkit/sources/ucdp/_address.py"
)
_TOKEN = Credential(
    ("RISKKIT_UCDP_TOKEN",),
    "header",
    "x-ucdp-access-token",
    "UCDP gives tokens on request, see https://ucdp.uu.se/apidocs/, and its files so far without; "
    "set RISKKIT_UCDP_TOKEN",
    optional=True,
)


def _events(today: date) -> tuple[Address, ...]:
    """The yearly release, and the candidate releases of all months after it."""
    file = f"ged{_FINAL}1-csv.zip"
    final = Address(f"{_DOWNLOADS}/ged/{file}", file, 400 * MB, f"{_FINAL}.1")
    months = [
        (year % 100, month)
        for year in range(2000 + _FINAL, today.year + 1)
        for month in range(1, 13)
        if (year, month) < (today.year, today.month)
    ]
    names = [f"GEDEvent_v{year}_0_{month}" for year, month in months]
    names += [f"GEDEvent_v{y}_01_{y}_{m:02}" for y, m in months if m % 3 == 0]
    return (final, *map(_candidate, names))


def _candidate(name: str) -> Address:
    vintage = name.removeprefix("GEDEvent_v").replace("_", ".")
    url = f"{_DOWNLOADS}/candidateged/{name}.csv"
    return Address(url, f"{name}.csv", 50 * MB, vintage, optional=True)


GED = Offer(_events, _TOKEN, _NEWER)
_FILE = f"organizedviolencecy-{_FINAL}1-csv.zip"
COUNTRY_YEAR = offered(
    Address(f"{_DOWNLOADS}/organizedviolencecy/{_FILE}", _FILE, 50 * MB, f"{_FINAL}.1"),
    credential=_TOKEN,
    newer=_NEWER,
)
