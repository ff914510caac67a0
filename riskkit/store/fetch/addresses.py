"""What can be fetched, as the sources declare it; docs/fetching.md says where each was found."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from riskkit.registry import sources
from riskkit.sources import Offer

TABLE: Mapping[str, Offer] = MappingProxyType(
    {name: source.offer for name, source in sources().items() if source.offer}
)
BY_HAND: Mapping[str, str] = MappingProxyType(
    {name: source.by_hand for name, source in sources().items() if source.by_hand}
)
"""Source -> one sentence on how to get it, where there is no address that could be fetched."""
