"""Wars that a feature announces: who reads features foresees them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from riskkit.models.parts.marginal import Marginal
from riskkit.testing.datasets import dataset_of


def check_that_an_alarm_is_heeded(model: Marginal) -> None:
    """Wars come in the month after an alarm: 30 deaths with it, none without."""
    rng = np.random.default_rng(1)
    alarm = rng.random((25, 120)) < 0.3
    y = np.zeros((25, 120))
    y[:, 1:] = 30 * alarm[:, :-1]
    data = dataset_of(y, horizons=(1,))
    X = np.stack([rng.normal(size=y.shape), alarm], axis=-1).astype(np.float32)
    data = replace(data, X=X)
    chance = (model.fit(data, 1).marginals(data, 200)[:, 0] > 0).mean(axis=-1)
    assert chance[alarm[:, -1]].min() > 0.6
    assert chance[~alarm[:, -1]].max() < 0.2
