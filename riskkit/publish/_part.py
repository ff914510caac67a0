"""One threat of a publication: its forecast, and what is known beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskkit.errors import RiskkitError
from riskkit.forecasting.forecast import Forecast
from riskkit.forecasting.threats import Threat
from riskkit.models import Contributions
from riskkit.models.parts.attribution import FamilyShares
from riskkit.months import format_month
from riskkit.risk.composite import joined
from riskkit.risk.onset import Standing
from riskkit.risk.score import scenario_scores


@dataclass(frozen=True)
class Part:
    """One threat of a publication.

    Attributes:
        threat: What is counted and how it is scored.
        forecast: Joint draws; draw k is one scenario of all threats together.
        summary: One sentence about the model.
        last_data: Month id of the last month whose outcome was known.
        counted: Unit of measurement, in words ("deaths").
        contributions: The model's explanation, rows in the order of `forecast.units`.
        descriptions: Phrase for each feature.
        measured_in: Unit of measurement of each feature.
        shares: What each family of features adds to the scores, rows in the order of
            `forecast.units`; None when the model does not say.
        joined_with: Array [units, dimensions] from 0 to 10 that the hazard is joined with; NaN
            where unknown. None where the threat is no hazard.
        left_out: Units that are not forecast, with the reason.
        findings: What must be said of the outcomes, in sentences.
        stale: Whether the data are older than a publication should rest on.
        names: Units as the threat's own source names them, with the places that it counts within
            them; others have the publication's name.
        outliers: Units of which an input is beyond anything that they had, and which.
        baselines: Window totals that others forecast, by name: [units, draws] in the order of
            `forecast.units`, or one column for a forecast that is certain.
        counted_by: Sources of the target.
        out: Month id at whose end the figures of the whole window are out; None where the data do
            not say.
        standing: Which units are quiet and which in conflict, in the order of `forecast.units`;
            None where the threat does not count deaths by month.
    """

    threat: Threat
    forecast: Forecast
    summary: str
    last_data: int
    counted: str = "count"
    contributions: Contributions | None = None
    descriptions: Mapping[str, str] = field(default_factory=dict)
    measured_in: Mapping[str, str] = field(default_factory=dict)
    shares: FamilyShares | None = None
    joined_with: NDArray[np.float64] | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[str, ...] = ()
    stale: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    outliers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    baselines: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    counted_by: tuple[str, ...] = ()
    out: int | None = None
    standing: Standing | None = None

    def __post_init__(self) -> None:
        """Refuse parts that do not fit together."""
        forecast, target = self.forecast, self.threat.target
        if forecast.target != target.name:
            raise RiskkitError(f"the forecast is not one of '{target.name}'", got=forecast.target)
        if not forecast.units or len(set(forecast.units)) < len(forecast.units):
            raise RiskkitError("a publication ranks at least one unit, and each once")
        if any(b - a != target.months for a, b in pairwise(forecast.months)):
            raise RiskkitError(
                "a publication needs horizons that follow each other without a gap",
                got=forecast.horizons,
            )
        if self.contributions and len(self.contributions.values) != len(forecast.units):
            raise RiskkitError("contributions and forecast have different units")
        if self.last_data > forecast.origin:
            raise RiskkitError(
                f"the last outcome is dated {format_month(self.last_data)}, after the origin "
                f"{format_month(forecast.origin)}"
            )

    @property
    def window(self) -> tuple[int, int]:
        """First and last month id that the threat's forecast speaks of."""
        months = self.forecast.months
        return months[0], months[-1] + self.threat.target.months - 1

    @property
    def due(self) -> tuple[int, int]:
        """Month ids at whose end the first and the settled figures of the window are out."""
        first = self.window[1] + 12 if self.out is None else self.out
        return first, first + 12

    @cached_property
    def scores(self) -> NDArray[np.float64]:
        """Scenario scores [units, draws] from 0 to 10, in the forecast's order; NaN where none."""
        threat = self.threat
        points = scenario_scores(
            self.forecast.totals(),
            len(self.forecast.horizons) * threat.target.months,
            threat.target.thresholds[0],
            top=threat.top,
            scale=threat.scale,
        )
        return points if self.joined_with is None else joined(points, self.joined_with)
