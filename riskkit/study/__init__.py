"""A study: the parameters turned into sources, panel, features and datasets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from riskkit.config import Params, load_params
from riskkit.errors import ConfigError, RiskkitError
from riskkit.family import KEYS, Family, join_families
from riskkit.forecasting.dataset import Dataset, build_dataset
from riskkit.forecasting.targets import Target, find
from riskkit.months import month_id, parse_horizons, parse_month
from riskkit.panel import Panel, build_panel
from riskkit.registry import families, lookup, models
from riskkit.store import Store, read_file
from riskkit.study.names import check_names
from riskkit.tables import Citation, Release
from riskkit.units import countries
from riskkit.world import World, simulate

DEFAULT_CONFIG = Path("params.yaml")


@dataclass(frozen=True)
class Study:
    """Everything that the commands need, each part made when it is first asked for.

    Attributes:
        params: The parameters.
        folder: What their paths are relative to.
        built: Folder of `riskkit features build`; None to build features anew.
    """

    params: Params
    folder: Path
    built: Path | None = None

    @cached_property
    def releases(self) -> tuple[Release, ...]:
        """The sources as read: configured files, else stored ones, else the simulated world."""
        data = self.params.data
        store = Store(self.folder / data.store)
        if data.sources and data.kind != "world":
            roots = [self.folder / (entry.root or data.root) for entry in data.sources]
            for root in roots:
                _require(root)
            return tuple(
                read_file(e.source, root / e.path, e.options)
                for root, e in zip(roots, data.sources, strict=True)
            )
        if data.kind == "files":
            raise ConfigError("data.kind is files, but data.sources names none")
        if data.kind == "auto" and store.entries():
            return store.read()
        return self.world.releases

    @cached_property
    def world(self) -> World:
        """The simulated world."""
        return simulate(**self.params.data.world.model_dump())

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What to cite for the sources."""
        cited = [release.citation for release in self.releases if release.citation]
        return tuple(dict.fromkeys(cited))

    @cached_property
    def target(self) -> Target:
        """What is forecast."""
        return Target(**self.params.target.model_dump())

    @cached_property
    def units(self) -> pl.DataFrame:
        """The units that the target's source speaks of."""
        release, _ = find(self.target, self.releases)
        if release.simulated:
            return self.world.units
        return units_of(release)

    @cached_property
    def last_period(self) -> int:
        """Month id in which the target's last observed period ends."""
        release, _ = find(self.target, self.releases)
        return month_id(release.covers[1])

    @cached_property
    def panel(self) -> Panel:
        """The panel as of the study's date."""
        release, indicator = find(self.target, self.releases)
        start, as_of = self.params.panel.start, self.params.panel.as_of
        return build_panel(
            self.releases,
            self.units,
            first_month=parse_month(start) if start else month_id(release.covers[0]),
            as_of=parse_month(as_of) if as_of else self.last_period + indicator.lag_months,
        )

    @cached_property
    def families(self) -> list[Family]:
        """The feature families of the study, by default all whose indicators there are."""
        if self.params.features.families:
            return [lookup("family", families(), name) for name in self.params.features.families]
        present = set(self.panel.indicators)
        return [family for family in families().values() if present & set(family.inputs)]

    @cached_property
    def features(self) -> pl.DataFrame:
        """The features of all families, one row per unit and month."""
        if self.built is None:
            return join_families([family.build(self.panel) for family in self.families])
        features = join_families([_read_built(self.built, family) for family in self.families])
        if not features.select(KEYS).equals(self.panel.frame.select(KEYS)):
            raise RiskkitError(
                f"the features in {self.built} are of other units or months than the data",
                hint="build them again with the same parameters",
            )
        return features

    def dataset(self, origin: int, horizons: Sequence[int]) -> Dataset:
        """What may be seen at one origin."""
        return build_dataset(
            self.features, self.releases, self.panel.units, self.target, origin, horizons
        )

    def model_options(self, name: str) -> dict[str, Any]:
        """Settings of a model; a pool also gets those of its members."""
        settings = self.params.models
        own = settings.get(name, {})
        members = own.get("members", lookup("model", models(), name).members)
        if not members:
            return own
        return {**own, "options": {member: settings.get(member, {}) for member in members}}

    def forecast_dataset(self) -> Dataset:
        """What may be seen at the study's date."""
        return self.dataset(self.panel.as_of, parse_horizons(self.params.forecast.horizons))


def _require(root: Path) -> None:
    if not root.is_dir():
        raise ConfigError(
            f"the data are not here: there is no folder {root}",
            hint="data.root names the folder of the files, as in --set data.root=FOLDER",
        )


def _read_built(folder: Path, family: Family) -> pl.DataFrame:
    path = folder / f"{family.name}.parquet"
    if not path.is_file():
        raise RiskkitError(f"there is no {path}", hint="run `riskkit features build` first")
    return pl.read_parquet(path, glob=False)


def units_of(release: Release) -> pl.DataFrame:
    """Name the units that a source speaks of: those of its rows, and of a census all countries.

    Returns:
        Columns `unit, name, region, born, died`; cells are named by their number.
    """
    named = set(release.observations["unit"].unique())
    if any(indicator.census for indicator in release.indicators):
        everywhere = countries("views")["unit"].to_list()
        named |= set(everywhere if release.covered_units is None else release.covered_units)
    table = countries().filter(pl.col("unit").is_in(named))
    cells = sorted(named - set(table["unit"]))
    grid = pl.DataFrame({"unit": cells}, schema={"unit": pl.String}).select(
        "unit",
        (pl.lit("cell ") + pl.col("unit")).alias("name"),
        pl.lit("PRIO-GRID").alias("region"),
        pl.lit(None, dtype=pl.Date).alias("born"),
        pl.lit(None, dtype=pl.Date).alias("died"),
    )
    return pl.concat([table.select(grid.columns), grid])


def open_study(config: Path | None, settings: Sequence[str], features: Path | None = None) -> Study:
    """Read the parameters; paths in them are relative to the working folder.

    Args:
        config: Parameter file.
        settings: `KEY=VALUE` overrides.
        features: Folder of `riskkit features build` to take the features from.
    """
    if config is None and DEFAULT_CONFIG.is_file():
        config = DEFAULT_CONFIG
    params = load_params(config, settings)
    check_names(params)
    return Study(params, Path(), features)
