"""params.yaml, typed: every setting of a study, with its default."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from riskkit import refusals
from riskkit.errors import ConfigError, RiskkitError
from riskkit.months import format_month, month_id, parse_horizons, parse_month, parse_months
from riskkit.refusals import refusal
from riskkit.yaml_text import load_yaml

_LOG = logging.getLogger(__name__)
FIRST_MONTH, LAST_MONTH = month_id("1800-01"), month_id("2100-12")
"""Months that a study may speak of."""
_MOST_HORIZONS = 600
_LARGEST_FILE = 1_000_000
_DEEPEST_KEY = 10


def _as_written(value: object) -> object:
    """Undo what YAML makes of `6`, a list of horizons with one member."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _readable(read: Callable[[str], list[int]], text: str) -> str:
    """Keep a text that reads as months or horizons.

    Raises:
        ValueError: It does not; in the words of the one that refused it.
    """
    try:
        read(text)
    except RiskkitError as error:
        raise ValueError(error.what) from error
    return text


def _months(text: str) -> list[int]:
    months = parse_months(text) if text else []
    strange = [month for month in months if not FIRST_MONTH <= month <= LAST_MONTH]
    if strange:
        first, last = format_month(FIRST_MONTH), format_month(LAST_MONTH)
        raise RiskkitError("no study reaches this month", hint=f"{first} to {last} can be studied")
    return months


def _month(text: str) -> list[int]:
    parse_month(text)
    return _months(text)


def _horizons(text: str) -> list[int]:
    horizons = parse_horizons(text)
    if max(horizons) > _MOST_HORIZONS:
        raise RiskkitError("no forecast reaches that far", hint="1 to 600 months ahead can be")
    return horizons


def _window(text: str) -> list[int]:
    horizons = sorted(_horizons(text))
    if horizons != list(range(horizons[0], horizons[-1] + 1)):
        raise RiskkitError(
            "a publication is of one window, without gaps",
            hint=f"take {horizons[0]}-{horizons[-1]}; backtest.horizons may have gaps",
        )
    return horizons


_Text = BeforeValidator(_as_written)
Month = Annotated[str, _Text, AfterValidator(partial(_readable, _month))]
"""One month, such as 2021-12."""
Months = Annotated[str, _Text, AfterValidator(partial(_readable, _months))]
"""Months, such as 2017-10..2020-10:12; empty for none."""
Horizons = Annotated[str, _Text, AfterValidator(partial(_readable, _horizons))]
"""Horizons, such as 1-12."""
Window = Annotated[str, _Text, AfterValidator(partial(_readable, _window))]
"""Horizons that follow each other, such as 1-12."""


def _no_word(value: object) -> object:
    """Refuse `true`, which Python would count as 1."""
    if isinstance(value, bool):
        raise ValueError("a number is needed")  # noqa: TRY004 - pydantic's way of refusing
    return value


Whole = Annotated[int, BeforeValidator(_no_word)]
"""A whole number."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


_Kind = TypeVar("_Kind", bound=BaseModel)


class SourceEntry(_Section):
    """One file and the reader for it."""

    source: str
    """The reader, one of `riskkit data list`."""
    path: str
    """File or folder, relative to `root`; or the address of one, as of `data.root`."""
    root: str | None = None
    """Folder or address of this one, as `data.root`, which it is by default."""
    options: dict[str, Any] = Field(default_factory=dict)
    """What the reader must know about the file; sources.md lists each reader's options."""


class SourceList(_Section):
    """A file that `data.include` names."""

    sources: tuple[SourceEntry, ...]
    """As `data.sources`."""


class WorldSettings(_Section):
    """Size and seed of the simulated world."""

    seed: Whole = Field(default=1, ge=0, le=2**32 - 1)
    """Another seed is another world."""
    countries: Whole = Field(default=120, ge=60, le=200)
    """Number of countries."""
    months: Whole = Field(default=360, ge=300, le=600)
    """Length of its history."""
    cells: Whole = Field(default=1000, ge=100, le=100_000)
    """Number of cells where `panel.level` is `cell`."""


