"""What a publication says of one unit, from its tables alone, for pages and `riskkit explain`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from riskkit.publish import COMPOSITE

Row = dict[str, Any]
Tables = Mapping[str, pl.DataFrame]
BY_UNIT = (
    "components.csv",
    "drivers.csv",
    "forecasts.csv",
    "series.csv",
    "situations.csv",
    "diplomacy.csv",
    "changes.csv",
    "alerts.csv",
    "history.csv",
)


@dataclass(frozen=True)
class Story:
    """One unit.

    Attributes:
        row: Its row of ranking.csv.
        units: Number of ranked units.
        components: Its rows of components.csv, in the order of the threats.
        families: Its rows of drivers.csv for all threats together, the weightiest first.
        fan: Its rows of forecasts.csv of the first threat, by month.
        series: Its rows of series.csv of the first threat, by month.
        situations: Its rows of situations.csv.
        diplomacy: Its rows of diplomacy.csv, by theme.
        past: Its rows of history.csv, by month.
        change: Its row of changes.csv; None without an earlier publication.
        alerts: Its new rows of alerts.csv.
        themes: Rows of themes.csv of which no table is at hand.
        graded: Rows of onsets.csv: how past chances of onset and of a doubling turned out.
    """

    row: Row
    units: int
    components: list[Row]
    families: list[Row]
    fan: list[Row]
    series: list[Row]
    situations: list[Row]
    diplomacy: dict[str, list[Row]]
    past: list[Row]
    change: Row | None
    alerts: list[Row]
    themes: list[Row]
    graded: list[Row]

    @property
    def unit(self) -> str:
        """Code of the unit."""
        return str(self.row["unit"])

    @property
    def drivers(self) -> list[str]:
        """What in the model sets the unit apart most."""
        return [self.row[f"driver_{i}"] for i in (1, 2, 3) if self.row[f"driver_{i}"]]

    @property
    def first(self) -> Row | None:
        """Component of the threat whose counts the ranking tells."""
        return next((one for one in self.components if one["state"] != "absent"), None)


def stories(tables: Tables) -> list[Story]:
    """Tell every ranked unit, in the order of the ranks."""
    ranking = tables["ranking.csv"]
    parts = {name: _by_unit(tables[name]) for name in BY_UNIT if name in tables}
    missing = tables["themes.csv"].filter(pl.col("figures") == 0).to_dicts()
    order, graded = threats(tables), tables["onsets.csv"].to_dicts()
    made = [_story(row, ranking.height, parts, order, missing) for row in ranking.to_dicts()]
    return [replace(one, graded=graded) for one in made]


def threats(tables: Tables) -> list[str]:
    """Names of the threats: the first, whose counts the ranking tells, before the others."""
    ranking, components = tables["ranking.csv"], tables["components.csv"]
    names = components["threat"].unique(maintain_order=True).to_list()
    first = _first_threat(ranking, components)
    standard = [name for name in ranking.columns if name in names and name != first]
    others = sorted(set(names) - {first, *standard})
    return [first, *standard, *others]


def _first_threat(ranking: pl.DataFrame, components: pl.DataFrame) -> str:
    """The threat whose window and expectation are those of the ranking."""
    top = ranking.row(0, named=True)
    same = components.filter(
        pl.col("unit") == top["unit"],
        pl.col("window_start") == top["window_start"],
        pl.col("expected") == top["expected"],
    )
    return str(same["threat"][0])


def _by_unit(table: pl.DataFrame) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in table.to_dicts():
        found.setdefault(row["unit"], []).append(row)
    return found


def _story(
    row: Row,
    units: int,
    parts: Mapping[str, Mapping[str, list[Row]]],
    order: list[str],
    missing: list[Row],
) -> Story:
    rows = {name: parts.get(name, {}).get(row["unit"], []) for name in BY_UNIT}
    components = sorted(rows["components.csv"], key=lambda one: order.index(one["threat"]))
    target = components[0]["target"]
    diplomacy: dict[str, list[Row]] = {}
    for fact in rows["diplomacy.csv"]:
        diplomacy.setdefault(fact["theme"], []).append(fact)
    return Story(
        row=row,
        units=units,
        components=components,
        families=sorted(
            (one for one in rows["drivers.csv"] if one["threat"] == COMPOSITE),
            key=lambda one: (-abs(one["points"]), one["family"]),
        ),
        fan=[one for one in rows["forecasts.csv"] if one["target"] == target],
        series=[one for one in rows["series.csv"] if one["threat"] == order[0]],
        situations=rows["situations.csv"],
        diplomacy=diplomacy,
        past=rows["history.csv"],
        change=next(iter(rows["changes.csv"]), None),
        alerts=[one for one in rows["alerts.csv"] if one["state"] == "new"],
        themes=missing,
        graded=[],
    )
