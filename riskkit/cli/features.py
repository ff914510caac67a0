"""riskkit features: what the models see."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskkit.cli._options import (
    RESULT,
    Group,
    engine_options,
    json_option,
    out_option,
    params_options,
)
from riskkit.cli._output import Column, echo, echo_json, echo_table, echo_wrapped

if TYPE_CHECKING:
    from riskkit.study.study import Study


@click.group(name="features", cls=Group)
def command() -> None:
    """List, describe and build feature families."""


_coverage = click.option(
    "--coverage", is_flag=True, help="Look at the study's data as well, which takes seconds."
)


@command.command(name="list")
@_coverage
@params_options
@json_option
def list_families(
    coverage: bool, config: Path | None, settings: tuple[str, ...], as_json: bool
) -> None:
    """List the installed families, and with --coverage what the study's data lack of their inputs.

    \b
    Examples:
      riskkit features list
      riskkit features list --coverage --config experiments/ablation/params.yaml
    """
    from riskkit.registry import families
    from riskkit.study.inspection import absent_inputs, family_rows
    from riskkit.study.study import Study

    rows = family_rows(families().values())
    if coverage:
        panel = Study.open(config, settings).panel
        rows = [row | absent_inputs(families()[row["family"]], panel) for row in rows]
    if as_json:
        echo_json(rows)
        return
    counted = [[_present(row, kind) for kind in ("inputs", "relations")] for row in rows]
    echo_table(
        _LISTED,
        [
            (row["family"], row["features"], *counts, row["title"])
            for row, counts in zip(rows, counted, strict=True)
        ],
    )
    echo_wrapped("`riskkit features show FAMILY` describes each feature.")


_LISTED = (
    Column("family"),
    Column("features", right=True),
    Column("inputs", right=True),
    Column("relations", right=True, give=1),
    Column("what", words=True),
)


def _present(row: dict[str, Any], kind: str) -> str:
    """How many indicators or relations a family reads, and of how many there are data."""
    wanted, absent = len(row[kind]), row.get(f"absent_{kind}")
    return str(wanted) if absent is None else f"{wanted - len(absent)} of {wanted}"


@command.command(name="show")
@click.argument("family")
@_coverage
@params_options
@json_option
def show(
    family: str, coverage: bool, config: Path | None, settings: tuple[str, ...], as_json: bool
) -> None:
    """Show what each feature of a family is, or with --coverage how much of it is missing when.

    With --coverage the family is built on the study's data. Shares are of all units and months.

    \b
    Examples:
      riskkit features show conflict
      riskkit features show conflict --coverage --config experiments/ablation/params.yaml
    """
    from riskkit.registry import families, lookup
    from riskkit.study.inspection import coverage_rows, feature_rows
    from riskkit.study.study import Study

    chosen = lookup("family", families(), family)
    rows = feature_rows(chosen)
    if coverage:
        found = coverage_rows(chosen.build(Study.open(config, settings).panel))
        rows = [row | shares for row, shares in zip(rows, found, strict=True)]
    if as_json:
        echo_json(rows)
        return
    if coverage:
        for line in _coverage_table(rows):
            echo(line)
        return
    for row in rows:
        _describe(row)


def _describe(row: dict[str, Any]) -> None:
    text = f"{row['feature']} [{row['unit']}] ({row['sign']}) {row['description']}"
    echo_wrapped(text, "    ")
    over = f" over {', '.join(row['relations'])}" if row["relations"] else ""
    echo_wrapped(f"    from {', '.join(row['inputs']) or 'no indicator'}{over}", "        ")
    if row["against"]:
        told = ", ".join(row["against"])
        echo_wrapped(f"    against the reference period of {told}", "        ")


def _coverage_table(rows: list[dict[str, Any]]) -> list[str]:
    from riskkit.study.inspection import in_columns

    cells = [["missing:", "all", *rows[0]["by_decade"], "first", "last"]]
    for row in rows:
        shares = (f"{share:.2f}" for share in (row["missing"], *row["by_decade"].values()))
        months = (row[end] or "never" for end in ("first_month", "last_month"))
        cells.append([row["feature"], *shares, *months])
    return in_columns(cells)


def _build_cells(study: Study, out: Path, *, as_json: bool) -> None:
    from riskkit.study.cube import ARRAY, build_cube
    from riskkit.study.results import PARTS

    cube = build_cube(study, study.panel, out)
    units, months, _ = cube.values.shape
    told = {"file": str(out / PARTS / ARRAY), "rows": units * months, "features": len(cube.names)}
    if as_json:
        echo_json([told])
    else:
        echo(f"{told['file']}: {told['features']} features, {told['rows']:,} rows")


@command.command(name="build")
@click.argument("names", nargs=-1, metavar="[FAMILY]...")
@params_options
@out_option("work/features", "Folder for one parquet file per family.", marker=RESULT)
@engine_options
@json_option
def build(
    names: tuple[str, ...],
    config: Path | None,
    settings: tuple[str, ...],
    out: Path,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Build families and write one file each: unit, month and the features.

    By cell, one array of all families is written block by block; a build that was stopped goes on
    after its last finished block. A Dask cluster builds features by cell alone.

    \b
    Examples:
      riskkit features build
      riskkit features build --config experiments/grid/params.yaml --out work/grid-features
      riskkit features build conflict --set panel.as_of=2015-06 --out work/2015
      riskkit features build --set panel.level=cell --engine dask --scheduler tcp://head:8786
    """
    from riskkit.cli._progress import progress
    from riskkit.study.cluster import require_cells
    from riskkit.study.features import build_features
    from riskkit.study.inspection import missing_shares
    from riskkit.study.study import Study

    chosen = [f"features.families=[{', '.join(names)}]"] if names else []
    study = Study.open(config, (*settings, *chosen), progress=progress, scheduler=scheduler)
    if study.by_cell:
        _build_cells(study, out, as_json=as_json)
        return
    require_cells(study)
    summary = [
        {
            "family": built.family.name,
            "file": str(built.path),
            "rows": built.frame.height,
            "features": built.frame.width - 2,
            "unchanged": built.kept,
            "missing": missing_shares(built.frame),
        }
        for built in build_features(study, out)
    ]
    if as_json:
        echo_json(summary)
        return
    for row in summary:
        state = ", unchanged" if row["unchanged"] else ""
        echo(f"{row['file']}: {row['features']} features, {row['rows']:,} rows{state}")
