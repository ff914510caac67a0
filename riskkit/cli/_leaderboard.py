"""A leaderboard as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskkit.cli._output import add_row, console, echo, plain

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table


def print_leaderboard(
    board: pl.DataFrame, window: str = "all", target: str | None = None, rule: str = "crps"
) -> None:
    """Print one window of each target, the best model by one rule first, with its skill by it."""
    from riskkit.scoring.evaluation import own_targets

    screen = console()
    screen = screen if screen.is_terminal else console(width=160)
    own = own_targets(board["target"].to_list()) if target is None else [target]
    there = set(board.filter(window=window, rule=rule)["target"])
    shown = [one for one in own if one in there] or own[:1]
    for number, one in enumerate(shown):
        if number:
            screen.print()
        screen.print(_table(board, window, one, rule))


def _table(board: pl.DataFrame, window: str, target: str, rule: str) -> Table:
    import polars as pl
    from rich.table import Table

    from riskkit.scoring.leaderboard import shown_rules, thresholds_of
    from riskkit.study.comparison import chosen_rows

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
    return table


def print_parts(table: pl.DataFrame, by: str, rule: str) -> None:
    """Print each model's parts with its skill against the reference and against zero."""
    screen = console()
    screen = screen if screen.is_terminal else console(width=120)
    for (model,), rows in table.group_by("model", maintain_order=True):
        if (rows["skill"] != 0).any():  # not the reference itself
            screen.print(_parts_of(str(model), rows, by, rule))
    if table["zero"].null_count() == table.height:
        echo("zero was not forecast: add it to --models of the backtest to compare with it")


def _parts_of(model: str, rows: pl.DataFrame, by: str, rule: str) -> Table:
    from rich.table import Table

    told = Table(title=plain(model), title_justify="left", box=None, pad_edge=False)
    for name in (by, "units", rule, "ref.", "skill (90 %)", "zero", "over zero (90 %)"):
        told.add_column(name, justify="left" if name == by else "right", no_wrap=True)
    for row in rows.to_dicts():
        value, reference, zero = (_amount(row[name]) for name in ("value", "reference", "zero"))
        skill = _brief(row["skill"], row["skill_low"], row["skill_high"])
        over = _brief(row["against_zero"], row["zero_low"], row["zero_high"])
        add_row(told, row["part"], str(row["units"]), value, reference, skill, zero, over)
    return told


def _brief(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:+.2f}" + ("" if low is None else f" [{low:+.2f}, {high:+.2f}]")


def _amount(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _skill_text(row: dict[str, float | None]) -> str:
    if row["skill"] is None:
        return "-"
    if row["skill_low"] is None:
        return f"{row['skill']:+.3f}"
    return f"{row['skill']:+.3f} [{row['skill_low']:+.3f}, {row['skill_high']:+.3f}]"
