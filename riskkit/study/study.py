"""A study: parameters and data, and everything that is made from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any
from weakref import finalize

import numpy as np
import polars as pl

from riskkit.config import Params, load_params
from riskkit.errors import ConfigError
from riskkit.family import Family, join_families, references
from riskkit.forecasting.cube import Cube
from riskkit.forecasting.dataset import Dataset, build_dataset
from riskkit.forecasting.eligibility import Limits
from riskkit.forecasting.targets import Series, find
from riskkit.forecasting.threats import Absent, Threat, resolve
from riskkit.months import format_month, parse_horizons, parse_month
from riskkit.panel import Panel, aligned, build_panel, listed, refuse_nothing
from riskkit.panel.hindsight import hindsight, measured_against
from riskkit.progress import Progress, silent
from riskkit.reading.remote import local
from riskkit.registry import families, lookup, models
from riskkit.study.cells import cells_of, owners, ties
from riskkit.study.data import name_places, places_within, read_releases, units_of
from riskkit.study.identity import vintages
from riskkit.study.names import check_names
from riskkit.tables import Citation, Release
from riskkit.world import World, simulate
from riskkit.world.grid import Grid, simulate_grid

if TYPE_CHECKING:
    from riskkit.models.parts.boosting import Trainer
    from riskkit.study.changes import Scenario
    from riskkit.study.evaluating import Backtest
    from riskkit.study.forecasting import Outlook
    from riskkit.study.replay import Replay
    from riskkit.study.scenario import Contrast
    from riskkit.study.verifying import Verdict

DEFAULT_CONFIG = Path("params.yaml")
_WITH_CLUSTER = "name its scheduler: --engine dask --scheduler ADDRESS"


@dataclass(frozen=True)
class Study:
    """What the command line and notebooks hold: each part is made when it is first asked for.

    >>> Study.open(None, ["data.kind=world", "target.indicator=ged_sb"]).threats[0].name
    'ged_sb'

    Attributes:
        params: The parameters.
        folder: What their paths are relative to.
        built: Folder of `riskkit features build`; None to build features anew.
        progress: How long work is shown; silent by default.
        scheduler: Address of a Dask cluster that does what can be spread; None for this machine.
        together: Trainings of more rows than this are done by all workers of the cluster together;
            None for none.
    """

    params: Params
    folder: Path = Path()
    built: Path | None = None
    progress: Progress = field(default=silent, repr=False, compare=False)
    scheduler: str | None = field(default=None, repr=False, compare=False)
    together: int | None = field(default=None, repr=False, compare=False)

    @classmethod
    def open(
        cls,
        config: Path | str | None = None,
        settings: Sequence[str] = (),
        *,
        features: Path | str | None = None,
        progress: Progress = silent,
        scheduler: str | None = None,
        together: int | None = None,
    ) -> Study:
        """Read the parameters of a study; paths in them are relative to the working folder.

        Args:
            config: Parameter file; by default params.yaml of the working folder if it is there,
                else all defaults.
            settings: `KEY=VALUE` overrides with dotted keys.
            features: Folder of `riskkit features build` to take the features from, or the address
                of one.
            progress: How to show long work, for instance `riskkit.progress.silent`.
            scheduler: Address of a Dask cluster that does what can be spread; None for this
                machine.
            together: Trainings of more rows than this are done by all workers of the cluster
                together, which gives other trees, as another seed does; None for none.

        Raises:
            ConfigError: The file, a key or a value cannot be used.
        """
        if together is not None and scheduler is None:
            raise ConfigError("only workers of a cluster train together", hint=_WITH_CLUSTER)
        if config is None and DEFAULT_CONFIG.is_file():
            config = DEFAULT_CONFIG
        params = load_params(None if config is None else Path(config), settings)
        check_names(params)
        built = None if features is None else local(features)
        return cls(params, Path(), built, progress, scheduler, together)

    @classmethod
    def of(cls, params: Params, releases: tuple[Release, ...], units: pl.DataFrame) -> Study:
        """Make a study of data at hand, wherever its parameters say that they are.

        Args:
            params: The parameters.
            releases: The sources as read.
            units: Rows of `riskkit.tables.Units`.
        """
        made = cls(params)
        made.__dict__.update(releases=releases, units=units)  # in place of what would be read
        return made

    # --- data -----------------------------------------------------------------------------------

    @cached_property
    def releases(self) -> tuple[Release, ...]:
        """The sources as read, and what ties cells."""
        if self.params.data.kind != "world":
            told = read_releases(self.params, self.folder)
            return (*told, ties(self._cells(told), told)) if self.by_cell else told
        return self.grid.releases if self.by_cell else self.world.releases

    @property
    def simulated(self) -> bool:
        """Whether any of the data are made up."""
        return any(release.simulated for release in self.releases)

    @property
    def by_cell(self) -> bool:
        """Whether the units are cells of a grid."""
        return self.params.panel.level == "cell"

    @cached_property
    def world(self) -> World:
        """The simulated world."""
        size = self.params.data.world
        return simulate(size.seed, size.countries, size.months)

    @cached_property
    def grid(self) -> Grid:
        """The simulated world by cell."""
        size = self.params.data.world
        return simulate_grid(size.seed, size.cells, size.months)

    def _cells(self, releases: Sequence[Release]) -> pl.DataFrame:
        if self.params.data.kind == "world":
            return self.grid.units
        return cells_of(releases, self.params.panel.within)

    @cached_property
    def vintages(self) -> tuple[tuple[str, str], ...]:
        """Name, vintage and hash of each release, in the order of `releases`."""
        return vintages(self.releases)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What to cite for the sources."""
        above = () if self.of_countries is None else self.of_countries.releases
        cited = [one.citation for one in (*self.releases, *above) if one.citation]
        return tuple(dict.fromkeys(cited))

    @cached_property
    def _resolved(self) -> tuple[tuple[Threat, ...], tuple[Absent, ...]]:
        return resolve(self.params, self.releases)

    @property
    def threats(self) -> tuple[Threat, ...]:
        """The threats that the data speak of, in the order of params.yaml."""
        return self._resolved[0]

    @property
    def absent(self) -> tuple[Absent, ...]:
        """The threats that no data speak of."""
        return self._resolved[1]

    def series(self, threat: Threat) -> Series:
        """Where a threat's target is counted."""
        return find(threat.target, self.releases)

    @cached_property
    def units(self) -> pl.DataFrame:
        """The units that the threats' sources speak of, sorted by code; or the cells."""
        if self.by_cell:
            return self._cells(self.releases)
        series = {threat.name: self.series(threat) for threat in self.threats}
        if any(one.simulated for one in series.values()):
            return self.world.units
        tables = [units_of(release) for one in series.values() for release, _ in one]
        units = pl.concat(tables).unique("unit", keep="first", maintain_order=True).sort("unit")
        within = {
            name: places_within(release for release, _ in one) for name, one in series.items()
        }
        return name_places(units, within)

    @cached_property
    def owners(self) -> dict[str, str]:
        """Where the units are cells, the country of each that lies in one; else empty."""
        if not self.by_cell:
            return {}
        if self.params.data.kind == "world":
            return self.grid.country_of
        found = owners(self.units["unit"].to_list())
        return {cell: country for cell, country in found.items() if country is not None}

    def names(self, threat: Threat) -> dict[str, str]:
        """Units as the source of one threat names them, with the places that it counts in them."""
        series = self.series(threat)
        if series.simulated or self.by_cell:
            return {}
        tables = [units_of(release).select("unit", "name") for release, _ in series]
        return dict(pl.concat(tables).unique("unit", keep="first").iter_rows())

    # --- point in time --------------------------------------------------------------------------

    @cached_property
    def span(self) -> tuple[int, int]:
        """First month id of the panel, and the one at whose end the forecaster stands.

        By default the panel starts with the first threat's series, and one stands where the
        newest outcomes of all threats have come out.
        """
        start, as_of = self.params.panel.start, self.params.panel.as_of
        series = [self.series(threat) for threat in self.threats]
        return (
            parse_month(start) if start else series[0].covers[0],
            parse_month(as_of) if as_of else max(one.known_at for one in series),
        )

    @cached_property
    def panel(self) -> Panel:
        """The panel as of the study's date."""
        return self.panel_at(self.span[1])

    def panel_at(self, as_of: int, *, cuts: bool = True) -> Panel:
        """The panel as of a date; see `riskkit.panel.build_panel`."""
        shows, first = self.params.features.revised, self.span[0]
        return build_panel(self.releases, self.units, first, as_of, shows, cuts=cuts)

    @cached_property
    def families(self) -> list[Family]:
        """The feature families of the study, by default all whose indicators there are."""
        if self.params.features.families:
            return [lookup("family", families(), name) for name in self.params.features.families]
        present = {i.name for release in self.releases for i in release.indicators}
        return [family for family in families().values() if present & set(family.inputs)]

    @cached_property
    def of_countries(self) -> Study | None:
        """The study of the cells' countries whose features the cells share; None for none."""
        if not (self.by_cell and self.params.features.of_countries):
            return None
        from riskkit.study.broadcast import study_of_countries

        return study_of_countries(self)

    @property
    def described(self) -> list[tuple[Family, str]]:
        """Every family that models see, and what its features are of: "country" or "cell"."""
        own = [(family, self.params.panel.level) for family in self.families]
        above = [] if self.of_countries is None else self.of_countries.families
        return [*own, *((family, "country") for family in above)]

    @cached_property
    def features(self) -> pl.DataFrame:
        """The features of all families as of the study's date, one row per unit and month."""
        if self.built is not None:
            from riskkit.study.features import read_features

            return read_features(self, self.built)
        return self.features_of(self.panel)

    def features_of(self, panel: Panel) -> pl.DataFrame:
        """The features of all families on a panel."""
        return join_families([family.build(panel) for family in self.families], panel.frame)

    def hindsight(self, origins: Sequence[int]) -> tuple[str, ...]:
        """What the features are measured against, and hold that nobody knew at these origins.

        Returns:
            Sentences: one for each reference period, and those of `riskkit.panel.hindsight`.
        """
        read = {name for family in self.families for name in family.inputs}
        seen = {
            indicator.name
            for release in self.releases
            for indicator in release.indicators
            if self.params.features.revised or not indicator.revised
        }
        declared = [i for release in self.releases for i in release.indicators]
        against = measured_against(references(self.families, declared))
        above = () if self.of_countries is None else self.of_countries.hindsight(origins)
        return (*against, *hindsight(self.releases, read & seen, origins), *above)

    @cached_property
    def cube(self) -> Cube:
        """The features by cell as of the study's date, mapped from a file."""
        from riskkit.study.cube import build_cube, read_cube

        if self.built is not None:
            return read_cube(self, self.span[1], self.built)
        return build_cube(self, self.panel, self._scratch / "features")

    @cached_property
    def _scratch(self) -> Path:
        """A folder for what does not fit into memory; it goes with the study."""
        folder = mkdtemp(prefix="riskkit-")
        finalize(self, rmtree, folder, ignore_errors=True)
        return Path(folder)

    def _cube_at(self, origin: int) -> Cube:
        """The features by cell as they were known at an origin."""
        from riskkit.study.cube import build_cube

        first, as_of = self.span
        if not first <= origin < as_of or self.exact_at(origin):
            return self.cube
        folder = self._scratch / f"features-{format_month(origin)}"
        return build_cube(self, self.panel_at(origin), folder)

    def features_at(self, origin: int) -> pl.DataFrame | Cube:
        """The features as they were known at an origin: anew if anything came out late since."""
        if self.by_cell:
            return self._cube_at(origin)
        first, as_of = self.span
        if not first <= origin <= as_of or self.exact_at(origin):
            return self.features
        if origin not in self._features_then:
            self._features_then.clear()  # one origin's at a time: they are large
            self._features_then[origin] = self.features_of(self.panel_at(origin, cuts=False))
        return self._features_then[origin]

    def exact_at(self, origin: int) -> bool:
        """Whether the panel of the study's date can be cut at an origin (`Panel.exact_at`).

        It takes long to build, and is not where the calendar alone says no.
        """
        declared = [i for release in self.releases for i in release.indicators]
        if self.of_countries is not None and not self.of_countries.exact_at(origin):
            return False
        return aligned(declared, origin, self.span[1]) and self.panel.exact_at(origin)

    @cached_property
    def _features_then(self) -> dict[int, pl.DataFrame]:
        return {}

    def _laid_out(self, origin: int) -> Cube:
        """The features at an origin as a cube, which all threats share."""
        features = self.features_at(origin)
        if isinstance(features, Cube):
            return features
        if self._latest_cube.get("of") is not features:
            made = Cube.of(features, self._listed.height)
            self._latest_cube.update({"of": features, "cube": made})
        found: Cube = self._latest_cube["cube"]
        return found

    @cached_property
    def _latest_cube(self) -> dict[str, Any]:
        return {}

    def dataset(
        self, threat: Threat, origin: int, horizons: Sequence[int], *, features: bool = True
    ) -> Dataset:
        """What may be seen of a threat at one origin.

        Args:
            threat: The threat.
            origin: Month id.
            horizons: Months ahead.
            features: Whether with the features, which take time and memory; a model needs them.
        """
        return build_dataset(
            self._seen(threat, origin) if features else self._without_features,
            self.releases,
            self._listed,
            threat.target,
            origin,
            horizons,
            self.limits,
        )

    @cached_property
    def _listed(self) -> pl.DataFrame:
        """The units in the order of the panel, which need not be built for it."""
        return listed(self.units)

    @property
    def _without_features(self) -> Cube:
        """A cube as wide as the panel that holds none."""
        first, last = self.span
        refuse_nothing(self.releases, first, last)
        shape = (self._listed.height, last - first + 1, 0)
        return Cube((), first, np.empty(shape, dtype=np.float32))

    def _seen(self, threat: Threat, origin: int) -> Cube:
        """The features of the families that a threat's models see."""
        features = self._laid_out(origin)
        if threat.families is None:
            return features
        seen = [family for family in self.families if family.name in threat.families]
        return features.only([feature.name for family in seen for feature in family.features])

    @property
    def limits(self) -> Limits:
        """How little and how old outcomes may be."""
        settings = self.params.forecast
        return Limits(
            settings.max_gap, settings.min_history, settings.max_age, settings.stale_after
        )

    def forecast_dataset(self, threat: Threat, *, features: bool = True) -> Dataset:
        """What may be seen of a threat at the study's date, as of `dataset`."""
        horizons = parse_horizons(self.params.forecast.horizons)
        return self.dataset(threat, self.span[1], horizons, features=features)

    def model_options(self, name: str, over: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Settings of a model; a pool also gets those of its members.

        What its own `options` say of a member goes before that member's settings under `models`.

        Args:
            name: Registry name.
            over: Settings that go before those of `models` in params.yaml, as a threat's do.
        """
        settings = self.params.models
        own = {**settings.get(name, {}), **(over or {})}
        members = own.get("members", lookup("model", models(), name).members)
        if not members:
            return own
        here = own.get("options") or {}
        given = {member: {**settings.get(member, {}), **here.get(member, {})} for member in members}
        return {**own, "options": {**here, **given}}

    @property
    def trainer(self) -> Trainer | None:
        """Who trains on many rows; None for whoever wants to."""
        if self.scheduler is None or self.together is None:
            return None
        from riskkit.study.cluster import training_on

        return training_on(self.scheduler, self.together)

    # --- what a user asks for -------------------------------------------------------------------

    def backtest(
        self,
        out: Path | str,
        *,
        scores: bool = True,
        export: bool = False,
        scheduler: str | None = None,
    ) -> Backtest:
        """Forecast past windows with every model and score them on what came.

        Args:
            out: Folder for the tables; finished parts of an earlier run there are used.
            scores: Also score the forecasts and those of the reference.
            export: Also write one VIEWS submission file per model and window.
            scheduler: Address of a Dask cluster that does the jobs; None for the study's own.
        """
        from riskkit.study.backtesting import backtest

        study = self
        if scheduler is not None:  # with all that has been made so far
            study = replace(self, scheduler=scheduler)
            study.__dict__.update({**self.__dict__, "scheduler": scheduler})
        return backtest(study, Path(out), scores=scores, export=export)

    def evaluate(
        self,
        folders: Sequence[Path | str],
        out: Path | str,
        submissions: Mapping[str, Sequence[Path]] | None = None,
    ) -> Backtest:
        """Score the forecasts of one or more backtests as one comparison.

        Args:
            folders: The backtests.
            out: Folder for the tables.
            submissions: Files or folders of others' forecasts of the same windows in the VIEWS
                layout, by the name that their model gets.
        """
        from riskkit.study.evaluating import evaluate_folders

        return evaluate_folders(self, [Path(folder) for folder in folders], Path(out), submissions)

    def forecast(self, out: Path | str | None = None) -> Outlook:
        """Fit the models as of the study's date and draw joint scenarios of every threat.

        Args:
            out: Folder to keep the draws, their explanations and the models in; None for none.
        """
        from riskkit.study.forecasting import forecast

        return forecast(self, None if out is None else Path(out))

    def replay(self, origins: Sequence[int], out: Path | str) -> Replay:
        """Rank past origins as it would have been done, and score what came of it.

        Args:
            origins: Month ids.
            out: Folder for the tables; finished parts of an earlier run there are used.
        """
        from riskkit.study.replay import replay

        return replay(self, origins, Path(out))

    def scenario(
        self, wanted: Scenario | Path | str, forecast: Outlook | Path | str | None = None
    ) -> Contrast:
        """Forecast with stated changes of inputs, by the models as they are fitted to the data.

        Args:
            wanted: The changes, or a YAML file of them (docs/scenario.md).
            forecast: A forecast of this study or the folder of one; None to make it.

        Returns:
            Both forecasts side by side; their difference is the models' association with the
            change, not its effect.
        """
        from riskkit.study.scenario import scenario

        return scenario(self, wanted, forecast)

    def publish(
        self,
        out: Path | str,
        forecast: Outlook | Path | str | None = None,
        record: Path | str | None = None,
        *,
        archive: str | Path | None = None,
        reason: str | None = None,
        refuse_worse: bool = False,
    ) -> Path:
        """Publish a ranking with everything that belongs to it.

        Args:
            out: Folder of the publication; it is replaced as a whole.
            forecast: A forecast of this study or the folder of one; None to make it.
            record: Folder with the scores of a backtest or a replay of this study.
            archive: Folder or address of an archive that keeps every publication.
            reason: Why a month that the archive holds is published again.
            refuse_worse: Publish nothing if the models did worse than conflictology or zero in
                the recent graded windows.

        Returns:
            `out`.
        """
        from riskkit.study.publishing import Filing, publish

        folder = None if record is None else Path(record)
        filing = None if archive is None else Filing(str(archive), reason)
        return publish(self, Path(out), forecast, folder, filing, refuse_worse=refuse_worse)

    def verify(self, archive: str | Path) -> list[Verdict]:
        """Grade every archived publication whose window has come true, and add it to the ledger.

        Args:
            archive: Folder or address of the archive.
        """
        from riskkit.archive import Archive
        from riskkit.study.verifying import grade_archive

        return grade_archive(self, Archive(archive))

    def with_progress(self, progress: Progress) -> Study:
        """The same study, whose long work is shown."""
        return replace(self, progress=progress)
