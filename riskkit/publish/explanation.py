"""One unit of a publication for the terminal, from the publication's files alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

import polars as pl

from riskkit.errors import RiskkitError
from riskkit.files import read_csv
from riskkit.publish import _table, schemas
from riskkit.publish._story import BY_UNIT, Story, stories
from riskkit.publish._wording import (
    count,
    counted,
    month_name,
    outbreaks,
    percent,
    place,
    points,
    ranks,
    since_last,
    told,
    window_name,
    word,
)
from riskkit.units.wanted import find_unit

_WIDTH = 80
_STEPS = "▁▂▃▄▅▆▇█"
_BAR = 24
_SHARED = ("themes.csv", "onsets.csv")


def explain_unit(folder: Path, unit: str) -> Story:
    """Find a unit in a publication by its code (ISO3, ISO2) or a name.

    Raises:
        RiskkitError: There is no publication, or a damaged one.
        UnknownUnit: It does not rank the unit.
    """
    path = folder / "ranking.csv"
    hint = "run `riskkit run` first, or again"
    ranking = read_csv(path, hint, ("unit", "name", "rank", "iso2"))
    found = _find(ranking, unit, path)
    known = schemas()
    names = [name for name in ("ranking.csv", *BY_UNIT, *_SHARED) if name in known]
    for name in names:
        if not (folder / name).is_file():
            hint = "publish again: another version of riskkit wrote this publication"
            raise RiskkitError(f"there is no {folder / name}", hint=hint)
    tables = {name: _table.read_csv(folder / name, known[name]) for name in names}
    return next(story for story in stories(tables) if story.unit == found)


def _find(ranking: pl.DataFrame, wanted: str, path: Path) -> str:
    """Code of the unit that someone means."""
    rows = ranking.select(pl.col("unit", "iso2", "name").cast(pl.String)).rows()
    return find_unit(wanted, rows, f"{path} ranks")


def explanation_data(story: Story) -> dict[str, Any]:
    """Lay the story out for machines: the row of the ranking, and what belongs to it."""
    return {
        **story.row,
        "units": story.units,
        "components": story.components,
        "families": story.families,
        "series": story.series,
        "forecast": story.fan,
        "situations": story.situations,
        "past": story.past,
        "change": story.change,
        "alerts": story.alerts,
        "diplomacy": [fact for facts in story.diplomacy.values() for fact in facts],
        "diplomacy_without_table": story.themes,
    }


def explanation_text(story: Story) -> str:
    """Write the story in lines of at most 80 columns."""
    parts = (_head, _threats, _course, _drivers, _past, _change, _diplomacy)
    blocks = ["\n".join(part(story)) for part in parts]
    return "\n\n".join(block for block in blocks if block)


def _head(story: Story) -> Iterator[str]:
    row = story.row
    made_up = " (SIMULATED)" if row["data_kind"] == "simulated" else ""
    yield f"{row['name']} ({row['unit']}), {row['region']}{made_up}"
    yield from _wrapped(
        f"Rank {row['rank']} of {story.units}, {ranks(row, story.units)}.", "", "  "
    )
    yield (
        f"Score {row['score']:.1f} of 10 ({row['risk_class']}), 90 % of the scenarios "
        f"{row['score_low']:.1f} to {row['score_high']:.1f}; top ten: {percent(row['p_top10'])}."
    )
    yield (
        f"As of {row['as_of']}, data {row['data_age_months']} month(s) old, model {row['model']}."
    )
    if row["status"] == "outlier":
        yield "What goes in is beyond anything it had: model-card.md names the input."


def _threats(story: Story) -> Iterator[str]:
    yield f"{'Threats':<16}{'score':>5}  {'0':<{_BAR - 2}}10"
    for one in story.components:
        if one["score"] is None:
            yield from _wrapped(f"{one['threat']}: {one['state']}, {one['reason']}", "  ", "    ")
            continue
        bar = _bar(one["score_low"], one["score"], one["score_high"])
        window = window_name(one["window_start"], one["window_end"])
        yield f"  {one['threat']:<14}{one['score']:>5.1f}  {bar}  {window}"
        yield from _wrapped(
            f"{count(one['median'])} {counted(one['counted'], one['median'])} "
            f"({count(one['q05'])} to {count(one['q95'])}); {count(one['threshold_2'])} or more: "
            f"{word(one['p_2'])}, {percent(one['p_2'])}",
            "    ",
        )
        for said in outbreaks(one, story.graded):
            yield from _wrapped(said, "    ")


def _bar(low: float, value: float, high: float) -> str:
    """Draw a score and its interval on a line from 0 to 10."""
    left, mark, right = (min(int(v / 10 * _BAR), _BAR - 1) for v in (low, value, high))
    cells = ["━" if left <= k <= right else "·" for k in range(_BAR)]
    cells[mark] = "█"
    return "".join(cells)


def _course(story: Story) -> Iterator[str]:
    """The last periods and the next, as heights of bars in orders of magnitude."""
    if not story.fan or story.first is None:
        return
    values = [row["value"] for row in story.series]
    top = max([1.0, *values, *(row["q95"] for row in story.fan)])
    yield from _wrapped(f"{story.first['title'].capitalize()}, by period", "")
    if values:
        first, last = (f"{story.series[k]['month']:%Y-%m}" for k in (0, -1))
        yield f"  {first} {_spark(values, top)} {last}  observed, {_span(values)}"
    first, last = (f"{story.fan[k]['month']:%Y-%m}" for k in (0, -1))
    for name, text in (("q95", "95 % below"), ("median", "median"), ("q05", "5 % below")):
        ahead = [row[name] for row in story.fan]
        yield f"  {first} {_spark(ahead, top)} {last}  {text}, {_span(ahead)}"
    yield f"  Bars are orders of magnitude: ▁ is 0, █ is {count(top)}."


def _spark(values: Sequence[float], top: float) -> str:
    """Draw values as bars.

    >>> _spark([0, 9, 99], 99)
    '▁▄█'
    """
    scale = (len(_STEPS) - 1) / math.log1p(top)
    return "".join(_STEPS[int(math.log1p(min(v, top)) * scale + 1e-9)] for v in values)


def _span(values: Sequence[float]) -> str:
    low, high = count(min(values)), count(max(values))
    return low if low == high else f"{low} to {high}"


def _drivers(story: Story) -> Iterator[str]:
    yield "What moved the model's score most, as association and not as cause:"
    told = [one for one in story.families if abs(one["points"]) >= 0.05]
    if told:
        shares = ", ".join(f"{one['family']} {points(one['points'])}" for one in told)
        yield from _wrapped(f"points by family: {shares}", "  ", "    ")
    if not (told or story.drivers):
        yield "  - the model gives no explanation"
    for driver in story.drivers:
        yield from _wrapped(f"- {driver}", "  ", "    ")


def _past(story: Story) -> Iterator[str]:
    if story.situations:
        yield "Nearest past situations, and what followed:"
    for one in story.situations:
        month = month_name(str(one["month"]))
        yield from _wrapped(
            f"- {one['past_name']}, {month}: {count(one['before'])} in the year before, "
            f"{count(one['after'])} in the year after",
            "  ",
            "    ",
        )


def _change(story: Story) -> Iterator[str]:
    if story.past:
        rows = [*story.past, story.row]
        bars = "".join(_STEPS[min(int(row["score"] * 0.8), 7)] for row in rows)
        first = month_name(rows[0]["as_of"])
        yield f"Scores since {first}: {bars} ({rows[0]['score']:.1f} to {rows[-1]['score']:.1f})"
    yield from _wrapped(f"Since last time: {since_last(story.change)}", "", "  ")
    for alert in story.alerts:
        yield from _wrapped(f"! {alert['text']}", "  ", "    ")


def _diplomacy(story: Story) -> Iterator[str]:
    if not story.diplomacy and not story.themes:
        return
    yield "Diplomacy"
    for theme, facts in story.diplomacy.items():
        yield f"  {theme}"
        for fact in facts:
            where = ", ".join(filter(None, (str(fact["month"].year), place(fact))))
            yield f"    {fact['text']:<42}{told(fact['value'], fact['counted']):>10}  {where}"
    if story.themes:
        names = ", ".join(one["theme"].lower() for one in story.themes)
        text = f"No open table at hand: {names}. The report says how to add each."
        yield from _wrapped(text, "  ", "    ")


def _wrapped(text: str, first: str, then: str | None = None) -> list[str]:
    rest = first if then is None else then
    whole = text.replace("\xa0", " ")
    return fill(whole, _WIDTH, initial_indent=first, subsequent_indent=rest).split("\n")