class DataSettings(_Section):
    """Where the observations come from."""

    kind: Literal["auto", "base", "files", "store", "world"] = "auto"
    """`base` takes the embedded data of real countries; `files` the entries of `sources`; `store`
    what `riskkit data add` and `fetch` put there; `world` simulates. `auto` takes the embedded
    data and lays the entries of `sources`, or else the store, over them: indicator by indicator,
    the newer vintage month by month."""
    root: str = "."
    """Folder of the `sources`, relative to the working folder; or an address such as
    s3://bucket/data, of which copies are read (sources.md)."""
    store: str = "data"
    """Folder of `riskkit data add`, relative to the working folder; or the address of a copy."""
    sources: tuple[SourceEntry, ...] = ()
    """Files and their readers."""
    include: tuple[str, ...] = ()
    """Files with a list `sources` that several studies share, relative to the file that names
    them; their entries come before its own."""
    world: WorldSettings = WorldSettings()


class PanelSettings(_Section):
    """The unit-month grid that every indicator is joined onto."""

    level: Literal["country", "cell"] = "country"
    """What the units are: countries, or PRIO-GRID cells of half a degree."""
    within: tuple[str, ...] = ()
    """Whose land cells are the units where `level` is `cell`: codes of countries, regions or
    continents, or `land` for all; by default the cells that the data name."""
    start: Month | None = None
    """First month, e.g. 1990-01; by default the first that the target's source covers."""
    as_of: Month | None = None
    """Month at whose end the forecaster stands; by default when the newest outcomes came out."""


class FeatureSettings(_Section):
    """What the models see."""

    families: tuple[str, ...] = ()
    """Feature families, see `riskkit features list`; empty means all that have an indicator."""
    of_countries: tuple[str, ...] = ()
    """Where `panel.level` is `cell`, families whose features are built by country and shared by
    the cells of each; their sources are read as in a study of countries. By default none."""
    revised: bool = False
    """Let features read indicators that are computed anew each year, such as INFORM's: what they
    say of the past was not known then, so a backtest looks ahead."""


def _ascending(value: tuple[int, ...]) -> tuple[int, ...]:
    if len(value) != 3 or sorted(set(value)) != list(value) or value[0] < 1:
        raise ValueError("thresholds are three ascending counts of at least 1")
    return value


Thresholds = Annotated[tuple[int, ...], AfterValidator(_ascending)]
Period = Literal["month", "year"]


class TargetSettings(_Section):
    """The one quantity that a study forecasts instead of the threats."""

    indicator: str = "ged_sb"
    """The indicator to forecast; one of a source's."""
    period: Period = "month"
    """Whether a forecast is of the indicator in each month, or of its sum over each year."""
    thresholds: Thresholds = (1, 25, 100)
    """Three ascending counts, whose probabilities are published as p_any, p_25 and p_100."""


class Measure(_Section):
    """What a threat counts, and how its forecast is made."""

    name: str
    """What forecasts and scores call it; an indicator's name where it is one."""
    indicators: tuple[str, ...] = ()
    """Indicators that are added up; by default the one that `name` names."""
    optional: tuple[str, ...] = ()
    """Those of `indicators` that add nothing where they have no figure; elsewhere a sum of which a
    part is missing is unknown."""
    title: str = ""
    """What it counts, in words, such as "deaths in organised violence"."""
    period: Period = "month"
    """Whether a forecast is of each month or of each calendar year."""
    thresholds: Thresholds = (1, 25, 100)
    """Three ascending counts whose probabilities are published."""
    top: float = Field(default=10_000, gt=0)
    """The total of twelve months that scores 10, in units of the first threshold."""
    scale: Literal["log", "linear"] = "log"
    """Whether the score is the order of magnitude of the total or grows in step with it."""
    model: str = ""
    """The model that is published; by default `forecast.model`."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Options of that model, over those of `models`."""
    families: tuple[str, ...] | None = None
    """Feature families that its models see, of those of the study; by default all. An empty list
    leaves them the outcome's own history alone."""
    joined_with: tuple[str, ...] | None = None
    """What this measure is joined with instead of the threat's `joined_with`: nothing where it
    counts an impact and no hazard."""


