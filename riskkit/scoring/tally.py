"""Sums of scores over the rows of each unit: all that comparing models needs of them.

Of many cells the rows of scores fill gigabytes, their sums by unit a hundredth of that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.scoring.ensemble import Floats

Key = tuple[str, str, str, str]
"""Target, model, rule and window."""
_KEY = ("target", "model", "rule", "window")


class Sums(NamedTuple):
    """Sum and number of the scores that have a value, of each of some units."""

    units: NDArray[np.str_]
    sums: Floats
    counts: Floats


class Totals(NamedTuple):
    """Sums and counts of one target, both [units, models, rules, windows], and what the axes are.

    Models, rules, windows and units are in alphabetical order.
    """

    sums: Floats
    counts: Floats
    axes: dict[str, list[str]]


@dataclass
class Tally:
    """Sums by unit that grow block by block.

    Attributes:
        parts: For each key, the sums of different units.
    """

    parts: dict[Key, list[Sums]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: pl.DataFrame) -> Self:
        """Add rows of `riskkit.tables.Scores` up, in the order of month and horizon."""
        made = cls()
        known = rows.filter(pl.col("value").is_not_null() & pl.col("value").is_not_nan())
        known = known.sort(*_KEY, "unit", "month", "horizon")
        for key, group in known.group_by(*_KEY, maintain_order=True):
            target, model, rule, window = map(str, key)
            unit_of = group["unit"].rank("dense").to_numpy().astype(np.int64) - 1
            units = np.array(group["unit"].unique().sort().to_list(), dtype=np.str_)
            made.add((target, model, rule, window), units, unit_of, group["value"].to_numpy())
        return made

    def add(
        self, key: Key, units: NDArray[np.str_], unit_of: NDArray[np.int64], values: Floats
    ) -> None:
        """Add scores of units that the key has none of yet.

        Args:
            key: Whose they are.
            units: Names.
            unit_of: Place of each score's unit in these; a unit's scores in order of time.
            values: Scores; NaN where there is none.
        """
        known = ~np.isnan(values)
        sums, counts = (
            np.bincount(unit_of[known], weights=weights, minlength=len(units)).astype(np.float64)
            for weights in (values[known], None)
        )
        some = counts > 0
        if some.any():
            part = Sums(units[some], sums[some], counts[some])
            self.parts.setdefault(key, []).append(part)

    def update(self, other: Tally) -> None:
        """Take over what another one holds of other keys or units."""
        for key, parts in other.parts.items():
            self.parts.setdefault(key, []).extend(parts)

    def without(self, units: Mapping[str, Collection[str]], suffix: str) -> Tally:
        """The targets that are named, without some of their units, under longer names."""
        made: dict[Key, list[Sums]] = {}
        for (target, *rest), parts in self.parts.items():
            if target not in units:
                continue
            left = [_other_than(part, units[target]) for part in parts]
            model, rule, window = rest
            made[target + suffix, model, rule, window] = left
        return Tally(made)

    def totals(self) -> Iterable[tuple[str, Totals]]:
        """Lay the sums of each target out, in the order of their names."""
        for target in sorted({key[0] for key in self.parts}):
            of_target = {key[1:]: parts for key, parts in self.parts.items() if key[0] == target}
            of_target = {key: parts for key, parts in of_target.items() if any(map(_some, parts))}
            if of_target:
                yield target, _laid_out(of_target)


def _some(part: Sums) -> bool:
    return len(part.units) > 0


def _other_than(part: Sums, units: Collection[str]) -> Sums:
    kept = ~np.isin(part.units, list(units))
    return Sums(part.units[kept], part.sums[kept], part.counts[kept])


def _laid_out(parts: Mapping[tuple[str, str, str], list[Sums]]) -> Totals:
    axes = {
        name: sorted({key[place] for key in parts})
        for place, name in enumerate(("model", "rule", "window"))
    }
    units = np.unique(np.concatenate([part.units for ps in parts.values() for part in ps]))
    shape = (len(units), *map(len, axes.values()))
    sums, counts = np.zeros(shape), np.zeros(shape)
    for key, several in parts.items():
        model, rule, window = (
            axes[name].index(value) for name, value in zip(axes, key, strict=True)
        )
        for part in several:
            rows = np.searchsorted(units, part.units)
            sums[rows, model, rule, window] = part.sums
            counts[rows, model, rule, window] = part.counts
    return Totals(sums, counts, {**axes, "unit": units.tolist()})
