"""Forecasts in the VIEWS submission format, from this toolkit or anyone's: read and score them.

Forecast files hold `month_id, country_id` (or `priogrid_gid`), `draw, outcome`; actuals the same
without `draw`. Files that name the outcome as VIEWS does (`ged_sb`, `pred_ged_sb`) or hold a list
of draws per row, as its pipeline writes them, are read too. Other columns, such as a saved index,
are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from riskkit.errors import RiskkitError
from riskkit.months import first_day, format_month
from riskkit.scoring import score_rows, score_together

UNIT_KEYS = ("country_id", "priogrid_gid")
_OUTCOME = "outcome"
_NAMED = re.compile(r"^(pred_)?(lr_)?(ged_)?(sb|ns|os)(_best)?$")
_LOGGED = re.compile(r"^(pred_)?ln_?\d?_?(ged_)?(sb|ns|os)|^main_mean_ln$")
_GRID = {"priogrid_id": "priogrid_gid", "pg_id": "priogrid_gid"}
_ONE_SIZE = "give every unit and month the same number of draws"
_ONE_MODEL = "list the files of one model, one file for each unit and month"


def read_submission(paths: Sequence[Path]) -> pl.DataFrame:
    """Read the forecasts of one model, file by file.

    Args:
        paths: Parquet or CSV files, or folders that hold them (searched to any depth).

    Returns:
        `month_id, country_id` (or `priogrid_gid`), `draws`: one row per unit and month, sorted,
        the draws as a fixed-size array in the order of their `draw` number.

    Raises:
        RiskkitError: A file cannot be read, lacks a column or holds values that are not counts;
            a draw occurs twice; units have unequal numbers of draws; or two files forecast the
            same unit and month.
    """
    files = _files(paths)
    return _join(files, [_collect_draws(_read(file, draws=True), file) for file in files])


def read_actuals(paths: Sequence[Path]) -> pl.DataFrame:
    """Read observed outcomes.

    Args:
        paths: Parquet or CSV files, or folders that hold them (searched to any depth).

    Returns:
        `month_id, country_id` (or `priogrid_gid`), `outcome`, sorted.

    Raises:
        RiskkitError: A file cannot be read, lacks a column, holds forecasts or values that are
            not counts; or a unit and month occurs twice.
    """
    files = _files(paths)
    return _join(files, [_in_order(_read(file, draws=False), file) for file in files])


def score_submission(forecasts: pl.DataFrame, actuals: pl.DataFrame) -> dict[str, Any]:
    """Score forecasts under every rule.

    Windows are calendar years if the actuals hold whole years only; otherwise the whole period is
    one window. Forecasts without an actual are ignored and counted.

    Args:
        forecasts: See `read_submission`.
        actuals: See `read_actuals`.

    Returns:
        `overall`: rule -> mean of the windows' values; `windows`: window -> rule -> value (None
        where undefined, as the AUC without an event); `units`, `unit_months` (scored), `draws`,
        `ignored` (unit-months forecast but without an actual).

    Raises:
        RiskkitError: Forecasts lack unit-months of the actuals, or are of another unit of analysis.
    """
    matched = _match(forecasts, actuals)
    windows = {
        str(label[0]): _score(part)
        for label, part in matched.group_by(_window(matched["month_id"]), maintain_order=True)
    }
    return {
        "overall": _mean_of_windows(list(windows.values())),
        "windows": windows,
        "units": matched[_unit_key(matched)].n_unique(),
        "unit_months": matched.height,
        "draws": len(matched["draws"][0]),
        "ignored": forecasts.height - matched.height,
    }


def _files(paths: Sequence[Path]) -> list[Path]:
    files: list[Path] = []
    for path in map(Path, paths):
        if not path.exists():
            raise RiskkitError("there is no such file or folder", got=str(path))
        if path.is_dir():
            inside = [p for p in path.rglob("*") if p.is_file() and p.suffix in _READERS]
            if not inside:
                raise RiskkitError("the folder holds no .parquet or .csv file", got=str(path))
            files += inside
        else:
            files.append(path)
    if not files:
        raise RiskkitError("no file is given")
    return sorted(set(files))


_READERS: dict[str, Callable[[Path], pl.LazyFrame]] = {
    ".csv": partial(pl.scan_csv, infer_schema=False, glob=False),
    ".parquet": partial(pl.scan_parquet, glob=False),
}


def _read(file: Path, *, draws: bool) -> pl.DataFrame:
    """Read the needed columns of a file as numbers, keys whole and outcomes at least 0."""
    if file.suffix not in _READERS:
        raise RiskkitError(f"{file.name} is neither .parquet nor .csv")
    try:
        table = _as_submitted(_READERS[file.suffix](file), file, draws=draws)
        columns = _columns(table.collect_schema().names(), file, draws=draws)
        table = table.select(columns)
        numbers = _numbers(table, file)
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise RiskkitError(f"{file.name} cannot be read as {file.suffix[1:]}: {reason}") from None
    if numbers.is_empty():
        raise RiskkitError(f"{file.name} holds no rows")
    return numbers


def _as_submitted(table: pl.LazyFrame, file: Path, *, draws: bool) -> pl.LazyFrame:
    """Give columns the names of a submission, and every draw of a list a row."""
    schema = table.collect_schema()
    names = [name for name in schema.names() if _NAMED.match(name)]
    if _OUTCOME not in schema and len(names) == 1:
        table = table.rename({names[0]: _OUTCOME})
    elif _OUTCOME not in schema and any(map(_LOGGED.match, schema.names())):
        raise RiskkitError(
            f"{file.name} holds logarithms", hint="write counts into a column 'outcome'"
        )
    elif _OUTCOME not in schema and names:
        raise RiskkitError(
            f"{file.name} holds several outcomes", got=names, hint="name one of them 'outcome'"
        )
    table = table.rename(_GRID, strict=False) if "priogrid_gid" not in schema else table
    kind = table.collect_schema().get(_OUTCOME)
    if not draws or "draw" in schema or not isinstance(kind, pl.List | pl.Array):
        return table
    numbered = pl.int_ranges(0, pl.col(_OUTCOME).list.len()).alias("draw")
    lists = pl.col(_OUTCOME).cast(pl.List(pl.Float64))
    return table.with_columns(lists).with_columns(numbered).explode(_OUTCOME, "draw")


def _columns(present: list[str], file: Path, *, draws: bool) -> list[str]:
    keys = [key for key in UNIT_KEYS if key in present]
    if len(keys) == 2:
        raise RiskkitError(
            f"{file.name} has both {' and '.join(UNIT_KEYS)}", hint="keep the unit of analysis"
        )
    if not draws and "draw" in present:
        raise RiskkitError(
            f"{file.name} has a column 'draw': it holds forecasts, not actuals",
            hint="list the files of the actuals",
        )
    wanted = ["month_id", *(keys or [" or ".join(UNIT_KEYS)]), *["draw"] * draws, "outcome"]
    missing = [column for column in wanted if column not in present]
    if missing:
        raise RiskkitError(
            f"{file.name} lacks the column {missing[0]}",
            got=present[:8],
            hint=_ONE_MODEL if missing == ["draw"] else "see the VIEWS submission format",
        )
    return wanted


def _numbers(table: pl.LazyFrame, file: Path) -> pl.DataFrame:
    casts = []
    for name, dtype in table.collect_schema().items():
        if not (dtype.is_numeric() or dtype == pl.String):
            raise RiskkitError(f"{file.name}: column {name} is not numeric", got=str(dtype))
        compact = pl.Int32 if dtype.is_integer() and name != "outcome" else pl.Float64
        casts.append(pl.col(name).cast(compact, strict=False))
    numbers = table.select(casts).collect()
    for name in numbers.columns:
        value = pl.col(name)
        faults = {
            "no number in": value.is_null() | value.is_nan(),
            "an infinite": value.is_infinite(),
            "a negative": value < 0,
            "a fractional": value != value.floor() if name != "outcome" else pl.lit(False),
        }
        for fault, where in faults.items():
            row = numbers.select(where.arg_true().first()).item()
            _refuse_row(table, row, f"{fault} {name}", file)
    return numbers.with_columns(pl.exclude("outcome").cast(pl.Int32))


def _refuse_row(table: pl.LazyFrame, row: int | None, fault: str, file: Path) -> None:
    if row is not None:
        place = f"line {row + 2}" if file.suffix == ".csv" else f"row {row + 1}"
        culprit = table.slice(row, 1).collect().row(0, named=True)
        raise RiskkitError(f"{file.name}, {place}: {fault}", got=culprit)


def _collect_draws(rows: pl.DataFrame, file: Path) -> pl.DataFrame:
    """Turn one row per draw into one row per unit and month with an array of draws."""
    rows = _in_order(rows, file)
    runs = rows.select(run=pl.struct(rows.columns[:2]).rle())
    sizes = runs.unnest("run").unnest("value")
    usual = sizes["len"].value_counts(sort=True)["len"][0]
    unequal = sizes.filter(pl.col("len") != usual)
    if len(unequal):
        raise RiskkitError(
            f"{file.name} has {unequal['len'][0]} draws for {_name(unequal)}, "
            f"but {usual} elsewhere",
            hint=_ONE_SIZE,
        )
    return sizes.drop("len").with_columns(draws=rows["outcome"].reshape((-1, usual)))


def _in_order(rows: pl.DataFrame, file: Path) -> pl.DataFrame:
    """Sort by the keys, if need be, and refuse keys that occur twice."""
    keys = rows.columns[:-1]
    follows = pl.lit(False)
    for key in reversed(keys):
        step = pl.col(key).diff()
        follows = (step > 0) | ((step == 0) & follows)
    if not rows.select(follows.all()).item():
        rows = rows.sort(keys, maintain_order=True)  # fast on files that are nearly in order
        repeated = rows.filter(~follows)
        if len(repeated):
            draw = f"draw {repeated['draw'][0]} of " if "draw" in keys else ""
            raise RiskkitError(f"{file.name} holds {draw}{_name(repeated)} more than once")
    return rows


def _join(files: list[Path], parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Stack the files of one model, or of the actuals."""
    keys = [_unit_key(part) for part in parts]
    if len(set(keys)) > 1:
        raise RiskkitError(
            "the files are of different units of analysis",
            got={file.name: key for file, key in zip(files, keys, strict=True)},
        )
    key = ["month_id", keys[0]]
    places = [part.select(*key, file=pl.lit(f.name)) for part, f in zip(parts, files, strict=True)]
    place = pl.concat(places)
    shared = place.filter(place.select(key).is_duplicated()).sort(*key, "file")
    if len(shared):
        names = shared.join(shared.head(1), on=key, how="semi")["file"].to_list()
        raise RiskkitError(
            f"more than one file holds {_name(shared)}: {', '.join(names)}", hint=_ONE_MODEL
        )
    if "draws" in parts[0].columns:
        sizes = {file.name: len(part["draws"][0]) for file, part in zip(files, parts, strict=True)}
        if len(set(sizes.values())) > 1:
            raise RiskkitError("the files differ in the number of draws", got=sizes, hint=_ONE_SIZE)
    return pl.concat(parts).sort(key)


