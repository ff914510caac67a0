"""riskkit experiment: start a study that can be repeated."""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._options import Group, json_option
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
