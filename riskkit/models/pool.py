"""The default forecast: a fixed linear pool of own history and boosted trees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from riskkit.errors import ConfigError, RiskkitError
from riskkit.forecasting.dataset import Dataset
from riskkit.models import Contributions, make_model
from riskkit.models.parts.marginal import Marginal


class Pool(Marginal):
    """A linear pool: a draw comes from one of the members with equal chance.

    Equal weights, because learned ones did no better and break where the past is no guide.

    Args:
        members: Registry names of models that forecast marginals.
        options: Settings of each member, by name.
    """

    name: ClassVar[str] = "pool"
    summary: ClassVar[str] = "Linear pool of own history, boosted classes and a boosted hurdle."
    members: ClassVar[tuple[str, ...]] = ("ewhistory", "xgboost", "xgboost_hurdle")

    def __init__(
        self,
        members: Sequence[str] = members,
        options: Mapping[str, dict[str, Any]] | None = None,
    ) -> None:
        self._members = [_member(name, (options or {}).get(name, {})) for name in members]
        if not self._members:
            raise ConfigError("models.pool.members is empty", hint="name at least one model")

    def fit(self, data: Dataset, seed: int) -> Self:
        """Fit every member."""
        for member in self._members:
            member.fit(data, seed)
        return self

    def marginals(self, data: Dataset, size: int) -> NDArray[np.float64]:
        """Stratified quantiles of the pool; see `Marginal.marginals`."""
        pooled = np.concatenate([m.marginals(data, size) for m in self._members], axis=-1)
        pooled.sort(axis=-1)
        middle = len(self._members) // 2
        return pooled[..., middle :: len(self._members)]

    def contributions(self, data: Dataset) -> Contributions | None:
        """Those of the first member that can explain itself."""
        explained = (member.contributions(data) for member in self._members)
        return next((found for found in explained if found is not None), None)

    def training_losses(self) -> dict[str, list[float]]:
        """Those of every member, named MEMBER_PART."""
        return {
            f"{member.name}_{part}": losses
            for member in self._members
            for part, losses in member.training_losses().items()
        }

    def state(self) -> dict[str, Any]:
        """The members, and the states of each, their keys prefixed by the member's name."""
        states = [(member.name, member.state()) for member in self._members]
        parts = {f"{name}/{key}": value for name, state in states for key, value in state.items()}
        return {"members": [name for name, _ in states], **parts}

    def restore(self, state: dict[str, Any]) -> Self:
        """Give each member its part.

        Raises:
            RiskkitError: The state is of a pool of other members.
        """
        names = [member.name for member in self._members]
        if state["members"] != names:
            raise RiskkitError(
                f"the model file holds a pool of {', '.join(state['members'])}",
                hint=f"load it into a pool of these, not of {', '.join(names)}",
            )
        for member in self._members:
            start = f"{member.name}/"
            part = {k.removeprefix(start): v for k, v in state.items() if k.startswith(start)}
            member.restore(part)
        return self


def _member(name: str, options: dict[str, Any]) -> Marginal:
    model = make_model(name, options)
    if not isinstance(model, Marginal) or isinstance(model, Pool):
        raise ConfigError(
            f"models.pool.members: '{name}' does not forecast each month by itself",
            hint="pool own-history and boosted models",
        )
    return model