class ThreatSettings(_Section):
    """One threat: what it counts, and how much it weighs in the composite score."""

    measures: tuple[Measure, ...] = Field(min_length=1)
    """In order of preference: the first whose indicators the data bring is forecast, unless another
    is known for more than `forecast.stale_after` months longer or of twice as many units."""
    weight: float = Field(default=1.0, ge=0)
    """Weight in the composite score; 0 leaves the threat out of it."""
    joined_with: tuple[str, ...] = ()
    """Indicators from 0 to 10 that turn a hazard into a risk: the score is the geometric mean of
    the hazard's and theirs, as in the INFORM Risk Index."""


class CompositeSettings(_Section):
    """How the scores of the threats become one."""

    exponent: float = Field(default=2.0, ge=1, le=10)
    """Exponent of the weighted power mean: 1 is the plain mean, and the higher, the more the
    largest threat decides."""


class AlertSettings(_Section):
    """When a publication raises an alert: what moves by less than a margin may be chance."""

    score: float = Field(default=0.5, gt=0, le=10)
    """Points by which a score moves before another class is told."""
    probability: float = Field(default=0.2, gt=0, lt=1)
    """By how much a chance rises or falls before it is told."""
    any: float = Field(default=0.3, gt=0, lt=1)
    """By how much the chance of any violence in a quiet unit rises before it is told: models of
    other seeds differ by more there than elsewhere."""
    first: Whole = Field(default=5, ge=0)
    """Quiet units that are named, those whose chance of any violence rose most."""
    rest_months: Whole = Field(default=6, ge=0)
    """Months in which an alert is not raised again, unless it worsens by a margin."""


class ForecastSettings(_Section):
    """The published forecast."""

    model: str = "pool"
    """The model that is published."""
    horizons: Window = "1-12"
    """Months ahead of `panel.as_of`, e.g. 1-12 or 3-14, without gaps: together they are the
    window."""
    reconcile: str | None = None
    """Where `panel.level` is `cell`, the model of the countries' totals that the cells' forecasts
    are scaled to, scenario by scenario; null for none."""
    draws: Whole = Field(default=1000, ge=100, le=10000)
    """Joint scenarios, in backtests too."""
    max_gap: Whole | None = Field(default=None, ge=0, le=600)
    """Months by which a unit's last outcome may be older than that of most units, for it to be
    forecast; by default 3, or 12 for a yearly target."""
    min_history: Whole = Field(default=60, ge=1, le=6000)
    """Months of outcomes without which nothing is forecast."""
    max_age: Whole = Field(default=24, ge=0, le=6000)
    """Months from the end of the last known outcomes to `panel.as_of`, or to an origin, beyond
    which nothing is forecast."""
    stale_after: Whole = Field(default=12, ge=0, le=6000)
    """Months from there on beyond which a publication is marked as made from old data."""


class BacktestSettings(_Section):
    """Rolling origins and the models that compete on them."""

    origins: Months = ""
    """Last known months, e.g. 2017-10,2018-10, or 2017-10..2020-10:12 for every twelfth; by default
    the last four, a year apart, whose windows are wholly observed."""
    horizons: Horizons = "3-14"
    """Months ahead of the origin."""
    models: tuple[str, ...] = ()
    """Models by name; empty means all."""
    threats: tuple[str, ...] = ()
    """Threats by name; empty means all."""
    reference: str = "conflictology"
    """The model that skill is relative to; it takes part in any case."""
    processes: Whole = Field(default=0, ge=0, le=1024)
    """Worker processes; 0 means one per core. The results do not depend on it."""


ThreatName = Annotated[str, StringConstraints(pattern=refusals.SHORT_NAME)]


def standard_threats() -> dict[str, ThreatSettings]:
    """Read the four threats that are ranked unless params.yaml says otherwise."""
    text = files("riskkit").joinpath("threats.yaml").read_text(encoding="utf-8")
    tree = load_yaml(text, "threats.yaml")
    return {name: ThreatSettings(**settings) for name, settings in tree.items()}


def _or_standard(value: object) -> object:
    return standard_threats() if value is None else value


