"""A leaderboard as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskkit.cli._output import add_row, console, plain

if TYPE_CHECKING:
    import polars as pl


def print_leaderboard(
    board: pl.DataFrame, window: str = "all", target: str | None = None, rule: str = "crps"
) -> None:
    """Print one window and target, the best by one rule first, with the skill by that rule."""
    import polars as pl
    from rich.table import Table

    from riskkit.scoring.leaderboard import shown_rules, thresholds_of
    from riskkit.study.comparison import chosen_rows, first_target

    target = target or first_target(board)
    rows = board.filter((pl.col("window") == window) & (pl.col("target") == target))
    ruled = chosen_rows(board, window, target, rule)
    ruled = ruled.sort("skill", "model", descending=[True, False])
    scored = set(rows["rule"])
    wanted = dict.fromkeys((rule, *shown_rules(thresholds_of(scored))))
    shown = [one for one in wanted if one in scored]
    values = {(row["model"], row["rule"]): row["value"] for row in rows.to_dicts()}
    table = Table(title=plain(f"{target}, window {window}"), box=None, pad_edge=False)
    for name in ("model", *shown, f"{rule} skill (90 %)"):
        table.add_column(name, justify="left" if name == "model" else "right")
    for row in ruled.to_dicts():
        cells = (values.get((row["model"], one)) for one in shown)
        told = ("-" if cell is None else f"{cell:.4g}" for cell in cells)
        add_row(table, row["model"], *told, _skill_text(row))
    screen = console()
    (screen if screen.is_terminal else console(width=160)).print(table)


def _skill_text(row: dict[str, float | None]) -> str:
    if row["skill"] is None or row["skill_low"] is None:
        return "-"
    return f"{row['skill']:+.3f} [{row['skill_low']:+.3f}, {row['skill_high']:+.3f}]"
