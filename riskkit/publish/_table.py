"""What the tables of a publication share: column notes, their meaning for readers, and bytes.

A table is declared once, as a dataframely schema whose columns carry a `note`. Validation, the
field list of the data package and the documentation page are all read off that declaration.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import dataframely as dy
import polars as pl

from riskkit.errors import RiskkitError
from riskkit.months import format_month
from riskkit.publish import SCHEMA_VERSION, Publication
from riskkit.risk.score import CLASS_STARTS

NOISE = 0.5
"""Points by which the score of one threat may differ between two runs of the same data; measured
between seeds of the embedded data, see docs/report.md."""
_UNSEEN = r"\x00-\x1F\x7F-\x9F\u2028-\u202E\u2066-\u2069\uFEFF"
"""Controls and line ends, overrides and isolates of direction, byte-order marks."""
SAFE_TEXT = rf"^[^=+\-@\s{_UNSEEN}][^{_UNSEEN}]*$"
"""Text of one line that no spreadsheet takes for a formula and that is what it looks like."""
DECIDERS = ("ranking", "last year")
"""By whose word one acts, in decisions.csv and costs.csv."""
MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"


def note(
    description: str, unit: str = "", *, decimals: int | None = None, kind: str | None = None
) -> dict[str, Any]:
    """Say what a column means, for people.

    Args:
        description: One sentence.
        unit: Unit of measurement in words; empty for names and codes.
        decimals: Decimal places in CSV; every number that is not an integer needs it.
        kind: Table Schema type where it is narrower than the column's own.
    """
    return {"description": description, "unit": unit, "decimals": decimals, "kind": kind}


def points(description: str, *, nullable: bool = False) -> dy.Float64:
    """Declare a score."""
    about = note(description, "points", decimals=2)
    return dy.Float64(min=0, max=10, nullable=nullable, metadata=about)


def probability(description: str, *, nullable: bool = False) -> dy.Float64:
    """Declare a probability."""
    about = note(description, "probability", decimals=4)
    return dy.Float64(min=0, max=1, nullable=nullable, metadata=about)


def amount(description: str, *, nullable: bool = False) -> dy.Float64:
    """Declare a summary of the target's counts."""
    about = note(description, "count of the target", decimals=2)
    return dy.Float64(min=0, nullable=nullable, metadata=about)


def words(description: str, *, nullable: bool = False, primary_key: bool = False) -> dy.String:
    """Declare a name or phrase that any spreadsheet can open."""
    return dy.String(
        nullable=nullable, primary_key=primary_key, regex=SAFE_TEXT, metadata=note(description)
    )


def month(description: str, *, nullable: bool = False, primary_key: bool = False) -> dy.String:
    """Declare a month, written YYYY-MM."""
    about = note(description, "YYYY-MM", kind="yearmonth")
    return dy.String(nullable=nullable, primary_key=primary_key, regex=MONTH, metadata=about)


def data_kind() -> dy.Enum:
    """Declare whether the data are real."""
    text = "`simulated` when any input is made up, else `observed`."
    return dy.Enum(["observed", "simulated"], metadata=note(text))


def schema_version() -> dy.Int32:
    """Declare the version of these columns."""
    text = "Version of these columns; any change of them raises it."
    return dy.Int32(min=SCHEMA_VERSION, max=SCHEMA_VERSION, metadata=note(text))


def noise(publication: Publication) -> float:
    """Points by which a composite may differ between two runs of the same data.

    Chance of the threats' draws averages out, so that more threats mean less of it.
    """
    threats = sum(weight > 0 for weight in publication.weights.values())
    return float(NOISE / max(threats, 1) ** 0.5)


def stamp(publication: Publication) -> list[pl.Expr]:
    """Give the columns that say which publication a row belongs to."""
    return [
        pl.lit(format_month(publication.as_of)).alias("as_of"),
        pl.lit(publication.data_kind).alias("data_kind"),
        pl.lit(SCHEMA_VERSION).alias("schema_version"),
    ]


class Quantiles(dy.Schema):
    """Rule of every table that summarises draws."""

    @dy.rule()
    def quantiles_ascend(cls) -> pl.Expr:  # noqa: N805 - dataframely rules are class methods
        """The 5 % quantile is at most the median, the median at most the 95 % quantile."""
        return (pl.col("q05") <= pl.col("median")) & (pl.col("median") <= pl.col("q95"))


class Interval(dy.Schema):
    """Rule of every table that carries scores."""

    @dy.rule()
    def score_lies_in_its_interval(cls) -> pl.Expr:  # noqa: N805
        """The interval holds the score."""
        return pl.col("score").is_between("score_low", "score_high")


class Scored(Quantiles, Interval):
    """Rules of a table with exceedance by its own names, and classes of scores."""

    @dy.rule()
    def exceedance_descends(cls) -> pl.Expr:  # noqa: N805
        """A higher count is never more probable."""
        return (pl.col("p_any") >= pl.col("p_25")) & (pl.col("p_25") >= pl.col("p_100"))

    @dy.rule()
    def class_is_that_of_the_score(cls) -> pl.Expr:  # noqa: N805
        """The class follows from the score, rounded half up to one decimal."""
        tenths = ((pl.col("score") * 100).round().cast(pl.Int64) + 5) // 10
        code = pl.sum_horizontal((tenths >= round(start * 10)) for start in CLASS_STARTS)
        return pl.col("risk_class").to_physical() == code


