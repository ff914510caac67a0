"""What a replay tells: the record of its rankings, of each threat, and of its intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from riskkit.errors import RiskkitError
from riskkit.publish.grading import LAST_YEAR
from riskkit.risk.score import CLASS_STARTS, CLASSES, class_codes
from riskkit.scoring.comparison import ALL, summarise
from riskkit.scoring.ensemble import Floats
from riskkit.scoring.ranking import (
    OWN,
    PLACES,
    Ranking,
    chances,
    classes,
    compare,
    placed,
)
from riskkit.tables import INTERVAL

PUBLISHED = "published"
"""The system of the threats' own models; the other is the reference model in every threat."""
CHOOSING_ENDS = 2017
"""Origins from June of this year on speak of 2018: they are for reporting, never for choosing."""
RECORD, CHANCES, CLASSES_TABLE = "record.csv", "chances.csv", "classes.csv"
THREATS, INTERVALS = "threats.csv", "intervals.csv"
THREAT_RULES = ("crps", "log1p_crps", "ign", "coverage_90")
_REPLICATES = 1000
_LOW = CLASS_STARTS[0]
_HIGHER = "score 2 and more"


def write_record(composites: pl.DataFrame, folder: Path) -> None:
    """Write how good the rankings were, where any outcome is known.

    Args:
        composites: As of `riskkit.study.replay.replay`.
        folder: For record.csv, chances.csv, classes.csv and intervals.csv.
    """
    known = rankings(composites)
    if known:
        told = {
            RECORD: record(composites),
            CHANCES: _reliability(composites),
            CLASSES_TABLE: classes(known, class_codes, CLASSES),
            INTERVALS: intervals(composites),
        }
        for name, table in told.items():
            table.write_csv(folder / name, float_precision=4)


def _reliability(composites: pl.DataFrame) -> pl.DataFrame:
    """How often the chances of being among the ten highest held, by period and system."""
    frames = []
    for period, rows in periods(composites):
        known = rankings(rows)
        for system in [OWN, *known[0].baselines] if known else ():
            told = chances([replace(one, chance=_chance(one, system)) for one in known])
            frames.append(
                told.select(
                    pl.lit(period).alias("period"), pl.lit(system).alias("system"), pl.all()
                )
            )
    return pl.concat(frames)


def top_ten_chances(composites: pl.DataFrame) -> pl.DataFrame:
    """How often the ranking's chances of being among the ten highest held.

    Args:
        composites: As of `riskkit.study.replay.replay`, of the origins that count.

    Returns:
        Columns of `riskkit.publish.chances.Chances`, a row for each tenth of the chances that
        occurs.
    """
    ends = {"low": "came_low", "high": "came_high"}
    first, last = composites["origin"].min(), composites["origin"].max()
    return (
        chances(rankings(composites))
        .rename({"from": "chance_from", "to": "chance_to", "n": "cases", **ends})
        .with_columns(first_origin=pl.lit(str(first)[:7]), last_origin=pl.lit(str(last)[:7]))
    )


def _chance(ranking: Ranking, system: str) -> Floats:
    """A system's chances; last year's order, which states none, is certain of its ten."""
    if system == OWN:
        return ranking.chance
    stated = ranking.baseline_chances.get(system)
    return placed(ranking.baselines[system], PLACES) if stated is None else stated


def rankings(composites: pl.DataFrame) -> list[Ranking]:
    """The published ranking of each origin whose outcomes are known, beside its baselines.

    Args:
        composites: As of `replay`.
    """
    made = []
    ours = composites.filter(system=PUBLISHED)
    reference = composites.filter(pl.col("system") != PUBLISHED)
    for (origin,), rows in ours.partition_by("origin", as_dict=True).items():
        if rows["truth"].is_null().all():
            continue
        others = reference.filter(origin=origin).select("unit", "draws", "p_top10")
        both = rows.join(others, on="unit", how="left", maintain_order="left", suffix="_of_other")
        known = both["draws_of_other"].is_not_null().to_numpy()
        drawn = np.zeros((rows.height, rows["draws"].dtype.size))  # type: ignore[attr-defined]
        drawn[known] = np.array(both.filter(known)["draws_of_other"].to_list())
        named = reference["system"][0] if reference.height else "reference"
        made.append(
            Ranking(
                units=rows["unit"].to_list(),
                score=rows["score"].to_numpy(),
                draws=rows["draws"].to_numpy().astype(np.float64),
                chance=rows["p_top10"].to_numpy(),
                truth=rows["truth"].fill_null(np.nan).to_numpy(),
                baselines={
                    LAST_YEAR: both["last_year"].fill_null(0.0).to_numpy(),
                    named: drawn,
                },
                baseline_chances={named: both["p_top10_of_other"].fill_null(0.0).to_numpy()},
            )
        )
    return made


