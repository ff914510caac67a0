"""What the HTML pages share: templates, words and charts."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from riskkit.months import format_month
from riskkit.publish import Part, _svg, _wording
from riskkit.publish._story import Story
from riskkit.risk.score import CLASSES

TEMPLATES = Path(__file__).with_name("templates")


def render(template: str, **content: Any) -> str:
    """Fill in a template; text is escaped, and a name that is not given is an error."""
    return _environment().get_template(template).render(**content) + "\n"


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "classes": CLASSES,
        "style": Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),  # noqa: S704
        "window": _wording.window_name,
    }
    made.filters |= {
        "count": _wording.count,
        "percent": _wording.percent,
        "word": _wording.word,
        "told": lambda fact: _wording.told(fact["value"], fact["counted"]),
        "place": _wording.place,
        "listed": _wording.listed,
        "made_of": lambda story: _wording.made_of(story.families),
        "driver": driver,
        "names": names,
        "one": {"countries": "country", "cells": "cell"}.get,
        "month": lambda value: _wording.month_name(str(value)),
        "year": lambda value: value.year,
        "counted": _wording.counted,
        "commands": commands,
        "fan": fan,
        "moved": moved,
        "outbreaks": _wording.outbreaks,
        "points": _wording.points,
        "ranks": lambda story: _wording.ranks(story.row, story.units),
        "share": share,
        "replays": replays,
        "past": past,
        "since_last": _wording.since_last,
        "window_of": lambda part: [format_month(month) for month in part.window],
        "last_of": last_of,
    }
    return made


def commands(text: str) -> Markup:
    """Set what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704


def driver(text: str) -> Markup:
    """Write what moves a forecast, the way in which it does first."""
    way, what = _wording.driver(text)
    return Markup("<b>{}</b> by {}").format(way.capitalize(), what)


def names(text: str | None) -> str:
    """Write names without the codes that stand in brackets behind them."""
    return re.sub(r" \([A-Z0-9]{3,}\)", "", text or "") or "none"


def moved(row: dict[str, Any]) -> str:
    """Say how many places a unit moved; in brackets where that may be chance."""
    change = row["rank_change"]
    if change is None:
        return "new"
    text = f"{change:+d}".replace("-", "−") if change else "0"
    return text if row["change_clear"] else f"({text})"


def replays(row: dict[str, Any]) -> str:
    """Say of which months rankings were replayed."""
    first, last = (_wording.month_name(row[name]) for name in ("first_origin", "last_origin"))
    return f"at the end of {first}" if first == last else f"from {first} to {last}"


def share(row: dict[str, Any], name: str) -> str:
    """Write a share with its interval."""
    value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    if value is None or low is None or high is None:
        return "none"
    text = f"{100 * value:.0f}\xa0% ({100 * low:.0f} to {100 * high:.0f})"
    return text.replace("-", "−")


def past(story: Story) -> Markup:
    """Draw the scores of earlier publications and of this one; nothing where there are none."""
    if not story.past:
        return Markup("")
    rows = [*story.past, story.row]
    first, last = rows[0], rows[-1]
    label = (
        f"score {first['score']:.1f} as of {_wording.month_name(first['as_of'])}, "
        f"{last['score']:.1f} as of {_wording.month_name(last['as_of'])}"
    )
    months = [row["as_of"] for row in rows]
    return Markup(_svg.spark(months, [row["score"] for row in rows], label))  # noqa: S704


def last_of(part: Part) -> str:
    """Name the last month whose outcome a threat knew."""
    return _wording.month_name(format_month(part.last_data))


def fan(story: Story) -> Markup:
    """Draw the past and the forecast of a unit's first threat."""
    first, row = story.first, story.row
    if first is None or not story.fan:
        return Markup("")
    label = (
        f"{row['name']}, {first['title']}: median of the window {_wording.count(row['median'])}, "
        f"90 % of scenarios {_wording.count(row['q05'])} to {_wording.count(row['q95'])}"
    )
    return Markup(_svg.fan(story.series, story.fan, label))  # noqa: S704
