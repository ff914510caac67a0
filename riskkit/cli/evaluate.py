"""riskkit evaluate: score the forecasts of backtests and compare their models."""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._options import RESULT, json_option, out_option, params_options
from riskkit.cli._output import echo, echo_json, echo_wrapped


@click.command(name="evaluate")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@params_options
@click.option(
    "--submission",
    "submissions",
    multiple=True,
    metavar="NAME=PATH",
    help="Someone's forecasts of the same windows in the VIEWS layout, a file or folder, and what "
    "to call them; once for each file.",
)
@out_option(
    "scores", "Folder for the scores, leaderboard.csv, metrics.json and plots/.", marker=RESULT
)
@json_option
def command(
    folders: tuple[Path, ...],
    config: Path | None,
    settings: tuple[str, ...],
    submissions: tuple[str, ...],
    out: Path,
    as_json: bool,
) -> None:
    """Score the forecasts of one or more backtests on what came, as one comparison.

    FOLDERS are those of `riskkit backtest`; one of them holds the reference. Under the same
    parameters it writes the tables that a single backtest of all their models would have written.

    \b
    Example:
      riskkit backtest --models xgboost --no-scores --out work/xgboost
      riskkit backtest --models conflictology --no-scores --out work/conflictology
      riskkit evaluate work/xgboost work/conflictology --out work/scores
      riskkit evaluate work/pool --submission theirs=submission/ --out work/beside
      riskkit leaderboard work/beside --by unit
    """
    from riskkit.cli._leaderboard import print_coverage, print_leaderboard
    from riskkit.cli._progress import progress
    from riskkit.study.study import Study

    study = Study.open(config, settings, progress=progress)
    done = study.evaluate(folders, out, _named(submissions))
    board = done.leaderboard
    for remark in done.remarks:
        echo_wrapped(remark, "    ", err=True)
    if as_json:
        echo_json([] if board is None else board.to_dicts())
    elif board is None:
        echo("no outcome of these windows is in the data yet")
    else:
        print_leaderboard(board)
        echo()
        print_coverage(out)
        echo(f"\n{out}/: scores*.parquet, leaderboard.csv, coverage.csv, metrics.json, plots/")


def _named(submissions: tuple[str, ...]) -> dict[str, list[Path]]:
    """Files by the name of their model."""
    found: dict[str, list[Path]] = {}
    for text in submissions:
        name, sign, path = text.partition("=")
        if not (name and sign and path):
            raise click.UsageError(f"--submission takes NAME=PATH, not '{text}'")
        found.setdefault(name, []).append(Path(path))
    return found
