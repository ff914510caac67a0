"""A leaderboard as a person reads it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from riskkit.cli._output import Column, echo, echo_table, echo_wrapped

if TYPE_CHECKING:
    import polars as pl

_LARGE = 1_000
"""From here on figures are whole, with marks between thousands."""


def print_leaderboard(
    board: pl.DataFrame, window: str = "all", target: str | None = None, rule: str = "crps"
) -> None:
    """Print one window of each target, the best model by one rule first, with its skill by it."""
    from riskkit.scoring.evaluation import own_targets

    own = own_targets(board["target"].to_list()) if target is None else [target]
    there = set(board.filter(window=window, rule=rule)["target"])
    shown = [one for one in own if one in there] or own[:1]
    for number, one in enumerate(shown):
        if number:
            echo()
        _print(board, window, one, rule)


def _print(board: pl.DataFrame, window: str, target: str, rule: str) -> None:
    import polars as pl

    from riskkit.scoring.leaderboard import shown_rules, thresholds_of
    from riskkit.study.comparison import chosen_rows

    rows = board.filter((pl.col("window") == window) & (pl.col("target") == target))
    ruled = chosen_rows(board, window, target, rule)
    ruled = ruled.sort("skill", "model", descending=[True, False])
    scored = set(rows["rule"])
    wanted = dict.fromkeys((rule, *shown_rules(thresholds_of(scored))))
    shown = [one for one in wanted if one in scored]
    values = {(row["model"], row["rule"]): row["value"] for row in rows.to_dicts()}
    echo_wrapped(f"{target}, window {window}")
    columns = [Column(name, right=True, give=number) for number, name in enumerate(shown)]
    skill = Column(f"{rule} skill (90 %)", right=True)
    cells = []
    for row in ruled.to_dicts():
        told = (values.get((row["model"], one)) for one in shown)
        cells.append((row["model"], *map(_amount, told), _skill_text(row)))
    narrow = echo_table((Column("model"), *columns, skill), cells)
    if narrow:
        echo_wrapped(f"(no room for {', '.join(narrow)}: a wider screen or --json shows them)")


def print_coverage(folder: Path) -> None:
    """Print how many positive outcomes intervals hold, beside what right chances would."""
    from riskkit.files import read_csv
    from riskkit.study.evaluating import COVERAGE

    table = read_csv(folder / COVERAGE, "score again")
    for (target,), rows in table.group_by("target", maintain_order=True):
        told = ", ".join(
            f"{row['model']} {row['covered']:.0%} ({row['implied']:.0%})"
            for row in rows.drop_nulls().iter_rows(named=True)
        )
        if told:
            echo_wrapped(
                f"{target}: positive outcomes inside 90 % intervals, and in brackets what they "
                f"would be if every chance were right: {told}"
            )


def print_parts(table: pl.DataFrame, by: str, rule: str) -> None:
    """Print each model's parts with its skill against the reference and against zero."""
    for (model,), rows in table.group_by("model", maintain_order=True):
        if (rows["skill"] != 0).any():  # not the reference itself
            _print_parts_of(str(model), rows, by, rule)
    if table["zero"].null_count() == table.height:
        echo_wrapped("zero was not forecast: add it to --models of the backtest to compare with it")


def _print_parts_of(model: str, rows: pl.DataFrame, by: str, rule: str) -> None:
    cells = []
    for row in rows.to_dicts():
        value, reference, zero = (_amount(row[name]) for name in ("value", "reference", "zero"))
        skill = _brief(row["skill"], row["skill_low"], row["skill_high"])
        over = _brief(row["against_zero"], row["zero_low"], row["zero_high"])
        cells.append((row["part"], row["units"], value, reference, skill, zero, over))
    echo_wrapped(model)
    columns = (
        Column(by),
        Column("units", right=True, give=1),
        Column(rule, right=True),
        Column("ref.", right=True, give=2),
        Column("skill (90 %)", right=True),
        Column("zero", right=True, give=3),
        Column("over zero (90 %)", right=True, give=4),
    )
    echo_table(columns, cells)


def _brief(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:+.2f}" + ("" if low is None else f" [{low:+.2f}, {high:+.2f}]")


def _amount(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= _LARGE else f"{value:.4g}"


def _skill_text(row: dict[str, float | None]) -> str:
    if row["skill"] is None:
        return "-"
    if row["skill_low"] is None:
        return f"{row['skill']:+.3f}"
    return f"{row['skill']:+.3f} [{row['skill_low']:+.3f}, {row['skill_high']:+.3f}]"
