"""report.html: the publication for people, on one page that asks nobody for anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
from markupsafe import Markup

from riskkit.months import format_month
from riskkit.publish import (
    Part,
    Publication,
    _cell_map,
    _pages,
    _places,
    _record,
    _svg,
    _table,
)
from riskkit.publish._findings import sentences, things
from riskkit.publish._story import Story, Tables, stories, threats
from riskkit.publish._wording import count, month_name, window_name
from riskkit.risk.regions import WORLD
from riskkit.risk.score import CLASSES

FILE = "report.html"
TOP = 20
MOST_ROWS = 400
"""Rows of the ranking that the page shows."""
NEAR = 0.03
"""How far from what came a chance may be to count as near."""
SHOWN = 5
"""Past rankings whose hits, misses and false alarms the page names."""
_EVENTS = {
    "onset_3": "Armed conflict within 3 months, after 60 without",
    "onset_12": "Armed conflict within 12 months, after 60 without",
    "doubling": "At least twice the deaths of the last 12 months, where these were 25 or more",
}
_SPANS = ("below 2", "2 to 3.4", "3.5 to 4.9", "5 to 6.4", "6.5 and more")
_MAP = "small states are dots. Equal Earth projection, outlines of Natural Earth"
_MAP_OF_CELLS = "cells are half a degree wide. Plate carrée, outlines of Natural Earth"
_SECTIONS = (
    ("says", "In five sentences"),
    ("map", "Map"),
    ("ranking", "Ranking"),
    ("changes", "What changed"),
    ("top", "The highest"),
    ("regions", "Regions"),
    ("record", "Record"),
    ("decisions", "Decisions"),
    ("diplomacy", "Diplomacy"),
    ("method", "Method, data, limits"),
)


def write(publication: Publication, tables: Tables, folder: Path) -> None:
    """Write the page.

    Args:
        publication: What it is about.
        tables: Its tables, by file name.
        folder: Where to write.
    """
    (folder / FILE).write_text(page(publication, tables), encoding="utf-8", newline="\n")


def page(publication: Publication, tables: Tables) -> str:
    """Compose the page."""
    ranking, told = tables["ranking.csv"], stories(tables)
    shown = told[:MOST_ROWS]
    first, row = publication.first, told[0].row
    window = window_name(row["window_start"], row["window_end"])
    kind = "Simulated risk" if publication.data_kind == "simulated" else "Risk"
    return _pages.render(
        "report.html.j2",
        title=publication.title,
        heading=f"{kind} of {things(ranking)}, {window}",
        subtitle=_subtitle(publication, tables),
        simulated=publication.data_kind == "simulated",
        sections=_SECTIONS,
        sentences=sentences(publication, tables),
        things=things(ranking),
        map=_map(told),
        map_note=_MAP_OF_CELLS if things(ranking) == "cells" else _MAP,
        spans=_SPANS,
        class_counts=[sum(one.row["risk_class"] == name for one in told) for name in CLASSES],
        stories=shown,
        shortened=len(shown) < len(told),
        total=len(told),
        columns=_columns(tables, publication),
        history=tables["history.csv"]["as_of"].n_unique(),
        compared=None if publication.previous is None else publication.previous["as_of"][0],
        alerts=tables["alerts.csv"].filter(pl.col("state") == "new").to_dicts(),
        moved=_moved(tables),
        noise=f"{_table.noise(publication):.2g}",
        top=told[:TOP],
        first=first,
        first_window=(row["window_start"], row["window_end"]),
        last_data=format_month(first.last_data),
        as_of=format_month(publication.as_of),
        regions=_regions(publication, tables),
        missing=told[0].themes,
        diplomacy=_diplomacy(told[:TOP]),
        scale=_scale(first),
        threats=publication.parts,
        absent=publication.absent,
        outliers=_outliers(publication),
        scenarios=f"{first.forecast.draws.shape[-1]:,}",
        exponent=f"{publication.exponent:g}",
        inputs=tables["inputs.csv"].to_dicts(),
        licence=": ".join(publication.licence),
        sources=publication.sources,
        **_turned_out(publication, tables),
    )


def _turned_out(publication: Publication, tables: Tables) -> dict[str, Any]:
    """What the page tells of past rankings and forecasts, and of acting on them."""
    record, chances = tables["record.csv"], tables["chances.csv"]
    return {
        "worse": _record.worse(record),
        "live": _record.windows(record, _record.LIVE),
        "replayed": _record.windows(record, _record.REPLAYED),
        "live_means": _record.means(record, _record.LIVE),
        "replayed_means": _record.means(record, _record.REPLAYED),
        "shown": SHOWN,
        "fewest": _record.FEWEST_PUBLICATIONS,
        "ungraded": publication.ungraded,
        "record": _backtest(publication),
        "steps": chances.to_dicts(),
        "steps_text": _steps(chances),
        "broken_out": _broken_out(tables["onsets.csv"]),
        "decided": _pairs(tables["decisions.csv"], "alarm"),
        "spent": _pairs(tables["costs.csv"], "ratio"),
    }


def _scale(part: Part) -> str:
    """Say what scores of the first threat mean in counts."""
    threat = part.threat
    if threat.scale != "log":
        return ""
    one = threat.target.thresholds[0]
    told = [
        f"{2.5 * step:g} is about {count(one * threat.top ** (step / 4))}" for step in range(1, 5)
    ]
    year = f"{part.counted} of {threat.name} a year"
    return f" In {year}, {', '.join(told[:-1])} and {told[-1].replace('about ', '')} or more."


def _steps(chances: pl.DataFrame) -> str:
    """Say how far the chances of the ten highest were from what came."""
    if chances.is_empty():
        return ""
    off = (pl.col("forecast") - pl.col("came")).abs()
    near = chances.filter(off <= NEAR).height
    held = chances.filter(pl.col("forecast").is_between("came_low", "came_high")).height
    mean, worst = chances.select(
        (off * pl.col("cases")).sum() / pl.col("cases").sum(), off.max().alias("worst")
    ).row(0)
    return (
        f"Over all cases a chance was off by {100 * mean:.1f} points on average. Of the "
        f"{chances.height} steps {near} are within {100 * NEAR:.0f} points of what came, and the "
        f"worst is off by {100 * worst:.0f}; between 10 and 90\xa0% a step holds few cases, and in "
        f"{held} of {chances.height} the interval of what came holds the chance."
    )


Figures = list[dict[str, Any]]


def _diplomacy(told: list[Story]) -> list[tuple[str, Figures, list[tuple[str, list[Any]]]]]:
    """By theme, its figures with their year if they share one, and what each unit has of them."""
    themes: dict[str, dict[str, set[int]]] = {}
    for story in told:
        for theme, facts in story.diplomacy.items():
            for fact in facts:
                years = themes.setdefault(theme, {}).setdefault(fact["text"], set())
                years.add(fact["month"].year)
    found = []
    for theme, figures in themes.items():
        heads = [
            {"text": text, "year": min(years) if len(years) == 1 else None}
            for text, years in figures.items()
        ]
        rows = []
        for story in told:
            by_text = {fact["text"]: fact for fact in story.diplomacy.get(theme, [])}
            rows.append((str(story.row["name"]), [by_text.get(text) for text in figures]))
        found.append((theme, heads, rows))
    return found


def _outliers(publication: Publication) -> list[tuple[str, tuple[str, ...]]]:
    """Names of units with what is beyond anything they had."""
    names = dict(publication.places.select("unit", "name").iter_rows())
    return [(names[unit], texts) for unit, texts in publication.outliers.items()]


def _subtitle(publication: Publication, tables: Tables) -> str:
    names = ", ".join(threats(tables))
    absent = [one.name for one in publication.absent]
    lacks = f" Absent: {', '.join(absent)}." if absent else ""
    return (
        f"Made with what was known at the end of {month_name(format_month(publication.as_of))}. "
        f"Threats: {names}.{lacks}"
    )


def _map_of_cells(told: list[Story]) -> Markup | None:
    """Draw the ranked cells that are somewhere, over the outlines of countries."""
    marks = {
        one.unit: (CLASSES.index(one.row["risk_class"]), _marked(one.row))
        for one in told
        if _places.is_cell(one.unit)
    }
    if not marks:
        return None
    return Markup(_cell_map.cell_map(marks, _around(), _label(told)))  # noqa: S704


def _around() -> dict[str, _places.Geometry]:
    """Outlines of countries but Antarctica, which takes much room and is not ranked."""
    return {code: shape for code, shape in _places.outlines().items() if code != "ATA"}


def _map(told: list[Story]) -> Markup | None:
    """Draw the ranked units, and the countries that are not ranked in grey."""
    if told[0].unit.isdigit():
        return _map_of_cells(told)
    ranked = {one.unit: one.row for one in told}
    where = _places.geometries(ranked)
    if not any(where.values()):
        return None
    marks = {
        unit: (f"c{CLASSES.index(row['risk_class'])}", _marked(row)) for unit, row in ranked.items()
    }
    return Markup(_svg.world_map({**_around(), **where}, marks, _label(told)))  # noqa: S704


def _marked(row: dict[str, Any]) -> str:
    """What a place tells under a mouse."""
    return f"{row['name']}: {row['score']:.1f}, {row['risk_class']}, rank {row['rank']}"


def _label(told: list[Story]) -> str:
    top = ", ".join(one.row["name"] for one in told[:5])
    return f"Map of the composite score by class; highest: {top}. The table below has all figures."


def _columns(tables: Tables, publication: Publication) -> list[tuple[str, str, str]]:
    """Key, heading and class of each column; `up` sorts upwards first, `mid` makes way."""
    parts = [(name, name, "wide") for name in threats(tables)]
    change = [("change", "change", "n mid")] if publication.previous is not None else []
    scores = [] if tables["history.csv"].is_empty() else [("past", "past scores", "past")]
    threshold = publication.first.threat.target.thresholds[1]
    counted = publication.first.counted
    return [
        ("rank", "rank", "n up"),
        ("ranks", "ranks", "n mid up"),
        ("name", "name", "up"),
        ("score", "score", ""),
        ("class", "class", "mid"),
        *parts,
        ("top", "top ten", "n"),
        ("likely", f"{threshold:,} or more {counted}", "mid"),
        *scores,
        *change,
    ]


def _moved(tables: Tables) -> list[dict[str, Any]]:
    clear = tables["changes.csv"].filter(pl.col("clear"))
    return clear.sort(pl.col("score_change").abs(), descending=True).head(TOP).to_dicts()


def _regions(publication: Publication, tables: Tables) -> list[dict[str, Any]]:
    """Composite and counts of the first threat by region, the highest first and the world last."""
    table = tables["regions.csv"]
    names = dict(tables["ranking.csv"].select("unit", "name").iter_rows())
    counts = table.filter(pl.col("threat") == publication.first.threat.name)
    scores = table.filter(pl.col("threat") == "composite").select(
        "region", "score", "score_low", "score_high", "highest"
    )
    joined = counts.drop("score", "score_low", "score_high", "highest").join(
        scores, on="region", how="inner"
    )
    order = joined.sort(pl.col("region") == WORLD, -pl.col("score"), "region")
    return [
        {**row, "highest_names": ", ".join(names[unit] for unit in row["highest"].split())}
        for row in order.to_dicts()
    ]


def _backtest(publication: Publication) -> list[dict[str, Any]]:
    """Rows of the published models: all windows together where there is such a row."""
    record = publication.record
    if record is None:
        return []
    published = [part.forecast.model for part in publication.parts]
    rows = record.filter(pl.col("model").is_in(published)).sort("target", "rule", "window")
    return rows.to_dicts()


def _broken_out(table: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """By event in words, the rows of onsets.csv."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in table.to_dicts():
        found.setdefault(_EVENTS[one["event"]], []).append(one)
    return found


def _pairs(table: pl.DataFrame, key: str) -> dict[str, list[tuple[dict[str, Any], dict[str, Any]]]]:
    """By event, the rows of the ranking, each beside that of last year's."""
    found: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = {}
    ours = table.filter(pl.col("system") == "ranking")
    theirs = table.filter(pl.col("system") != "ranking")
    for one in ours.to_dicts():
        other = theirs.filter(pl.col("event") == one["event"], pl.col(key) == one[key])
        found.setdefault(str(one["event"]), []).append((one, other.row(0, named=True)))
    return found