def _match(forecasts: pl.DataFrame, actuals: pl.DataFrame) -> pl.DataFrame:
    """Pair each actual with its draws."""
    key = ["month_id", _unit_key(actuals)]
    if key[1] not in forecasts.columns:
        raise RiskkitError(
            f"the forecasts are by {_unit_key(forecasts)}, the actuals by {key[1]}",
            hint="score forecasts against actuals of the same unit of analysis",
        )
    missing = actuals.join(forecasts, on=key, how="anti").sort(key)
    if missing.height == actuals.height:
        raise RiskkitError(
            "no unit and month of the actuals is forecast",
            got=f"forecasts of {_period(forecasts)}, actuals of {_period(actuals)}",
        )
    if missing.height:
        raise RiskkitError(
            f"the forecasts lack {missing.height} of the {actuals.height} unit-months of the "
            f"actuals, for instance {_name(missing)} and {_name(missing[-1:])}",
            hint="forecast every unit and month, or leave the actuals of others out",
        )
    return actuals.join(forecasts, on=key, how="inner").sort(key)


def _window(months: pl.Series) -> pl.Series:
    """Label each month with its calendar year, or all with the whole period."""
    year = {month: first_day(month).year for month in months.unique().sort().to_list()}
    labels = {month: str(year[month]) for month in year}
    if len(year) != 12 * len(set(year.values())):
        first, last = format_month(min(year)), format_month(max(year))
        labels = dict.fromkeys(year, f"{first}..{last}")
    return months.replace_strict(labels, return_dtype=pl.String).alias("window")


def _score(part: pl.DataFrame) -> dict[str, float | None]:
    draws, outcome = part["draws"].to_numpy(), part["outcome"].to_numpy()
    values = {name: float(rows.mean()) for name, rows in score_rows(draws, outcome).items()}
    values |= score_together(draws, outcome)
    return {name: None if np.isnan(values[name]) else values[name] for name in sorted(values)}


def _mean_of_windows(windows: list[dict[str, float | None]]) -> dict[str, float | None]:
    means: dict[str, float | None] = {}
    for name in windows[0]:
        values = [value for window in windows if (value := window[name]) is not None]
        means[name] = float(np.mean(values)) if values else None
    return means


def _unit_key(table: pl.DataFrame) -> str:
    return next(key for key in UNIT_KEYS if key in table.columns)


def _name(rows: pl.DataFrame) -> str:
    """Name the first unit and month of some rows."""
    month, key = rows["month_id"][0], _unit_key(rows)
    return f"{key} {rows[key][0]} in {format_month(month)} (month_id {month})"


def _period(table: pl.DataFrame) -> str:
    months = table["month_id"].unique().sort()
    return f"{format_month(months[0])} to {format_month(months[-1])}"
