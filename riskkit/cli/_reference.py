"""The pages of docs/ that come from the code: commands, keys of params.yaml, sources, features.

`make docs` writes them; a test fails when a page and the code differ.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskkit.cli import riskkit
from riskkit.cli._base_page import base_page
from riskkit.testing.house import house_table, where_table

if TYPE_CHECKING:
    from riskkit.family import Family
    from riskkit.sources import Source

_COMMANDS = """\
# Commands

This page is the `--help` of every command; `make docs` writes it.

Exit codes: 0 done, 1 refused input or a failed check, told in one line on stderr, 2 a wrong option
or argument, 130 stopped with Ctrl-C and 143 ended by `kill`, when one line says what stands and
how to go on. Progress goes to stderr, results to stdout. `riskkit -v COMMAND` tells of every file
that is read or written.

**Completion.** Commands and options complete with the Tab key once the shell knows of them. For
bash put the first line into `~/.bashrc`, for zsh the second into `~/.zshrc`, and for fish run the
third:

```sh
eval "$(_RISKKIT_COMPLETE=bash_source riskkit)"
eval "$(_RISKKIT_COMPLETE=zsh_source riskkit)"
_RISKKIT_COMPLETE=fish_source riskkit > ~/.config/fish/completions/riskkit.fish
```
"""
_SETTINGS = """\
# Configuration

Every key of `params.yaml`; `make docs` writes this page from `riskkit/config.py`. All keys have
defaults, unknown keys are refused, and a missing file means all defaults.

Commands read `params.yaml` of the working folder, or the file that `--config` names. `--set
KEY=VALUE` changes one key for one run, as often as needed: `--set panel.as_of=2021-06 --set
data.root=../newer`. Lists and sections are written as in YAML: `--set 'backtest.models=[pool]'`.

What is typed is what counts: only `true`, `false`, `null` (or `~`, or nothing) and decimal numbers
are more than text, so `no` and `2021-12-31` need no quotes. A key that is given twice, a tag
(`!!int`) and a merge key (`<<`) are refused. Names of keys, models and their settings, families,
sources and their options are checked before anything is read.
"""


def commands_page() -> str:
    """Collect the help of every command as Markdown."""
    return "\n".join([_COMMANDS, *_help_sections(_context(riskkit, None, "riskkit"))])


def _context(command: click.Command, parent: click.Context | None, name: str) -> click.Context:
    """Stand where a terminal of 80 columns would ask for help."""
    return click.Context(command, parent, name, terminal_width=78, **command.context_settings)


def _help_sections(context: click.Context) -> Iterator[str]:
    yield f"## {context.command_path}\n\n```text\n{context.get_help()}\n```\n"
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            if command is not None:
                yield from _help_sections(_context(command, context, name))


def settings_page() -> str:
    """Describe every key of params.yaml as Markdown."""
    from riskkit.config import Params

    schema = Params.model_json_schema()
    return "\n".join([_SETTINGS, *_setting_sections("", schema, schema["$defs"])])


def _setting_sections(
    prefix: str, section: dict[str, Any], sections: dict[str, Any]
) -> Iterator[str]:
    rows, children = [], []
    for name, field in section["properties"].items():
        below = list(_below(f"{prefix}{name}", field))
        children += [(f"{place}.", sections[ref.rpartition("/")[2]]) for place, ref in below]
        if "description" in field or not below:
            rows.append(_setting_row(f"{prefix}{name}", field))
    title = prefix.rstrip(".") or "At the top"
    head = "| key | values | default | meaning |\n|---|---|---|---|"
    yield "\n".join([f"## {title}\n\n{section['description']}\n\n{head}", *rows, ""])
    for child in children:
        yield from _setting_sections(*child, sections)


def _below(key: str, field: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Where the sections below a key stand, and what describes them."""
    choices = [field, *field.get("anyOf", [])]
    yield from ((key, choice["$ref"]) for choice in choices if "$ref" in choice)
    named = [*field.get("patternProperties", {}).values(), field.get("additionalProperties")]
    for place, kinds in ((f"{key}[]", [field.get("items")]), (f"{key}.NAME", named)):
        for kind in kinds:
            if isinstance(kind, dict) and "$ref" in kind:
                yield place, kind["$ref"]


