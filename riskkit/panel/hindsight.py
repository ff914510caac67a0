"""What the data hold that someone who stood at an earlier origin could not have known.

Two kinds of figures look ahead without any date that shows it: those measured against a reference
period that had not ended, and those that the publisher computes anew for all years each year.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from riskkit.months import month_id_expr
from riskkit.tables import Indicator, Release

_SHOWN = 6


def hindsight(
    releases: Sequence[Release], names: Collection[str], origins: Sequence[int]
) -> tuple[str, ...]:
    """Say what a study sees at its origins that nobody had seen then.

    Args:
        releases: The sources as read.
        names: Indicators that the study reads.
        origins: Month ids at whose ends it stands.

    Returns:
        A sentence for each reference period, and one for all that is computed anew; none where no
        value that an origin sees is concerned.
    """
    against: dict[tuple[int, int], list[str]] = {}
    anew: list[str] = []
    for release in releases:
        for indicator in release.indicators:
            if indicator.name in names and (indicator.reference or indicator.revised):
                known = _known(release, indicator)
                if indicator.reference and _seen(known, origins, 12 * (_last(indicator) - 1979)):
                    against.setdefault(indicator.reference, []).append(indicator.name)
                if indicator.revised and _seen(known, origins, max(known, default=0)):
                    anew.append(indicator.name)
    sentences = [
        f"Measured against {first}-{last}, which had not ended at an origin before {last + 1}: "
        f"{_listed(found)}."
        for (first, last), found in sorted(against.items())
    ]
    if anew:
        told = "Computed anew for all years each year, so that an earlier origin saw other figures"
        sentences.append(f"{told}: {_listed(anew)}.")
    return tuple(sentences)


def _known(release: Release, indicator: Indicator) -> list[int]:
    """Month ids in which values were published."""
    rows = release.observations.filter(indicator=indicator.name)
    return rows.select(month_id_expr("known_from").unique()).to_series().drop_nulls().to_list()


def _last(indicator: Indicator) -> int:
    return 0 if indicator.reference is None else indicator.reference[1]


def _seen(known: Sequence[int], origins: Sequence[int], end: int) -> bool:
    """Whether an origin before the end of something sees any value."""
    return any(min(known, default=end) <= origin < end for origin in origins)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(sorted(names)[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
