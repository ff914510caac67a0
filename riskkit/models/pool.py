"""The default forecast: a linear pool of own history and learned models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from riskkit.errors import ConfigError, RiskkitError
from riskkit.forecasting.dataset import Dataset
from riskkit.models import Contributions, make_model
from riskkit.models.parts.draws import stratified
from riskkit.models.parts.history import ceiling, history
from riskkit.models.parts.marginal import Marginal
from riskkit.models.parts.search import Between, Space
from riskkit.models.parts.support import Support

Array = NDArray[np.float64]

ALL_BUT = 0.97
"""With more trust than this, a unit's pool is the equal one."""


class Pool(Marginal):
    """A linear pool: a draw comes from one of the members with equal chance.

    Equal weights, because learned ones did no better and break where the past is no guide. But a
    learned member yields to own history as the situations of training near a unit's level vanish
    (see `riskkit.models.parts.support`), and where hardly one is left, a part of own history is
    that the war ends as great wars of training did.

    Args:
        members: Registry names of models that forecast marginals.
        options: Settings of each member, by name.
        support: Situations of training near a unit's level at which a learned member has half its
            weight; 0 for equal weights everywhere.
    """

    name: ClassVar[str] = "pool"
    summary: ClassVar[str] = "Linear pool: draws of several models together."
    members: ClassVar[tuple[str, ...]] = (
        "ewhistory",
        "xgboost_hurdle",
        "network",
        "log_logistic",
    )
    searched: ClassVar[Space] = {"support": Between(0.0, 300.0)}

    def __init__(
        self,
        members: Sequence[str] = members,
        options: Mapping[str, dict[str, Any]] | None = None,
        support: float = 30.0,
    ) -> None:
        self._members = [_member(name, (options or {}).get(name, {})) for name in members]
        if not self._members:
            raise ConfigError("models.pool.members is empty", hint="name at least one model")
        self.apart = all(member.apart for member in self._members)
        self.rows = support
        self.support: Support | None = None

    def fit(self, data: Dataset, seed: int) -> Self:
        """Fit every member, and learn which situations there were."""
        self.support = Support.fit(history(data))
        for member in self._members:
            member.fit(data, seed)
        return self

    def marginals(self, data: Dataset, size: int) -> Array:
        """Stratified quantiles of the pool; see `Marginal.marginals`."""
        parts = np.stack([m.marginals(data, size) for m in self._members], axis=-2)
        # Each member's quantiles ascend, and a stable sort merges them.
        pooled = np.sort(parts.reshape(*parts.shape[:2], -1), axis=-1, kind="stable")
        draws = pooled[..., len(self._members) // 2 :: len(self._members)]
        return self._supported(draws, parts, data)

    def _supported(self, draws: Array, parts: Array, data: Dataset) -> Array:
        """The draws, with those of units beyond what training knew made anew."""
        learned = np.array([member.learned for member in self._members])
        if self.support is None or learned.all() or not learned.any():
            return draws
        past = history(data)
        level = past.level[:, -1]
        trust = self.support.weight(level, self.rows)
        rare = trust < ALL_BUT
        if rare.any():
            ends = self.support.ends(level[rare], past.steps)
            made = _yielding(parts[rare], learned, trust[rare], ends)
            draws[rare] = np.minimum(made, ceiling(past)[rare, None, None])
        return draws

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
        known = {} if self.support is None else self.support.arrays()
        return {"members": [name for name, _ in states], **known, **parts}

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
        if "support_levels" in state:
            self.support = Support.of_arrays(state)
        for member in self._members:
            start = f"{member.name}/"
            part = {k.removeprefix(start): v for k, v in state.items() if k.startswith(start)}
            member.restore(part)
        return self


def _yielding(
    parts: Array, learned: NDArray[np.bool_], trust: Array, ends: tuple[Array, Array]
) -> Array:
    """Pool members of which the learned ones have less than their share.

    Own history takes what they yield, less an end: half of the chance at which the greatest wars
    of training had ended, in so far as no situation lies near.

    Args:
        parts: `[units, horizons, members, size]`.
        learned: `[members]`.
        trust: `[units]`.
        ends: Chance by horizon `[horizons]`, and counts `[units, horizons, points]`.

    Returns:
        `[units, horizons, size]`, ascending.
    """
    units, horizons, members, size = parts.shape
    chance, after = ends
    end = 0.5 * chance * (1.0 - trust[:, None]) ** 2
    share = np.where(learned, trust[:, None], 0.0) / members
    share[:, ~learned] = ((1.0 - share.sum(axis=1)) / (~learned).sum())[:, None]
    shares = np.repeat(share[:, None], horizons, axis=1)
    shares[..., ~learned] -= end[..., None] / (~learned).sum()
    points = after.shape[-1]
    weights = np.concatenate(
        [np.repeat(shares / size, size, axis=-1), np.repeat(end[..., None] / points, points, -1)],
        axis=-1,
    )
    values = np.concatenate([parts.reshape(units, horizons, -1), after], axis=-1)
    flat = values.reshape(units * horizons, -1)
    return stratified(flat, weights.reshape(flat.shape), size).reshape(units, horizons, size)


def _member(name: str, options: dict[str, Any]) -> Marginal:
    model = make_model(name, options)
    if not isinstance(model, Marginal) or isinstance(model, Pool):
        raise ConfigError(
            f"models.pool.members: '{name}' does not forecast each month by itself",
            hint="pool own-history and learned models",
        )
    return model
