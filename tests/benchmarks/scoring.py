"""Score draws: all rules of a leaderboard in riskkit, the CRPS alone in scoringrules."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.forecast import Forecast
from riskkit.scoring.evaluation import score_forecast
from tests.benchmarks import Prepared, unchecked


def prepare(engine: str, p: dict[str, Any]) -> Prepared:
    """Make draws and outcomes up, most of them zero."""
    rng = np.random.default_rng(0)
    shape = (p["windows"], p["units"], p["months"])
    risk = rng.gamma(0.1, 30, (*shape[:2], 1))
    outcome = rng.poisson(risk * rng.gamma(0.5, 2, shape)).astype(np.float64)
    draws = rng.poisson((risk * rng.gamma(0.5, 2, shape))[..., None], (*shape, p["draws"]))
    units = tuple(f"{number:06}" for number in range(p["units"]))
    forecasts = [
        Forecast("m", "deaths", 400 + 12 * k, units, tuple(range(3, 3 + p["months"])), one)
        for k, one in enumerate(draws)
    ]

    def recent(came: NDArray[np.float64]) -> NDArray[np.float64]:
        """The last two years, which were as violent as the one that is scored."""
        return np.repeat(came.sum(axis=1, keepdims=True), 2, axis=1)

    def all_rules() -> Any:
        return [
            score_forecast(one, str(k), came, recent(came))
            for k, (one, came) in enumerate(zip(forecasts, outcome, strict=True))
        ]

    if engine == "riskkit":
        score_forecast(forecasts[0], "0", outcome[0], recent(outcome[0]))
        return all_rules, unchecked

    from scoringrules import crps_ensemble

    def crps() -> Any:
        return [crps_ensemble(came, one) for one, came in zip(draws, outcome, strict=True)]

    crps_ensemble(outcome[0, :2], draws[0, :2])

    def check(found: Any) -> None:
        rows = all_rules()[0].rows.filter(target="deaths", rule="crps")
        np.testing.assert_allclose(np.mean(found[0]), rows["value"].mean(), rtol=1e-9)

    return crps, check
