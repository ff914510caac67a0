"""Features of a block of cells, made here or wherever the block is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from riskkit.family import Family
from riskkit.family.blocks import Places, build_block, seen_from, values_of
from riskkit.forecasting.bounds import refuse_infinite
from riskkit.panel import Panel
from riskkit.registry import families, family_module, lookup
from riskkit.study.code import code_of, libraries_of
from riskkit.study.identity import Identity

Values = NDArray[np.float32]
"""`[units, months, features]`."""


@dataclass(frozen=True)
class Block:
    """Some cells, and what their features are made from.

    Attributes:
        number: Which of the blocks of a study it is.
        panel: Of all units, or of the cells and those that their features look at.
        places: Places of the cells in the panel, ascending.
        families: Names of the families.
        names: Features that are wanted, in the order of the families.
    """

    number: int
    panel: Panel
    places: Places
    families: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def identity(self) -> Identity:
        """The code and the libraries that make the features; the data travel with the block."""
        roots = (__name__, *map(family_module, self.families))
        return Identity(
            stage="features of a block", code=code_of(roots), libraries=libraries_of(roots)
        )

    def alone(self) -> Block:
        """The same block with no more of the panel than its features look at."""
        seen = [seen_from(family, self.panel, self.places) for family in _named(self.families)]
        around = np.unique(np.concatenate([self.places, *seen]))
        places = np.searchsorted(around, self.places)
        return replace(self, panel=self.panel.of(around), places=places)

    def build(self) -> Values:
        """The features.

        Raises:
            RiskkitError: One is infinite.
        """
        wanted = set(self.names)
        built = [
            values_of(build_block(family, self.panel, self.places), self.names, self.panel.n_months)
            for family in _named(self.families)
            if any(feature.name in wanted for feature in family.features)
        ]
        values = np.concatenate(built, axis=-1)
        units = self.panel.units["unit"][self.places].to_list()
        refuse_infinite(values, self.names, units, self.panel.first_month)
        return values


Builder = Callable[[Iterator[Block]], Iterator[tuple[Block, Values]]]
"""Builds blocks somewhere, and yields each when it is done, in any order."""


def build_here(remaining: Iterator[Block]) -> Iterator[tuple[Block, Values]]:
    """Build blocks one after the other."""
    for block in remaining:
        yield block, block.build()


def _named(names: Sequence[str]) -> list[Family]:
    return [lookup("family", families(), name) for name in names]
