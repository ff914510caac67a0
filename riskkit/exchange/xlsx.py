"""A workbook for Excel and LibreOffice: the ranking, the threats, what the columns mean, terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskkit.exchange import Options, Published
from riskkit.months import last_day, parse_month

if TYPE_CHECKING:
    import xlsxwriter

SUMMARY = "a workbook with the ranking, the threats, a sheet of columns, sources and terms"
IS_FOLDER = False
OPTIONS = ()
SHEETS = {"ranking": "ranking.csv", "threats": "components.csv", "changes": "changes.csv"}
_WIDEST, _NARROWEST = 44, 8


def write(published: Published, out: Path, options: Options) -> None:
    """Write the workbook; text stays text, whatever it looks like, and nothing is computed."""
    import xlsxwriter

    del options
    told = published.told
    made = datetime.combine(last_day(parse_month(told["as_of"])), datetime.min.time(), UTC)
    settings = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, settings) as book:
        book.set_properties(
            {"title": published.description["title"], "created": made.replace(tzinfo=None)}
        )
        fields = []
        for sheet, name in SHEETS.items():
            table = published.table(name)
            _fill(book, sheet, table.columns, table.rows())
            fields += [(sheet, *row) for row in _described(published, name)]
        _fill(book, "columns", ("sheet", "column", "type", "unit", "meaning"), fields)
        _fill(book, "about", ("what", "text"), _about(published))


def _described(published: Published, name: str) -> list[tuple[str, str, str, str]]:
    resources = {one["path"]: one for one in published.description["resources"]}
    return [
        (one["name"], one["type"], one.get("unit", ""), one["description"])
        for one in resources[name]["schema"]["fields"]
    ]


def _about(published: Published) -> list[tuple[str, str]]:
    """What the figures are, of when and on which terms."""
    description, told = published.description, published.told
    rows = [("title", description["title"])]
    if published.simulated:
        rows.append(("SIMULATED DATA", "Every country, figure and rank here is made up."))
    rows += [
        ("made with what was known at the end of", told["as_of"]),
        ("window of the first threat", f"{told['window_start']} to {told['window_end']}"),
        ("how to read it", "A forecast is a distribution, not a prediction of events."),
    ]
    rows += [(f"absent: {name}", reason) for name, reason in told["absent"].items()]
    rows += [("terms", f"{one['name']}: {one['title']}") for one in description["licenses"]]
    cited = description["sources"]
    return rows + [
        ("source", f"{one['citation']} ({one['licence']}) {one['path']}") for one in cited
    ]


def _fill(
    book: xlsxwriter.Workbook, name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Write a sheet whose head stays in sight and filters the rows."""
    sheet, bold = book.add_worksheet(name), book.add_format({"bold": True})
    widths = [len(text) for text in head]
    sheet.write_row(0, 0, head, bold)
    last = 0
    for last, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if value is None:
                continue
            text = isinstance(value, str)
            (sheet.write_string if text else sheet.write)(last, column, value)
            widths[column] = max(widths[column], len(value) if text else 0)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(max(width + 1, _NARROWEST), _WIDEST))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(head) - 1)
