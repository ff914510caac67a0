"""Publications: a folder of tables with a machine-readable description, written whole or not.

One format per file. A format module gives a table (`table(publication)` and its schema) or writes
one file (`write(publication, folder)`); none imports another, this module brings them together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.atomic import atomic_folder
from riskkit.config import AlertSettings
from riskkit.errors import RiskkitError
from riskkit.forecasting.forecast import Forecast
from riskkit.forecasting.threats import Absent, Threat
from riskkit.models import Contributions
from riskkit.models.parts.attribution import FamilyShares
from riskkit.months import format_month
from riskkit.publish._dossier import FACTS, INPUTS, SERIES, SITUATIONS, Dossier, Fact, Theme
from riskkit.risk.composite import composite, joined
from riskkit.risk.onset import Standing
from riskkit.risk.score import scenario_scores
from riskkit.tables import Citation

if TYPE_CHECKING:
    import dataframely as dy

__all__ = [
    "FACTS",
    "INPUTS",
    "SERIES",
    "SITUATIONS",
    "Dossier",
    "Fact",
    "Part",
    "Publication",
    "Theme",
    "graded_lines",
    "publish",
    "read_description",
    "read_table",
    "schemas",
    "verify",
    "warnings_of",
    "worse_in",
]

SCHEMA_VERSION = 2
MARKER = "datapackage.json"
COMPOSITE = "composite"
"""What tables by threat call all threats together."""
STANDARD = ("conflict", "terrorism", "displacement", "climate")
"""Threats that have a column of their own in ranking.csv; all are in components.csv."""


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


@dataclass(frozen=True)
class Format:
    """How one CSV file is made.

    Attributes:
        schema: Of its table.
        table: Makes it of a publication and the tables `made_of`.
        made_of: Names of other files that come before it.
    """

    schema: type[dy.Schema]
    table: Callable[..., pl.DataFrame]
    made_of: tuple[str, ...] = ()


def formats() -> dict[str, Format]:
    """Every CSV file of a publication by its name, in the order in which they are made."""
    from riskkit.publish import (
        _history,
        alerts,
        backtest,
        cells,
        changes,
        components,
        costs,
        decisions,
        diplomacy,
        drivers,
        forecasts,
        history,
        inputs,
        onsets,
        previous,
        ranking,
        record,
        regions,
        sensitivity,
        series,
        situations,
        themes,
    )

    return {
        "ranking.csv": Format(ranking.Ranking, ranking.table),
        "cells.csv": Format(cells.Cells, cells.table, ("ranking.csv",)),
        "components.csv": Format(components.Components, components.table),
        "regions.csv": Format(regions.Regions, regions.table),
        "sensitivity.csv": Format(sensitivity.Sensitivity, sensitivity.table),
        "drivers.csv": Format(drivers.Drivers, drivers.table),
        "forecasts.csv": Format(forecasts.Forecasts, forecasts.table),
        "series.csv": Format(series.Series, series.table),
        "situations.csv": Format(situations.Situations, situations.table),
        "diplomacy.csv": Format(diplomacy.Diplomacy, diplomacy.table),
        "themes.csv": Format(themes.Themes, themes.table),
        "inputs.csv": Format(inputs.Inputs, inputs.table),
        "changes.csv": Format(changes.Changes, changes.table, ("ranking.csv",)),
        "alerts.csv": Format(alerts.Alerts, alerts.table, ("changes.csv",)),
        "decisions.csv": Format(decisions.Decisions, decisions.table),
        "costs.csv": Format(costs.Costs, costs.table),
        "onsets.csv": Format(onsets.Onsets, onsets.table),
        "previous.csv": Format(previous.Previous, previous.table),
        "record.csv": Format(record.Record, record.table),
        "backtest.csv": Format(backtest.Backtest, backtest.table),
        "history.csv": Format(_history.History, history.table),
    }


def schemas() -> dict[str, type[dy.Schema]]:
    """Schema of each CSV file, by file name."""
    return {name: made.schema for name, made in formats().items()}


def publish(publication: Publication, folder: Path) -> dict[str, Path]:
    """Write a publication in place of the one that `folder` holds.

    The folder changes in one step, after everything is written and checked: a process that is
    killed leaves the earlier publication as it was. The same publication gives the same bytes.

    Returns:
        Path of each file by its name.

    Raises:
        RiskkitError: The folder is not a publication or cannot be written, or a table breaks its
            schema.
    """
    from riskkit.publish import (
        _identity,
        _table,
        datapackage,
        forecasts,
        geojson,
        grading,
        model_card,
        report,
        units,
    )

    tables, described = _tables(publication), schemas()
    _identity.refuse_strangers(folder)
    try:
        with atomic_folder(folder, marker=MARKER) as fresh:
            for name, table in tables.items():
                _table.write_csv(table, described[name], fresh / name)
            forecasts.write(publication, fresh)
            grading.write(publication, fresh)
            model_card.write(publication, fresh)
            geojson.write(tables["ranking.csv"], fresh)
            report.write(publication, tables, fresh)
            units.write(publication, tables, fresh)
            datapackage.write(publication, described, fresh)
            names = _identity.files(fresh)
    except OSError as error:
        raise RiskkitError(f"cannot write {folder}", got=error.strerror) from error
    return {name: folder / name for name in names}


def _tables(publication: Publication) -> dict[str, pl.DataFrame]:
    """Make and check each CSV table, by file name."""
    from riskkit.publish import _table

    made: dict[str, pl.DataFrame] = {}
    for name, how in formats().items():
        table = how.table(publication, *(made[other] for other in how.made_of))
        made[name] = _table.checked(table, how.schema, name)
    return made


def graded_lines(publication: Publication) -> pl.DataFrame:
    """Lines on how earlier rankings turned out, as record.csv has them."""
    from riskkit.publish import record

    return record.table(publication)


def warnings_of(publication: Publication) -> list[str]:
    """Say where the models did worse than conflictology or zero in the recent graded windows."""
    from riskkit.publish._record import worse

    return worse(graded_lines(publication))


def worse_in(folder: Path) -> list[str]:
    """The warnings of a publication on disk."""
    from riskkit.publish import _table, record
    from riskkit.publish._record import worse

    return worse(_table.read_csv(folder / record.FILE, record.Record))


def verify(folder: Path) -> list[str]:
    """Check a publication against its own description and the schemas.

    Returns:
        What is wrong, one finding a line; empty when nothing is.

    Raises:
        RiskkitError: The folder holds no publication, or one of another schema version.
    """
    from riskkit.publish import _table, datapackage

    findings = datapackage.check(folder, schemas())
    for name, schema in schemas().items():
        try:
            _table.read_csv(folder / name, schema)
        except RiskkitError as error:
            findings.append(str(error))
    return findings


def read_description(folder: Path) -> dict[str, Any]:
    """Read the datapackage.json of a publication.

    Raises:
        RiskkitError: The folder holds no publication, or one of another schema version.
    """
    from riskkit.publish import _identity

    return _identity.opened(folder)


def read_table(folder: Path, name: str) -> pl.DataFrame:
    """Read a table of a publication by its file name, and check it against its schema.

    Raises:
        RiskkitError: The file cannot be read, has other columns or breaks a rule.
    """
    from riskkit.publish import _table

    return _table.read_csv(folder / name, schemas()[name])


def schema_page() -> str:
    """Write docs/ranking-schema.md: every column of every table, from the schemas."""
    from riskkit.publish import schema_docs

    return schema_docs.page(schemas())
