"""One row of a publication in sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from riskkit.errors import UnknownUnit
from riskkit.files import read_csv


def explain_unit(folder: Path, unit: str) -> dict[str, Any]:
    """Find a unit in a published ranking by its code or name.

    Raises:
        RiskkitError: There is no publication.
        UnknownUnit: It does not rank the unit.
    """
    path = folder / "ranking.csv"
    ranking = read_csv(path, "run `riskkit run` first, or again", ("unit", "name", "rank"))
    wanted = unit.casefold()
    found = ranking.filter(
        (pl.col("unit").str.to_lowercase() == wanted)
        | (pl.col("name").str.to_lowercase() == wanted)
    )
    if found.is_empty():
        raise UnknownUnit(f"{path} ranks no unit '{unit}'", hint="use a code or name of its rows")
    return {**found.row(0, named=True), "units": ranking.height}


def explanation_text(row: dict[str, Any]) -> str:
    """Write the row as a short paragraph."""
    made_up = " (SIMULATED)" if row["data_kind"] == "simulated" else ""
    drivers = [row[f"driver_{i}"] for i in (1, 2, 3) if row[f"driver_{i}"]]
    lines = [
        f"{row['name']} ({row['unit']}), {row['region']}{made_up}",
        f"Rank {row['rank']} of {row['units']}; in 90 % of the joint scenarios between "
        f"{row['rank_low']:.0f} and {row['rank_high']:.0f}.",
        f"Score {row['score']:.1f} of 10 ({row['risk_class']}), 90 % interval "
        f"{row['score_low']:.1f} to {row['score_high']:.1f}.",
        f"From {row['window_start']} to {row['window_end']}: expected total "
        f"{row['expected']:,.0f}, median {row['median']:,.0f}, 90 % interval "
        f"{row['q05']:,.0f} to {row['q95']:,.0f}.",
        f"25 or more: {row['likelihood']} (probability {row['p_25']:.2f}); "
        f"at least one {row['p_any']:.2f}; 100 or more {row['p_100']:.2f}.",
        "What moved the model's score most, as association and not as cause:",
        *([f"  - {driver}" for driver in drivers] or ["  - the model gives no explanation"]),
        f"As of {row['as_of']}, data {row['data_age_months']} month(s) old, model {row['model']}.",
    ]
    return "\n".join(lines)
