"""Days and months as software and people write them, as far as they can be read in one way only.

Read are 2021-03, 2021-03-31, 2021-3-5, 2021/03/31, 2021.03.31 and 20210331, with a time of day or
without; 2021M03 and 2021-Mar; March 2021, Mar-2021, 31 March 2021, 31-Mar-2021 and March 31, 2021;
and the numbers that spreadsheets have for days (44286). 03/04/2021 and 202103 are not: which part
is what depends on who wrote it.
"""

from __future__ import annotations

from datetime import date

import polars as pl

_LONG = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_NUMBERED = dict(zip(_LONG, range(1, 13), strict=True))
MONTHS = {**{name[:3]: number for name, number in _NUMBERED.items()}, "sept": 9, **_NUMBERED}
"""English names of months and their abbreviations -> number, in lower case."""

_NAME = "(" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_NTH = "(?:st|nd|rd|th)?"
_CLOCK = r"(?:[ t]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?(?:z|utc|[+-]\d{2}:?\d{2}))?)?"
_FORMS = (
    rf"^(?P<y>\d{{4}})-(?P<m>\d{{1,2}})-(?P<d>\d{{1,2}}){_CLOCK}$",
    rf"^(?P<y>\d{{4}})/(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}}){_CLOCK}$",
    r"^(?P<y>\d{4})\.(?P<m>\d{1,2})\.(?P<d>\d{1,2})$",
    r"^(?P<y>\d{4})[-/](?P<m>\d{1,2})(?P<d>)$",
    r"^(?P<y>(?:1[5-9]|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})$",
    r"^(?P<y>\d{4})-?m(?P<m>\d{1,2})(?P<d>)$",
    rf"^(?P<y>\d{{4}})[-/ ]?(?P<m>{_NAME})(?:[-/ ](?P<d>\d{{1,2}}))?$",
    rf"^(?P<d>)(?P<m>{_NAME})(?:,? |-|/)(?P<y>\d{{4}})$",
    rf"^(?P<d>\d{{1,2}}){_NTH}(?: |-|/)(?P<m>{_NAME})(?:,? |-|/)(?P<y>\d{{4}}){_CLOCK}$",
    rf"^(?P<m>{_NAME}) (?P<d>\d{{1,2}}){_NTH}(?:,| ) ?(?P<y>\d{{4}})$",
)
_EPOCH = date(1899, 12, 30)


def month_numbers(text: pl.Series) -> pl.Series:
    """Turn English names of months into their numbers, as text; null where there is none."""
    names = {name: str(number) for name, number in MONTHS.items()}
    plain = text.str.to_lowercase().str.strip_chars_end(".")
    return plain.replace_strict(names, default=None, return_dtype=pl.String)


def parse_days(text: pl.Series) -> pl.Series:
    """Read days, and the first days of months; null where a text can be read in no or several ways.

    >>> parse_days(pl.Series(["2021-03", "5 March 2021", "44286", "03/04/2021"])).to_list()
    [datetime.date(2021, 3, 1), datetime.date(2021, 3, 5), datetime.date(2021, 3, 31), None]
    """
    distinct = text.unique()
    lower = distinct.str.to_lowercase()
    found = pl.DataFrame({"text": distinct, "serial": _serials(lower)})
    days = found.select("text", day=pl.coalesce(*(_day(lower, form) for form in _FORMS), "serial"))
    known = dict(days.drop_nulls().rows())
    return text.replace_strict(known, default=None, return_dtype=pl.Date)


def _day(lower: pl.Series, form: str) -> pl.Series:
    parts = lower.str.extract_groups(form).struct.unnest().select("y", "m", "d")
    number = pl.coalesce(month_numbers(parts["m"]), "m")
    empty = pl.col("d").is_null() | (pl.col("d") == "")
    day = pl.when(empty).then(pl.lit("1")).otherwise("d")
    whole = pl.concat_str(
        pl.col("y"), number.str.zfill(2), day.str.zfill(2), separator="-"
    ).str.to_date("%Y-%m-%d", strict=False)
    return parts.select(day=whole).to_series()


def _serials(lower: pl.Series) -> pl.Series:
    """Days that a spreadsheet counted from its own year 1900, which it takes for a leap year."""
    number = lower.str.extract(r"^(\d{5})(?:\.\d+)?$").cast(pl.Int64)
    return number.to_frame("n").select(pl.lit(_EPOCH) + pl.duration(days="n")).to_series()
