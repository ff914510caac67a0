"""Work in blocks of units or rows, so that memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

UNITS = 1000
"""Units that are worked on at once."""


def in_blocks(count: int, size: int = UNITS) -> list[slice]:
    """Divide so many things into blocks of a size; one empty block where there are none.

    >>> in_blocks(5, 3)
    [slice(0, 3, None), slice(3, 5, None)]
    """
    starts = range(0, max(count, 1), size)
    return [slice(start, min(start + size, count)) for start in starts]


def blockwise(make: Callable[[slice], NDArray[Any]], count: int) -> NDArray[Any]:
    """Put together what is made block by block of units."""
    return np.concatenate([make(block) for block in in_blocks(count)])
