"""Words for probabilities, after Intelligence Community Directive 203 (2015, section D.6.e)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

WORDS = (
    "almost no chance",
    "very unlikely",
    "unlikely",
    "roughly even chance",
    "likely",
    "very likely",
    "almost certain",
)
STARTS = (0.05, 0.20, 0.45, 0.55, 0.80, 0.95)
"""Lowest probability of each word after the first."""


def likelihood(probabilities: ArrayLike) -> list[str]:
    """Put probabilities into words.

    A probability on a boundary takes the higher word. The directive has no word below 1 % or
    above 99 %: the outermost words reach to 0 and 1, because no forecast of this kind supports
    "impossible" or "certain".

    >>> likelihood([0.0, 0.049, 0.05, 0.5, 0.97, 1.0])[1:4]
    ['almost no chance', 'very unlikely', 'roughly even chance']
    """
    codes = np.searchsorted(np.array(STARTS), np.asarray(probabilities), side="right")
    return [WORDS[code] for code in codes]
