"""Month arithmetic: the VIEWS month_id, where 1 is January 1980, and what users type for months.

Months before 1980 have ids of zero and below: December 1979 is 0, January 1800 is -2159.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from riskkit.errors import RiskkitError

if TYPE_CHECKING:
    import polars as pl

_EPOCH_YEAR = 1980
_MONTH = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_RANGE = re.compile(r"(.+?)\.\.([^:]+)(?::(\d{1,5}))?")
_HORIZONS = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?")
_MONTH_HINT = "write a month as YYYY-MM, for example 2021-12"


def month_id(month: date | str) -> int:
    """Return the id of the month that a day, or a text such as "2021-12", lies in.

    Raises:
        RiskkitError: The text is not a month.

    >>> month_id(date(2021, 12, 31)), month_id("1980-01"), month_id("1979-12")
    (504, 1, 0)
    """
    return parse_month(month) if isinstance(month, str) else _id(month.year, month.month)


def first_day(month: int) -> date:
    """Return the first day of the month with this id.

    >>> first_day(504)
    datetime.date(2021, 12, 1)
    """
    years, months = divmod(month - 1, 12)
    return date(_EPOCH_YEAR + years, months + 1, 1)


def last_day(month: int) -> date:
    """Return the last day of the month with this id.

    >>> last_day(month_id("2020-02"))
    datetime.date(2020, 2, 29)
    """
    return first_day(month + 1) - timedelta(days=1)


def format_month(month: int) -> str:
    """Write a month id as YYYY-MM.

    >>> format_month(504)
    '2021-12'
    """
    return first_day(month).isoformat()[:7]


def parse_month(text: str) -> int:
    """Read "2021-12" or "2021-12-31" as a month id.

    Raises:
        RiskkitError: The text has another form or names a day that does not exist.

    >>> parse_month("2021-12")
    504
    """
    match = _MONTH.fullmatch(text.strip())
    if match is None:
        raise RiskkitError("this is not a month", got=text, hint=_MONTH_HINT)
    year, month, day = (int(part or 1) for part in match.groups())
    try:
        return month_id(date(year, month, day))
    except ValueError:
        raise RiskkitError("this month or day does not exist", got=text, hint=_MONTH_HINT) from None


def parse_months(text: str) -> list[int]:
    """Read a list of months: months, ranges "A..B" and stepped ranges "A..B:12", with commas.

    Returns:
        Month ids in ascending order, each once.

    Raises:
        RiskkitError: A part is neither a month nor a range, or a range runs backwards.

    >>> [format_month(m) for m in parse_months("2017-10..2019-10:12, 2021-01")]
    ['2017-10', '2018-10', '2019-10', '2021-01']
    """
    return sorted({month for part in text.split(",") for month in _month_range(part.strip())})


def parse_horizons(text: str) -> list[int]:
    """Read a list of horizons in months: "3-14", "1,2,3" or both.

    Returns:
        Horizons of at least one month in ascending order, each once.

    Raises:
        RiskkitError: A part is neither a number nor a range, is below 1 or runs backwards.

    >>> parse_horizons("1-3,6")
    [1, 2, 3, 6]
    """
    return sorted({h for part in text.split(",") for h in _horizon_range(part.strip())})


def month_id_expr(column: str | pl.Expr) -> pl.Expr:
    """Month ids (Int32) of a column of dates, null where the date is null."""
    import polars as pl

    day = _column(column).dt
    return (day.year() - _EPOCH_YEAR) * 12 + day.month().cast(pl.Int32)


def first_day_expr(column: str | pl.Expr) -> pl.Expr:
    """First days (Date) of a column of month ids, null where the id is null."""
    import polars as pl

    zero_based = _column(column).cast(pl.Int32) - 1
    return pl.date(_EPOCH_YEAR + zero_based // 12, zero_based % 12 + 1, 1)


def _id(year: int, month: int) -> int:
    return (year - _EPOCH_YEAR) * 12 + month


def _month_range(part: str) -> range:
    match = _RANGE.fullmatch(part)
    if match is None:
        month = parse_month(part)
        return range(month, month + 1)
    first, last, step = parse_month(match[1]), parse_month(match[2]), int(match[3] or 1)
    if last < first or step == 0:
        raise RiskkitError(
            "this range of months is empty", got=part, hint="write EARLIER..LATER or A..B:STEP"
        )
    return range(first, last + 1, step)


def _horizon_range(part: str) -> range:
    match = _HORIZONS.fullmatch(part)
    if match is None:
        raise RiskkitError("these are not horizons", got=part, hint="write 3-14 or 1,2,3")
    first, last = int(match[1]), int(match[2] or match[1])
    if first < 1 or last < first:
        raise RiskkitError(
            "horizons start at 1 month and ranges run upwards", got=part, hint="write 3-14 or 1,2,3"
        )
    return range(first, last + 1)


def _column(column: str | pl.Expr) -> pl.Expr:
    import polars as pl

    return pl.col(column) if isinstance(column, str) else column
