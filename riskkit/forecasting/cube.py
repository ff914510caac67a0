"""Features as one array of units, months and features, in memory or in a file that is mapped.

A mapped array travels to another process as the path of its file and a number of months, and is
opened there anew; nothing is copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.family import KEYS
from riskkit.files import reading
from riskkit.months import month_id

Array = NDArray[np.float32]
_AGAIN = "run `riskkit features build` again"


class Mapped(np.ndarray[Any, np.dtype[np.float32]]):
    """The first months of an array [units, months, features] in a file.

    What is made from it, by slicing too, is an array like any other.

    Attributes:
        opened: Path of the file, number of months and what the file stands on; None for what is
            made from such an array.
    """

    opened: tuple[Path, int, str] | None

    def __array_finalize__(self, obj: object) -> None:
        """Forget the file: a part of the array is not what the file holds."""
        self.opened = None

    def __reduce__(self) -> Any:
        """Travel as a path."""
        if self.opened is None:
            return np.array(self).__reduce__()
        return open_mapped, self.opened


def open_mapped(path: Path, months: int, stamp: str) -> Mapped:
    """Map the first months of a file that numpy wrote.

    Args:
        path: The file.
        months: Number of months.
        stamp: What the file stands on, for whoever asks.
    """
    with reading(path, _AGAIN):
        whole = np.load(path, mmap_mode="r", allow_pickle=False)
    part: Mapped = np.asarray(whole)[:, :months].view(Mapped)
    part.opened = (path, months, stamp)
    return part


def rows_of(X: Array, unit: Any, month: Any) -> Array:
    """Take rows of an array [units, months, features].

    A mapped array is mapped anew for it, so that the pages that were looked at are let go of.

    Args:
        X: The array.
        unit: Which units, in whatever way numpy allows.
        month: Which months.
    """
    opened = X.opened if isinstance(X, Mapped) else None
    if opened is not None and opened[0].is_file():  # a mapping outlives the name of its file
        X = open_mapped(*opened)
    rows = np.asarray(X)[unit, month]
    return np.array(rows) if np.may_share_memory(rows, X) else rows


@dataclass(frozen=True)
class Cube:
    """The features of a balanced panel, sorted by unit and month.

    Attributes:
        names: Names along the last axis.
        first_month: Month id of the first month.
        values: Array [units, months, features], NaN where missing.
    """

    names: tuple[str, ...]
    first_month: int
    values: Array
    _cut: dict[int, tuple[tuple[str, ...], Array]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def last_month(self) -> int:
        """Month id of the last month."""
        return int(self.first_month + self.values.shape[1] - 1)

    def only(self, names: Sequence[str]) -> Cube:
        """The features of these names alone, read into memory."""
        columns = [column for column, name in enumerate(self.names) if name in set(names)]
        kept = tuple(self.names[column] for column in columns)
        return Cube(kept, self.first_month, np.asarray(self.values)[..., columns])

    def known_at(self, origin: int) -> tuple[tuple[str, ...], Array]:
        """Cut at an origin, and drop the features that nobody has a value of there.

        A source that has ended tells nothing of the months ahead, and models would take its
        silence for one of the values that they were trained on. A mapped array stays mapped where
        nothing is dropped. Another one is cut once for all threats that follow at one origin, and
        must not be written to.
        """
        if origin not in self._cut:
            self._cut.clear()
            self._cut[origin] = self._known_at(origin)
        return self._cut[origin]

    def _known_at(self, origin: int) -> tuple[tuple[str, ...], Array]:
        months = origin - self.first_month + 1
        part = self._first(months)
        known = ~np.isnan(rows_of(part, slice(None), -1)).all(axis=0)
        if isinstance(part, Mapped) and known.all():
            return self.names, part
        names = tuple(np.array(self.names)[known].tolist())
        cut = np.ascontiguousarray(np.asarray(part)[..., known])
        cut.flags.writeable = False
        return names, cut

    def _first(self, months: int) -> Array:
        opened = self.values.opened if isinstance(self.values, Mapped) else None
        if opened is None:
            return self.values[:, :months]
        return open_mapped(opened[0], months, opened[2])

    @classmethod
    def of(cls, frame: pl.DataFrame, n_units: int) -> Cube:
        """Lay out a table `unit, month, <features>` that is sorted by both."""
        names = [column for column in frame.columns if column not in KEYS]
        with np.errstate(over="ignore"):  # what does not fit is infinite, and refused as such
            values = frame.select(names).to_numpy().astype(np.float32, copy=False)
        shape = (n_units, frame.height // n_units, len(names))
        return cls(tuple(names), month_id(frame["month"][0]), values.reshape(shape))
