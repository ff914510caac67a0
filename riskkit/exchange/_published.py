"""A publication read back from its folder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import polars as pl

from riskkit.errors import RiskkitError
from riskkit.files import read_parquet
from riskkit.forecasting.forecast import Forecast, from_frame
from riskkit.publish import read_description, read_table

Row = dict[str, Any]


@dataclass(frozen=True)
class Published:
    """A publication, whose tables are read and checked when they are asked for.

    Attributes:
        folder: Its folder.
        description: Its datapackage.json.
    """

    folder: Path
    description: Row

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Read the description.

        Raises:
            RiskkitError: The folder holds no publication, or one of another schema version.
        """
        return cls(folder, read_description(folder))

    def table(self, name: str) -> pl.DataFrame:
        """Read a table by its file name, as its schema says."""
        return read_table(self.folder, name)

    @property
    def told(self) -> Row:
        """What the publication is of."""
        found: Row = self.description["riskkit"]
        return found

    @property
    def simulated(self) -> bool:
        """Whether any input is made up."""
        return bool(self.told["data_kind"] == "simulated")

    @cached_property
    def forecasts(self) -> dict[str, Forecast]:
        """Joint draws by threat, in the order of the publication.

        Raises:
            RiskkitError: The draws cannot be read, or are not those of the description.
        """
        path = self.folder / "forecasts.parquet"
        found = {one.target: one for one in from_frame(read_parquet(path, "publish again"))}
        wanted = {threat: told["target"] for threat, told in self.told["threats"].items()}
        lacking = [target for target in wanted.values() if target not in found]
        if lacking:
            raise RiskkitError(f"{path} lacks forecasts", got=lacking, hint="publish again")
        return {threat: found[target] for threat, target in wanted.items()}

    def thresholds(self, threat: str) -> tuple[int, ...]:
        """The thresholds of a threat's target."""
        return tuple(self.told["threats"][threat]["thresholds"])

    def period(self, threat: str) -> int:
        """Months of a period of a threat's target."""
        months = self.forecasts[threat].months
        return int(self.told["threats"][threat]["months"]) // len(months)

    @cached_property
    def words(self) -> dict[str, tuple[str, str]]:
        """By threat, what is forecast and in which unit it is counted, in words."""
        table = self.table("components.csv").drop_nulls("title")
        told = table.unique("threat", keep="first", maintain_order=True)
        return {
            one: (title, unit)
            for one, title, unit in told.select("threat", "title", "counted").rows()
        }

    @property
    def tables(self) -> list[str]:
        """File names of the CSV tables, in the order of the description."""
        return [
            one["path"] for one in self.description["resources"] if one["path"].endswith(".csv")
        ]
