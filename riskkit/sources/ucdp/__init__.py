"""Uppsala Conflict Data Program: events and country-years."""

from __future__ import annotations

from types import MappingProxyType

JOINED = MappingProxyType(
    {"ISR": "Israel (with Palestine)", "MAR": "Morocco (with Western Sahara)"}
)
"""Countries that hold the deaths of another place, as long as nobody takes them apart."""
