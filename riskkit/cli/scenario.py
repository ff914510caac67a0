"""riskkit scenario: the forecast with stated changes of inputs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskkit.cli._options import json_option, params_options
from riskkit.cli._output import echo, echo_json

if TYPE_CHECKING:
    from riskkit.study.changes import Beyond
    from riskkit.study.scenario import Contrast, Moved

_OTHERS = 5
_NAMED = 3
_SHOWN = 12


@click.command(name="scenario")
@click.argument("file", type=click.Path(path_type=Path))
@params_options
@click.option(
    "--forecast",
    "folder",
    type=click.Path(path_type=Path),
    help="Folder that `riskkit forecast` wrote, whose fitted models are used. [default: fit anew]",
)
@json_option
def command(
    file: Path, config: Path | None, settings: tuple[str, ...], folder: Path | None, as_json: bool
) -> None:
    """Forecast with the changes of inputs that FILE states, by the models as they are fitted.

    What differs is the models' association with the change, never its effect. FILE is YAML:

    \b
      name: refugees double
      changes:
        - {indicator: unhcr_refugees_origin, units: [SDN], months: 12, multiply: 2}

    \b
    Example:
      riskkit scenario refugees.yaml
    """
    from riskkit.cli._progress import progress
    from riskkit.study.study import Study

    found = Study.open(config, settings, progress=progress).scenario(file, folder)
    if as_json:
        echo_json(found.to_dict())
        return
    for line in _lines(found):
        echo(line)


def _lines(found: Contrast) -> Iterator[str]:
    yield f"{found.name}: what the fitted models associate with it, not what it would cause"
    for one in found.moved:
        yield from _change(one)
    rows = found.table.to_dicts()
    named = set(found.units)
    order = list(dict.fromkeys(row["unit"] for row in rows if row["unit"] in named))
    moved = _most(rows, named) if len(order) < len({row["unit"] for row in rows}) else []
    shown = order if len(order) <= _SHOWN else _most(rows, set())
    for unit in shown:
        yield ""
        yield from _unit([row for row in rows if row["unit"] == unit])
    yield ""
    if len(order) > _SHOWN:
        yield f"Told are the {len(shown)} of {len(order)} units whose composite moves most."
    elif moved:
        text = ", ".join(f"{row['name']} {_delta(row):+.2f}" for row in moved)
        yield f"Others whose composite moves most: {text}."
    else:
        yield "The composite of no other moves."


def _most(rows: list[dict[str, Any]], without: set[str]) -> Any:
    """The units, or rows of others, whose composite moves most."""
    whole = [row for row in rows if row["threat"] == "composite" and row["unit"] not in without]
    whole = [row for row in whole if abs(_delta(row)) >= 0.005]
    whole.sort(key=lambda row: (-abs(_delta(row)), row["unit"]))
    return whole[:_OTHERS] if without else [row["unit"] for row in whole[:_SHOWN]]


def _delta(row: dict[str, Any]) -> float:
    return float((row["score_then"] or 0) - (row["score"] or 0))


def _change(one: Moved) -> Iterator[str]:
    yield f"\n{one.change}: {one.values} values, {one.missing} of them missing"
    if one.why_not:
        yield f"  changes nothing: {one.why_not}"
    elif one.threats:
        yield f"  read by {len(one.features)} features; moves {', '.join(one.threats)}"
    by_input: dict[str, list[Beyond]] = {}
    for found in one.beyond:
        by_input.setdefault(found.input, []).append(found)
    for name, outside in by_input.items():
        first = outside[0]
        units = ", ".join(found.unit for found in outside[:_NAMED])
        more = f" and {len(outside) - _NAMED} more" if len(outside) > _NAMED else ""
        yield (
            f"  ! beyond the data: {name} of {units}{more}, {first.value:.4g} where all of it "
            f"runs from {first.lowest:.4g} to {first.highest:.4g}"
        )


def _unit(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The figures of a unit that differ."""
    from riskkit.study.inspection import in_columns

    cells = [cell for row in rows for cell in _cells(row) if cell[1] != cell[2]]
    if not cells:
        yield f"{rows[0]['name']}: every figure stays the same"
        return
    yield from in_columns([[rows[0]["name"], "now", "in the scenario"], *cells])
    yield "  all else stays the same"


def _cells(row: dict[str, Any]) -> Iterator[list[str]]:
    """Name, figure now and figure in the scenario."""
    ends = ("", "_then")
    if row["threat"] == "composite":
        yield ["  rank", *(_rank(row, end) for end in ends)]
        yield ["  top ten", *(f"{row[f'p_top10{end}']:.2f}" for end in ends)]
    if row["score"] is not None:
        yield [f"  {row['threat']}", *(_score(row, end) for end in ends)]
    if row["median"] is not None:
        yield [f"    {_named(row)}", *(_count(row, end) for end in ends)]
        chances = [f"{row[f'p_2{end}']:.2f}" for end in ends]
        yield [f"    chance of {row['threshold_2']:,} or more", *chances]


def _named(row: dict[str, Any]) -> str:
    return "months" if row["counted"].startswith("1 if") else str(row["counted"])


def _rank(row: dict[str, Any], end: str) -> str:
    return f"{row[f'rank{end}']} ({row[f'rank_low{end}']}-{row[f'rank_high{end}']})"


def _score(row: dict[str, Any], end: str) -> str:
    low, high = row[f"score_low{end}"], row[f"score_high{end}"]
    return f"{row[f'score{end}']:.2f} [{low:.1f}, {high:.1f}]"


def _count(row: dict[str, Any], end: str) -> str:
    low, high = row[f"q05{end}"], row[f"q95{end}"]
    return f"{row[f'median{end}']:,.0f} [{low:,.0f}, {high:,.0f}]"
