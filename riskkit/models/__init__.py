"""What every model can do. One model per file; the registry finds them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import signature
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from riskkit.config import Params
from riskkit.errors import ConfigError, RiskkitError, suggestion
from riskkit.forecasting.dataset import Dataset
from riskkit.forecasting.forecast import Forecast
from riskkit.models.parts.blocks import in_blocks
from riskkit.models.parts.history import largest, least
from riskkit.models.parts.search import Space

_MOST = 10_000
"""The largest whole number that a setting may be."""


@dataclass(frozen=True)
class Contributions:
    """Additive contributions of each feature to a model's score of each unit.

    Attributes:
        features: Names along the last axis.
        values: Array [units, features]; summed over features and with the base they give the
            model's margin, averaged over horizons. Larger means more violence is expected.
        margin: What the margin is, in words.
        descriptions: Phrases for the features that the model made itself.
        units: Their units of measurement.
        inputs: Array [units, features]: the values that were explained, averaged over horizons;
            None when the model does not tell.
    """

    features: tuple[str, ...]
    values: NDArray[np.float64]
    margin: str
    descriptions: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    inputs: NDArray[np.float64] | None = None


class Model(ABC):
    """A forecaster of one target.

    Attributes:
        name: Registry name.
        summary: One sentence for the leaderboard and the model card.
        members: Names of the models that a pool is made of by default.
        calibrated: Whether the distribution claims to be right; False for baselines whose spread
            is fixed by fiat, which the contract tests do not hold to it.
        searched: The settings that `riskkit tune` tries, and their values.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    members: ClassVar[tuple[str, ...]] = ()
    calibrated: ClassVar[bool] = True
    searched: ClassVar[Space] = {}

    def fit(self, data: Dataset, seed: int) -> Self:
        """Learn from the past that `data` holds; by default there is nothing to learn."""
        del data, seed
        return self

    @abstractmethod
    def sample(self, data: Dataset, size: int, seed: int) -> NDArray[np.int64]:
        """Draw joint scenarios.

        Returns:
            Non-negative integers [units, horizons, size].
        """

    def sample_blocks(
        self, data: Dataset, size: int, seed: int, blocks: Sequence[slice]
    ) -> Iterator[NDArray[np.int64]]:
        """Draw block by block of units what `sample` draws; by default all at once.

        Args:
            data: The origin to forecast from.
            size: Joint scenarios.
            seed: Of the draws.
            blocks: Rows of the units, those of `in_blocks`.
        """
        draws = self.sample(data, size, seed)
        for block in blocks:
            yield draws[block]

    def forecast(self, data: Dataset, size: int, seed: int) -> Forecast:
        """Draw for the units that can be forecast; `Dataset.left_out` names the others.

        No draw is more than `riskkit.models.parts.history.largest` allows, nor between zero and
        `least`, whatever the model.
        """
        eligible = int(data.eligibility.forecast.sum())
        draws = np.empty((eligible, len(data.horizons), size), dtype=np.int64)
        units: list[str] = []
        for part in self.forecast_blocks(data, size, seed):
            draws[len(units) : len(units) + len(part.units)] = part.draws
            units += part.units
        return self._told(data, units, draws)

    def forecast_blocks(
        self, data: Dataset, size: int, seed: int, blocks: Sequence[slice] | None = None
    ) -> Iterator[Forecast]:
        """Draw what `forecast` draws, a block of units at a time, so that memory stays bounded.

        Args:
            data: The origin to forecast from.
            size: Joint scenarios.
            seed: Of the draws.
            blocks: Those of `in_blocks` that are wanted; by default all.
        """
        wanted = in_blocks(len(data.units)) if blocks is None else blocks
        most, fewest, names = largest(data), least(data), np.array(data.units)
        for block, drawn in zip(wanted, self.sample_blocks(data, size, seed, wanted), strict=True):
            self._check(drawn, (len(names[block]), len(data.horizons), size))
            eligible = data.eligibility.forecast[block]
            draws = drawn[eligible]
            draws = np.where(draws > 0, np.maximum(draws, fewest), draws)
            draws = np.minimum(draws, most[block][eligible, None, None])
            yield self._told(data, names[block][eligible].tolist(), draws)

    def _check(self, draws: NDArray[np.int64], shape: tuple[int, ...]) -> None:
        """Refuse what is no draws before it is kept."""
        whole = isinstance(draws, np.ndarray) and draws.dtype.kind in "iu"
        if not whole:
            fault = f"are no array of whole numbers but {getattr(draws, 'dtype', type(draws))}"
        elif draws.shape != shape:
            fault = f"are {draws.shape} and not {shape}: units, horizons, scenarios"
        elif draws.size and draws.min() < 0:
            fault = "hold figures below zero, or that are none (NaN)"
        else:
            return
        raise RiskkitError(
            f"its draws {fault}",
            hint=f"mend {type(self).__module__}; docs/models.md says what a model returns",
        )

    def _told(self, data: Dataset, units: Sequence[str], draws: NDArray[np.int64]) -> Forecast:
        return Forecast(
            model=self.name,
            target=data.target.name,
            origin=data.origin,
            units=tuple(units),
            horizons=data.horizons,
            draws=draws,
        )

    def contributions(self, data: Dataset) -> Contributions | None:
        """Explain the scores, or None when the model has no additive explanation."""
        del data
        return None

    def training_losses(self) -> dict[str, list[float]]:
        """Loss after each round of training, by part of the model; empty without rounds."""
        return {}

    def state(self) -> dict[str, Any]:
        """What `fit` learned, as arrays, numbers, strings and bytes (never a pickle)."""
        return {}

    def restore(self, state: dict[str, Any]) -> Self:
        """Take back what `state` gave."""
        del state
        return self

    def save(self, path: Path) -> None:
        """Write the learned state to one file."""
        from riskkit.models.parts.state import write_state

        write_state(path, self.name, self.state())

    def load(self, path: Path) -> Self:
        """Read the learned state from a file that `save` wrote.

        Raises:
            RiskkitError: The file is not a riskkit model, another model's, or another version's.
        """
        from riskkit.models.parts.state import read_state

        state = read_state(path, self.name)
        try:
            return self.restore(state)
        except RiskkitError:
            raise
        except KeyError as error:
            raise RiskkitError(
                f"{path} holds no {error} of the model {self.name}", hint="fit it again"
            ) from error
        except Exception as error:  # libraries refuse foreign bytes each in its own way
            raise RiskkitError(
                f"{path} holds no state of the model {self.name}",
                got=str(error).split("\n")[0],
                hint="fit it again",
            ) from error


