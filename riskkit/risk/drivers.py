"""What moved a unit's forecast away from the average unit's, in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from riskkit.models import Contributions

COUNT = 3


def top_drivers(
    contributions: Contributions, descriptions: Mapping[str, str]
) -> list[list[str | None]]:
    """Name the three features that set each unit apart most.

    A contribution is taken relative to the average unit, so that what raises every forecast alike
    is nobody's driver. It says what the model used, not what causes violence.

    Args:
        contributions: Values [units, features].
        descriptions: Phrase for each feature; one without a phrase is called by its name.

    Returns:
        For each unit three texts, largest first, such as "deaths in the last year (raises the
        forecast)"; None where fewer features set the unit apart.
    """
    relative = contributions.values - contributions.values.mean(axis=0)
    order = np.argsort(-np.abs(relative), axis=1, kind="stable")[:, :COUNT]
    phrases = [descriptions.get(name, name) for name in contributions.features]
    return [
        _padded([_phrase(phrases[j], row[j]) for j in chosen])
        for row, chosen in zip(_without_noise(relative), order, strict=True)
    ]


def _without_noise(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Set to zero what is only the rounding error of taking the mean."""
    limit = 1e-9 * np.abs(values).max(initial=0)
    return np.where(np.abs(values) > limit, values, 0.0)


def _phrase(description: str, value: float) -> str | None:
    if value == 0:
        return None
    return f"{description} ({'raises' if value > 0 else 'lowers'} the forecast)"


def _padded(texts: list[str | None]) -> list[str | None]:
    return texts + [None] * (COUNT - len(texts))
