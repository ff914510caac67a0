"""riskkit leaderboard: read the scores of a backtest again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskkit.cli._options import json_option
from riskkit.cli._output import echo_json

if TYPE_CHECKING:
    from riskkit.study.breakdown import By, Part


@click.command(name="leaderboard")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path), metavar="[FOLDER]...")
@click.option("--window", default="all", show_default=True, help="Window to show.")
@click.option("--target", help="Target to show. [default: each threat's own]")
@click.option(
    "--rule", default="crps", show_default=True, help="Rule to sort by and show skill of."
)
@click.option(
    "--reference",
    help="With several folders: the model that skill is relative to, as FOLDER/MODEL. "
    "[default: the first one]",
)
@click.option(
    "--windows", is_flag=True, help="Show each window, the worst first, against zero as well."
)
@click.option(
    "--by",
    type=click.Choice(["level", "duration", "region", "unit", "horizon"]),
    help="Show parts: how violent the year before was, how long a war had lasted, regions, units "
    "(the worst first), or months ahead.",
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
    windows: bool,
    by: Part | None,
    metrics: Path | None,
    as_json: bool,
) -> None:
    """Show how the models of a backtest compare, or those of several backtests.

    Without FOLDER it reads the folder backtest. Models of several folders are named FOLDER/MODEL
    and compared on the same units and months.

    \b
    Examples:
      riskkit leaderboard backtest
      riskkit leaderboard backtest --window 2018 --target ged_sb_total_war
      riskkit leaderboard backtest --windows
      riskkit leaderboard backtest --by level --rule log1p_crps
      riskkit leaderboard backtest --by duration
      riskkit leaderboard conflict plus_climate --rule ign --reference conflict/xgboost
    """
    from riskkit.cli._leaderboard import print_leaderboard
    from riskkit.study.comparison import compare_backtests, write_comparison
    from riskkit.study.evaluating import read_leaderboard

    places = list(folders) or [Path("backtest")]
    if windows or by:
        if windows and by:
            raise click.UsageError("take one of --windows and --by")
        _print_parts(places, by or "window", reference, target, rule, as_json=as_json)
        return
    if len(folders) > 1:
        board = compare_backtests(folders, reference)
    else:
        board = read_leaderboard(places[0])
    if metrics is not None:
        write_comparison(board, metrics, window, target)
    if as_json:
        echo_json(board.to_dicts())
    else:
        print_leaderboard(board, window, target, rule)


def _print_parts(
    folders: list[Path],
    by: By,
    reference: str | None,
    target: str | None,
    rule: str,
    *,
    as_json: bool,
) -> None:
    from riskkit.cli._leaderboard import print_parts
    from riskkit.study.breakdown import break_down

    table = break_down(folders, by, reference=reference, target=target, rule=rule)
    if as_json:
        echo_json(table.to_dicts())
    else:
        print_parts(table, by, rule)
