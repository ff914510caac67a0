"""params.yaml, typed: every setting of a study, with its default."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from riskkit.errors import ConfigError


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceEntry(_Section):
    """One file and the reader for it."""

    source: str
    path: str
    options: dict[str, Any] = Field(default_factory=dict)


class WorldSettings(_Section):
    """Size and seed of the simulated world."""

    seed: int = 1
    countries: int = Field(default=120, ge=60, le=200)
    months: int = Field(default=360, ge=300, le=600)


class DataSettings(_Section):
    """Where the observations come from.

    `kind` auto takes the files that `riskkit data add` stored, and the simulated world when there
    are none; files takes the entries of `sources`, whose paths are relative to `root`.
    """

    kind: Literal["auto", "world", "files"] = "auto"
    root: str = "."
    store: str = "data"
    sources: tuple[SourceEntry, ...] = ()
    world: WorldSettings = WorldSettings()


class PanelSettings(_Section):
    """First month and last known month of the panel; both default to what the target covers."""

    start: str | None = None
    as_of: str | None = None


class FeatureSettings(_Section):
    """Families to build; empty means all that are installed."""

    families: tuple[str, ...] = ()


class TargetSettings(_Section):
    """What is forecast."""

    indicator: str = "ged_sb"
    period: Literal["month", "year"] = "month"
    thresholds: tuple[int, ...] = (1, 25, 100)

    @field_validator("thresholds")
    @classmethod
    def _ascending(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if len(value) != 3 or sorted(set(value)) != list(value) or value[0] < 1:
            raise ValueError("thresholds are three ascending counts of at least 1")
        return value


class ForecastSettings(_Section):
    """The published forecast."""

    model: str = "pool"
    horizons: str = "1-12"
    draws: int = Field(default=1000, ge=100, le=10000)


class BacktestSettings(_Section):
    """Rolling origins and the models that compete on them."""

    origins: str = ""
    horizons: str = "3-14"
    models: tuple[str, ...] = ()
    reference: str = "conflictology"
    processes: int = Field(default=0, ge=0)


class Params(_Section):
    """A whole study."""

    seed: int = 20240101
    data: DataSettings = DataSettings()
    panel: PanelSettings = PanelSettings()
    features: FeatureSettings = FeatureSettings()
    target: TargetSettings = TargetSettings()
    forecast: ForecastSettings = ForecastSettings()
    models: dict[str, dict[str, Any]] = Field(default_factory=dict)
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
    settings_tree(settings, tree)
    try:
        return Params.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(
            f"{path or 'settings'}: {key}: {first['msg']}",
            got=first["input"],
            hint="docs/configuration.md lists every key",
        ) from None


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
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {path}", got=error.strerror) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not YAML: {error}") from error
    if not isinstance(tree or {}, dict):
        raise ConfigError(f"{path} holds no keys", hint="write `key: value` lines")
    return tree or {}


def _apply(tree: dict[str, Any], setting: str) -> None:
    key, equals, text = setting.partition("=")
    if not equals or not key:
        raise ConfigError("a setting is written KEY=VALUE", got=setting)
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        raise ConfigError(f"the value of {key} is not YAML", got=text) from None
    *parents, last = key.split(".")
    for parent in parents:
        child = tree.setdefault(parent, {})
        if not isinstance(child, dict):
            raise ConfigError(f"{key}: '{parent}' is not a section")
        tree = child
    tree[last] = value
