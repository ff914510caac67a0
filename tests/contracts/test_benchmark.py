"""The published benchmark: UCDP state-based deaths by country and month, windows 2018-2021.

CRPS of the VIEWS prediction challenge's own conflictology is known to three decimals. Ours goes
the whole way: the table source, the panel, the dataset, the model, the submission layout, scoring.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from riskkit.exchange.views import views_table
from riskkit.forecasting.dataset import Dataset
from riskkit.forecasting.forecast import Forecast
from riskkit.months import month_id
from riskkit.scoring.submission import read_actuals, read_submission, score_submission
from riskkit.study.jobs import Job, forecast_job
from riskkit.study.study import Study
from riskkit.units import countries

CONFIG = Path(__file__).parents[2] / "experiments" / "views-challenge" / "params.yaml"
PUBLISHED = {2018: 14.483, 2019: 9.146, 2020: 21.339, 2021: 76.850}


@pytest.fixture(scope="module")
def study(shared_data: Path) -> Study:
    return Study.open(CONFIG, [f"data.root={shared_data / 'tables'}"])


def dataset(study: Study, year: int) -> Dataset:
    """What was known at the end of October of the year before."""
    return study.dataset(study.threats[0], month_id(f"{year - 1}-10"), range(3, 15))


def score(forecast: Forecast, year: int, shared_data: Path, folder: Path) -> dict[str, float]:
    views_table(forecast).write_parquet(folder / "ours.parquet")
    actuals = read_actuals([shared_data / "challenge" / f"actuals_{year}.parquet"])
    scores: dict[str, float] = score_submission(
        read_submission([folder / "ours.parquet"]), actuals
    )["overall"]
    return scores


def published_history(data: Dataset, year: int, shared_data: Path) -> Dataset:
    """Put the challenge's own draws, which are a country's last twelve months, into the dataset."""
    draws = pl.read_parquet(shared_data / "challenge" / f"conflictology_{year}.parquet")
    first = draws.filter(pl.col("month_id") == draws["month_id"].min()).sort("draw")
    values = dict(first.group_by("country_id").agg("outcome").iter_rows())
    views_id = dict(countries().select("unit", "views_id").iter_rows())
    y = data.y.copy()
    for row, unit in enumerate(data.units):
        if views_id[unit] in values:
            y[row, -12:] = values[views_id[unit]]
    return replace(data, y=y)


@pytest.mark.parametrize("year", PUBLISHED)
def test_conflictology_scores_what_was_published(
    study: Study, shared_data: Path, tmp_path: Path, year: int
) -> None:
    """On the history that the challenge used, which its own draws tell."""
    data = published_history(dataset(study, year), year, shared_data)
    forecast = forecast_job(Job(data, "conflictology", {}, 1000, 1))
    crps = score(forecast, year, shared_data, tmp_path)["crps"]
    assert crps == pytest.approx(PUBLISHED[year], rel=0.002)


@pytest.mark.parametrize(
    ("year", "tolerance"), [(2018, 0.07), (2019, 0.02), (2020, 0.01), (2021, 0.01)]
)
def test_conflictology_on_our_own_table(
    study: Study, shared_data: Path, tmp_path: Path, year: int, tolerance: float
) -> None:
    """Months up to 2017 in our table are of an older vintage than those of the challenge.

    So the windows 2020 and 2021, whose last twelve months lie after 2017, agree; 2018 and 2019
    differ by the vintage and, as the test above shows, by nothing else.
    """
    data = dataset(study, year)
    theirs = published_history(data, year, shared_data)
    months = data.first_month + np.arange(data.y.shape[1])
    recent = np.arange(data.y.shape[1]) >= data.y.shape[1] - 12
    same = np.nansum(data.y[:, recent], axis=1) == np.nansum(theirs.y[:, recent], axis=1)
    old = bool((months[recent] <= month_id("2017-12")).any())
    assert bool(same.all()) is not old
    forecast = forecast_job(Job(data, "conflictology", {}, 1000, 1))
    crps = score(forecast, year, shared_data, tmp_path)["crps"]
    assert crps == pytest.approx(PUBLISHED[year], rel=tolerance)


@pytest.mark.slow
def test_the_pool_beats_conflictology_by_far_in_2019(
    study: Study, shared_data: Path, tmp_path: Path
) -> None:
    """One window as a guard; experiments/views-challenge has them all."""
    data = dataset(study, 2019)
    forecast = forecast_job(Job(data, "pool", {}, 1000, study.params.seed))
    scores = score(forecast, 2019, shared_data, tmp_path)
    assert scores["crps"] < 0.87 * PUBLISHED[2019]
    assert scores["log1p_crps"] < 0.138
    assert scores["ign"] < 0.53
    assert scores["brier_25"] < 0.0255
