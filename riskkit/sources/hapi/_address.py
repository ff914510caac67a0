"""Where HDX HAPI hands out conflict events."""

from __future__ import annotations

from riskkit.sources import MB, Address, Credential, Pages, offered

_EVENTS = "https://hapi.humdata.org/api/v2/coordination-context/conflict-events"
_SINCE = "2018-01-01"
"""Districts are some 14,000 rows a month, by the size of a year's file: too many for all years."""


def _events(query: str, file: str) -> Address:
    pages = Pages("offset", ("data",), size=10_000, first=0, step=10_000)
    return Address(f"{_EVENTS}?output_format=json&{query}&limit=10000", file, 20 * MB, pages=pages)


# Events of countries in crisis are given by district only, of all others by country only.
OFFER = offered(
    _events("admin_level=0", "conflict-events"),
    _events(f"admin_level=2&start_date={_SINCE}", "conflict-events-of-districts"),
    credential=Credential(
        ("RISKKIT_HAPI_APP_ID",),
        "query",
        "app_identifier",
        "HDX HAPI wants an app identifier: make one of a name and your e-mail at "
        "https://hapi.humdata.org/docs (encode_app_identifier), and set RISKKIT_HAPI_APP_ID",
    ),
)
