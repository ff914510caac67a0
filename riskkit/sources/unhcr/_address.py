"""Where UNHCR's interface hands out its tables."""

from __future__ import annotations

from datetime import date

from riskkit.sources import MB, Address, Offer, Pages


def pairs(table: str) -> Offer:
    """Offer all pairs of origin and asylum since 1951, in pages of 10,000."""

    def addresses(today: date) -> tuple[Address, ...]:
        years = f"yearFrom=1951&yearTo={today.year - 1}"
        query = f"limit=10000&{years}&coo_all=true&coa_all=true&cf_type=ISO"
        url = f"https://api.unhcr.org/population/v1/{table}/?{query}"
        return (Address(url, table, 50 * MB, pages=Pages("page", ("items",), ("maxPages",))),)

    return Offer(addresses)
