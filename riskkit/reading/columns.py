"""Columns of a sheet as numbers, days, units and periods, or one line that says what is wrong."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated

import polars as pl
from pydantic import AfterValidator, BeforeValidator, StringConstraints

from riskkit import refusals
from riskkit.errors import SourceError
from riskkit.reading.dates import month_numbers, parse_days
from riskkit.reading.sheets import Sheet
from riskkit.tables import Frequency
from riskkit.units import System, to_unit
from riskkit.units.codes import hint_of, why_none
from riskkit.units.names import no_country, part_of, resembles

_NAMED = 5
_HINTS = 3
EXTRACT = 20
"""A census file that names fewer countries than this speaks of these countries only."""


def _known_encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise ValueError(f"there is no encoding '{name}'") from None


def _text_keys(codes: object) -> object:
    if not isinstance(codes, Mapping):
        return codes
    return {unicodedata.normalize("NFC", str(code)): unit for code, unit in codes.items()}


Encoding = Annotated[str, AfterValidator(_known_encoding)]
"""An option: the name of a text encoding."""

Unit = Annotated[str, StringConstraints(pattern=refusals.UNIT)]
Codes = Annotated[dict[str, Unit], BeforeValidator(_text_keys)]
"""An option: codes of the user's own, and the units they stand for."""

_LENGTH = {"month": 1, "year": 12}
_SIMULATED = "^X[A-Z]{2}$"
_THOUSANDS = r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$"
_SURELY_THOUSANDS = r"^[+-]?[1-9]\d{0,2}(,\d{3}){2,}|^[+-]?[1-9]\d{0,2}(,\d{3})+\."
_DECIMAL_COMMA = r"^[+-]?\d+,\d+$"
_BLANKS = r"^[+-]?[1-9]\d{0,2}([ '’\u00a0\u2009\u202f]\d{3})+([.,]\d*)?$"


def numbers(
    sheet: Sheet,
    column: str,
    missing: Sequence[str] = (),
    decimal: str = ".",
    *,
    whole: bool = False,
) -> pl.Series:
    """Read a column of numbers.

    Commas, blanks and apostrophes between groups of three digits are passed over where they can be
    nothing else: not in a file whose columns are separated by semicolons, as where a comma is the
    decimal sign, unless the column shows that its commas are none.

    Args:
        sheet: The table.
        column: One of its columns.
        missing: Texts or numbers that stand for a missing value, which becomes null.
        decimal: Decimal sign, "." or ",".
        whole: Whether they are counts, so that no comma can be a decimal sign.

    Raises:
        SourceError: A value is no number, or not finite.
    """
    cells = sheet.frame[column]
    if cells.dtype.is_numeric():
        values = cells.cast(pl.Float64)
        values = values.fill_nan(None) if "NaN" in missing else values
    else:
        text = _text(cells, missing)
        plain = _ungrouped(text, decimal, whole or sheet.commas)
        values = _point(plain, decimal).cast(pl.Float64, strict=False)
        wrong = text.is_not_null() & values.is_null()
        hint = _number_hint(decimal, text.filter(wrong))
        sheet.refuse(column, wrong, "this is not a number", hint)
    sheet.refuse(
        column,
        ~values.is_finite(),
        "this is not a finite number",
        "write what is missing as an empty cell, or name the text that stands for it",
    )
    return _without(values, missing)


def _without(values: pl.Series, missing: Sequence[str]) -> pl.Series:
    """Empty what is missing however the number is written: "-99" stands for -99.0 too."""
    gone = pl.Series(missing, dtype=pl.String).cast(pl.Float64, strict=False).drop_nulls()
    if gone.is_empty():
        return values
    present = ~values.is_in(gone.to_list())
    return pl.select(pl.when(present).then(values).alias(values.name)).to_series()


