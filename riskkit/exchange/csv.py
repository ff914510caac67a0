"""The tables of a publication as CSV files, for spreadsheets that guess the encoding."""

from __future__ import annotations

import codecs
from pathlib import Path

from riskkit.exchange import Options, Published

SUMMARY = "a folder with every CSV table as it was published; --bom for old spreadsheets"
IS_FOLDER = True
OPTIONS = ("bom",)


def write(published: Published, out: Path, options: Options) -> None:
    """Copy each table; with a byte-order mark, Excel takes the text for the UTF-8 that it is."""
    mark = codecs.BOM_UTF8 if options.bom else b""
    for name in published.tables:
        published.table(name)
        (out / name).write_bytes(mark + (published.folder / name).read_bytes())
