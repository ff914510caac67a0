"""Random streams by name, so that a new series never shifts the ones that exist."""

from __future__ import annotations

from zlib import crc32

import numpy as np


class Streams(dict[str, np.random.Generator]):
    """Independent generators, one per name, each opened when first asked for.

    Args:
        entropy: Seed and whatever else tells this set of streams from others.

    >>> Streams(1)["rain"].random() == Streams(1)["rain"].random()
    True
    >>> Streams(1)["rain"].random() == Streams(1)["heat"].random()
    False
    """

    def __init__(self, *entropy: int) -> None:
        super().__init__()
        self.entropy = entropy

    def __missing__(self, name: str) -> np.random.Generator:
        """Open the stream of a name: its seed depends on the name, not on the order of asking."""
        sequence = np.random.SeedSequence(self.entropy, spawn_key=(crc32(name.encode()),))
        self[name] = np.random.default_rng(sequence)
        return self[name]