def _ungrouped(text: pl.Series, decimal: str, commas: bool) -> pl.Series:
    """Leave out what stands between thousands."""
    blank = text.str.contains(_BLANKS)
    if blank.any():
        joined = text.str.replace_all(r"[ '’\u00a0\u2009\u202f]", "")
        text = pl.select(pl.when(blank.fill_null(value=False)).then(joined).otherwise(text))[:, 0]
    if decimal != "." or not text.str.contains(",", literal=True).any():
        return text
    if not (commas or text.str.contains(_SURELY_THOUSANDS).any()):
        return text
    grouped = text.str.contains(_THOUSANDS).fill_null(value=False)
    joined = text.str.replace_all(",", "", literal=True)
    return pl.select(pl.when(grouped).then(joined).otherwise(text)).to_series()


def whole_numbers(sheet: Sheet, column: str, low: int, high: int, what: str) -> pl.Series:
    """Read a column of whole numbers without gaps.

    Args:
        sheet: The table.
        column: One of its columns.
        low: Smallest number allowed.
        high: Largest number allowed.
        what: What the numbers are, as the message calls them.

    Returns:
        Int64.

    Raises:
        SourceError: A value is missing, no whole number or out of bounds.
    """
    values = numbers(sheet, column, whole=True)
    hint = "correct it, or download the file again"
    sheet.refuse(column, values.is_null(), f"{what} is missing", hint)
    wrong = (values != values.floor()) | ~values.is_between(low, high)
    sheet.refuse(column, wrong, f"{what} must be a whole number, {low} to {high}", hint)
    return values.cast(pl.Int64)


def days(sheet: Sheet, column: str, form: str | None = None) -> pl.Series:
    """Read a column of days without gaps, none of them after the current month.

    Args:
        sheet: The table.
        column: One of its columns.
        form: A strptime format; one without a day (or month) gives the first of the month (or
            year). None takes what can be read in one way only, see `riskkit.reading.dates`.

    Raises:
        SourceError: A value is missing, has another form, or lies in the future.
    """
    cells = sheet.frame[column]
    typed = cells.dtype.is_temporal()
    values = cells.cast(pl.Date) if typed else _parse_days(_text(cells), form)
    hint = f"write every day as {form or 'YYYY-MM-DD'}, or set the format, as %d/%m/%Y or %m/%Y"
    sheet.refuse(column, values.is_null(), "this is not a day in the expected form", hint)
    sheet.refuse(
        column,
        values > _end_of_this_month(),
        "this day lies in the future",
        "correct it, or check the order of day and month",
    )
    return values


def months(sheet: Sheet, column: str) -> pl.Series:
    """Read a column of months of the year, as numbers or English names, without gaps.

    Returns:
        Int64, 1 to 12.

    Raises:
        SourceError: A value is missing or no month.
    """
    cells = sheet.frame[column]
    if not cells.dtype.is_numeric():
        named = month_numbers(_text(cells)).alias(column)
        frame = sheet.frame.with_columns(pl.coalesce(named, pl.lit(cells)).alias(column))
        sheet = replace(sheet, frame=frame)
    return whole_numbers(sheet, column, 1, 12, "a month")


def _parse_days(text: pl.Series, form: str | None) -> pl.Series:
    if form is None:
        return parse_days(text)
    text = text.str.replace(r"\.0+$", "")  # a number that other software made a fraction of
    has_month = any(mark in form for mark in ("%m", "%b", "%B"))
    if not has_month:
        text, form = text + "-01", form + "-%m"
    if "%d" not in form:
        text, form = text + "-01", form + "-%d"
    return text.str.to_date(form, strict=False)


def _end_of_this_month() -> date:
    following = date.today().replace(day=28) + timedelta(days=4)
    return following.replace(day=1) - timedelta(days=1)


