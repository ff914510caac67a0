"""The standardised precipitation index, computed by the library climate-indices (an extra).

McKee, Doesken and Kleist (1993), "The relationship of drought frequency and duration to time
scales", 8th Conference on Applied Climatology: the sum of the last months' precipitation, mapped
through a gamma distribution fitted to each calendar month of the calibration period, as a standard
normal deviate. The library follows the reference code of NIDIS and bounds the index at -3.09 and
3.09.
"""

from __future__ import annotations

import importlib
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl

from riskkit.errors import SourceError
from riskkit.sources._columns import span


def standardised(
    precipitation: pl.DataFrame, months: int, calibration: tuple[int, int]
) -> pl.DataFrame:
    """Compute the index of each unit.

    Args:
        precipitation: Columns `unit, month, value` (millimetres), one row per unit and month.
        months: Length of the sums in months.
        calibration: First and last year to which the distributions are fitted.

    Returns:
        Columns `unit, month, value`: the index where it exists, in standard deviations.

    Raises:
        SourceError: The library is missing, or cannot fit these data.
    """
    wide = _gapless(precipitation)
    first = wide["month"][0].year
    units = wide.drop("month")
    values = units.to_numpy()[:, :, None]
    with _quiet():
        library = _library()
        try:
            index = library.spi(
                values,
                months,
                library.Distribution.gamma,
                first,
                *calibration,
                library.compute.Periodicity.monthly,
                spatial_time_major=True,
            )
        except (ValueError, ArithmeticError) as error:
            raise SourceError(
                f"the standardised precipitation index of {months} months cannot be computed",
                got=str(error).splitlines()[0],
                hint="leave out the option spi, or choose another reference period",
            ) from None
    table = pl.DataFrame(index[:, :, 0], schema=units.columns).fill_nan(None)
    return (
        table.with_columns(wide["month"])
        .unpivot(index="month", variable_name="unit")
        .drop_nulls("value")
        .select("unit", "month", "value")
    )


def _gapless(precipitation: pl.DataFrame) -> pl.DataFrame:
    """One row per month of whole years, one column per unit; NaN where nothing was measured."""
    first, last = span(precipitation["month"])
    months = pl.date_range(first.replace(month=1), last.replace(month=12), "1mo", eager=True)
    wide = precipitation.sort("unit").pivot("unit", index="month", values="value")
    joined = months.to_frame("month").join(wide, on="month", how="left", maintain_order="left")
    return joined.with_columns(pl.exclude("month").fill_null(float("nan")))


def _library() -> Any:
    try:
        return importlib.import_module("climate_indices.indices")
    except ImportError:
        raise SourceError(
            "the option spi needs the package climate-indices",
            hint="install it with: pip install 'riskkit[climate]'",
        ) from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library from writing to the log of the program, of which it takes possession."""
    root, disabled = logging.getLogger(), logging.root.manager.disable
    handlers, level = list(root.handlers), root.level
    logging.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.disable(disabled)
