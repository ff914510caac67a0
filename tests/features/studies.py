"""Panels for tests of features: of a few hand-made rows, and of the real tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from riskkit.config import load_params
from riskkit.family import Family
from riskkit.months import first_day, last_day, month_id
from riskkit.panel import Panel, build_panel
from riskkit.store import read_file
from riskkit.tables import Dyads, Indicator, Observations, Relation, Release
from riskkit.testing.panels import made_up_units
from riskkit.units import countries

ABLATION = Path(__file__).parents[2] / "experiments" / "ablation" / "params.yaml"
START = month_id("2010-01")
ALWAYS = date(2000, 1, 1)


def small_panel(
    figures: Mapping[str, Mapping[str, Sequence[float | None]]],
    ties: Mapping[str, Mapping[tuple[str, str], float]],
    frequency: str = "month",
) -> Panel:
    """Build the panel of the invented countries.

    Args:
        figures: By indicator and unit, a value for each month (or year) from 2010 on, known at
            its end, or None. Other units have none.
        ties: By relation and pair (unit, other) the weight of a tie that never changes.
        frequency: "month" or "year".
    """
    step = 12 if frequency == "year" else 1
    rows = [
        (unit, first_day(START + t * step), name, float(x), last_day(START + (t + 1) * step - 1))
        for name, by_unit in figures.items()
        for unit, series in by_unit.items()
        for t, x in enumerate(series)
        if x is not None
    ]
    pairs = [
        (unit, other, ALWAYS, name, float(weight), ALWAYS)
        for name, by_pair in ties.items()
        for (unit, other), weight in by_pair.items()
    ]
    length = max(len(series) for by_unit in figures.values() for series in by_unit.values())
    last = START + length * step - 1
    release = Release(
        pl.DataFrame(rows, schema=Observations.create_empty().schema, orient="row"),
        tuple(Indicator(name, "things", "made-up", frequency=frequency) for name in figures),  # type: ignore[arg-type]
        (first_day(START), first_day(last)),
        simulated=True,
        dyads=pl.DataFrame(pairs, schema=Dyads.create_empty().schema, orient="row"),
        relations=tuple(Relation(n, "things", "made-up", frequency="constant") for n in ties),
    )
    return build_panel([release], made_up_units(), START, last)


def last_row(family: Family, panel: Panel, unit: str = "XAA") -> dict[str, float | None]:
    """Features of a unit's last month."""
    return family.build(panel).filter(unit=unit).row(-1, named=True)


def real_panel(tables: Path, family: Family) -> Panel:
    """Build the ablation study's panel of what a family reads: living countries, 1989 to 2021."""
    needed = {*family.inputs, *family.relations}
    releases = [
        read_file(entry.source, tables / entry.path, entry.options)
        for entry in load_params(ABLATION).data.sources
        if needed & {*entry.options.get("indicators", ()), *entry.options.get("relations", ())}
    ]
    living = countries("views").filter(pl.col("died").is_null())
    return build_panel(releases, living, month_id("1989-01"), month_id("2021-12"))