def units(
    sheet: Sheet,
    column: str,
    system: System,
    own: Mapping[str, str],
    on: pl.Series | None = None,
    *,
    drop_unknown: bool = False,
    parts: bool = True,
    otherwise: str = "map it to a unit in the option codes",
) -> pl.Series:
    """Map a column of codes or names to units.

    Codes of the range XAA..XZZ that ISO leaves to its users, as simulated countries have, stay
    where no code of a real country stands beside them: there publishers mean places by them that
    are no country (XNC, XXA).

    Args:
        sheet: The table.
        column: One of its columns.
        system: What the codes are.
        own: The user's own codes -> units, before any other.
        on: The day each row speaks of, for codes that changed hands.
        drop_unknown: Whether a missing or unknown code becomes null instead of an error.
        parts: Whether the name of a part of a country, as Gaza, stands for the country, as it does
            where things are counted.
        otherwise: What to do with a code that is right and names no unit.

    Raises:
        SourceError: A code is missing, or no unit answers to it.
    """
    cells = _text(sheet.frame[column])
    if not drop_unknown:
        sheet.refuse(column, cells.is_null(), "the unit is missing", "fill it in")
    known = [*_owned(cells, own), to_unit(cells, system, on, unknown="null")]
    if system == "name" and not parts:
        names = cells.drop_nulls().unique().to_list()
        whole = ~cells.is_in([name for name in names if part_of(name)])
        known[-1] = pl.select(pl.when(whole).then(known[-1])).to_series()
    result = pl.select(pl.coalesce(known).alias("unit")).to_series()
    if system == "iso3" and not _names_real_countries(result):
        invented = pl.when(cells.str.contains(_SIMULATED)).then(cells)
        result = pl.select(pl.coalesce(pl.lit(result), invented).alias("unit")).to_series()
    if not drop_unknown and result.null_count():
        _refuse_unknown(sheet, column, system, result.is_null(), otherwise)
    return result


def _owned(cells: pl.Series, own: Mapping[str, str]) -> list[pl.Series]:
    """Units by the user's own codes, which other software may have made fractions of (9001.0)."""
    written = (cells, cells.str.replace(r"\.0+$", ""))
    return [text.replace_strict(own, default=None, return_dtype=pl.String) for text in written]


def _names_real_countries(units: pl.Series) -> bool:
    return bool((~units.str.contains(_SIMULATED) | (units == "XKX")).any())


def _refuse_unknown(
    sheet: Sheet, column: str, system: System, unknown: pl.Series, otherwise: str
) -> None:
    cells = _text(sheet.frame[column])
    codes = cells.filter(unknown).unique(maintain_order=True).to_list()
    read_as = _other_systems(codes, system) if 2 * len(codes) > cells.n_unique() else None
    if read_as:
        hint = f"these read as {read_as}: set the column's system to that, or write {system}"
    else:
        found = [near for code in codes[:_HINTS] if (near := hint_of(code, system))]
        hint = "; ".join((*(found or ["correct it"]), f"or {otherwise}"))
    sheet.refuse(column, unknown, f"no country answers to this {system}", hint)


def _other_systems(codes: Sequence[str], system: System) -> str | None:
    """The systems that all of these can be of, and not the one named."""
    if any(why_none(code, system) for code in codes):
        return None
    letters: tuple[System, ...] = ("iso3", "iso2", "name")
    if system in letters and all(code.isdecimal() for code in codes):
        return "gwcode, cowcode, m49 or views_id"
    others = (one for one in letters if one != system)
    return next((o for o in others if not to_unit(codes, o, unknown="null").has_nulls()), None)


def unplaced(names: Iterable[str], own: Mapping[str, str]) -> dict[str, str]:
    """Say why names stand for no country, as far as they are no misspelling of one.

    A place at sea, a region or a place nobody has heard of is left out and counted; a name that
    resembles a country's is for people to judge, since without it that country would look quiet.

    Args:
        names: Distinct names that no unit answers to.
        own: The user's own names -> units.

    Returns:
        Name -> reason, as in `Release.dropped`; names that resemble a country's are not in it.
    """
    reasons: dict[str, str] = {}
    strangers = 0
    for name in sorted(names):
        why = why_none(name, "name")
        if what := no_country(name):
            reasons[name] = f"row of no country: {what}"
        elif why or not resembles(name, own):
            strangers += 1
            reasons[name] = f"row of '{name}', {why or 'which no unit answers to'}"
            if strangers > _NAMED:
                reasons[name] = "row of another place that no unit answers to"
    return reasons


