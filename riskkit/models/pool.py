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
"""With more trust than this, a unit's pool is that of all members by their shares."""
SHARES: Mapping[str, float] = {"exponential_smoothing": 0.25}
"""What a member counts for against another's 1, where it is not 1."""


class Pool(Marginal):
    """A linear pool: a draw comes from one of the members by chance.

    Equal chances but for one member, because learned ones did no better and break where the past
    is no guide. But a learned member yields to own history as the situations of training near a
    unit's level vanish (see `riskkit.models.parts.support`), and where hardly one is left, a part
    of own history is that the war ends as great wars of training did.

    Args:
        members: Registry names of models that forecast marginals.
        options: Settings of each member, by name.
        support: Situations of training near a unit's level at which a learned member has half its
            weight; 0 for the same weights everywhere.
        shares: What a member counts for against another's 1, by name; of models that are no
            members it says nothing.
    """

    name: ClassVar[str] = "pool"
    summary: ClassVar[str] = "Linear pool: draws of several models together."
    members: ClassVar[tuple[str, ...]] = (
        "ewhistory",
        "xgboost_hurdle",
        "network",
        "log_logistic",
        "exponential_smoothing",
    )
    searched: ClassVar[Space] = {"support": Between(0.0, 300.0)}

    def __init__(
        self,
        members: Sequence[str] = members,
        options: Mapping[str, dict[str, Any]] | None = None,
        support: float = 30.0,
        shares: Mapping[str, float] = SHARES,
    ) -> None:
        self._members = [_member(name, (options or {}).get(name, {})) for name in members]
        if not self._members:
            raise ConfigError("models.pool.members is empty", hint="name at least one model")
        _check_shares(shares)
        self.shares = np.array([float(shares.get(name, 1.0)) for name in members])
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
        return self._supported(_pooled(parts, self.shares), parts, data)

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
            made = _yielding(parts[rare], learned, self.shares, trust[rare], ends)
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


def _pooled(parts: Array, shares: Array) -> Array:
    """The mixture of members, `[units, horizons, size]`, ascending.

    Args:
        parts: `[units, horizons, members, size]`, ascending along the last axis.
        shares: `[members]`.
    """
    size = parts.shape[-1]
    wanted = np.round(size * shares / shares.max()).astype(int)
    some = [parts[..., member, _middles(size, n)] for member, n in enumerate(wanted)]
    # Each member's quantiles ascend, and a stable sort merges them.
    pooled = np.sort(np.concatenate(some, axis=-1), axis=-1, kind="stable")
    return np.asarray(pooled[..., _middles(pooled.shape[-1], size)])


def _middles(points: int, wanted: int) -> NDArray[np.int64]:
    """Which of so many ordered points lie in the middles of equal strata."""
    return (2 * np.arange(wanted) + 1) * points // max(2 * wanted, 1)


def _yielding(
    parts: Array,
    learned: NDArray[np.bool_],
    shares: Array,
    trust: Array,
    ends: tuple[Array, Array],
) -> Array:
    """Pool members of which the learned ones have less than their share.

    Own history takes what they yield, less an end: half of the chance at which the greatest wars
    of training had ended, in so far as no situation lies near.

    Args:
        parts: `[units, horizons, members, size]`.
        learned: `[members]`.
        shares: `[members]`.
        trust: `[units]`.
        ends: Chance by horizon `[horizons]`, and counts `[units, horizons, points]`.

    Returns:
        `[units, horizons, size]`, ascending.
    """
    units, horizons, _, size = parts.shape
    chance, after = ends
    end = 0.5 * chance * (1.0 - trust[:, None]) ** 2
    own = shares[~learned]
    share = np.where(learned, trust[:, None], 0.0) * shares / shares.sum()
    share[:, ~learned] = (1.0 - share.sum(axis=1))[:, None] * own / own.sum()
    each = np.repeat(share[:, None], horizons, axis=1)
    each[..., ~learned] -= end[..., None] * own / own.sum()
    points = after.shape[-1]
    weights = np.concatenate(
        [np.repeat(each / size, size, axis=-1), np.repeat(end[..., None] / points, points, -1)],
        axis=-1,
    )
    values = np.concatenate([parts.reshape(units, horizons, -1), after], axis=-1)
    flat = values.reshape(units * horizons, -1)
    return stratified(flat, weights.reshape(flat.shape), size).reshape(units, horizons, size)


def _check_shares(shares: Mapping[str, float]) -> None:
    """Refuse shares of models that there are not, and what is no share."""
    from riskkit.registry import lookup, models

    for name, share in shares.items():
        lookup("model", models(), name)
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share < np.inf:
            raise ConfigError(
                f"models.pool.shares.{name} is a number above 0",
                got=share,
                hint="1 is what a member has that is not named",
            )


def _member(name: str, options: dict[str, Any]) -> Marginal:
    model = make_model(name, options)
    if not isinstance(model, Marginal) or isinstance(model, Pool):
        raise ConfigError(
            f"models.pool.members: '{name}' does not forecast each month by itself",
            hint="pool own-history and learned models",
        )
    return model
