"""Forecasts of cells and of countries that agree: in every scenario and month, cells add up.

A forecast of countries knows more of how much violence there will be in all, one of cells of where.
Draw k of the cells' forecast is matched with a draw of the countries' one so that the order of the
window's totals is the same in both, country by country; then the cells of each month are scaled to
what the country's draw says, in whole numbers. So the countries' distributions, by month and over
the window, are kept as they are, and of the cells' forecast how deaths are divided among cells, and
where and when they come together. Where a country's draw has deaths and none of its cells has, they
fall on the cells by their expected shares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from riskkit.errors import RiskkitError
from riskkit.forecasting.forecast import Forecast

Draws = NDArray[np.int64]


def reconcile(
    cells: Forecast, countries: Forecast, country_of: Mapping[str, str], seed: int
) -> tuple[Forecast, Forecast]:
    """Let the draws of cells add up to those of their countries.

    Args:
        cells: Forecast of cells.
        countries: Forecast of countries from the same origin, of the same months and as many
            draws.
        country_of: Country of each cell that lies in one that is forecast; others stay as they
            are.
        seed: Of the scenarios' ties and of deaths that no cell has.

    Returns:
        Both forecasts; draw k of a cell and draw k of its country are one scenario.

    Raises:
        RiskkitError: The two do not fit together.
    """
    told = [(f.origin, f.horizons, f.draws.shape[-1]) for f in (cells, countries)]
    if told[0] != told[1]:
        raise RiskkitError(
            "forecasts of cells and of countries agree on origin, months and number of draws",
            got=told,
        )
    rng = np.random.default_rng(seed)
    place = {country: row for row, country in enumerate(countries.units)}
    owner = np.array([place.get(country_of.get(cell, ""), -1) for cell in cells.units])
    draws, matched = cells.draws.copy(), countries.draws.copy()
    for row in range(len(countries.units)):
        inside = np.flatnonzero(owner == row)
        if len(inside):
            matched[row] = _matched(matched[row], draws[inside], rng)
            draws[inside] = _scaled(draws[inside], matched[row], rng)
    return replace(cells, draws=draws), replace(countries, draws=matched)


def _matched(country: Draws, cells: Draws, rng: np.random.Generator) -> Draws:
    """Put a country's scenarios into the order of the totals of its cells.

    Args:
        country: `[horizons, draws]`.
        cells: `[cells, horizons, draws]`.
        rng: Breaks ties.
    """
    noise = rng.random((2, country.shape[-1]))
    theirs = np.lexsort((noise[0], cells.sum(axis=(0, 1))))
    own = np.lexsort((noise[1], country.sum(axis=0)))
    matched = np.empty_like(country)
    matched[:, theirs] = country[:, own]
    return matched


def _scaled(cells: Draws, country: Draws, rng: np.random.Generator) -> Draws:
    """Scale the cells of every month and scenario to a sum, in whole numbers.

    Each cell gets its share rounded down; what is left over goes to the cells with the largest
    remainders (Hamilton's method).

    Args:
        cells: `[cells, horizons, draws]`.
        country: `[horizons, draws]`.
        rng: Divides deaths that no cell has.
    """
    sums = cells.sum(axis=0)
    scaled = np.zeros_like(cells)
    some = (sums > 0) & (country > 0)
    share = cells[:, some] * (country[some] / sums[some])
    whole = np.floor(share + 1e-9).astype(np.int64)
    left = country[some] - whole.sum(axis=0)
    order = np.argsort(-(share - whole), axis=0, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(len(cells))[:, None], axis=0)
    scaled[:, some] = whole + (rank < left)
    silent = np.argwhere((sums == 0) & (country > 0))
    if len(silent):
        expected = cells.mean(axis=(1, 2))
        chance = (
            expected / expected.sum() if expected.any() else np.full(len(cells), 1 / len(cells))
        )
        for horizon, draw in silent:
            # Deaths of a month in which no cell was to have any come together in one of them.
            scaled[rng.choice(len(cells), p=chance), horizon, draw] = country[horizon, draw]
    return scaled