def record(composites: pl.DataFrame) -> pl.DataFrame:
    """How good the rankings of each period were, beside last year's and the reference's.

    Returns:
        `period` and the columns of `riskkit.scoring.ranking.compare`, with bootstrap over units.
    """
    frames = []
    for name, rows in periods(composites):
        known = rankings(rows)
        if known:
            frames.append(compare(known).select(pl.lit(name).alias("period"), pl.all()))
    if not frames:
        raise RiskkitError(
            "no outcome of these origins is known yet", hint="replay earlier origins"
        )
    return pl.concat(frames)


def periods(composites: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """All origins, those whose outcomes models were chosen by, and those for reporting only.

    Args:
        composites: Any table with the column `origin`.
    """
    chosen = pl.col("origin") < pl.date(CHOOSING_ENDS, 1, 1)
    parts = [
        ("all", composites),
        (f"to {CHOOSING_ENDS - 1}", composites.filter(chosen)),
        (f"from {CHOOSING_ENDS}", composites.filter(~chosen)),
    ]
    return [(name, rows) for name, rows in parts if rows.height]


def by_threat(scores: pl.DataFrame, threats: Mapping[str, str], reference: str) -> pl.DataFrame:
    """How each threat's forecast compares with the reference, by period.

    Args:
        scores: Rows of a backtest's scores.
        threats: Name of each threat's target, by threat.
        reference: The model that skill is relative to.

    Returns:
        `period, threat, rule, model, value, reference, skill, skill_low, skill_high` of the rules
        of `THREAT_RULES`; coverage has no skill.
    """
    named = pl.DataFrame({"threat": list(threats), "target": list(threats.values())})
    rows = scores.filter(
        pl.col("rule").is_in(THREAT_RULES), pl.col("target").is_in(named["target"].to_list())
    )
    rows = rows.with_columns(origin=pl.col("month").dt.offset_by(pl.format("-{}mo", "horizon")))
    frames = []
    for period, some in periods(rows):
        board = summarise(some.drop("origin"), reference).filter(window=ALL)
        base = board.filter(model=reference).select("target", "rule", reference="value")
        ours = board.filter(pl.col("model") != reference).join(base, on=["target", "rule"])
        frames.append(ours.with_columns(period=pl.lit(period)))
    columns = ("rule", "model", "value", "reference", "skill", "skill_low", "skill_high")
    return (
        pl.concat(frames)
        .join(named, on="target", maintain_order="right_left")
        .select("period", "threat", *columns)
    )


def intervals(composites: pl.DataFrame, *, seed: int = 0) -> pl.DataFrame:
    """What the composite's 90 % interval held, with scenarios joined across threats and apart.

    Args:
        composites: As of `riskkit.study.replay.replay`.
        seed: Of the bootstrap over units.

    Returns:
        `period, units, scenarios, n, crps, coverage, low, high`: of all units and of those of a
        score of 2 and more; `low` and `high` are the 90 % interval of the coverage.
    """
    ours = composites.filter(pl.col("system") == PUBLISHED, pl.col("truth").is_not_null())
    frames = []
    for period, rows in periods(ours):
        for units, some in (("all", rows), (_HIGHER, rows.filter(pl.col("score") >= _LOW))):
            for scenarios, end in (("joined", ""), ("apart", "_apart")):
                held = f"covered{end}"
                low, high = _resampled_mean(some.select("unit", value=held), seed)
                frames.append(
                    some.select(
                        period=pl.lit(period),
                        units=pl.lit(units),
                        scenarios=pl.lit(scenarios),
                        n=pl.len(),
                        crps=pl.col(f"crps{end}").mean(),
                        coverage=pl.col(held).mean(),
                        low=pl.lit(low),
                        high=pl.lit(high),
                    ).head(1)
                )
    return pl.concat(frames)


def _resampled_mean(values: pl.DataFrame, seed: int) -> tuple[float, float]:
    """Interval of a mean over rows, with units drawn again, each with all its rows."""
    sums = values.group_by("unit", maintain_order=True).agg(
        pl.col("value").sum().alias("total"), n=pl.len()
    )
    if sums.is_empty():
        return float("nan"), float("nan")
    size = sums.height
    times = np.random.default_rng(seed).multinomial(size, np.full(size, 1 / size), _REPLICATES)
    means = (times @ sums["total"].to_numpy()) / (times @ sums["n"].to_numpy())
    low, high = np.quantile(means, INTERVAL)
    return float(low), float(high)
