"""Everything that a publication is made from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.config import AlertSettings
from riskkit.errors import RiskkitError
from riskkit.forecasting.threats import Absent
from riskkit.months import format_month
from riskkit.publish._dossier import Dossier
from riskkit.publish._part import Part
from riskkit.risk.composite import composite
from riskkit.tables import Citation


@dataclass(frozen=True)
class Publication:
    """Everything that a publication is made from.

    Attributes:
        parts: The threats that are forecast. Ranked are the units of the first one.
        units: Rows of `riskkit.tables.Units`, at least those of the forecasts.
        data_kind: "simulated" if any input is made up.
        exponent: Of the composite's power mean.
        absent: Threats that no data speak of.
        population: People by unit, for regional means; units without a figure count as none.
        sources: What to cite.
        record: Leaderboard rows: `model, target, window, rule, value, skill, skill_low,
            skill_high`.
        previous: Ranking to compare with, as `riskkit.publish.previous.find` gives it.
        history: Scores of earlier publications, as `riskkit.publish.previous.compare` carries
            them on.
        compared: What that one stood on: `as_of`, `last_data` and `identity`.
        earlier_alerts: Rows of its alerts.csv.
        alert_rules: When an alert is raised.
        graded: Lines of the ledger, as `riskkit.archive.ledger` has them, that tell how earlier
            rankings turned out.
        ungraded: Why there are none of replayed ones, in a sentence.
        identity: What it stands on, as canonical JSON.
        parameters: The study's parameters, without where its data lie.
        alarms: What alarms on replayed rankings would have brought, as
            `riskkit.study.decisions.decisions` counts it.
        costs: What acting on them would have cost, as `expected_costs` there.
        chances: Whether their chances of the ten highest held, as
            `riskkit.study.record.top_ten_chances` counts it.
        onsets: How often what was given a chance came, as `riskkit.study.outbreaks.reliability`
            counts it.
        dossier: The past, nearest situations, diplomacy and dates that the pages tell.
        owners: Where the units are cells, the country of each that lies in one.
    """

    parts: tuple[Part, ...]
    units: pl.DataFrame
    data_kind: Literal["observed", "simulated"]
    exponent: float = 2.0
    absent: tuple[Absent, ...] = ()
    population: Mapping[str, float] = field(default_factory=dict)
    sources: tuple[Citation, ...] = ()
    record: pl.DataFrame | None = None
    previous: pl.DataFrame | None = None
    history: pl.DataFrame | None = None
    compared: Mapping[str, Any] = field(default_factory=dict)
    earlier_alerts: pl.DataFrame | None = None
    alert_rules: AlertSettings = field(default_factory=AlertSettings)
    graded: pl.DataFrame | None = None
    ungraded: str = ""
    identity: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    alarms: pl.DataFrame | None = None
    costs: pl.DataFrame | None = None
    chances: pl.DataFrame | None = None
    onsets: pl.DataFrame | None = None
    dossier: Dossier = field(default_factory=Dossier)
    owners: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse parts that do not fit together."""
        if not self.parts:
            raise RiskkitError("a publication needs a threat")
        shapes = {(p.forecast.origin, p.forecast.draws.shape[-1]) for p in self.parts}
        if len(shapes) > 1:
            raise RiskkitError("the threats' forecasts differ in origin or number of draws")
        known = set(self.units["unit"])
        unknown = sorted({unit for p in self.parts for unit in p.forecast.units} - known)
        if unknown:
            raise RiskkitError("forecast units are missing from the table of units", got=unknown)

    @property
    def first(self) -> Part:
        """The threat whose units are ranked and of whose counts ranking.csv speaks."""
        return self.parts[0]

    @property
    def ranked(self) -> tuple[str, ...]:
        """The units that are ranked."""
        return self.first.forecast.units

    @property
    def as_of(self) -> int:
        """Month id at whose end the forecast was made: the origin."""
        return self.first.forecast.origin

    @property
    def window(self) -> tuple[int, int]:
        """First and last month id of the window of the first threat."""
        return self.first.window

    @cached_property
    def outliers(self) -> dict[str, tuple[str, ...]]:
        """By ranked unit, the inputs that are beyond anything it had, of threats with a weight."""
        found: dict[str, list[str]] = {}
        for part in self.parts:
            for unit, texts in part.outliers.items():
                if unit in self.ranked and part.threat.weight > 0:
                    found.setdefault(unit, []).extend(texts)
        return {unit: tuple(dict.fromkeys(texts)) for unit, texts in sorted(found.items())}

    @property
    def weights(self) -> dict[str, float]:
        """Weight of each threat in the composite."""
        return {part.threat.name: part.threat.weight for part in self.parts}

    @cached_property
    def scores(self) -> dict[str, NDArray[np.float64]]:
        """By threat, scenario scores [ranked units, draws]; NaN where a unit has none."""
        return {part.threat.name: self._aligned(part) for part in self.parts}

    def _aligned(self, part: Part) -> NDArray[np.float64]:
        place = {unit: row for row, unit in enumerate(part.forecast.units)}
        points = np.full((len(self.ranked), part.scores.shape[1]), np.nan)
        rows = [row for row, unit in enumerate(self.ranked) if unit in place]
        points[rows] = part.scores[[place[self.ranked[row]] for row in rows]]
        return points

    @property
    def stands_on(self) -> dict[str, Any]:
        """What a later publication compares itself with: `last_data` by threat and `identity`."""
        return {
            "last_data": {part.threat.name: format_month(part.last_data) for part in self.parts},
            "identity": json.loads(self.identity or "null"),
        }

    @cached_property
    def composite(self) -> NDArray[np.float64]:
        """Scenario scores of all threats together, [ranked units, draws]."""
        return composite(self.scores, self.weights, self.exponent)

    @cached_property
    def licence(self) -> tuple[str, str]:
        """The strictest terms of the sources: their name, and all that they ask and whose it is."""
        from riskkit.publish._licences import duties

        asked = duties(self.sources)
        told = []
        for terms, whose in asked:
            names = "; ".join(dict.fromkeys(source.title for source in whose))
            told.append(f"{terms.told}{names and f' (terms of: {names})'}")
        return asked[0][0].name, "; and ".join(told)

    @property
    def title(self) -> str:
        """Heading, which says so when the data are simulated."""
        first, last = (format_month(month) for month in self.window)
        simulated = "SIMULATED DATA: " if self.data_kind == "simulated" else ""
        names = [part.threat.title for part in self.parts]
        risk = names[0] if len(names) == 1 else ", ".join(p.threat.name for p in self.parts)
        return f"{simulated}Ranked risk of {risk}, {first} to {last}"

    @property
    def places(self) -> pl.DataFrame:
        """`unit, name, region` of the ranked units, in their order."""
        order = pl.DataFrame({"unit": self.ranked})
        return order.join(
            self.units.select("unit", "name", "region"), on="unit", maintain_order="left"
        )
