"""Charts as static SVG: a few hundred bytes each, no script, in the colours of the page's style."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from riskkit.months import month_id
from riskkit.publish._places import Geometry

Row = Mapping[str, Any]
Point = tuple[float, float]
WORLD_WIDTH = 2000
NORTH, SOUTH = 84.0, -57.0
"""Latitudes that the map shows."""
_A = (1.340264, -0.081106, 0.000893, 0.003796)
_HALF_ROOT = math.sqrt(3) / 2
_X_MAX = 2.7066


def equal_earth(lon: float, lat: float) -> Point:
    """Project degrees to the plane without distorting areas.

    Savric, Patterson and Jenny (2019), The Equal Earth map projection, International Journal of
    Geographical Information Science 33(3), 454-465.

    >>> [round(v, 3) for v in equal_earth(180, 0)]
    [2.707, 0.0]
    """
    theta = math.asin(_HALF_ROOT * math.sin(math.radians(lat)))
    square = theta * theta
    sixth = square**3
    slope = _A[0] + 3 * _A[1] * square + sixth * (7 * _A[2] + 9 * _A[3] * square)
    x = math.radians(lon) * math.cos(theta) / (_HALF_ROOT * slope)
    y = theta * (_A[0] + _A[1] * square + sixth * (_A[2] + _A[3] * square))
    return x, y


def _place(lon: float, lat: float) -> tuple[int, int]:
    x, y = equal_earth(lon, min(max(lat, SOUTH), NORTH))
    scale = WORLD_WIDTH / (2 * _X_MAX)
    return round((x + _X_MAX) * scale), round((equal_earth(0, NORTH)[1] - y) * scale)


def world_map(
    shapes: Mapping[str, Geometry | None],
    marks: Mapping[str, tuple[str, str]],
    label: str,
) -> str:
    """Draw a map.

    Args:
        shapes: By unit; those without a geometry are left out.
        marks: By unit, the class attribute of its shape and the text that it shows under a mouse.
        label: What the map says, for those who do not see it.
    """
    height = _place(0, SOUTH)[1]
    areas, dots = [], []
    for unit, shape in shapes.items():
        if shape is None:
            continue
        kind, text = marks.get(unit, ("none", ""))
        title = f"<title>{escape(text)}</title>" if text else ""
        if shape["type"] == "Point":
            x, y = _place(*shape["coordinates"])
            dots.append(f'<circle class="{kind}" cx="{x}" cy="{y}" r="9">{title}</circle>')
        else:
            areas.append(f'<path class="{kind}" d="{_path(shape)}">{title}</path>')
    return (
        f'<svg class="map" viewBox="0 0 {WORLD_WIDTH} {height}" role="img" '
        f'aria-label="{escape(label)}">{"".join(areas)}{"".join(dots)}</svg>'
    )


def _path(shape: Geometry) -> str:
    parts = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    return "".join(_ring(ring) for polygon in parts for ring in polygon)


def _ring(ring: Sequence[Sequence[float]]) -> str:
    places = [_place(lon, lat) for lon, lat in ring[:-1]]
    (x, y), steps = places[0], []
    here = places[0]
    for there in places[1:]:
        if there != here:
            steps.append(f"{there[0] - here[0]} {there[1] - here[1]}")
            here = there
    return f"M{x} {y}l{' '.join(steps)}z" if steps else ""


# --- past scores --------------------------------------------------------------------------------

SPARK = (64, 16)


def spark(months: Sequence[str], scores: Sequence[float], label: str) -> str:
    """Draw a line of scores, from 0 at the bottom to 10 at the top, with a dot at the newest.

    Args:
        months: Of each score, ascending, as YYYY-MM.
        scores: Scores from 0 to 10.
        label: What the line says, for those who do not see it.
    """
    width, height = SPARK
    at = [month_id(f"{month}-01") for month in months]
    span = max(at[-1] - at[0], 1)
    points = [
        (round(2 + (width - 5) * (month - at[0]) / span, 1), round(height - 2 - 1.2 * score, 1))
        for month, score in zip(at, scores, strict=True)
    ]
    x, y = points[-1]
    return (
        f'<svg class="spark" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(label)}"><path d="{_line(points)}"/>'
        f'<circle cx="{x:g}" cy="{y:g}" r="1.8"/></svg>'
    )


# --- fans ---------------------------------------------------------------------------------------

WIDTH, HEIGHT = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 34, 6, 8, 20


def fan(series: Sequence[Row], ahead: Sequence[Row], label: str) -> str:
    """Draw what was observed and what is ahead, on a scale of orders of magnitude.

    Args:
        series: Rows of series.csv of one unit and threat.
        ahead: Rows of forecasts.csv of the same.
        label: What the chart says, for those who do not see it.
    """
    if not ahead:
        return ""
    frame = _Frame(series, ahead)
    observed = [(frame.x(row["month"]), frame.y(row["value"])) for row in series]
    return (
        f'<svg class="fan" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">'
        f"{frame.grid()}{frame.gap()}"
        f'<path class="b90" d="{frame.band("q05", "q95")}"/>'
        f'<path class="b50" d="{frame.band("q25", "q75")}"/>'
        f'<path class="med" d="{_line(frame.line("median"))}"/>'
        + (f'<path class="obs" d="{_line(observed)}"/>' if observed else "")
        + "".join(f'<circle class="dot" cx="{x}" cy="{y}" r="1.6"/>' for x, y in observed)
        + "</svg>"
    )


class _Frame:
    """Axes of a fan: months to the right, log(1 + count) upwards."""

    def __init__(self, series: Sequence[Row], ahead: Sequence[Row]) -> None:
        self.series, self.ahead = series, ahead
        months = [month_id(row["month"]) for row in (*series, *ahead)]
        self.first, self.last = min(months), max(months)
        self.step = (
            month_id(ahead[1]["month"]) - month_id(ahead[0]["month"]) if len(ahead) > 1 else 1
        )
        highest = max([10.0, *(r["value"] for r in series), *(r["q95"] for r in ahead)])
        self.top = math.log1p(highest) * 1.04

    def x(self, month: date) -> float:
        span = max(self.last - self.first, 1)
        share = (month_id(month) - self.first) / span
        return round(LEFT + 4 + share * (WIDTH - LEFT - RIGHT - 8), 1)

    def y(self, value: float) -> float:
        share = math.log1p(value) / self.top
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    def line(self, name: str) -> list[Point]:
        return [(self.x(row["month"]), self.y(row[name])) for row in self.ahead]

    def band(self, low: str, high: str) -> str:
        return _line([*self.line(high), *reversed(self.line(low))]) + "z"

    def grid(self) -> str:
        marks = []
        for value in (0, 10, 100, 1_000, 10_000, 100_000, 1_000_000):
            if math.log1p(value) <= self.top:
                y = self.y(value)
                marks.append(
                    f'<path class="grid" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>'
                    f'<text x="{LEFT - 4}" y="{y + 4}" class="end">{_short(value)}</text>'
                )
        start = self.first + (1 - self.first) % 12
        years = range(start, self.last + 1, 12)
        every = max(1, math.ceil(len(years) / 6))
        for month in list(years)[::every]:
            day = date(1980 + (month - 1) // 12, 1, 1)
            x = self.x(day)
            marks.append(
                f'<path class="grid" d="M{x} {TOP}V{HEIGHT - BOTTOM}"/>'
                f'<text x="{x}" y="{HEIGHT - 5}" class="{"cen" if x > LEFT + 12 else "start"}">'
                f"{day.year}</text>"
            )
        return "".join(marks)

    def gap(self) -> str:
        """Shade the months between the last outcome and the first forecast."""
        if not self.series:
            return ""
        left, right = self.x(self.series[-1]["month"]), self.x(self.ahead[0]["month"])
        width = round(right - left, 1)
        return (
            f'<rect class="gap" x="{left}" y="{TOP}" width="{width}" '
            f'height="{HEIGHT - TOP - BOTTOM}"/>'
        )


def _short(value: int) -> str:
    """Write a power of ten.

    >>> _short(100), _short(10_000), _short(1_000_000)
    ('100', '10k', '1M')
    """
    if value >= 1_000_000:
        return f"{value // 1_000_000}M"
    return f"{value // 1000}k" if value >= 1000 else str(value)


def _line(points: Iterable[Point]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
