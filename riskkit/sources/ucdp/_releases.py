"""Releases of UCDP events: which months each one speaks of, and how several become one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Literal

import polars as pl

from riskkit.errors import SourceError
from riskkit.months import first_day, format_month, last_day, month_id, month_id_expr

Kind = Literal["yearly", "cumulative", "monthly"]
_KINDS: tuple[Kind, ...] = ("yearly", "cumulative", "monthly")
_CUMULATIVE = re.compile(r"v(\d\d)[._](0[1-9]|1[0-2])[._](\d\d)[._](0[1-9]|1[0-2])(?!\d)")
_MONTHLY = re.compile(r"v(\d\d)[._]0[._](1[0-2]|0?[1-9])(?!\d)")
_YEARLY = re.compile(r"(?:v(\d{1,2})[._]|ged(\d{1,2}))(\d)(?!\d|[._]\d)")


@dataclass(frozen=True)
class Named:
    """What the name of a release says.

    Attributes:
        kind: Yearly release, or candidate events of several months or of one.
        version: Year and number of the release, larger when later; (0, 0) for other names.
        months: First and last month id of a candidate release; None for a yearly one.
    """

    kind: Kind
    version: tuple[int, int]
    months: tuple[int, int] | None = None


@dataclass(frozen=True)
class Part:
    """The events of one file.

    Attributes:
        file: What messages call the file.
        named: What its name says.
        events: Columns `id, unit, start, end` (days) and whatever else.
        countries: Countries it speaks of if it is an extract; None for the world.
        first: Month id of the first month it speaks of.
        last: Month id of the last month it speaks of.
        dropped: What was left out and why.
    """

    file: str
    named: Named
    events: pl.DataFrame
    countries: tuple[str, ...] | None
    first: int
    last: int
    dropped: dict[str, int]


def parse_name(file: str) -> Named:
    """Read the name of a file as UCDP gives them; other names pass for a yearly release.

    GEDEvent_v25_1.csv and ged251-csv.zip are yearly releases, GEDEvent_v21_01_21_12.csv holds
    candidate events of January to December 2021 and GEDEvent_v21_0_3.csv those of March 2021.
    """
    for name in (PurePath(part).name for part in reversed(file.split(": "))):
        if match := _CUMULATIVE.search(name):
            start_year, start, end_year, end = (int(part) for part in match.groups())
            months = (_month(start_year, start), _month(end_year, end))
            return Named("cumulative", (end_year, end), months)
        if match := _MONTHLY.search(name):
            year, month = (int(part) for part in match.groups())
            return Named("monthly", (year, month), (_month(year, month), _month(year, month)))
        if match := _YEARLY.search(name):
            return Named("yearly", (int(match[1] or match[2]), int(match[3])))
    return Named("yearly", (0, 0))


def covered_part(
    file: str, events: pl.DataFrame, countries: tuple[str, ...] | None, to: str | None
) -> Part:
    """Find the months that a release speaks of, and keep what happened in them.

    A yearly release starts in the January of its first event. Its last month is that of its last
    event: every release of the whole world has events in every month, so a file cut by hand is
    not taken for one of peace; there an event's first day counts, since a few last longer than
    the release. An extract of a few countries ends with its last event's year if its name says
    that it is a yearly release, else with its last event's month. A candidate release covers the
    months in its name.

    Days of an event outside these months are not counted among its days.

    Args:
        file: What messages call the file.
        events: Columns `id, unit, start, end`.
        countries: Countries it speaks of if it is an extract; None for the world.
        to: The last month covered, as the user knows it, instead of the above.

    Raises:
        SourceError: No event lies in the months covered.
    """
    named = parse_name(file)
    first, last = named.months or _yearly_months(named, events, extract=countries is not None)
    last = month_id(to) if to else last
    span = first_day(first), last_day(last)
    inside = events.filter((pl.col("end") >= span[0]) & (pl.col("start") <= span[1]))
    if inside.is_empty():
        raise SourceError(
            f"{file}: no event lies in the months it covers, {format_month(first)} to "
            f"{format_month(last)}",
            hint="give the file the publisher's name back, or set covers_to",
        )
    clipped = inside.with_columns(pl.col("start", "end").clip(*span))
    outside = events.height - inside.height
    dropped = {"event outside the months that its release covers": outside} if outside else {}
    return Part(file, named, clipped, countries, first, last, dropped)


def combine(folder: Path, parts: Sequence[Part]) -> Part:
    """Make one release of several: each month is taken from the best release that covers it.

    Yearly releases come first, the latest of them before all, then candidate releases of several
    months, then those of one month. An event counts to the month of its last day. Extracts speak
    of their own countries only, and are taken to be cut from one release.

    Raises:
        SourceError: Extracts lie beside releases of the whole world, or the releases leave
            months between them uncovered.
    """
    extracts = [part for part in parts if part.countries is not None]
    if len(extracts) not in {0, len(parts)}:
        raise SourceError(
            f"{folder} holds extracts of a few countries beside releases of the whole world",
            got=extracts[0].file,
            hint="move the extracts to another folder",
        )
    ranked = sorted(parts, key=_preference)
    _refuse_gaps(folder, ranked)
    kept = [ranked[0].events]
    for number, part in enumerate(ranked[1:], start=1):
        kept.append(_unclaimed(part, ranked[:number]))
    events = pl.concat(kept).unique("id", keep="first", maintain_order=True)
    dropped: dict[str, int] = {}
    for part in ranked:
        for reason, count in part.dropped.items():
            dropped[reason] = dropped.get(reason, 0) + count
    if doubles := sum(part.events.height for part in ranked) - events.height:
        dropped["event of a month that a better release covers"] = doubles
    return replace(
        ranked[0],
        file=str(folder),
        events=events,
        countries=_named(extracts),
        first=min(part.first for part in parts),
        last=max(part.last for part in parts),
        dropped=dropped,
    )


def _named(extracts: Sequence[Part]) -> tuple[str, ...] | None:
    named = {country for part in extracts for country in part.countries or ()}
    return tuple(sorted(named)) or None


def _preference(part: Part) -> tuple[int, int, int, str]:
    year, number = part.named.version
    return _KINDS.index(part.named.kind), -year, -number, part.file


def _unclaimed(part: Part, better: Sequence[Part]) -> pl.DataFrame:
    """Events of months and countries of which no better release speaks."""
    month = month_id_expr("end")
    claimed = pl.lit(value=False)
    for other in better:
        in_months = month.is_between(other.first, other.last)
        in_world = (
            pl.lit(value=True) if other.countries is None else pl.col("unit").is_in(other.countries)
        )
        claimed = claimed | (in_months & in_world)
    return part.events.filter(~claimed)


def _refuse_gaps(folder: Path, parts: Sequence[Part]) -> None:
    reached: int | None = None
    for first, last in sorted((part.first, part.last) for part in parts):
        if reached is not None and first > reached + 1:
            raise SourceError(
                f"{folder}: no file covers {format_month(reached + 1)} to "
                f"{format_month(first - 1)}",
                hint="add the releases of these months, or remove the later ones",
            )
        reached = last if reached is None else max(reached, last)


def _yearly_months(named: Named, events: pl.DataFrame, *, extract: bool) -> tuple[int, int]:
    column = "end" if extract else "start"
    ids = events.select(first=month_id_expr("start").min(), last=month_id_expr(column).max())
    first, last = ids.row(0)
    if extract and named.version != (0, 0):
        last += -last % 12
    return first - (first - 1) % 12, last


def _month(year: int, month: int) -> int:
    return month_id(f"20{year:02d}-{month:02d}")
