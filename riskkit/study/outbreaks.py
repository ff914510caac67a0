"""How replayed chances of onset and of a doubling turned out: scores, and counts by chance."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import polars.selectors as cs

from riskkit.forecasting.forecast import Forecast
from riskkit.months import first_day
from riskkit.risk.onset import EVENTS, Array, Standing
from riskkit.scoring.auc import auc, weighted_auc
from riskkit.scoring.average_precision import average_precision
from riskkit.scoring.brier import decompose
from riskkit.scoring.brier import reliability as corp
from riskkit.study.record import PUBLISHED, periods
from riskkit.study.results import open_result
from riskkit.tables import INTERVAL

CASES, GRADES, CORP = "onsets.parquet", "onsets.csv", "onsets_corp.csv"
"""In the folder of a replay: every case, the scores by period, and the reliability diagram."""
STEPS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Chances between which forecasts are counted together."""
_SAMPLES = 400
_SCHEMA = {
    "origin": pl.Date,
    "system": pl.String,
    "threat": pl.String,
    "unit": pl.String,
    "event": pl.String,
    "chance": pl.Float64,
    "came": pl.Boolean,
}


def cases(
    system: str, threat: str, forecast: Forecast, standing: Standing, outcome: Array
) -> pl.DataFrame:
    """Lay out what was forecast of each unit that an event is asked of, beside what came.

    Args:
        system: Whose forecast.
        threat: Name of the threat.
        forecast: Joint draws.
        standing: What was known of its units.
        outcome: `[units, months]` of the window; NaN where not known.

    Returns:
        `origin, system, threat, unit, event, chance, came`; without what is not known yet.
    """
    chances = standing.chances(forecast.draws)
    came = standing.events(outcome[..., None])
    frames = [pl.DataFrame(schema=_SCHEMA)]
    for event in EVENTS:
        rows = np.flatnonzero(~np.isnan(chances[event]) & ~np.isnan(came[event][:, 0]))
        told = {
            "origin": [first_day(forecast.origin)] * len(rows),
            "system": [system] * len(rows),
            "threat": [threat] * len(rows),
            "unit": [forecast.units[row] for row in rows],
            "event": [event] * len(rows),
            "chance": chances[event][rows],
            "came": came[event][rows, 0] > 0,
        }
        frames.append(pl.DataFrame(told, schema=_SCHEMA))
    return pl.concat(frames)


def read_cases(folder: Path) -> pl.DataFrame:
    """Read the cases of a replay from its folder.

    Raises:
        RiskkitError: The folder holds no replay, or one that tells of no onset.
    """
    return open_result(folder, f"riskkit replay --out {folder}").table(CASES)


def write_outbreaks(told: pl.DataFrame, folder: Path) -> None:
    """Write the cases of a replay, how good they were, and their reliability diagram."""
    told.write_parquet(folder / CASES)
    if told.height:
        grades(told).write_csv(folder / GRADES, float_precision=4)
        diagram(told).write_csv(folder / CORP, float_precision=4)


def grades(told: pl.DataFrame, *, seed: int = 0) -> pl.DataFrame:
    """How good the chances were, by period, threat, system and event.

    Args:
        told: As `cases` gives them.
        seed: Of the bootstrap over units.

    Returns:
        `period, threat, system, event, forecasts, came, units` (those of which it came), `auc`
        with its 90 % interval over units, `ap`, `brier`, `brier_base` (of the share that came,
        said of every unit), and of the CORP decomposition `miscalibration` and `discrimination`.
    """
    rows = []
    for named, some in _groups(told):
        chance, came = some["chance"].to_numpy(), some["came"].to_numpy()
        low, high = _auc_interval(some, seed)
        parts = decompose(chance, came)
        rows.append(
            {
                **named,
                "forecasts": some.height,
                "came": int(came.sum()),
                "units": some.filter("came")["unit"].n_unique(),
                "auc": auc(chance, came),
                "auc_low": low,
                "auc_high": high,
                "ap": average_precision(chance, came),
                "brier": parts.brier,
                "brier_base": parts.uncertainty,
                "miscalibration": parts.reliability,
                "discrimination": parts.resolution,
            }
        )
    return pl.DataFrame(rows).with_columns(cs.float().fill_nan(None))


def _groups(told: pl.DataFrame) -> Iterator[tuple[dict[str, str], pl.DataFrame]]:
    keys = ("threat", "system", "event")
    for period, some in periods(told):
        for named, rows in some.group_by(keys, maintain_order=True):
            yield {"period": period, **dict(zip(keys, named, strict=True))}, rows


def _auc_interval(some: pl.DataFrame, seed: int) -> tuple[float, float]:
    """90 % interval with units drawn again, each with all its rows."""
    unit = some["unit"].rank("dense").to_numpy() - 1
    size = int(unit.max()) + 1
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(size, np.full(size, 1 / size), _SAMPLES).T[unit].astype(np.float64)
    found = weighted_auc(some["chance"].to_numpy(), some["came"].to_numpy(), drawn)
    found = found[~np.isnan(found)]
    if not len(found):
        return float("nan"), float("nan")
    low, high = np.quantile(found, INTERVAL)
    return float(low), float(high)


def diagram(told: pl.DataFrame) -> pl.DataFrame:
    """Reliability without bins (CORP), with counts.

    Returns:
        `period, threat, system, event, chance, observed, forecasts, came` by rising chance.
    """
    frames = []
    for named, some in _groups(told):
        pools = corp(some["chance"].to_numpy(), some["came"].to_numpy())
        columns = {
            "chance": pools.probability,
            "observed": pools.frequency,
            "forecasts": pools.rows,
            "came": np.rint(pools.frequency * pools.rows).astype(np.int64),
        }
        names = [pl.lit(value).alias(name) for name, value in named.items()]
        frames.append(pl.DataFrame(columns).select(*names, pl.all()))
    return pl.concat(frames)


def reliability(told: pl.DataFrame, threat: str) -> pl.DataFrame:
    """Count the published forecasts of a threat by their chance, and how many of them came.

    Returns:
        `event, from_chance, to_chance, forecasts, came, chance, first_origin, last_origin`.
    """
    ours = told.filter(system=PUBLISHED, threat=threat)
    month = pl.col("origin").dt.strftime("%Y-%m")
    frames = []
    for event in EVENTS:
        some = ours.filter(event=event)
        for low, high in pairwise(STEPS):
            below = pl.col("chance") < (high if high < 1 else 2)
            frames.append(
                some.filter(pl.col("chance") >= low, below)
                .select(
                    event=pl.lit(event),
                    from_chance=pl.lit(low),
                    to_chance=pl.lit(high),
                    forecasts=pl.len().cast(pl.Int64),
                    came=pl.col("came").sum().cast(pl.Int64),
                    chance=pl.col("chance").mean(),
                    first_origin=month.min(),
                    last_origin=month.max(),
                )
                .filter(pl.col("forecasts") > 0)
                .head(1)
            )
    return pl.concat(frames)