def _setting_row(key: str, field: dict[str, Any]) -> str:
    default = "" if field.get("default") in (None, "", []) else f"`{field['default']}`"
    meaning = field["description"].replace("\n", " ")
    return f"| `{key}` | {_values(field)} | {default} | {meaning} |"


def _values(field: dict[str, Any]) -> str:
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    kind = field.get("type") or field["anyOf"][0]["type"]
    words = {
        "array": "list", "integer": "whole number", "object": "section", "string": "text",
        "number": "number", "boolean": "`true`, `false`",
    }  # fmt: skip
    low, high = (_bound(field.get(end)) for end in ("minimum", "maximum"))
    bounds = f" from {low}" if low is not None else ""
    return words[kind] + bounds + (f" to {high}" if high is not None else "")


def _bound(value: float | None) -> float | None:
    """Without the fraction of a whole number, which some versions of pydantic add."""
    return int(value) if value is not None and value == int(value) else value


_SOURCES = """\
# Every source

What each reader declares of its publisher; `make docs` writes this page from `riskkit/sources/`.
[sources.md](sources.md) tells what all readers share and how to add one.

A figure enters the panel when it was out: so many months after its period ended, by default. The
option `lag_months` of a source changes that. Where a reader was tried on a documented layout only,
nobody has yet read the publisher's own file with it; say so if you do.
"""
_LAYOUTS = """# Every layout of every source

Layouts of the last years that can still be on somebody's disk, each with a file of invented rows
that the tests read; `make docs` writes this page from `riskkit/sources/`. Beyond these, every
reader takes what software makes of a table: headings in other case, with other punctuation or
accents taken apart; titles above the headings and a line of HXL tags below; commas, semicolons,
tabs or bars; lines that end as on Windows, Linux or old Macs; .csv, .tsv, .tab, .txt, .xlsx,
.parquet (of pandas, R or polars) or .zip; days by number, by English name of the month or as a
spreadsheet counts them; numbers with something between their thousands. What is none of these is
refused in one line.
"""
_LAYOUTS_HEAD = "| file | layout |\n|---|---|"
_SOURCES_HEAD = """\
| source | appears | lag, months | why that lag | rows may be passed on | tried on |
|---|---|---|---|---|---|"""


def sources_page() -> str:
    """Describe every source as Markdown."""
    from riskkit.registry import sources

    known = sources().values()
    rows = [f"| {' | '.join(_source_cells(source))} |" for source in known]
    table = "\n".join([_SOURCES_HEAD, *rows, ""])
    return "\n".join([_SOURCES, table, *map(_source_section, known)])


def layouts_page() -> str:
    """List every layout that a reader takes, with its fixture."""
    from riskkit.registry import sources

    sections = []
    for source in sources().values():
        told = source.sample or "the layout it was made for"
        rows = [f"| [sample](../tests/sources/fixtures/{source.name}) | {told} |"]
        rows += [
            f"| [{file}](../tests/sources/layouts/{source.name}/{file}) | {what} |"
            for file, what in source.layouts
        ]
        sections.append("\n".join([f"## {source.name}", "", _LAYOUTS_HEAD, *rows, ""]))
    return "\n".join([_LAYOUTS, *sections])


def _source_cells(source: type[Source]) -> tuple[str, ...]:
    passed_on = "yes" if source.redistributable else "no"
    lag = "none" if source.lag_months == 0 else str(source.lag_months)
    name = f"[{source.name}](#{source.name})"
    return (name, source.cadence, lag, source.lag_reason, passed_on, source.tried_on)


def _source_section(source: type[Source]) -> str:
    told = {
        "About": inspect.getdoc(source) or "",
        "Files": source.url,
        "Licence": source.licence,
        "Rows may be passed on": "yes" if source.redistributable else "no",
        "Cite": source.citation,
        "Appears": source.cadence,
        "Tried on": source.tried_on,
        "Known": f"{source.lag_months} month(s) after the period: {source.lag_reason}",
        "Options": ", ".join(f"`{name}`" for name in source.options.model_fields) or "none",
    }
    rows = (f"- **{name}**: {' '.join(text.split())}" for name, text in told.items())
    return "\n".join([f"## {source.name}\n", f"{source.title}\n", *rows, ""])


