"""riskkit leaderboard: read the scores of a backtest again."""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._options import json_option


@click.command(name="leaderboard")
@click.argument("folder", type=click.Path(path_type=Path), default="backtest")
@click.option("--window", default="all", show_default=True, help="Window to show.")
@click.option("--target", help="Target to show. [default: the monthly one]")
@json_option
def command(folder: Path, window: str, target: str | None, as_json: bool) -> None:
    """Show how the models of a backtest compare.

    \b
    Examples:
      riskkit leaderboard backtest
      riskkit leaderboard backtest --window 2018 --target ged_sb_total_war
    """
    from riskkit.cli._backtesting import print_leaderboard, read_leaderboard
    from riskkit.cli._options import echo_json

    board = read_leaderboard(folder)
    if as_json:
        echo_json(board.to_dicts())
    else:
        print_leaderboard(board, window, target)
