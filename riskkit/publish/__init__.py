"""Publications: a folder of tables with a machine-readable description, written whole or not.

One format per file. A format module gives a table (`table(publication)` and its schema) or writes
one file (`write(publication, folder)`); none imports another, this module brings them together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import polars as pl

from riskkit.atomic import atomic_folder
from riskkit.errors import RiskkitError
from riskkit.forecasting.forecast import Forecast
from riskkit.forecasting.targets import Target
from riskkit.models import Contributions
from riskkit.months import format_month
from riskkit.tables import Citation

if TYPE_CHECKING:
    import dataframely as dy

SCHEMA_VERSION = 1
MARKER = "datapackage.json"


@dataclass(frozen=True)
class Publication:
    """Everything that a publication is made from.

    Attributes:
        forecast: Joint draws of the units to rank: those whose outcome was known in `last_data`.
        target: What is forecast.
        threat: Name of the threat, such as "state-based conflict".
        units: Rows of `riskkit.tables.Units`, at least those of the forecast.
        summary: One sentence about the model.
        last_data: Month id of the last month whose outcome was known.
        data_kind: "simulated" if any input is made up.
        contributions: The model's explanation, rows in the order of `forecast.units`; None when
            it has none.
        descriptions: Phrase for each feature.
        sources: What to cite.
        record: Leaderboard rows: `model, target, window, rule, value, skill, skill_low,
            skill_high`.
        previous: Ranking to compare with, as `riskkit.publish.previous.find` gives it.
        licence: Licence of the publication, an SPDX identifier.
    """

    forecast: Forecast
    target: Target
    threat: str
    units: pl.DataFrame
    summary: str
    last_data: int
    data_kind: Literal["observed", "simulated"]
    contributions: Contributions | None = None
    descriptions: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Citation, ...] = ()
    record: pl.DataFrame | None = None
    previous: pl.DataFrame | None = None
    licence: str = "CC-BY-4.0"

    def __post_init__(self) -> None:
        """Refuse parts that do not fit together."""
        forecast, target = self.forecast, self.target
        if forecast.target != target.name:
            raise RiskkitError(f"the forecast is not one of '{target.name}'", got=forecast.target)
        if not forecast.units or len(set(forecast.units)) < len(forecast.units):
            raise RiskkitError("a publication ranks at least one unit, and each once")
        unknown = sorted(set(forecast.units) - set(self.units["unit"]))
        if unknown:
            raise RiskkitError("forecast units are missing from the table of units", got=unknown)
        if any(b - a != target.months for a, b in pairwise(forecast.months)):
            raise RiskkitError(
                "a publication needs horizons that follow each other without a gap",
                got=forecast.horizons,
            )
        if self.contributions and len(self.contributions.values) != len(forecast.units):
            raise RiskkitError("contributions and forecast have different units")
        if self.last_data > self.as_of:
            raise RiskkitError(
                f"the last outcome is dated {format_month(self.last_data)}, after the origin "
                f"{format_month(self.as_of)}"
            )

    @property
    def as_of(self) -> int:
        """Month id at whose end the forecast was made: the origin."""
        return self.forecast.origin

    @property
    def window(self) -> tuple[int, int]:
        """First and last month id of the window that is forecast."""
        months = self.forecast.months
        return months[0], months[-1] + self.target.months - 1

    @property
    def title(self) -> str:
        """Heading, which says so when the data are simulated."""
        first, last = (format_month(month) for month in self.window)
        simulated = "SIMULATED DATA: " if self.data_kind == "simulated" else ""
        return f"{simulated}Ranked risk of {self.threat}, {first} to {last}"

    @property
    def places(self) -> pl.DataFrame:
        """`unit, name, region` of the forecast's units, in its order."""
        order = pl.DataFrame({"unit": self.forecast.units})
        return order.join(
            self.units.select("unit", "name", "region"), on="unit", maintain_order="left"
        )


def schemas() -> dict[str, type[dy.Schema]]:
    """Schema of each CSV file, by file name."""
    from riskkit.publish import components, forecasts, previous, ranking, regions

    return {
        "ranking.csv": ranking.Ranking,
        "components.csv": components.Components,
        "regions.csv": regions.Regions,
        "forecasts.csv": forecasts.Forecasts,
        "previous.csv": previous.Previous,
    }


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
    from riskkit.publish import _identity, _table, datapackage, forecasts, model_card

    tables, described = _tables(publication), schemas()
    _identity.refuse_strangers(folder)
    try:
        with atomic_folder(folder, marker=MARKER) as fresh:
            for name, table in tables.items():
                _table.write_csv(table, described[name], fresh / name)
            forecasts.write(publication, fresh)
            model_card.write(publication, fresh)
            datapackage.write(publication, described, fresh)
            names = sorted(file.name for file in fresh.iterdir())
    except OSError as error:
        raise RiskkitError(f"cannot write {folder}", got=error.strerror) from error
    return {name: folder / name for name in names}


def _tables(publication: Publication) -> dict[str, pl.DataFrame]:
    """Make and check each CSV table, by file name."""
    from riskkit.publish import _table, components, forecasts, previous, ranking, regions

    made = {
        "ranking.csv": ranking.table(publication),
        "components.csv": components.table(publication),
        "regions.csv": regions.table(publication),
        "forecasts.csv": forecasts.table(publication),
        "previous.csv": previous.table(publication),
    }
    described = schemas()
    return {name: _table.checked(table, described[name], name) for name, table in made.items()}


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


def schema_page() -> str:
    """Write docs/ranking-schema.md: every column of every table, from the schemas."""
    from riskkit.publish import schema_docs

    return schema_docs.page(schemas())
