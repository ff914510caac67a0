"""riskkit leaderboard: read the scores of a backtest again."""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._options import json_option
from riskkit.cli._output import echo_json


@click.command(name="leaderboard")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path), metavar="[FOLDER]...")
@click.option("--window", default="all", show_default=True, help="Window to show.")
@click.option("--target", help="Target to show. [default: the monthly one]")
@click.option(
    "--rule", default="crps", show_default=True, help="Rule to sort by and show skill of."
)
@click.option(
    "--reference",
    help="With several folders: the model that skill is relative to, as FOLDER/MODEL. "
    "[default: the first one]",
)
@click.option(
    "--metrics",
    type=click.Path(path_type=Path),
    help="Write each model's scores and skills of the shown window and target to this file.",
)
@json_option
def command(
    folders: tuple[Path, ...],
    window: str,
    target: str | None,
    rule: str,
    reference: str | None,
    metrics: Path | None,
    as_json: bool,
) -> None:
    """Show how the models of a backtest compare, or those of several backtests.

    Without FOLDER it reads the folder backtest. Models of several folders are named FOLDER/MODEL
    and compared on the same units, months and bootstrap samples.

    \b
    Examples:
      riskkit leaderboard backtest
      riskkit leaderboard backtest --window 2018 --target ged_sb_total_war
      riskkit leaderboard conflict plus_climate --rule ign --reference conflict/xgboost
    """
    from riskkit.cli._leaderboard import print_leaderboard
    from riskkit.study.comparison import compare_backtests, write_comparison
    from riskkit.study.evaluating import read_leaderboard

    if len(folders) > 1:
        board = compare_backtests(folders, reference)
    else:
        board = read_leaderboard(folders[0] if folders else Path("backtest"))
    if metrics is not None:
        write_comparison(board, metrics, window, target)
    if as_json:
        echo_json(board.to_dicts())
    else:
        print_leaderboard(board, window, target, rule)
