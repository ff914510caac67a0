"""Where CRU CY's files are: one a country and variable, in a folder a variable."""

from __future__ import annotations

from riskkit.sources import MB, Address, offered

_VERSION, _STAMP, _LAST = "4.10", "2606161920", 2025
_ROOT = f"https://crudata.uea.ac.uk/cru/data/hrg/cru_ts_{_VERSION}"


def _folder(variable: str) -> Address:
    return Address(
        f"{_ROOT}/crucy.{_STAMP}.v{_VERSION}/countries/{variable}/",
        f"{variable}.html",
        1 * MB,
        _VERSION,
        listing=rf"crucy\.v4\.10\.1901\.{_LAST}\.[\w.'-]+\.{variable}\.per",
    )


OFFER = offered(
    _folder("pre"),
    _folder("tmp"),
    newer="https://crudata.uea.ac.uk/cru/data/hrg/ lists the versions; a version's page links its "
    "country averages, whose folder carries the day on which they were made",
)