def make_model(name: str, options: dict[str, Any]) -> Model:
    """Build a registered model with its settings from params.yaml.

    Raises:
        RiskkitError: There is no such model.
        ConfigError: A setting does not belong to it, or its value is of another type.
    """
    from riskkit.registry import lookup, models

    kind: type[Model] = lookup("model", models(), name)
    settings = signature(kind).parameters
    for key, value in options.items():
        if key not in settings:
            meant = suggestion(key, settings)
            hint = f"{meant or ''} its settings: {', '.join(settings) or 'none'}".strip()
            raise ConfigError(f"models.{name} has no setting '{key}'", hint=hint)
        default = settings[key].default
        if not _is_like(value, default):
            raise ConfigError(f"models.{name}.{key} takes a value like {default!r}", got=value)
        if type(value) is int and not 1 <= value <= _MOST:
            raise ConfigError(f"models.{name}.{key} is from 1 to {_MOST:,}", got=value)
    return kind(**options)


def check_models(params: Params) -> None:
    """Refuse models and settings of models that there are not, before anything is read.

    Args:
        params: Those of a study: `forecast.model`, `backtest.models` and all of `models`.

    Raises:
        RiskkitError: There is no such model; the text asks for the nearest.
        ConfigError: A setting does not belong to a model, or its value does not fit.
    """
    from riskkit.registry import lookup, models

    reconcile = [params.forecast.reconcile] if params.forecast.reconcile else []
    for name in (params.forecast.model, *params.backtest.models, *reconcile):
        lookup("model", models(), name)
    for name, options in params.models.items():
        make_model(name, options)


def _is_like(value: object, default: object) -> bool:
    """Whether a setting has the type of its default, as far as that says anything."""
    if isinstance(default, tuple):
        alike = type(default[0]) if default else object
        return isinstance(value, list | tuple) and all(isinstance(one, alike) for one in value)
    if default is None:  # settings of others, by name
        sections = value.values() if isinstance(value, dict) else (value,)
        return value is None or all(isinstance(section, dict) for section in sections)
    if isinstance(default, dict):
        return isinstance(value, dict)
    if isinstance(default, float):
        return isinstance(value, int | float)
    if isinstance(default, int) and not isinstance(default, bool) and isinstance(value, bool):
        return False
    return not isinstance(default, int | str) or isinstance(value, type(default))
