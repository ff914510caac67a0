"""Figures and findings in words: hedged, by rules, in the terms of ICD 203."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from riskkit.risk.drivers import AVERAGE
from riskkit.risk.likelihood import likelihood

Row = Mapping[str, Any]
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def month_name(text: str) -> str:
    """Write a month in words.

    >>> month_name("2025-07")
    'July 2025'
    """
    year, month = text.split("-")[:2]
    return f"{_MONTHS[int(month) - 1]} {year}"


def window_name(start: str, end: str) -> str:
    """Write a window in words.

    >>> window_name("2026-01", "2026-12"), window_name("2025-07", "2026-06")
    ('2026', 'July 2025 to June 2026')
    """
    if start[:4] == end[:4] and start.endswith("-01") and end.endswith("-12"):
        return start[:4]
    return f"{month_name(start)} to {month_name(end)}"


def percent(probability: float | None) -> str:
    r"""Write a probability.

    >>> percent(0.004), percent(0.37), percent(0.999), percent(None)
    ('below 1\xa0%', '37\xa0%', 'above 99\xa0%', '')

    Halves go up, as where two decimals are printed:

    >>> percent(0.805), f"{0.805:.2f}"
    ('81\xa0%', '0.81')
    """
    if probability is None:
        return ""
    if probability < 0.01:
        return "below 1\xa0%"
    return "above 99\xa0%" if probability > 0.99 else f"{100 * round(probability, 2):.0f}\xa0%"


def count(value: float | None) -> str:
    """Write a count to three digits.

    >>> count(0), count(0.4), count(12.6), count(1234), count(79692), count(None)
    ('0', '0.4', '13', '1,230', '79,700', '')
    """
    if value is None:
        return ""
    if 0 < value < 9.95 and round(value, 1) != round(value):
        return f"{value:.1f}"
    size = max(len(str(round(value))) - 3, 0)
    return f"{round(value / 10**size) * 10**size:,.0f}"


def figure(value: float) -> str:
    """Write a figure of any size.

    >>> figure(0.169), figure(-1.141), figure(1072.0), figure(3.0)
    ('0.17', '−1.14', '1,072', '3')
    """
    text = f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"
    return text.replace("-", "−")


def told(value: float, unit: str) -> str:
    r"""Write a figure as its unit asks.

    >>> told(0.331, "share"), told(1.0, "1 if so"), told(1072.0, "events"), told(0.5, "points")
    ('33\xa0%', 'yes', '1,072', '0.50')
    """
    if unit == "share":
        return f"{100 * value:.0f}\xa0%"
    if unit.startswith("1 if"):
        return "yes" if value > 0 else "no"
    return figure(value)


def place(fact: Row) -> str:
    """Say which place a figure has among all countries; what is so or not so has none.

    >>> place({"counted": "share", "place": 71, "countries": 194})
    '71 of 194'
    >>> place({"counted": "1 if so", "place": 1, "countries": 195})
    ''
    """
    return "" if fact["counted"].startswith("1 if") else f"{fact['place']} of {fact['countries']}"


def listed(names: Sequence[str]) -> str:
    """Join names as a sentence does.

    >>> listed(["A"]), listed(["A", "B"]), listed(["A", "B", "C"])
    ('A', 'A and B', 'A, B and C')
    """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def word(probability: float) -> str:
    """Put a probability into words."""
    return likelihood([probability])[0]


def many(number: int, one: str, more: str) -> str:
    """Count something in words.

    >>> many(1, "country", "countries"), many(3, "country", "countries")
    ('1 country', '3 countries')
    """
    return f"{number:,} {one if number == 1 else more}"


def counted(unit: str, number: float) -> str:
    """Name what is counted; a flag counts months.

    >>> counted("deaths", 3), counted("1 if so", 1)
    ('deaths', 'month')
    """
    name = "months" if unit.startswith("1 if") else unit
    return name.removesuffix("s") if number == 1 else name


def points(value: float) -> str:
    """Write points that something adds or takes.

    >>> points(1.26), points(-0.5)
    ('+1.3', '−0.5')
    """
    return f"{value:+.1f}".replace("-", "−")


def outbreaks(one: Row, graded: Sequence[Row]) -> list[str]:
    r"""Say how likely armed conflict breaks out in a unit, or its deaths double.

    Args:
        one: A row of components.csv.
        graded: Rows of onsets.csv.

    >>> row = {"event": "onset_12", "from_chance": 0.05, "to_chance": 0.1, "forecasts": 55,
    ...     "came": 6, "first_origin": "2017-06", "last_origin": "2023-06"}
    >>> told = {"onset_3": 0.02, "onset_12": 0.07, "doubling": None, "threat": "conflict"}
    >>> outbreaks(told, [row])[0][:52]
    'armed conflict breaks out within 12 months: 7\xa0% (wit'
    >>> outbreaks(told, [row])[0][-49:]
    'in 55 past forecasts of 5 to 10\xa0% it came 6 times'
    """
    said = []
    if one["onset_12"] is not None:
        soon = percent(one["onset_3"])
        said.append(
            f"armed conflict breaks out within 12 months: {percent(one['onset_12'])} (within 3: "
            f"{soon}), after 60 months without{_so_far('onset_12', one, graded)}"
        )
    if one["doubling"] is not None:
        said.append(
            f"at least twice the deaths of the last 12 months known: {percent(one['doubling'])}"
            f"{_so_far('doubling', one, graded)}"
        )
    return said


def _so_far(event: str, one: Row, graded: Sequence[Row]) -> str:
    """How often past forecasts of about the same chance came."""
    for row in graded:
        low, high = row["from_chance"], row["to_chance"]
        if row["event"] == event and low <= one[event] and (one[event] < high or high == 1):
            times = many(row["came"], "time", "times")
            return (
                f"; in {many(row['forecasts'], 'past forecast', 'past forecasts')} of "
                f"{100 * low:.0f} to {100 * high:.0f}\xa0% it came {times}"
            )
    return ""


def ranks(row: Row, units: int) -> str:
    """Say which ranks a unit takes, and why they may reach to the last.

    >>> row = {"rank_low": 40, "rank_high": 195, "score_low": 0.0}
    >>> ranks(row, 195)[:42]
    'between 40 and 195 in 90\\xa0% of scenarios; i'
    """
    text = f"between {row['rank_low']} and {row['rank_high']} in 90\xa0% of scenarios"
    if row["rank_high"] == units and row["score_low"] == 0:
        text += (
            "; in at least 5\xa0% of them nothing happens there, and it shares the last places "
            "with all others at zero"
        )
    return text


def since_last(change: Row | None) -> str:
    """Say how a unit moved since the compared publication, and whether that may be chance."""
    if change is None:
        return "there is no earlier publication to compare with."
    before = month_name(str(change["compared_with"]))
    if change["score_before"] is None:
        return f"not ranked in the publication of {before}."
    verdict = (
        "more than two runs of the same data differ"
        if change["clear"]
        else "no more than two runs of the same data may differ"
    )
    text = (
        f"score {change['score_before']:.1f} in the publication of {before}, "
        f"{change['score']:.1f} now; rank {change['rank_before']} before, {change['rank']} now: "
        f"{verdict}."
    )
    if change["moved_by"]:
        text += f" Most of it is {change['moved_by']} ({change['reason']})."
    return text


def driver(text: str) -> tuple[str, str]:
    """Part what moves a forecast from the way in which it does.

    >>> driver("coups: 2, more than 90 % of countries (raises the forecast)")
    ('raised', 'coups: 2, more than 90 % of countries')
    """
    what, _, way = text.removesuffix(" the forecast)").rpartition(" (")
    return {"raises": "raised", "lowers": "lowered"}[way], what


def made_of(families: Sequence[Row]) -> str:
    r"""Say how many points each family of features adds to what an average country has.

    >>> rows = [("own history", 5.0), ("average country", 1.1), ("climate", -0.2), ("x", 0.01)]
    >>> made_of([{"family": name, "points": points} for name, points in rows])
    'To the 1.1 points of an average country come: own history +5.0, climate −0.2.'
    """
    start = sum(one["points"] for one in families if one["family"] == AVERAGE)
    rest = [one for one in families if one["family"] != AVERAGE and abs(one["points"]) >= 0.05]
    names = {"together": "several in combination"}
    parts = [f"{names.get(one['family'], one['family'])} {points(one['points'])}" for one in rest]
    if not parts:
        return f"Of the score, {start:.1f} points are those of an average country."
    return f"To the {start:.1f} points of an average country come: {', '.join(parts)}."