def known_from(frequency: Frequency, lag_months: int) -> pl.Expr:
    """Last day of the month that lies `lag_months` after the end of the period in `month`."""
    months = _LENGTH[frequency] - 1 + lag_months
    return pl.col("month").dt.offset_by(f"{months}mo").dt.month_end().alias("known_from")


def span(periods: pl.Series, frequency: Frequency = "month") -> tuple[date, date]:
    """First and last month, as first days, of a column of periods."""
    first, last = periods.min(), periods.max()
    if not (isinstance(first, date) and isinstance(last, date)):
        raise TypeError("periods are days without gaps")
    return first, last.replace(month=last.month + _LENGTH[frequency] - 1)


def refuse_repeats(
    sheet: Sheet,
    column: str,
    rows: pl.DataFrame,
    key: Sequence[str],
    hint: str = "keep one row per unit and period",
) -> None:
    """Refuse two rows with the same key.

    Args:
        sheet: The table.
        column: The column to name.
        rows: The table's rows, with the columns of the key and `unit`; those without are exempt.
        key: Columns that tell rows apart.
        hint: How to fix it.

    Raises:
        SourceError: Naming the first such row.
    """
    repeats = rows.select(key).is_duplicated() & rows["unit"].is_not_null()
    sheet.refuse(column, repeats, "this unit and period has several rows", hint)


def refuse_clashes(file: str, observations: pl.DataFrame) -> None:
    """Refuse two values of one unit, period and indicator that come from different codes.

    Args:
        file: What messages call the file.
        observations: Its observations, with the column `code` where it is to be told.

    Raises:
        SourceError: Naming the first unit and period.
    """
    key = ["unit", "month", "indicator", "known_from"]
    clashes = observations.filter(observations.select(key).is_duplicated()).sort(key)
    if clashes.height:
        unit, month, indicator, _ = clashes.select(key).row(0)
        codes = clashes.head(2)["code"].sort().to_list() if "code" in clashes.columns else []
        which = f"two codes ({' and '.join(codes)})" if codes else "two codes"
        raise SourceError(
            f"{file}: {which} stand for {unit} and have a value of {indicator} for {month:%Y-%m}",
            hint="keep one of the two rows",
        )


def covered_units(observed: pl.Series) -> tuple[str, ...] | None:
    """Units that a census file of countries speaks of: those it names if few, else None for all."""
    named = observed.unique().sort().to_list()
    return tuple(named) if len(named) < EXTRACT else None


def simulated(observed: pl.Series) -> bool:
    """Whether any unit has a code of the range XAA..XZZ that is not Kosovo's XKX."""
    return bool((observed.str.contains(_SIMULATED) & (observed != "XKX")).any())


def _point(text: pl.Series, decimal: str) -> pl.Series:
    """Write numbers with a decimal point; one that has a point already is not what was declared."""
    if decimal == ".":
        return text
    foreign = text.str.contains(".", literal=True)
    return pl.select(pl.when(~foreign).then(text.str.replace(decimal, "."))).to_series()


def _number_hint(decimal: str, wrong: pl.Series) -> str:
    if decimal == "." and wrong.str.contains(_DECIMAL_COMMA).all():
        return "write a point for the comma, or set decimal: ',' where the reader takes it"
    return (
        f"write numbers with '{decimal}' as decimal sign, nothing between thousands and no sign "
        "such as % behind them, or name the text that stands for a missing value"
    )


def _text(cells: pl.Series, missing: Sequence[str] = ()) -> pl.Series:
    text = cells.cast(pl.String).str.strip_chars()
    return pl.select(pl.when(~text.is_in(["", *missing])).then(text)).to_series()
