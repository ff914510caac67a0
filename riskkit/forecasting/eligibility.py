"""Who can be forecast, and from what: the one place that decides it.

1. The **last known period** is the newest one that is known of most units: of more than `MOST` of
   those of which anything was known in the two years before (`MEMORY`). What a few early reporters
   know of later periods is not used, and is reported.
2. A unit is **forecast** when its own last outcome is at most `Limits.max_gap` months older than
   that; what it lacks at the end is missing. A state that has ended by the origin is not forecast.
   Units that are left out are named with the reason.
3. A study with less than `Limits.min_history` months of outcomes, or whose last known period ended
   more than `Limits.max_age` months before the origin, is refused. One that is older than
   `Limits.stale_after` months is marked.

To forecast other units, change `MOST` and `MEMORY` here, or `forecast.max_gap` in params.yaml.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.errors import RiskkitError
from riskkit.months import format_month

MOST = 0.5
"""Share of the units that have to be known in the last known period, and more."""
MEMORY = 24
"""Months in which a unit has to have been known to count among them."""
_GAPS = {1: 3, 12: 12}
_SHOWN = 5


@dataclass(frozen=True)
class Limits:
    """How little and how old the outcomes may be, in months.

    Attributes:
        max_gap: By how much a unit's last outcome may be older than the last known period; None
            for three months, or for one period of a yearly target.
        min_history: Fewer months of outcomes are refused.
        max_age: Outcomes that ended longer before the origin are refused.
        stale_after: Outcomes that ended longer before the origin are marked.
    """

    max_gap: int | None = None
    min_history: int = 60
    max_age: int = 24
    stale_after: int = 12


DEFAULTS = Limits()


@dataclass(frozen=True)
class Eligibility:
    """Who can be forecast at an origin.

    Attributes:
        last: Column of the last known period; 0 if nothing is known.
        forecast: `[units]`, whether a unit is forecast.
        gaps: `[units]`, months by which its last outcome is older than the last known period; -1
            where none is known.
        early: `[units]`, whether it has outcomes of later periods.
        reasons: Why a unit is left out; empty where it is forecast.
    """

    last: int
    forecast: NDArray[np.bool_]
    gaps: NDArray[np.int64]
    early: NDArray[np.bool_]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """What a publication has to say of the outcomes that it stands on.

    Attributes:
        kind: "stale": the outcomes are old; "behind": some units' outcomes are older than others';
            "early": a few units had newer outcomes, which were not used.
        text: One sentence.
        units: The units that it is about; empty for all.
    """

    kind: Literal["stale", "behind", "early"]
    text: str
    units: tuple[str, ...] = ()


def last_known_period(known: NDArray[np.bool_]) -> int:
    """Find the newest period that is known of most units.

    Args:
        known: `[units, months]`, whether the outcome of the period that starts there is known.

    Returns:
        Its column; 0 if nothing is known.
    """
    columns = np.flatnonzero(known.any(axis=0))
    for column in columns[::-1]:
        before = columns[columns < column]
        if not before.size:
            break
        # Counted from the period before, since a series may pause for years.
        since = int(before[-1]) - MEMORY + 1
        usual = known[:, max(since, 0) : column].any(axis=1)
        if known[usual, column].mean() > MOST:
            return int(column)
    return int(columns[0]) if columns.size else 0


def find_eligible(
    y: NDArray[np.float64],
    period: int,
    max_gap: int | None = None,
    ended: Sequence[bool] | None = None,
) -> Eligibility:
    """Decide who is forecast.

    Args:
        y: Array [units, months] of outcomes, NaN where not known.
        period: Months per period.
        max_gap: See `Limits`.
        ended: Whether a unit's state had ended by the origin.
    """
    allowed = _GAPS[period] if max_gap is None else max_gap
    known = ~np.isnan(y)
    last = last_known_period(known)
    used = known[:, : last + 1]
    gaps = np.where(used.any(axis=1), used[:, ::-1].argmax(axis=1), -1).astype(np.int64)
    gone = np.zeros(len(y), dtype=bool) if ended is None else np.array(ended, dtype=bool)
    reasons = tuple(
        _reason(int(gap), allowed, bool(end)) for gap, end in zip(gaps, gone, strict=True)
    )
    return Eligibility(
        last=last,
        forecast=np.array([not reason for reason in reasons], dtype=bool),
        gaps=gaps,
        early=np.asarray(known[:, last + 1 :].any(axis=1), dtype=bool),
        reasons=reasons,
    )


def _reason(gap: int, allowed: int, ended: bool) -> str:
    if ended:
        return "the state has ended"
    if gap < 0:
        return "no outcome is known"
    if gap > allowed:
        return f"the last known outcome is {gap} months older than that of most units"
    return ""


def left_out(units: Sequence[str], found: Eligibility) -> pl.DataFrame:
    """Name the units that are not forecast: columns `unit, reason`, in the order of the units."""
    named = [(unit, why) for unit, why in zip(units, found.reasons, strict=True) if why]
    return pl.DataFrame(named, schema={"unit": pl.String, "reason": pl.String}, orient="row")


def age(first_month: int, origin: int, period: int, found: Eligibility) -> int:
    """Months from the end of the last known period to the origin."""
    return origin - (first_month + found.last + period - 1)


def refuse_too_little(
    y: NDArray[np.float64],
    target: str,
    first_month: int,
    origin: int,
    period: int,
    found: Eligibility,
    limits: Limits,
) -> None:
    """Refuse outcomes that are too few, too old, or of nobody who can be forecast.

    Args:
        y: Array [units, months] of outcomes, NaN where not known.
        target: Name of the target.
        first_month: Month id of the first column.
        origin: Month id at whose end one stands.
        period: Months per period.
        found: Who can be forecast.
        limits: What is too few and too old.

    Raises:
        RiskkitError: They are.
    """
    columns = np.flatnonzero(~np.isnan(y[:, : found.last + 1]).all(axis=0))
    months = len(columns) * period
    first, newest = (format_month(first_month + int(c)) for c in (columns[0], found.last))
    old = age(first_month, origin, period, found)
    if old > limits.max_age:
        raise RiskkitError(
            f"the newest outcomes of '{target}' are of {newest} and ended {old} months before "
            f"{format_month(origin)}, more than the {limits.max_age} of forecast.max_age",
            hint="add newer data, or set an earlier panel.as_of",
        )
    if months < limits.min_history:
        raise RiskkitError(
            f"only {months} months of outcomes of '{target}' are known at {format_month(origin)}, "
            f"from {first} on, less than the {limits.min_history} of forecast.min_history",
            hint="add a longer history of the target, or choose a later origin",
        )
    if not found.forecast.any():
        raise RiskkitError(
            f"no unit can be forecast at {format_month(origin)}: {_commonest(found.reasons)}",
            hint="add newer data, or raise forecast.max_gap",
        )


def _commonest(reasons: Collection[str]) -> str:
    return max(sorted(set(reasons)), key=list(reasons).count)


def age_findings(
    units: Sequence[str],
    first_month: int,
    origin: int,
    period: int,
    found: Eligibility,
    limits: Limits,
) -> tuple[Finding, ...]:
    """What to say of outcomes that are old, of units that lag behind, and of early reporters.

    The arguments are those of `refuse_too_little`; `units` are the codes of the rows.
    """
    last, names = format_month(first_month + found.last), np.array(units, dtype=object)
    old = age(first_month, origin, period, found)
    findings = []
    if old > limits.stale_after:
        findings.append(
            Finding("stale", f"The newest outcomes are of {last} and ended {old} months before.")
        )
    behind = tuple(names[found.forecast & (found.gaps > 0)])
    if behind:
        text = f"Outcomes end before {last}, the last known to most units, in {_listed(behind)}."
        findings.append(Finding("behind", text, behind))
    early = tuple(names[found.early])
    if early:
        text = f"Outcomes after {last} are known of few units and not used: {_listed(early)}."
        findings.append(Finding("early", text, early))
    return tuple(findings)


def _listed(units: Sequence[str]) -> str:
    more = len(units) - _SHOWN
    return ", ".join(units[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