_CATALOGUE = """\
# Every feature

What each feature family declares; `make docs` writes this page from `features/riskkit_features/`,
where each family's `family.md` tells why it is there, when its figures are known and what is wrong
with them. `riskkit features show FAMILY --coverage` tells how much of it your own data cover.

The sign is the one expected of the association with later violence, `?` where either is plausible.
Names in *italics* are relations: the feature looks at the partners that a country has by them. An
indicator or a relation that no source brings leaves its features empty; a model drops those.
° marks what is measured against a reference period, or fitted to one: which, the data declare, and
every forecast and backtest prints it. No value is there before the end of the period, unless the
data are declared with `hindsight: true`.
"""


def catalogue_page() -> str:
    """Describe every feature as Markdown."""
    from riskkit.registry import families

    known = families().values()
    total = sum(len(family.features) for family in known)
    rows = [f"| [{f.name}](#{f.name}) | {f.title} | {len(f.features)} |" for f in known]
    head = "| family | what | features |\n|---|---|---|"
    table = "\n".join([head, *rows, f"| all | | {total} |", ""])
    return "\n".join([_CATALOGUE, table, *map(_family_section, known)])


def _family_section(family: Family) -> str:
    from riskkit.study.inspection import feature_rows

    head = "| feature | what | unit | sign | from |\n|---|---|---|---|---|"
    rows = [
        f"| `{row['feature']}` | {row['description']} | {row['unit']} | {row['sign']} "
        f"| {_read(row)} |"
        for row in feature_rows(family)
    ]
    return "\n".join([f"## {family.name}\n\n{family.title}.\n\n{head}", *rows, ""])


def _read(row: dict[str, Any]) -> str:
    inputs = [f"`{name}`{'°' if name in row['against'] else ''}" for name in row["inputs"]]
    return ", ".join([*inputs, *(f"*{name}*" for name in row["relations"])])


_RULES = "<!-- rules: written by make docs -->\n", "<!-- end of rules -->\n"
_SCORED = {True: "each unit and month", False: "all rows together"}


def rules_table() -> str:
    """Describe every scoring rule as Markdown."""
    from riskkit.scoring import rules

    head = "| rule | better | of | what | source |\n|---|---|---|---|---|"
    rows = [
        f"| `{rule.name}` | {rule.better} | {_SCORED[rule.per_row]} | {rule.description} "
        f"| {rule.source} |"
        for rule in rules().values()
    ]
    return "\n".join([head, *rows, ""])


def with_rules(page: str) -> str:
    """Put the table of rules between the two marks of docs/scoring.md."""
    before, start, rest = page.partition(_RULES[0])
    _, end, after = rest.partition(_RULES[1])
    return before + start + rules_table() + end + after


_DRAWN = {"rooms": house_table, "where": where_table}


def with_house(page: str) -> str:
    """Put the rooms, and where to change what, between their marks in CONTRIBUTING.md."""
    for name, table in _DRAWN.items():
        before, start, rest = page.partition(f"<!-- {name}: written by make docs -->\n")
        _, end, after = rest.partition(f"<!-- end of {name} -->\n")
        page = before + start + table() + end + after
    return page


PAGES = {
    "base-data.md": base_page,
    "cli.md": commands_page,
    "configuration.md": settings_page,
    "source-list.md": sources_page,
    "source-layouts.md": layouts_page,
    "feature-catalogue.md": catalogue_page,
}


def write_pages(folder: Path) -> None:
    """Write every generated page into a folder."""
    from riskkit.atomic import write_text

    for name, page in PAGES.items():
        write_text(folder / name, page())
    contributing = folder.parent / "CONTRIBUTING.md"
    if contributing.is_file():
        write_text(contributing, with_house(contributing.read_text(encoding="utf-8")))
    scoring = folder / "scoring.md"
    if scoring.is_file():
        write_text(scoring, with_rules(scoring.read_text(encoding="utf-8")))


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
