"""riskkit replay: the rankings that would have been."""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._options import json_option, out_option, params_options
from riskkit.cli._output import echo, echo_json


@click.command(name="replay")
@params_options
@click.option("--from", "first", required=True, help="First origin, e.g. 2010-06.")
@click.option("--to", "last", required=True, help="Last origin; every twelfth month is replayed.")
@out_option("replay", "Folder for composites.parquet and the scores.", marker="identity.json")
@json_option
def command(
    config: Path | None,
    settings: tuple[str, ...],
    first: str,
    last: str,
    out: Path,
    as_json: bool,
) -> None:
    """Rank past origins by all threats as it would have been done, and score what came of it.

    At every origin only what had been published counts. Finished forecasts stay in OUT/parts: an
    interrupted replay goes on where it stopped.

    \b
    Example:
      riskkit replay --from 2010-06 --to 2023-06 --out replay
    """
    from riskkit.cli._progress import progress
    from riskkit.months import parse_month
    from riskkit.study.inspection import in_columns
    from riskkit.study.record import record
    from riskkit.study.study import Study

    study = Study.open(config, settings, progress=progress)
    origins = range(parse_month(first), parse_month(last) + 1, 12)
    rows = record(study.replay(origins, out).composites)
    if as_json:
        echo_json(rows.to_dicts())
        return
    cells = [["origins", "rule", "system", "value (90 %)", "ranking better by (90 %)"]]
    for row in rows.sort("period", "rule", maintain_order=True).to_dicts():
        value = f"{row['value']:.3f} [{row['low']:.3f}, {row['high']:.3f}]"
        lead = f"{row['lead']:+.3f} [{row['lead_low']:+.3f}, {row['lead_high']:+.3f}]"
        cells.append([row["period"], row["rule"], row["system"], value, lead])
    for line in in_columns(cells):
        echo(line)
    echo(
        f"\n{out}/: composites.parquet, record.csv, threats.csv, intervals.csv, chances.csv, "
        "classes.csv, onsets.csv, leaderboard.csv"
    )
