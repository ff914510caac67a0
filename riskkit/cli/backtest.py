"""riskkit backtest: rolling origins, honest scores."""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._options import (
    RESULT,
    engine_options,
    features_option,
    json_option,
    out_option,
    params_options,
    together_option,
)
from riskkit.cli._output import echo, echo_json, echo_wrapped


@click.command(name="backtest")
@params_options
@click.option("--origins", help="Last known months, e.g. 2017-10,2018-10 or 2017-10..2020-10:12.")
@click.option("--horizons", help="Months ahead, e.g. 3-14.")
@click.option("--models", help="Models, with commas. [default: all]")
@click.option("--threats", help="Threats, with commas. [default: all]")
@click.option("--processes", type=click.IntRange(min=0), help="Worker processes; 0: one per core.")
@engine_options
@together_option
@click.option("--export", type=click.Choice(["views"]), help="Write submission files as well.")
@click.option("--no-scores", is_flag=True, help="Forecast only, for `riskkit evaluate` to score.")
@click.option(
    "--metrics",
    type=click.Path(path_type=Path),
    help="Write metrics.json to this file as well, for studies that keep it in git.",
)
@out_option(
    "backtest", "Folder for forecasts.parquet, the scores and leaderboard.csv.", marker=RESULT
)
@features_option
@json_option
def command(
    config: Path | None,
    settings: tuple[str, ...],
    origins: str | None,
    horizons: str | None,
    models: str | None,
    threats: str | None,
    processes: int | None,
    scheduler: str | None,
    together: int | None,
    export: str | None,
    no_scores: bool,
    metrics: Path | None,
    out: Path,
    features: Path | None,
    as_json: bool,
) -> None:
    """Forecast past windows with every model and score them on what came.

    Finished forecasts stay in OUT/parts: an interrupted run goes on where it stopped.

    \b
    Examples:
      riskkit backtest
      riskkit backtest --config experiments/views-challenge/params.yaml --out backtest
      riskkit backtest --origins 2017-10,2018-10 --models pool,conflictology --export views
      riskkit backtest --models xgboost --no-scores --out work/xgboost
      riskkit backtest --engine dask --scheduler tcp://head:8786
    """
    from riskkit.atomic import write_text
    from riskkit.cli._leaderboard import print_coverage, print_leaderboard
    from riskkit.cli._progress import progress
    from riskkit.study.evaluating import METRICS
    from riskkit.study.study import Study

    given = {"origins": origins, "horizons": horizons, "processes": processes}
    overrides = [f"backtest.{key}={value}" for key, value in given.items() if value is not None]
    lists = {"models": models, "threats": threats}
    overrides += [f"backtest.{key}=[{value}]" for key, value in lists.items() if value is not None]
    study = Study.open(
        config,
        (*settings, *overrides),
        features=features,
        progress=progress,
        scheduler=scheduler,
        together=together,
    )
    done = study.backtest(out, scores=not no_scores, export=export == "views")
    board = done.leaderboard
    for remark in done.remarks:
        echo_wrapped(remark, "    ", err=True)
    if metrics is not None and board is not None:
        write_text(metrics, (out / METRICS).read_text(encoding="utf-8"))
    if as_json:
        echo_json([] if board is None else board.to_dicts())
    elif no_scores:
        echo(f"{out}/: forecasts.parquet")
    elif board is None:
        echo(f"{out}/: forecasts.parquet; no outcome of these windows is in the data yet")
    else:
        print_leaderboard(board)
        echo()
        print_coverage(out)
        echo(f"\n{out}/: forecasts.parquet, scores*.parquet, leaderboard.csv, coverage.csv")
