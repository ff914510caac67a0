"""Regional totals, scenario by scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskkit.errors import RiskkitError

WORLD = "World"


def region_totals(
    totals: NDArray[Any], regions: Sequence[str]
) -> tuple[tuple[str, ...], NDArray[np.int64], NDArray[np.int64]]:
    """Sum window totals over the units of each region.

    The sum is taken within each joint scenario, so that wars that flare up together widen the
    regional distribution; summed quantiles would not show that.

    Args:
        totals: Window totals [units, draws].
        regions: Region of each unit.

    Returns:
        Names of the regions, sorted, and last "World", the sum of all units; the number of units
        of each; and their totals [regions, draws].

    Raises:
        RiskkitError: A region is itself called "World".
    """
    if WORLD in regions:
        raise RiskkitError(
            f"a region is called '{WORLD}', the name of the sum of all units",
            hint="rename it in the table of units",
        )
    names, code = np.unique(np.array(regions), return_inverse=True)
    sums = np.zeros((len(names), totals.shape[1]), dtype=np.int64)
    np.add.at(sums, code, totals)
    sizes = np.bincount(code)
    world = sums.sum(axis=0, keepdims=True)
    return (
        (*names.tolist(), WORLD),
        np.append(sizes, sizes.sum()).astype(np.int64),
        np.concatenate([sums, world]),
    )
