"""riskkit experiment: start a study that can be repeated."""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._options import Group, json_option, out_option, params_options
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


@command.command(name="wars")
@params_options
@click.option(
    "--least",
    type=click.FloatRange(min=1),
    default=300.0,
    show_default=True,
    help="Own level, in outcomes a month, from which a war is great.",
)
@click.option("--until", default="2017-12", show_default=True, help="Last month that is used.")
@click.option(
    "--learned", default="", help="Models to be fitted anew without each war, such as pool,network."
)
@click.option("--every", default=1, show_default=True, help="Take one month in so many.")
@out_option("wars.csv", "File for the table.", is_folder=False)
@json_option
def wars(
    config: Path | None,
    settings: tuple[str, ...],
    least: float,
    until: str,
    learned: str,
    every: int,
    out: Path,
    as_json: bool,
) -> None:
    """Compare rules and models on every great war, each by what the other wars teach.

    Scores are of all months of a war, 3, 8 and 14 months ahead, with 90 % intervals over wars of
    the difference to ewhistory.

    \b
    Example:
      riskkit experiment wars --config experiments/great-wars/params.yaml --out work/wars.csv
      riskkit experiment wars --config experiments/great-wars/params.yaml --learned pool --every 3
    """
    from riskkit.atomic import atomic_file
    from riskkit.forecasting.targets import outcomes
    from riskkit.months import parse_month
    from riskkit.study.study import Study
    from riskkit.study.wars import compare_wars

    study = Study.open(config, settings)
    threat, (first, last) = study.threats[0], study.span
    months = range(first, min(last, parse_month(until)) + 1)
    values = outcomes(threat.target, study.releases, study.units, months, as_of=last)
    names = [name for name in learned.split(",") if name]
    found = compare_wars(values, least, learned=names, every=every, first=first)
    with atomic_file(out) as partial:
        found.write_csv(partial, float_precision=4)
    if as_json:
        echo_json(found.to_dicts())
        return
    wars_found, months_found = found["wars"].to_list(), found["months"].to_list()
    echo(f"{out}: {max(wars_found)} wars, {max(months_found)} months")


@command.command(name="onsets")
@click.option("--first", default=2010, show_default=True, help="First year of forecasts.")
@click.option("--last", default=2021, show_default=True, help="Last year of forecasts.")
@click.option(
    "--replay",
    type=click.Path(path_type=Path, file_okay=False),
    help="Judge the chances of this replay beside the regressions, at its origins.",
)
@out_option("onsets.csv", "File for the table.", is_folder=False)
@json_option
def onsets(first: int, last: int, replay: Path | None, out: Path, as_json: bool) -> None:
    """Judge forecasts of armed conflict after sixty quiet months, on the base data.

    \b
    Example:
      riskkit experiment onsets --out work/onsets.csv
      riskkit experiment onsets --replay work/replay --out work/beside.csv
    """
    from riskkit.atomic import atomic_file
    from riskkit.study.onsets import compare_onsets, compare_replayed
    from riskkit.study.outbreaks import read_cases

    if replay is None:
        found = compare_onsets(range(first, last + 1))
    else:
        found = compare_replayed(read_cases(replay))
    with atomic_file(out) as partial:
        found.write_csv(partial, float_precision=4)
    if as_json:
        echo_json(found.to_dicts())
        return
    for row in found.to_dicts():
        when = f" {row['period']}," if "period" in row else ""
        echo(
            f"{row['months']:>2} months,{when} {row['features']}: AUC {row['auc']:.3f} "
            f"[{row['auc_low']:.3f}, {row['auc_high']:.3f}], {row['onsets']} of {row['rows']} rows"
        )