class Params(_Section):
    """A whole study."""

    seed: Whole = Field(default=20240101, ge=0, le=2**32 - 1)
    """Seed of every fit and draw: the same seed and inputs give the same bytes."""
    data: DataSettings = DataSettings()
    panel: PanelSettings = PanelSettings()
    features: FeatureSettings = FeatureSettings()
    target: TargetSettings | None = None
    threats: Annotated[dict[ThreatName, ThreatSettings], BeforeValidator(_or_standard)] = Field(
        default_factory=standard_threats
    )
    """What is ranked, by name; by default, or with null, the standard threats of
    `riskkit/threats.yaml`. `target` takes their place."""
    composite: CompositeSettings = CompositeSettings()
    forecast: ForecastSettings = ForecastSettings()
    alerts: AlertSettings = AlertSettings()
    models: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Options of models, by model; models.md lists them."""
    backtest: BacktestSettings = BacktestSettings()


def load_params(path: Path | None, settings: Sequence[str] = ()) -> Params:
    """Read params.yaml and apply `KEY=VALUE` settings on top.

    Args:
        path: The file; None means all defaults.
        settings: Dotted keys with YAML values, e.g. "models.xgboost.max_depth=4".

    Raises:
        ConfigError: The file cannot be read, is not YAML, or a key or value does not fit; the
            text names the key.
    """
    tree = {} if path is None else _read_yaml(path)
    whole = settings_tree(settings, deepcopy(tree))
    at_fault = None if settings and _fits(Params, tree) else path
    params = _checked(Params, whole, at_fault)
    included = [entry for name in params.data.include for entry in _included(path, name)]
    data = params.data.model_copy(update={"sources": (*included, *params.data.sources)})
    return params.model_copy(update={"data": data})


def _included(path: Path | None, name: str) -> tuple[SourceEntry, ...]:
    file = Path(name) if path is None else path.parent / name
    return _checked(SourceList, _read_yaml(file), file).sources


def read_settings(kind: type[_Kind], path: Path, hint: str) -> _Kind:
    """Read a file of settings of another kind.

    Args:
        kind: What is wanted.
        path: A YAML file.
        hint: Where its keys are described.

    Raises:
        ConfigError: The file cannot be read, is not YAML, or a key or value does not fit.
    """
    return _checked(kind, _read_yaml(path), path, hint)


def _checked(
    kind: type[_Kind],
    tree: dict[str, Any],
    path: Path | None,
    hint: str = "docs/configuration.md lists every key",
) -> _Kind:
    try:
        return kind.model_validate(tree)
    except ValidationError as error:
        raise refusal(error, kind, str(path or "settings"), hint) from None


def _fits(kind: type[BaseModel], tree: dict[str, Any]) -> bool:
    """Whether a file is right without what was set on top of it."""
    try:
        kind.model_validate(tree)
    except ValidationError:
        return False
    return True


def settings_tree(settings: Sequence[str], tree: dict[str, Any] | None = None) -> dict[str, Any]:
    """Apply `KEY=VALUE` settings with dotted keys and YAML values to a tree.

    >>> settings_tree(["unit.column=iso3", "lag_months=1"])
    {'unit': {'column': 'iso3'}, 'lag_months': 1}

    Raises:
        ConfigError: A setting has no "=", its value is not YAML, or a parent is not a section.
    """
    tree = {} if tree is None else tree
    for setting in settings:
        _apply(tree, setting)
    return tree


def _read_yaml(path: Path) -> dict[str, Any]:
    _LOG.info("reading %s", path)
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_FILE)
    except OSError as error:
        hint = "check its path: it is a file of YAML"
        raise ConfigError(f"cannot read {path}", got=error.strerror, hint=hint) from error
    tree = load_yaml(text, str(path))
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        raise ConfigError(f"{path} holds no keys", hint="write `key: value` lines")
    return tree


def _is_plain(text: str) -> bool:
    """Whether YAML would want quotes that a shell has taken: `%m/%Y`, `,`, `|`."""
    return text[:1] in ("%", ",", "@", "`") or text in ("|", "&", "*", "-", "?", ":")


def _apply(tree: dict[str, Any], setting: str) -> None:
    key, equals, text = setting.partition("=")
    *parents, last = names = key.split(".")
    if not equals or not all(names) or len(names) > _DEEPEST_KEY:
        raise ConfigError("a setting is written KEY=VALUE, its key as section.key", got=setting)
    value = text if _is_plain(text) else load_yaml(text, f"the value of {key}")
    for parent in parents:
        child = tree.get(parent)
        if child is None:
            child = tree[parent] = {}
        if not isinstance(child, dict):
            raise ConfigError(f"{key}: '{parent}' is not a section")
        tree = child
    tree[last] = value
