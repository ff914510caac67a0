"""A design matrix for models that are linear, or want standardised inputs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from riskkit.models.parts.history import History
from riskkit.models.parts.rows import OWN, Rows

Array = NDArray[np.float64]

_OWN = tuple(OWN)
_MONTH = _OWN.index("calendar_month")
_PLAIN = tuple(column for column in range(len(_OWN)) if column != _MONTH)
_BENT = tuple(
    _OWN.index(name)
    for name in ("own_level", "own_last", "own_any_year", "own_any_5_years", "own_since")
)
_KNOTS = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Design:
    """Own features with bends, calendar months, and principal components of all others.

    What a model brings beside them (`more`) gets bends as well.

    Own features that act on a log scale get hinges at the quartiles of their values other than
    zero; each calendar month but the first has a column of its own. The features of the families
    are many and much alike (lags, means and maxima of one series), so they enter as the few
    directions in which they differ most. Everything is standardised and cut at the range of
    training, so that nothing is extrapolated.

    Attributes:
        knots: `[bent features, knots]`, those of `more` last.
        centre: Mean of each feature of the families in training.
        spread: Its standard deviation.
        axes: `[features, components]`.
        mean: Mean of each column in training.
        scale: Its standard deviation, 1 for constants.
        low: Smallest standardised value of training.
        high: Largest.
    """

    knots: Array
    centre: Array
    spread: Array
    axes: Array
    mean: Array
    scale: Array
    low: Array
    high: Array

    @classmethod
    def fit(
        cls, X: NDArray[np.float32], components: int, more: Array | None = None
    ) -> tuple[Self, Array]:
        """Learn bends, directions and ranges.

        Args:
            X: `[rows, OWN + features]`, as `riskkit.models.parts.rows.Rows` has it.
            components: At most so many directions of the families' features.
            more: Columns beside these, `[rows, columns]`.

        Returns:
            The design, and the columns of these rows.
        """
        own, given = _split(X)
        more = np.zeros((len(X), 0)) if more is None else more
        knots = np.stack([_knots(column) for column in _bent(own, more).T])
        unknown = np.isnan(given)
        count = np.maximum((~unknown).sum(axis=0), 1)
        part = given.copy()
        part[unknown] = 0.0
        centre = part.sum(axis=0) / count
        np.subtract(given, centre, out=part)
        part *= part
        part[unknown] = 0.0
        spread = np.sqrt(part.sum(axis=0) / count)
        spread[~(spread > 0)] = 1.0
        known = _standardised(given, centre, spread)
        axes = _axes(known, components)
        columns = _columns(own, more, knots, known @ axes)
        mean, scale = columns.mean(axis=0), columns.std(axis=0)
        scale[~(scale > 1e-9)] = 1.0
        columns -= mean
        columns /= scale
        low, high = columns.min(axis=0), columns.max(axis=0)
        return cls(knots, centre, spread, axes, mean, scale, low, high), columns

    @property
    def has_more(self) -> bool:
        """Whether it was made with columns beside those of the rows."""
        return len(self.knots) > len(_BENT)

    def __call__(self, X: NDArray[np.float32], more: Array | None = None) -> Array:
        """Columns of some rows, `[rows, columns]`, without a constant."""
        own, given = _split(X)
        more = np.zeros((len(X), 0)) if more is None else more
        directions = _standardised(given, self.centre, self.spread) @ self.axes
        columns = _columns(own, more, self.knots, directions)
        return np.clip((columns - self.mean) / self.scale, self.low, self.high)

    def arrays(self) -> dict[str, Any]:
        """The fields by name, prefixed, for a model's state."""
        return {f"design_{field.name}": getattr(self, field.name) for field in fields(self)}

    @classmethod
    def of_arrays(cls, state: dict[str, Any]) -> Self:
        """What `arrays` gave, from a state that may hold more."""
        return cls(**{field.name: state[f"design_{field.name}"] for field in fields(cls)})


def unsteadiness_of(rows: Rows, past: History, *, wanted: bool) -> Array:
    """How unsteady the unit of each row has been, `[rows, 1]`; no column if it is not wanted."""
    if not wanted:
        return np.zeros((len(rows.unit), 0))
    return np.asarray(np.log(past.unsteadiness)[rows.unit, rows.at][:, None])


def _split(X: NDArray[np.float32]) -> tuple[Array, Array]:
    wide = X.astype(np.float64)
    return np.nan_to_num(wide[:, : len(_OWN)]), wide[:, len(_OWN) :]


def _knots(values: Array) -> Array:
    """Quartiles of what is not zero; a bend that never occurs where there is nothing."""
    some = values[np.abs(values) > 1e-6]
    return np.quantile(some, _KNOTS) if some.size else np.zeros(len(_KNOTS))


def _standardised(given: Array, centre: Array, spread: Array) -> Array:
    """The families' features without gaps, cut at eight standard deviations."""
    standard = given - centre
    standard /= spread  # in place: fresh memory for each step takes longer than the arithmetic
    np.copyto(standard, 0.0, where=np.isnan(standard))
    return np.clip(standard, -8.0, 8.0, out=standard)


def _axes(given: Array, components: int) -> Array:
    """Directions of most variance, the largest weight of each positive."""
    if given.shape[1] == 0:
        return np.zeros((0, 0))
    _, vectors = np.linalg.eigh(given.T @ given)
    axes = vectors[:, ::-1][:, :components]
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[None], axis=0)
    return np.asarray(axes * np.where(largest < 0, -1.0, 1.0), dtype=np.float64)


def _bent(own: Array, more: Array) -> Array:
    """The columns that get bends."""
    return np.hstack([own[:, _BENT], more])


def _columns(own: Array, more: Array, knots: Array, directions: Array) -> Array:
    pairs = zip(_bent(own, more).T, knots, strict=True)
    bent = [np.maximum(column[:, None] - at, 0.0) for column, at in pairs]
    months = (own[:, _MONTH, None] == np.arange(2, 13)).astype(np.float64)
    return np.hstack([own[:, _PLAIN], more, *bent, months, directions])
