"""Standardised drought indices, computed by the library climate-indices (an extra).

SPI: McKee, Doesken and Kleist (1993), "The relationship of drought frequency and duration to time
scales", 8th Conference on Applied Climatology: the sum of the last months' precipitation, mapped
through a gamma distribution fitted to each calendar month of the reference period, as a standard
normal deviate.

SPEI: Vicente-Serrano, Begueria and Lopez-Moreno (2010), "A multiscalar drought index sensitive to
global warming", Journal of Climate 23(7): the same of precipitation minus potential
evapotranspiration, with their log-logistic distribution.

The library bounds both at -3.09 and 3.09.
"""

from __future__ import annotations

import importlib
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np
import polars as pl

from riskkit.errors import SourceError
from riskkit.reading.columns import span
from riskkit.sources._climatology import reference_known

Index = Literal["spi", "spei"]
_DISTRIBUTION = {"spi": "gamma", "spei": "loglogistic"}
_COLUMNS = ("unit", "month", "value", "known_from")


def standardised(
    index: Index, water: pl.DataFrame, months: int, reference: tuple[int, int]
) -> pl.DataFrame:
    """Compute an index of each unit.

    Args:
        index: Which one.
        water: Columns `unit, month, value` (precipitation in millimetres), `known_from` and, for
            SPEI, `demand` (potential evapotranspiration in millimetres), one row per unit and
            month.
        months: Length of the sums in months.
        reference: First and last year to which the distributions are fitted.

    Returns:
        Columns `unit, month, value, known_from`: the index where it exists, in standard
        deviations, known once its month and the whole reference period are. Units whose reference
        period has gaps have none.

    Raises:
        SourceError: The library is missing, or cannot fit these data.
    """
    known = _known(water, reference)
    if known.is_empty():
        return known.select(_COLUMNS)
    wides = [_gapless(known, column) for column in ("value", "demand") if column in known.columns]
    with _library() as library:
        try:
            values = getattr(library, index)(
                *map(_block, wides),
                scale=months,
                distribution=library.Distribution[_DISTRIBUTION[index]],
                periodicity=library.compute.Periodicity.monthly,
                data_start_year=wides[0]["month"][0].year,
                calibration_year_initial=reference[0],
                calibration_year_final=reference[1],
                spatial_time_major=True,
            )
        except (ValueError, ArithmeticError) as error:
            raise SourceError(
                f"the drought index {index} of {months} months cannot be computed",
                got=str(error).splitlines()[0],
                hint=f"leave out the option {index}, or choose another reference period",
            ) from None
    return _tall(values, wides[0], known)


def thornthwaite(heat: pl.DataFrame, reference: tuple[int, int]) -> pl.DataFrame:
    """Estimate potential evapotranspiration from the temperature and the length of the day.

    Thornthwaite (1948), "An approach toward a rational classification of climate", Geographical
    Review 38(1). The formula has a heat index, which the library takes from the mean of all the
    years that it is given. Were these all the years, a hot summer would change the winters before
    it. So every year is given by itself beside those of the reference period.

    Args:
        heat: Columns `unit, month, value` (degrees Celsius), `known_from` and `latitude` (degrees
            north), one row per unit and month.
        reference: First and last year of the reference period.

    Returns:
        Columns `unit, month, value, known_from`: millimetres of the month. Units whose reference
        period has gaps have none.

    Raises:
        SourceError: The library is missing.
    """
    known = _known(heat, reference)
    if known.is_empty():
        return known.select(_COLUMNS)
    wide = _gapless(known, "value")
    first, values = wide["month"][0].year, _block(wide).reshape(-1, 12, wide.width - 1, 1)
    latitude = known.group_by("unit").agg(pl.col("latitude").first()).sort("unit")["latitude"]
    normal = range(reference[0] - first, reference[1] - first + 1)
    with _library() as library:
        years = [
            library.pet(
                np.concatenate([values[year], *(values[y] for y in normal if y != year)]),
                latitude.to_numpy()[:, None],
                first + year,
                spatial_time_major=True,
            )[:12]
            for year in range(len(values))
        ]
    return _tall(np.concatenate(years), wide, known)


def _known(observed: pl.DataFrame, reference: tuple[int, int]) -> pl.DataFrame:
    """The rows of units with a whole reference period, not known before this was."""
    since = reference_known(observed, reference)
    later = pl.max_horizontal("known_from", "since")
    return observed.join(since, on="unit").with_columns(known_from=later).drop("since")


def _gapless(observed: pl.DataFrame, column: str) -> pl.DataFrame:
    """One row per month of whole years, one column per unit; NaN where nothing was measured."""
    first, last = span(observed["month"])
    months = pl.date_range(first.replace(month=1), last.replace(month=12), "1mo", eager=True)
    wide = observed.sort("unit").pivot("unit", index="month", values=column)
    joined = months.to_frame("month").join(wide, on="month", how="left", maintain_order="left")
    return joined.with_columns(pl.exclude("month").fill_null(float("nan")))


def _block(wide: pl.DataFrame) -> Any:
    """The values as the library likes them best: months x units x 1."""
    return wide.drop("month").to_numpy()[:, :, None]


def _tall(values: Any, wide: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """A block of the library's as rows, each with the day on which its inputs were known."""
    table = pl.DataFrame(values[:, :, 0], schema=wide.columns[1:]).fill_nan(None)
    return (
        table.with_columns(wide["month"])
        .unpivot(index="month", variable_name="unit")
        .drop_nulls("value")
        .join(known.select("unit", "month", "known_from"), on=["unit", "month"])
        .select(_COLUMNS)
    )


@contextmanager
def _library() -> Iterator[Any]:
    """The library, kept from writing to the log of the program, of which it takes possession.

    It runs its compiled kernels, many times as fast, only where no warning could be wanted.
    """
    root, disabled = logging.getLogger(), logging.root.manager.disable
    handlers, level = list(root.handlers), root.level
    logging.disable()
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.resetwarnings()
            warnings.simplefilter("ignore")
            yield _import()
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.disable(disabled)


def _import() -> Any:
    try:
        return importlib.import_module("climate_indices.indices")
    except ImportError:
        raise SourceError(
            "the options spi and spei need the package climate-indices",
            hint="install it with: pip install 'riskkit[climate]'",
        ) from None
