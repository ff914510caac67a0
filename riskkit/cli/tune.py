"""riskkit tune: search for a model's settings on windows that end by 2017."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskkit.atomic import write_text
from riskkit.cli._options import json_option, params_options
from riskkit.cli._output import echo, echo_json

if TYPE_CHECKING:
    from riskkit.study.tuning import Trial, Tuned

_RULES = ("log1p_crps", "crps", "ign")


@click.command(name="tune")
@click.argument("model")
@params_options
@click.option("--threat", help="What is forecast. [default: the first threat]")
@click.option("--origins", default="", help="Last known months. [default: the last four that fit]")
@click.option("--horizons", help="Months ahead, e.g. 3-14.")
@click.option(
    "--trials",
    type=click.IntRange(min=1),
    default=40,
    show_default=True,
    help="Trials that the log holds in the end.",
)
@click.option(
    "--rule",
    type=click.Choice(_RULES),
    default=_RULES[0],
    show_default=True,
    help="What is minimised.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="The log. [default: work/tune/MODEL.jsonl]"
)
@click.option(
    "--report",
    "reports",
    is_flag=True,
    help="Try nothing; score the log's first and best settings on --origins of any year.",
)
@click.option(
    "--metrics",
    type=click.Path(path_type=Path),
    help="Write what --json prints to this file as well, for studies that keep it in git.",
)
@json_option
def command(
    model: str,
    config: Path | None,
    settings: tuple[str, ...],
    threat: str | None,
    origins: str,
    horizons: str | None,
    trials: int,
    rule: str,
    out: Path | None,
    reports: bool,
    metrics: Path | None,
    as_json: bool,
) -> None:
    """Search for the settings of MODEL that forecast best, by Optuna.

    Windows end by December 2017, and later ones are refused: they are for reporting, once the
    settings are chosen. The first trial is what params.yaml says today. Each trial is in the log
    before the next one begins, and the same command goes on from there.

    \b
    Examples:
      riskkit tune network --trials 60
      riskkit tune xgboost --threat displacement --rule ign --out work/tune/fled.jsonl
      riskkit tune network --report --origins 2018-10..2020-10:12
    """
    from riskkit.cli._progress import progress
    from riskkit.study import tuning
    from riskkit.study.study import Study

    over = [f"backtest.horizons={horizons}"] if horizons else []
    study = Study.open(config, (*settings, *over), progress=progress)
    log = out or Path("work", "tune", f"{model}.jsonl")
    if reports:
        tuned, told = tuning.report(study, model, log, threat=threat, origins=origins)
    else:
        chosen = next(name for name in tuning.RULES if name == rule)
        tuned = tuning.tune(
            study, model, log, trials=trials, rule=chosen, threat=threat, origins=origins
        )
        told = [tuned.trials[0], tuned.best]
    if metrics is not None:
        write_text(metrics, json.dumps(_as_json(tuned, told), indent=2) + "\n")
    if as_json:
        echo_json(_as_json(tuned, told))
        return
    _print(tuned, told, reports)
    echo(f"\n{log}: {len(tuned.trials)} trials")


def _as_json(tuned: Tuned, told: Sequence[Trial]) -> dict[str, object]:
    from dataclasses import asdict

    first, best = (asdict(trial) for trial in told)
    return {"rule": tuned.rule, "trials": len(tuned.trials), "today": first, "best": best}


def _print(tuned: Tuned, told: Sequence[Trial], reports: bool) -> None:
    """Both settings with their scores, and how many were tried to find the better ones."""
    first, best = told
    where = ", ".join(first.windows)
    tries = len(tuned.trials)
    after = f"chosen among {tries} by {tuned.rule}" + ("" if reports else " on these windows")
    echo(f"windows {where}\n")
    for name, trial in (("today", first), (f"best of {tries} tries", best)):
        scores = "  ".join(f"{rule} {value:.4f}" for rule, value in trial.scores.items())
        shown = ", ".join(f"{key}: {value}" for key, value in trial.settings.items())
        echo(f"{name:<22}  {scores}  {trial.seconds:.0f} s\n  {{{shown}}}")
    echo(f"\nthe best is {after}: a gain of its score here " + _meaning(reports))


def _meaning(reports: bool) -> str:
    if reports:
        return "was not chosen for"
    return "is in part luck; see --report"
