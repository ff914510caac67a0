"""Files as they should never arrive: mangled at random, or made to harm their reader.

Everything is a function of bytes and a seed, so that what fails once fails again.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from random import Random
from typing import Literal

import polars as pl

from riskkit.testing.packing import Rows, archive, parse, render, sheet_xml, workbook

Container = Literal["as it is", "zip", "workbook", "parquet"]
CONTAINERS: Mapping[Container, str] = {
    "as it is": "",
    "zip": ".zip",
    "workbook": ".xlsx",
    "parquet": ".parquet",
}
"""What a table may be packed into -> ending of the file; none for the sample's own."""

_NUMBERS = (
    *(
        "-1",
        "0",
        "0.5",
        "1e300",
        "1e309",
        "-1e309",
        "nan",
        "NaN",
        "inf",
        "-inf",
        "9" * 400,
        "9" * 5_000,
    ),
    *("-9223372036854775809", "18446744073709551616", "1,5", "1.5.1", "0x10", "1_000", "1e5", "+5"),
    *("١٢٣", "２０２０", "½", "−5", "True", "NULL", "None", "NA", "-99", "-9", "999999"),
)
_DAYS = (
    *("0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "-001-01-01", "0", "1", "1899"),
    *("9999", "2020-02-30", "2020-13-01", "31/12/2020", "2020-01", "2020", "1970-01-01 00:00:00"),
    *("12/31/1969", "2262-04-12", "1677-09-20", "??/??/2004", "99999-01-01", "2020-01-01T00:00:00"),
)
_TEXTS = (
    *(
        "",
        " ",
        "\0",
        "a\0b",
        "\x07",
        "\x1b[31m",
        "\u202e",
        "\ufeff",
        "\u2028",
        "\U0001f600",
        "e\u0301",
    ),
    *('"', '""', '"open', "'", "\n", "\r", "\r\n", ",", ";", "\t", "|", "%s", "{}", "\\", "$(id)"),
    *(
        "=1+1",
        "=HYPERLINK(0)",
        "@SUM(1)",
        "../../etc",
        "NUL",
        "x" * 140_000,
        "-" * 5_000,
        "((" * 999,
    ),
    *("USA", "DEU", "XKX", "XAA", "XAB", "ZZZ", "2", "260", "345", "900", "Serbia", "World"),
)
ODD = (*_NUMBERS, *_DAYS, *_TEXTS)
"""Contents of cells that a reader may not expect."""


def flip_bits(data: bytes, random: Random) -> bytes:
    """Change up to eight bytes."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 8) if data else 0):
        changed[random.randrange(len(data))] ^= random.randint(1, 255)
    return bytes(changed)


def delete_bytes(data: bytes, random: Random) -> bytes:
    """Leave out a piece."""
    start, stop = _piece(data, random)
    return data[:start] + data[stop:]


def repeat_bytes(data: bytes, random: Random) -> bytes:
    """Write a piece twice."""
    start, stop = _piece(data, random)
    return data[:stop] + data[start:]


def insert_bytes(data: bytes, random: Random) -> bytes:
    """Insert bytes that mean something to readers of text, archives or numbers."""
    inserted = random.choice(
        (b"\0", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b'"', b"\r", b"\n\n", b"PK\x05\x06", b"=")
    )
    at = random.choice((0, random.randint(0, len(data)), len(data)))
    return data[:at] + inserted * random.choice((1, 1, 2, 300)) + data[at:]


def truncate(data: bytes, random: Random) -> bytes:
    """Cut the end off."""
    return data[: random.randint(0, len(data))]


def splice(data: bytes, random: Random) -> bytes:
    """Put a piece into another place."""
    start, stop = _piece(data, random)
    at = random.randint(0, len(data))
    return data[:at] + data[start:stop] + data[at:]


def nest(data: bytes, random: Random) -> bytes:
    """Open a hundred thousand brackets that are never closed."""
    at = random.choice((0, random.randint(0, len(data))))
    return data[:at] + random.choice((b"[", b'{"a":', b"(", b"<a>")) * 100_000 + data[at:]


def recode(data: bytes, random: Random) -> bytes:
    """Write text in another encoding, or with other ends of lines."""
    text = data.decode("utf-8", errors="replace")
    encoding = random.choice(("utf-16", "utf-8-sig", "utf-32-be", "latin-1", "cp1252", "utf-7"))
    ends = random.choice(("\n", "\r\n", "\r", "\u2028"))
    return text.replace("\n", ends).encode(encoding, errors="replace")


def decompose(data: bytes, random: Random) -> bytes:
    """Take letters and accents apart, as software of Apple's does."""
    form: Literal["NFD", "NFKD"] = random.choice(("NFD", "NFKD"))
    return unicodedata.normalize(form, data.decode("utf-8", errors="replace")).encode()


def carriage_returns(data: bytes, random: Random) -> bytes:
    """End lines as old Macs did, at times behind a byte-order mark."""
    mark = random.choice((b"", b"\xef\xbb\xbf"))
    return mark + data.replace(b"\r\n", b"\n").replace(b"\n", b"\r")


def _piece(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randint(0, len(data))
    return start, min(start + random.choice((1, 2, 16, 200, len(data))), len(data))


def odd_cell(rows: Rows, random: Random) -> None:
    """Fill up to three cells, the header's among them, with what does not belong there."""
    for _ in range(random.randint(1, 3)):
        row = random.choice(rows)
        if row:
            row[random.randrange(len(row))] = random.choice(ODD)


def odd_column(rows: Rows, random: Random) -> None:
    """Fill a whole column below its header with the same odd text."""
    at, text = random.randrange(_width(rows)), random.choice(ODD)
    for row in rows[1:]:
        row[at : at + 1] = [text]


def swap_columns(rows: Rows, random: Random) -> None:
    """Let two columns change places below their header."""
    one, other = random.randrange(_width(rows)), random.randrange(_width(rows))
    for row in rows[1:]:
        if max(one, other) < len(row):
            row[one], row[other] = row[other], row[one]


def swap_headers(rows: Rows, random: Random) -> None:
    """Shuffle the names of the columns."""
    random.shuffle(rows[0])


def repeat_rows(rows: Rows, random: Random) -> None:
    """Add copies of up to five rows, the header's among them."""
    rows.extend(list(random.choice(rows)) for _ in range(random.randint(1, 5)))


def shuffle_rows(rows: Rows, random: Random) -> None:
    """Put the rows into another order, at times with the header among them."""
    kept = random.choice((0, 1))
    rest = rows[kept:]
    random.shuffle(rest)
    rows[kept:] = rest


def drop_rows(rows: Rows, random: Random) -> None:
    """Leave rows out, at times all."""
    start = random.randint(0, len(rows) - 1)
    del rows[start : start + random.choice((1, 2, len(rows)))]
    if not rows:
        rows.append([""])


def drop_column(rows: Rows, random: Random) -> None:
    """Leave a column out."""
    at = random.randrange(_width(rows))
    for row in rows:
        del row[at : at + 1]


def empty_column(rows: Rows, random: Random) -> None:
    """Empty a column, at times with its name."""
    at, first = random.randrange(_width(rows)), random.choice((0, 1))
    for row in rows[first:]:
        row[at : at + 1] = [""]


def repeat_column(rows: Rows, random: Random) -> None:
    """Add a column of the same name as another, with its values or those of a third."""
    at, values = random.randrange(_width(rows)), random.randrange(_width(rows))
    for number, row in enumerate(rows):
        row.extend(row[at if number == 0 else values :][:1])


def many_columns(rows: Rows, random: Random) -> None:
    """Add 10,000 columns, named or not."""
    names = random.choice(("", "c{}", "x"))
    rows[0].extend(names.format(number) for number in range(10_000))
    for row in rows[1:]:
        row.extend([random.choice(("", "1"))] * 10_000)


def rename_headings(rows: Rows, random: Random) -> None:
    """Write some headings as another release would: case, blanks, brackets, one letter more."""
    for at, heading in enumerate(rows[0]):
        if random.random() < 1 / 3:
            rows[0][at] = random.choice(_SPELLED)(heading)


def tag_line(rows: Rows, random: Random) -> None:
    """Put a line of tags below the header, as portals do; some of its cells are empty."""
    tags = ("#country+code", "#date+year", "#affected+killed", "#meta", "")
    rows.insert(1, [random.choice(tags) for _ in rows[0]])


def preface(rows: Rows, random: Random) -> None:
    """Put titles above the header."""
    for _ in range(random.choice((1, 2, 14))):
        rows.insert(0, [random.choice(("A title", "", "Extracted on", "sep=;"))])


def sentinels(rows: Rows, random: Random) -> None:
    """Fill some cells of a column with a number that stands for nothing known."""
    at, sentinel = random.randrange(_width(rows)), random.choice(SENTINELS)
    for row in rows[1:]:
        if at < len(row) and random.random() < 1 / 2:
            row[at] = sentinel


def thousands(rows: Rows, random: Random) -> None:
    """Write numbers with something between their thousands."""
    mark = random.choice((",", " ", "\u202f", "'", "."))
    for row in rows[1:]:
        for at, cell in enumerate(row):
            figure = cell.isascii() and cell.isdigit() and len(cell) in _CONVERTED
            if figure and random.random() < 1 / 2:
                row[at] = f"{int(cell):,}".replace(",", mark)


def month_names(rows: Rows, random: Random) -> None:
    """Write days with the name of their month, or as the number a spreadsheet has for them."""
    for row in rows[1:]:
        for at, cell in enumerate(row):
            try:
                day = date.fromisoformat(cell[:10])
            except ValueError:
                continue
            serial = str((day - date(1899, 12, 30)).days)
            row[at] = random.choice((f"{day:%d %B %Y}", f"{day:%d-%b-%Y}", f"{day:%B %Y}", serial))


_CONVERTED = range(4, 4_300)
"""Digits of whole numbers with thousands that Python reads; it refuses longer ones."""
SENTINELS = ("-99", "-999", "-9", "9999", "-99.0", "-1", "NA", "..")
_SPELLED: tuple[Callable[[str], str], ...] = (
    str.upper,
    str.title,
    lambda heading: heading.replace("_", " "),
    lambda heading: f" {heading}\u00a0",
    lambda heading: f"{heading} (ISO)",
    lambda heading: f"{heading}s",
    lambda heading: unicodedata.normalize("NFD", heading),
)


def _width(rows: Rows) -> int:
    return max(len(rows[0]), 1)


BYTES: Mapping[str, Callable[[bytes, Random], bytes]] = {
    change.__name__: change
    for change in (
        flip_bits,
        delete_bytes,
        repeat_bytes,
        insert_bytes,
        truncate,
        splice,
        nest,
        recode,
        decompose,
        carriage_returns,
    )
}
"""Changes of bytes by name."""

CELLS: Mapping[str, Callable[[Rows, Random], None]] = {
    change.__name__: change
    for change in (
        odd_cell,
        odd_column,
        swap_columns,
        swap_headers,
        repeat_rows,
        shuffle_rows,
        drop_rows,
        drop_column,
        empty_column,
        repeat_column,
        many_columns,
        rename_headings,
        tag_line,
        preface,
        sentinels,
        thousands,
        month_names,
    )
}
"""Changes of rows, in place, by name."""

CHANGES = (*BYTES, *CELLS)
"""Names of all changes."""


def mangle(data: bytes, container: Container, changes: Sequence[str], seed: int) -> bytes:
    """Change a table of text, and pack it into something else.

    Args:
        data: The bytes of a publisher's file.
        container: What to pack the table into.
        changes: Names of changes, see `CHANGES`. Those of cells come first; those of bytes hit
            the table inside its container, or the container.
        seed: Seed of everything that is random.
    """
    random = Random(seed)  # noqa: S311 - nothing is secret here
    rows, delimiter = parse(data)
    cells = [CELLS[name] for name in changes if name in CELLS]
    for change in cells:
        change(rows, random)
    spoilers = [BYTES[name] for name in changes if name in BYTES]
    inside = [spoil for spoil in spoilers if random.random() < 1 / 2]
    outside = [spoil for spoil in spoilers if spoil not in inside]
    if container == "workbook":
        packed = workbook(_spoil(sheet_xml(rows, random), inside, random))
    elif container == "parquet":
        packed = _spoil(_parquet(rows, random), inside, random)
    else:
        text = _spoil(render(rows, delimiter) if cells else data, inside, random)
        packed = text if container == "as it is" else archive({"folder/table.csv": text})
    return _spoil(packed, outside, random)


_PLACES = (
    *("Gulf of Guinea", "Gulf of Oman", "Sea of Japan", "Mozambique Channel", "Gulf of Mexico"),
    *("Atlantis", "Unknown", "International", "World", "None", "nan", "ZZZ", "-9", "-99", "999"),
    *("9999", "0", "CS", ""),
)
_LONGER: tuple[Callable[[str], str], ...] = (
    "Gulf of {}".format,
    "{} Channel".format,
    "Sea of {}".format,
    "{} (coast)".format,
    "{0}{0}".format,
    "{}x".format,
    "-{}".format,
)


def misplace(
    data: bytes, container: Container, units: Sequence[str], seed: int
) -> tuple[bytes, str] | None:
    """Write the name of a place that is no unit into a cell that names one.

    Args:
        data: The bytes of a publisher's file.
        container: What to pack the table into.
        units: What cells that name a unit hold.
        seed: Seed of everything that is random.

    Returns:
        The changed bytes, and what was written; None where no cell names a unit.
    """
    random = Random(seed)  # noqa: S311 - nothing is secret here
    rows, delimiter = parse(data)
    places = [(row, at) for row in rows[1:] for at, cell in enumerate(row) if cell.strip() in units]
    if not places:
        return None
    row, at = random.choice(places)
    told = random.choice((*_PLACES, *(longer(row[at]) for longer in _LONGER)))
    row[at] = told
    if container == "workbook":
        return workbook(sheet_xml(rows)), told
    if container == "parquet":
        return _parquet(rows, None), told
    text = render(rows, delimiter)
    return (text if container == "as it is" else archive({"table.csv": text})), told


def _spoil(
    data: bytes, spoilers: Sequence[Callable[[bytes, Random], bytes]], random: Random
) -> bytes:
    for spoil in spoilers:
        data = spoil(data, random)
    return data


def _parquet(rows: Rows, random: Random | None) -> bytes:
    """Write the rows as text, or some of the columns as numbers, days, lists and other types."""
    names = list(dict.fromkeys(rows[0])) or ["none"]
    columns = {
        name: [row[at] if at < len(row) else None for row in rows[1:]]
        for at, name in enumerate(names)
    }
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    if random is not None:
        frame = _retyped(frame, names[:200], random)
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


def _retyped(frame: pl.DataFrame, names: Sequence[str], random: Random) -> pl.DataFrame:
    for name in names:
        if random.random() < 1 / 4:
            frame = frame.with_columns(random.choice(_RETYPED)(pl.col(name)))
    return frame.with_row_index("__index_level_0__") if random.random() < 1 / 2 else frame


_RETYPED: tuple[Callable[[pl.Expr], pl.Expr], ...] = (
    lambda column: column.cast(pl.Float64, strict=False),
    lambda column: column.cast(pl.Int64, strict=False),
    lambda column: column.cast(pl.UInt8, strict=False),
    lambda column: column.cast(pl.Float64, strict=False).cast(pl.Decimal(38, 2), strict=False),
    lambda column: column.str.to_date("%Y-%m-%d", strict=False),
    lambda column: column.str.to_datetime("%Y-%m-%d", strict=False),
    lambda column: column.cast(pl.Int64, strict=False).cast(pl.Duration("us")),
    lambda column: column.cast(pl.Int64, strict=False).cast(pl.Time, strict=False),
    lambda column: column.is_null(),
    lambda column: column.cast(pl.Categorical),
    lambda column: column.str.to_datetime("%Y-%m-%d", strict=False).cast(pl.Datetime("ns")),
    lambda column: column.str.to_datetime("%Y-%m-%d", strict=False).dt.replace_time_zone("UTC"),
    lambda column: column.cast(pl.Float64, strict=False).fill_null(float("nan")),
    lambda column: column.cast(pl.Binary),
    pl.concat_list,
    lambda column: pl.struct(column).alias("nested").alias(column.meta.output_name()),
    lambda column: pl.lit(None).alias(column.meta.output_name()),
)
