"""Which values of a setting `riskkit tune` tries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Between:
    """Numbers from `low` to `high`, both included; whole ones where both are.

    Attributes:
        low: The least.
        high: The most.
        log: Whether steps are alike on a logarithmic scale.
    """

    low: float
    high: float
    log: bool = False

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are tried."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the most."""
        return self.low, self.high

    def holds(self, value: Any) -> bool:
        """Whether a value lies between."""
        return isinstance(value, int | float) and self.low <= value <= self.high


@dataclass(frozen=True)
class OneOf:
    """One of a few values.

    Attributes:
        values: What JSON can hold.
    """

    values: tuple[Any, ...]

    @property
    def ends(self) -> tuple[Any, Any]:
        """The first and the last."""
        return self.values[0], self.values[-1]

    def holds(self, value: Any) -> bool:
        """Whether a value is one of them; a tuple is what JSON makes of it, a list."""
        told = list(value) if isinstance(value, tuple) else value
        return told in [list(one) if isinstance(one, tuple) else one for one in self.values]


Space = Mapping[str, Between | OneOf]
"""By setting of a model."""
