"""What is possible at most: of outcomes and features that come in, and of draws that go out.

An outcome is a finite number from 0 to `LARGEST`, a feature a finite number or missing; anything
else is refused where a dataset is made, with the unit and the month. `Dataset.capacity` is what
the people of a country allow, where the data tell how many there are: at most `SHARES` of them.
`riskkit.models.parts.history.largest` says how that bounds the draws of every model.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.errors import RiskkitError
from riskkit.months import format_month, month_id_expr
from riskkit.tables import Release

LARGEST = 2**32 - 1
"""Largest outcome and draw: what forecasts.parquet holds, half as many people as there are."""
POPULATIONS = ("population", "wpp24_pop")
"""Indicators that count the people of a country, the first that the data bring."""
SHARES = {"deaths": 0.2, "people": 1.0}
"""By unit of measurement, the share of the people that one period's outcome may reach: a fifth for
deaths, which is more than any month or year of the last century took of a country."""


def refuse_impossible(
    y: NDArray[np.float64], target: str, units: Sequence[str], first_month: int
) -> None:
    """Refuse outcomes that are negative, infinite or beyond `LARGEST`.

    Args:
        y: Array [units, months], NaN where not known.
        target: Name of what is counted.
        units: Unit of each row.
        first_month: Month id of the first column.

    Raises:
        RiskkitError: There is one; the text names its unit and month.
    """
    odd = np.argwhere((y < 0) | (y > LARGEST))
    if odd.size:
        row, column = odd[0]
        raise RiskkitError(
            f"an outcome of '{target}' is not a number from 0 to {LARGEST:,}: "
            f"{units[row]} in {format_month(first_month + int(column))}",
            got=float(y[row, column]),
            hint="mend the value, or count in thousands",
        )


def refuse_infinite(
    X: NDArray[np.float32], names: Sequence[str], units: Sequence[str], first_month: int
) -> None:
    """Refuse features that are infinite in single precision.

    Args:
        X: Array [units, months, features], NaN where missing.
        names: Names of the features.
        units: Unit of each row.
        first_month: Month id of the first column.

    Raises:
        RiskkitError: There is one; the text names the feature, its unit and month.
    """
    infinite = np.isinf(X)
    if infinite.any():
        row, column, feature = np.argwhere(infinite)[0]
        raise RiskkitError(
            f"the feature '{names[feature]}' is infinite: {units[row]} in "
            f"{format_month(first_month + int(column))}",
            hint="mend its inputs, or guard its expression against a division by zero",
        )


def capacity(
    releases: Sequence[Release], units: Sequence[str], measured_in: str, as_of: int
) -> NDArray[np.float64] | None:
    """What the people of each unit allow at most, from the last population known.

    Args:
        releases: The sources as read.
        units: Unit of each row.
        measured_in: Unit of measurement of the outcome, in words.
        as_of: Month id at whose end one stands.

    Returns:
        `[units]`, infinite where nothing is known of the people; None if the outcome does not
        count people, or no source counts the population.
    """
    share = SHARES.get(measured_in)
    brought = {i.name: release for release in releases for i in release.indicators}
    name = next((name for name in POPULATIONS if name in brought), None)
    if share is None or name is None:
        return None
    newest = (
        brought[name]
        .observations.filter(
            pl.col("indicator") == name,
            month_id_expr("known_from") <= as_of,
            pl.col("value") > 0,
        )
        .sort("month", "known_from")
        .group_by("unit")
        .agg(pl.col("value").last())
    )
    people = dict(newest.iter_rows())
    return np.array([share * people.get(unit, np.inf) for unit in units])
