"""Releases of the same indicators: files over the embedded data, and vintages of one source.

An indicator that a file brings is made of both: in the periods of which the newer vintage speaks
it counts alone, in the others the older one does. What no file brings stays as it was. Of two files
of one source each figure is known from its own day on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from riskkit.panel import complete
from riskkit.tables import Citation, Dyads, Indicator, Observations, Relation, Release
from riskkit.units import countries

_CELL = ["unit", "month", "indicator"]
_VINTAGE = [*_CELL, "known_from"]
_TIES = ["relation", "month"]


def merge(under: Sequence[Release], over: Sequence[Release]) -> tuple[Release, ...]:
    """Lay releases over others, indicator by indicator and relation by relation.

    Of two vintages that one is newer whose newest figure came out later; of the same age, that of
    `over`. A census speaks of each of its units in each of its periods, another source of the
    units and periods of which it has rows; a relation speaks of whole periods. Where the two
    cannot be one series (months and years, countries and cells, real and simulated ones), that of
    `over` stands alone.

    Args:
        under: The releases beneath, such as the embedded data; none brings an indicator twice.
        over: The releases on top, such as a user's files.

    Returns:
        What is left of both, and for each two with something in common a release of it, whose
        `vintage` says what is from where; a census has its zeros as rows there. What two releases
        of `over` bring stays twice: nobody can say which of them is meant.
    """
    beneath, above, merged = list(under), list[Release](), list[Release]()
    for upper in over:
        rest = upper
        for place, lower in enumerate(beneath):
            shared = _names(lower) & _names(rest)
            alike = {name for name in shared if _one_series(name, lower, rest)}
            if alike:
                merged.append(_merged(_only(lower, alike), _only(rest, alike)))
            beneath[place], rest = _without(lower, shared), _without(rest, alike)
        above.append(rest)
    return (*(release for release in (*beneath, *above) if _names(release)), *merged)


def stack(releases: Sequence[Release]) -> tuple[Release, ...]:
    """Join the releases of one source that bring the same indicators or relations.

    Args:
        releases: In the order in which they were added.

    Returns:
        Releases none of which shares anything with another of the same source. Every figure is
        known from its own day on; of two of the same day that of the later release counts, and so
        it does in all periods of a relation. What two sources bring stays twice: nobody can say
        which of them is meant.
    """
    done: list[Release] = []
    for upper in releases:
        rest = upper
        for place, lower in enumerate(done):
            shared = {name for name in _names(lower) & _names(rest) if _same(name, lower, rest)}
            if shared:
                done[place] = _without(lower, shared)
                done.append(_joined(_only(lower, shared), _only(rest, shared)))
                rest = _without(rest, shared)
        done.append(rest)
    return tuple(release for release in done if _names(release))


def _same(name: str, lower: Release, upper: Release) -> bool:
    sources = {_declared(release)[name].source for release in (lower, upper)}
    return len(sources) == 1 and _one_series(name, lower, upper)


def _joined(lower: Release, upper: Release) -> Release:
    """Both vintages of a source, zeros of a census as rows."""
    older, newer = _in_rows(lower), _in_rows(upper)
    remains = replace(older, dyads=_ties(older).join(_ties(newer), on=_TIES, how="anti"))
    both = _together(remains, newer)
    rows = both.observations.unique(_VINTAGE, keep="last", maintain_order=True)
    return replace(both, observations=rows, vintage=f"{lower.vintage}; {upper.vintage}")


def _declared(release: Release) -> dict[str, Indicator | Relation]:
    told: list[Indicator | Relation] = [*release.indicators, *release.relations]
    return {one.name: one for one in told}


def _names(release: Release) -> set[str]:
    return set(_declared(release))


def _one_series(name: str, lower: Release, upper: Release) -> bool:
    """Whether periods of one may stand beside periods of the other."""
    cadences = {_declared(release)[name].frequency for release in (lower, upper)}
    kinds = {_of_cells(release) for release in (lower, upper)}
    apart = lower.simulated != upper.simulated or "constant" in cadences
    return not apart and len(cadences) == len(kinds) == 1


def _of_cells(release: Release) -> str:
    units = (release.observations if release.dyads is None else release.dyads)["unit"]
    return "cells" if len(units) and units[0].isdigit() else "countries"


def _only(release: Release, names: Collection[str]) -> Release:
    """The part of a release that speaks of some indicators and relations."""
    ties = None if release.dyads is None else release.dyads.filter(pl.col("relation").is_in(names))
    return replace(
        release,
        observations=release.observations.filter(pl.col("indicator").is_in(names)),
        indicators=tuple(i for i in release.indicators if i.name in names),
        dyads=ties,
        relations=tuple(r for r in release.relations if r.name in names),
        dropped={},
    )


def _without(release: Release, names: Collection[str]) -> Release:
    if not names:
        return release
    return replace(_only(release, _names(release) - set(names)), dropped=release.dropped)


def _merged(lower: Release, upper: Release) -> Release:
    """One release of the indicators and relations that both have."""
    older, newer = _in_rows(lower), _in_rows(upper)
    if _newest(older) > _newest(newer):
        older, newer = newer, older
    remains = replace(
        older,
        observations=_remaining(older, newer),
        dyads=_ties(older).join(_ties(newer), on=_TIES, how="anti"),
    )
    return _together(remains, newer)


def _together(older: Release, newer: Release) -> Release:
    """Put the rows of two releases below each other.

    Whoever reaches further says what the series is today, and when its next months come out.
    """
    filled = [part for part in (older, newer) if part.rows] or [newer]
    parts = sorted(filled, key=lambda part: part.covers[1])
    before, ahead = parts[0], parts[-1]
    names = dict(before.unit_names) if before is not ahead else {}
    spoken = set(ahead.observations["unit"])
    return Release(
        observations=pl.concat([part.observations for part in (older, newer)]),
        indicators=_declarations(before, ahead),
        covers=(min(part.covers[0] for part in parts), ahead.covers[1]),
        simulated=newer.simulated,
        citation=_cited([part.citation for part in reversed(parts) if part.citation]),
        dyads=pl.concat([_ties(part) for part in parts]),
        relations=ahead.relations,
        vintage="; ".join(_told(part) for part in parts),
        unit_names={u: n for u, n in names.items() if u not in spoken} | dict(ahead.unit_names),
    )


def _declarations(before: Release, ahead: Release) -> tuple[Indicator, ...]:
    """Those of the release that reaches further, and what remains true of months before it."""
    earlier = {indicator.name: indicator for indicator in before.indicators}
    by_itself = ahead.covers[0] if ahead.covers[0] > before.covers[0] else None
    return tuple(_declaration(earlier[now.name], now, by_itself) for now in ahead.indicators)


def _declaration(earlier: Indicator, now: Indicator, by_itself: date | None) -> Indicator:
    told = replace(now, revised=earlier.revised or now.revised)
    if by_itself is None or now.yearly_release is not None or earlier.yearly_release is None:
        return told
    return replace(told, yearly_release=earlier.yearly_release, monthly_from=by_itself)


def _in_rows(release: Release) -> Release:
    """The release with the zeros of its census as rows, for the units that it speaks of."""
    speaks = {*release.observations["unit"], *(release.covered_units or ())}
    if release.covered_units is None and not release.simulated and _of_cells(release) != "cells":
        speaks |= set(countries("views")["unit"])
    units = pl.DataFrame({"unit": sorted(speaks)}, schema={"unit": pl.String})
    lives = countries().select("unit", "born", "died")
    rows = complete(release, units.join(lives, on="unit", how="left"))
    return replace(
        release,
        observations=rows.select(Observations.column_names()),
        indicators=tuple(replace(i, census=False) for i in release.indicators),
        covered_units=None,
    )


def _remaining(older: Release, newer: Release) -> pl.DataFrame:
    """Rows of the older one of which the newer one does not speak.

    Where the newer one counts places within others, its periods are its own: a place that it does
    not name would be counted twice.
    """
    rows = older.observations.join(newer.observations, on=_CELL, how="anti")
    if newer.unit_names:
        named = set(newer.observations["unit"])
        rows = rows.filter(~pl.col("month").is_between(*newer.covers) | pl.col("unit").is_in(named))
    return rows


def _ties(release: Release) -> pl.DataFrame:
    return Dyads.create_empty() if release.dyads is None else release.dyads


def _newest(release: Release) -> date:
    """The day on which the newest figure came out."""
    days = pl.concat([release.observations["known_from"], _ties(release)["known_from"]])
    newest = days.max()
    return newest if isinstance(newest, date) else date.min


def _told(release: Release) -> str:
    """Source, vintage and periods, in words."""
    months = pl.concat([release.observations["month"], _ties(release)["month"]])
    source = next(iter(_declared(release).values())).source
    named = f"{source}, {release.vintage}" if release.vintage else source
    first, last = (str(month)[:7] for month in (months.min(), months.max()))
    return f"{named}: {first} to {last}"


def _cited(citations: Sequence[Citation]) -> Citation | None:
    """What to cite for a series of several publishers' figures."""
    distinct = tuple(dict.fromkeys(citations))
    if len(distinct) < 2:
        return distinct[0] if distinct else None
    return Citation(
        title=" with ".join(c.title for c in distinct),
        citation="; ".join(c.citation for c in distinct),
        licence="; ".join(dict.fromkeys(c.licence for c in distinct)),
        url=distinct[0].url,
    )
