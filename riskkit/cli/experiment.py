"""riskkit experiment: start a study that can be repeated."""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._options import Group, json_option, out_option
from riskkit.cli._output import echo, echo_json


@click.group(name="experiment", cls=Group)
def command() -> None:
    """Studies with a question, a method, a result, and one command that repeats them."""


@command.command(name="new")
@click.argument("slug")
@json_option
def new(slug: str, as_json: bool) -> None:
    """Write the skeleton of a study: experiments/SLUG with README.md, params.yaml and dvc.yaml.

    It runs as it is, on a small simulated world. Call it from the project's root.

    \b
    Example:
      riskkit experiment new rainfall-lags
      dvc repro experiments/rainfall-lags/dvc.yaml
    """
    from riskkit.study.skeleton import write_skeleton

    folder = write_skeleton(Path("experiments"), slug)
    if as_json:
        echo_json({"folder": str(folder), "command": f"dvc repro {folder}/dvc.yaml"})
        return
    echo(f"{folder}/: README.md, params.yaml, dvc.yaml")
    echo(f"run it: dvc repro {folder}/dvc.yaml")


@command.command(name="intervals")
@click.option(
    "--samples",
    type=click.IntRange(min=1),
    default=4000,
    show_default=True,
    help="Simulated comparisons in each setting.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Seed of the simulation.",
)
@out_option("coverage", "Folder for rows.csv and together.csv.")
@json_option
def intervals(samples: int, seed: int, out: Path, as_json: bool) -> None:
    """Measure how often the 90 % intervals of leaderboards hold the true skill.

    It simulates comparisons of two models of which the better one is known, by rules of each row
    and by those of all rows together, with other intervals beside the one in use.

    \b
    Example:
      riskkit experiment intervals --samples 500 --out coverage
    """
    from riskkit.atomic import write_text
    from riskkit.scoring.interval_coverage import interval_coverage, interval_coverage_together

    tables = {
        "rows": interval_coverage(samples, seed),
        "together": interval_coverage_together(max(1, samples // 10), seed),
    }
    for name, table in tables.items():
        write_text(out / f"{name}.csv", table.write_csv(float_precision=4))
    if as_json:
        echo_json({name: table.to_dicts() for name, table in tables.items()})
        return
    echo(f"{out}/: rows.csv, together.csv")
