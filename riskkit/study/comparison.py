"""Models of several backtests side by side."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from riskkit.atomic import write_text
from riskkit.errors import ConfigError, RiskkitError, suggestion
from riskkit.scoring.comparison import summarise_tally
from riskkit.scoring.evaluation import own_targets
from riskkit.scoring.leaderboard import COMPARED, at, thresholds_of
from riskkit.scoring.tally import Tally
from riskkit.study.evaluating import OUTCOMES, SCORES, TOGETHER
from riskkit.study.results import open_result


def compare_backtests(folders: Sequence[Path], reference: str | None) -> pl.DataFrame:
    """Compare the models of several backtests on the rows that they share.

    The backtests may differ in features, models and code: that is what is compared. They must be
    of the same outcomes.

    Args:
        folders: Backtests; a model is named after its folder, as in "climate/xgboost".
        reference: Model that skill is relative to; the first model of the first folder if None.

    Raises:
        RiskkitError: A folder holds no scores, or two were scored on other outcomes.
    """
    together = read_scores(folders, TOGETHER)
    tally = Tally()
    names = scored_names(folders)
    for target in names["target"]:
        for rule in names["rule"]:  # of many cells all at once would fill gigabytes
            wanted = (pl.col("target") == target) & (pl.col("rule") == rule)
            tally.update(Tally.of(read_scores(folders, SCORES, where=wanted)))
    return summarise_tally(tally, reference or names["model"][0], together)


def read_scores(
    folders: Sequence[Path], name: str, *, named: bool = True, where: pl.Expr | None = None
) -> pl.DataFrame:
    """Read one table of several backtests.

    Args:
        folders: Backtests.
        name: The table.
        named: Whether models of several folders are told apart, as FOLDER/MODEL.
        where: Which rows; by default all.
    """
    if named and len(folders) > 1:
        _refuse_other_outcomes(folders)
    tables = [_named(folders, folder, name, named=named) for folder in folders]
    kept = tables if where is None else [table.filter(where) for table in tables]
    return pl.concat([table.collect() for table in kept])


def scored_names(folders: Sequence[Path]) -> dict[str, list[str]]:
    """Targets, rules and models of the scores of several backtests, each as they come."""
    tables = [_named(folders, folder, SCORES, named=True) for folder in folders]
    return {
        name: list(
            dict.fromkeys(
                value
                for table in tables
                for value in table.select(pl.col(name).unique(maintain_order=True)).collect()[name]
            )
        )
        for name in ("target", "rule", "model")
    }


def _named(folders: Sequence[Path], folder: Path, name: str, *, named: bool) -> pl.LazyFrame:
    table = _scan(folder, name)
    if not named or len(folders) == 1:
        return table
    return table.with_columns(model=pl.concat_str(pl.lit(f"{folder.name}/"), "model"))


def own_reference(folders: Sequence[Path], models: Sequence[str]) -> str:
    """The reference that a backtest was made with, or the first model of several backtests."""
    if len(folders) == 1:
        opened = open_result(folders[0], f"riskkit backtest --out {folders[0]}")
        told = opened.identity.parameters.get("backtest.reference")
        if told in models:
            return str(told)
    return models[0]


def _scan(folder: Path, name: str) -> pl.LazyFrame:
    opened = open_result(folder, f"riskkit backtest --out {folder}")
    if name not in opened.files:
        raise RiskkitError(f"{folder} holds no scores", hint="run `riskkit evaluate` on it")
    return pl.scan_parquet(opened.path(name), glob=False)


def _refuse_other_outcomes(folders: Sequence[Path]) -> None:
    """Refuse backtests whose data say that something else came, as another vintage may."""
    first = _scan(folders[0], OUTCOMES).collect()
    for folder in folders[1:]:
        other = _scan(folder, OUTCOMES).collect()
        both = first.join(other, on=["target", "unit", "month"], suffix="_other")
        apart = both.filter(pl.col("outcome") != pl.col("outcome_other")).sort("unit", "month")
        if apart.height:
            one = apart.row(0, named=True)
            raise RiskkitError(
                f"{folders[0]} and {folder} were scored on other data: {apart.height:,} of "
                f"{both.height:,} outcomes differ, the first of {one['unit']} in "
                f"{one['month']:%Y-%m}: {one['outcome']:g} and {one['outcome_other']:g}",
                hint="run both backtests on the same data",
            )


def write_comparison(board: pl.DataFrame, path: Path, window: str, target: str | None) -> None:
    """Write value and skill of every model by the main rules as JSON, for studies that keep it."""
    target = target or the_target(board)
    scored = set(board.filter(pl.col("target") == target)["rule"])
    told = {
        rule: {
            row["model"]: {
                name: round(row[name], 6)
                for name in ("value", "skill", "skill_low", "skill_high")
                if row[name] is not None
            }
            for row in chosen_rows(board, window, target, rule).sort("model").to_dicts()
        }
        for rule in at(COMPARED, thresholds_of(scored))
        if rule in scored
    }
    write_text(path, json.dumps(told, indent=2) + "\n")


def the_target(board: pl.DataFrame) -> str:
    """The target of a study of one threat.

    Raises:
        ConfigError: There are several.
    """
    found = own_targets(board["target"].to_list())
    if len(found) > 1:
        raise ConfigError(
            f"scores of {len(found)} targets are there: {', '.join(found)}",
            hint=f"name one: --target {found[0]}",
        )
    return found[0]


def chosen_rows(board: pl.DataFrame, window: str, target: str, rule: str) -> pl.DataFrame:
    """Rows of one window, target and rule.

    Raises:
        ConfigError: There are none; the text names what there is.
    """
    rows = board.filter(
        pl.col("window") == window, pl.col("target") == target, pl.col("rule") == rule
    )
    for name, value in (("window", window), ("target", target), ("rule", rule)):
        names = board[name].unique().sort().to_list()
        if value not in names:
            hint = suggestion(value, names) or f"there are: {', '.join(names)}"
            raise ConfigError(f"the leaderboard has no {name} '{value}'", hint=hint)
    if rows.is_empty():
        known = {name: board[name].unique().sort() for name in ("window", "target", "rule")}
        raise ConfigError(
            f"the leaderboard has no window '{window}' of target '{target}' by rule '{rule}'",
            hint="; ".join(f"{name}s: {', '.join(values)}" for name, values in known.items()),
        )
    return rows
