"""What the data hold that someone who stood at an earlier origin could not have known.

Three kinds of figures look ahead without any date that shows it: those measured against a reference
period that had not ended, which wait for its end unless they are allowed not to; those that the
publisher computes anew for all years each year, which features do not see unless allowed to; and
those that later releases restate, which features see.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import polars as pl

from riskkit.months import last_day, month_id_expr
from riskkit.tables import Indicator, Release

_SHOWN = 6
_ANEW = "Computed anew for all years each year, so that an earlier origin saw other figures"
_RESTATED = "Restated by later releases, so that an earlier origin saw somewhat other figures"


def hindsight(
    releases: Sequence[Release], names: Collection[str], origins: Sequence[int]
) -> tuple[str, ...]:
    """Say what a study sees at its origins that nobody had seen then.

    Args:
        releases: The sources as read.
        names: Indicators that the study reads.
        origins: Month ids at whose ends it stands.

    Returns:
        A sentence for each reference period, one for all that is computed anew and one for all that
        is restated; none where no value that an origin sees is concerned.
    """
    against: dict[tuple[int, int], list[str]] = {}
    changed: dict[str, list[str]] = {_ANEW: [], _RESTATED: []}
    for release in releases:
        for indicator in release.indicators:
            if indicator.name not in names or not _looks_ahead(indicator):
                continue
            known = _known(release, indicator)
            period = indicator.reference if indicator.hindsight else None
            if period and _seen(known, origins, 12 * (period[1] - 1979)):
                against.setdefault(period, []).append(indicator.name)
            later = _ANEW if indicator.revised else _RESTATED if indicator.restated else None
            if later and _seen(known, origins, max(known, default=0)):
                changed[later].append(indicator.name)
    sentences = [
        f"Measured against {first}-{last}, which had not ended at an origin before {last + 1}: "
        f"{_listed(found)}."
        for (first, last), found in sorted(against.items())
    ]
    sentences += [f"{told}: {_listed(found)}." for told, found in changed.items() if found]
    return tuple(sentences)


def measured_against(features: Mapping[tuple[int, int], Sequence[str]]) -> tuple[str, ...]:
    """Say which features stand on a reference period, whatever the origins.

    Args:
        features: First and last year of a period -> features that are measured against it.
    """
    return tuple(
        f"Features measured against {first}-{last}: {_listed(names)}."
        for (first, last), names in sorted(features.items())
    )


def kept_back(release: Release) -> pl.DataFrame:
    """The observations of a release; those against a reference period wait for its end.

    Whoever stood before it could not have known them, whatever their reader says; only what is
    declared as hindsight serves before.
    """
    waiting = {
        indicator.name: last_day(12 * (indicator.reference[1] - 1979))
        for indicator in release.indicators
        if indicator.reference is not None and not indicator.hindsight
    }
    since = pl.col("indicator").replace_strict(waiting, default=None, return_dtype=pl.Date)
    rows = release.observations
    if not waiting or rows.filter(pl.col("known_from") < since).is_empty():
        return rows
    # Of several vintages from before that day, the last one is what was known on it.
    return (
        rows.sort("known_from")
        .with_columns(known_from=pl.max_horizontal("known_from", since))
        .unique(["unit", "month", "indicator", "known_from"], keep="last", maintain_order=True)
    )


def _looks_ahead(indicator: Indicator) -> bool:
    return bool(indicator.reference) or indicator.revised or indicator.restated


def _known(release: Release, indicator: Indicator) -> list[int]:
    """Month ids in which values were published."""
    rows = release.observations.filter(indicator=indicator.name)
    return rows.select(month_id_expr("known_from").unique()).to_series().drop_nulls().to_list()


def _seen(known: Sequence[int], origins: Sequence[int], end: int) -> bool:
    """Whether an origin before the end of something sees any value."""
    return any(min(known, default=end) <= origin < end for origin in origins)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(sorted(names)[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