def rounded(frame: pl.DataFrame, schema: type[dy.Schema]) -> pl.DataFrame:
    """Round each column of `frame` to the decimals that `schema` publishes."""
    places = {name: (column.metadata or {})["decimals"] for name, column in _columns(schema)}
    return frame.with_columns(
        pl.col(name).round(places[name]) for name in frame.columns if places.get(name) is not None
    )


def checked(frame: pl.DataFrame, schema: type[dy.Schema], what: str) -> pl.DataFrame:
    """Bring a frame into the form of its schema, or refuse it.

    Raises:
        RiskkitError: A rule is broken; the text names the rules and the number of rows.
    """
    try:
        valid, failure = _filtered(frame.select(schema.column_names()), schema)
    except (pl.exceptions.PolarsError, dy.exc.SchemaError) as error:
        raise RiskkitError(f"{what} has not the columns of its schema", got=str(error)) from error
    if len(failure):
        raise RiskkitError(
            f"{what} breaks the rules of its schema",
            got=failure.counts(),
            hint="rules read 'column|rule': number of rows; docs/ranking-schema.md explains them",
        )
    return valid


def _filtered(table: pl.DataFrame, schema: type[dy.Schema]) -> tuple[pl.DataFrame, dy.FailureInfo]:
    """The rows that keep the rules, and the others.

    dataframely's own cast, which takes three times as long as all the rules, is left to tables with
    a value that does not fit its column: it counts them.
    """
    try:
        return schema.filter(table.cast(_types(schema)))
    except pl.exceptions.InvalidOperationError:
        return schema.filter(table, cast=True)


def write_csv(frame: pl.DataFrame, schema: type[dy.Schema], path: Path) -> None:
    r"""Write UTF-8 with `\n`, RFC 4180 quoting, empty for null and fixed decimals."""
    fixed = frame.with_columns(
        pl.col(name).cast(pl.Decimal(38, (column.metadata or {})["decimals"]))
        for name, column in _columns(schema)
        if isinstance(column, dy.Float64)
    )
    fixed.write_csv(path, line_terminator="\n")


def read_csv(path: Path, schema: type[dy.Schema]) -> pl.DataFrame:
    """Read and validate what `write_csv` wrote.

    Raises:
        RiskkitError: The file cannot be read, has other columns or breaks a rule.
    """
    types = _types(schema)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header = file.readline().rstrip("\n").split(",")
        if header != list(types):
            raise RiskkitError(f"{path.name} has other columns than its schema", got=header)
        frame = pl.read_csv(path, schema=types, glob=False)
    except (OSError, UnicodeDecodeError, pl.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0]
        raise RiskkitError(f"cannot read {path.name} as its schema says", got=reason) from error
    return checked(frame, schema, path.name)


def fields(schema: type[dy.Schema]) -> list[dict[str, Any]]:
    """Describe the columns as Table Schema fields (Data Package 2.0)."""
    return [_field(name, column) for name, column in _columns(schema)]


@cache
def _columns(schema: type[dy.Schema]) -> tuple[tuple[str, dy.Column], ...]:
    return tuple(schema.columns().items())


@cache
def _types(schema: type[dy.Schema]) -> pl.Schema:
    return pl.Schema({name: column.dtype for name, column in _columns(schema)})


def _field(name: str, column: dy.Column) -> dict[str, Any]:
    meta = column.metadata or {}
    field = {"name": name, "type": meta["kind"] or _type(column)}
    field["description"] = meta["description"]
    if meta["unit"]:
        field["unit"] = meta["unit"]
    return {**field, "constraints": _constraints(column)}


def _type(column: dy.Column) -> str:
    if column.dtype.is_integer():
        return "integer"
    if column.dtype.is_float():
        return "number"
    return "date" if column.dtype == pl.Date else "string"


def _constraints(column: dy.Column) -> dict[str, Any]:
    """Translate constraints; a Table Schema pattern spans the whole value, a month needs none."""
    found: dict[str, Any] = {"required": not column.nullable}
    if isinstance(column, dy.Enum):
        found["enum"] = list(column.categories)
    pattern = getattr(column, "regex", None)
    if pattern is not None and pattern != MONTH:
        found["pattern"] = pattern.removeprefix("^").removesuffix("$")
    for ours, theirs in (("min", "minimum"), ("max", "maximum")):
        limit = getattr(column, ours, None)
        if limit is not None:
            found[theirs] = limit
    return found


def page(schema: type[dy.Schema]) -> str:
    """Lay the columns out as a Markdown table."""
    head = "| column | type | unit | meaning | constraints |\n|---|---|---|---|---|\n"
    return head + "".join(_row(field) for field in fields(schema))


def _row(field: dict[str, Any]) -> str:
    limits = [_limit(*item) for item in field["constraints"].items()]
    cells = (
        f"`{field['name']}`",
        field["type"],
        field.get("unit", ""),
        field["description"],
        "; ".join(limit for limit in limits if limit),
    )
    return f"| {' | '.join(cells)} |\n"


def _limit(name: str, value: Any) -> str:
    if name == "required":
        return "" if value else "may be empty"
    if name == "enum":
        return "one of: " + ", ".join(value)
    return f"{name} `{value}`".replace("|", "\\|")
