"""Cells that add up to a forecast of their countries, in a whole study."""

from __future__ import annotations

import numpy as np
import pytest

from riskkit.errors import ConfigError
from riskkit.study.agreement import agreed, by_country
from riskkit.study.jobs import Job, forecast_job
from riskkit.study.study import Study

SETTINGS = [
    *("data.kind=world", "data.world.cells=150", "data.world.months=300", "panel.level=cell"),
    *("target.indicator=ged_sb", "features.families=[neighbours]", "forecast.draws=100"),
    *("forecast.model=ewhistory", "forecast.reconcile=conflictology", "forecast.horizons=1-3"),
]


@pytest.fixture(scope="module")
def study():
    return Study.open(None, SETTINGS)


def test_a_country_counts_what_its_cells_do(study):
    twin = by_country(study)
    assert twin.units["unit"].to_list() == sorted(set(study.owners.values()))
    assert (twin.span, twin.threats[0].target) == (study.span, study.threats[0].target)
    threat, origin = study.threats[0], study.span[1]
    cells = study.dataset(threat, origin, (1,), features=False)
    whole = twin.dataset(threat, origin, (1,), features=False)
    for country, row in zip(whole.units, whole.y, strict=True):
        inside = [study.owners[cell] == country for cell in cells.units]
        np.testing.assert_array_equal(cells.y[inside].sum(axis=0), row)


def test_cells_of_the_published_forecast_add_up_to_the_countries_forecast(study, tmp_path):
    outlook = study.forecast()
    cells = outlook.threats["ged_sb"].forecast
    twin = by_country(study)
    data = twin.dataset(study.threats[0], cells.origin, cells.horizons)
    countries = forecast_job(Job(data, "conflictology", {}, 100, study.params.seed))
    for country, draws in zip(countries.units, countries.draws, strict=True):
        inside = [study.owners[cell] == country for cell in cells.units]
        sums = cells.draws[inside].sum(axis=0)
        assert sorted(map(tuple, sums.T)) == sorted(map(tuple, draws.T))
    study.publish(tmp_path / "publication", outlook)
    plain = Study.open(None, [*SETTINGS, "forecast.reconcile=null"]).forecast()
    alone = plain.threats["ged_sb"].forecast
    assert not np.array_equal(alone.draws, cells.draws)
    assert plain.identity.hash != outlook.identity.hash


def test_cells_of_no_country_are_refused(study):
    outlook = study.forecast()
    nobodys = Study.open(None, SETTINGS)
    nobodys.__dict__["owners"] = {}
    with pytest.raises(ConfigError, match="cells that lie in countries"):
        agreed(nobodys, study.threats[0], outlook.threats["ged_sb"].forecast)
