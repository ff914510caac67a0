"""Features of countries that the cells of each share: real ones, of cells in the open sea."""

from __future__ import annotations

import numpy as np
import pytest

from riskkit.errors import ConfigError
from riskkit.months import format_month, month_id
from riskkit.study.broadcast import overlay
from riskkit.study.cells import measured_phrases, phrases
from riskkit.study.cube import cube_identity
from riskkit.study.study import Study

CELLS = {"40346": "LSO", "40347": "SWZ", "41066": "LSO", "41067": None}
"""Said to lie in two countries, whose own figures are those of the embedded data."""


@pytest.fixture
def settings(tmp_path):
    """A few deaths of nobody, by cell of the open sea."""
    rows = "".join(
        f"{cell},{year},{month},{int((int(cell) + year + month) % 7 == 0)}\n"
        for cell in CELLS
        for year in range(2006, 2016)
        for month in range(1, 13)
    )
    path = tmp_path / "cells.csv"
    path.write_text(f"gid,year,month,ged_sb\n{rows}", "utf-8")
    options = (
        "{unit: {column: gid, system: cell}, time: {year: year, month: month}, "
        "indicators: {ged_sb: {unit: deaths, census: true}}, lag_months: 1}"
    )
    entry = f"[{{source: table, path: {path}, options: {options}}}]"
    return [
        *("panel.level=cell", "data.kind=auto", "data.root=/", f"data.sources={entry}"),
        *("target.indicator=ged_sb", "features.families=[conflict]", "forecast.draws=100"),
        *("features.of_countries=[development]", "forecast.model=xgboost_hurdle"),
    ]


def opened(settings):
    study = Study.open(None, settings)
    study.__dict__["owners"] = {cell: owner for cell, owner in CELLS.items() if owner}
    return study


@pytest.mark.slow
def test_cells_see_what_was_known_of_their_country(settings):
    study, base = opened(settings), Study.open(None, ["data.kind=base", "panel.start=2006-01"])
    for origin in (study.span[1], month_id("2012-03")):
        found = overlay(study, origin)
        kept = ["unit", "month", *found.names]
        panel = base.panel_at(origin)
        (family,) = [one for one in base.families if one.name == "development"]
        expected = family.build(panel).select(kept)
        for place, owner in enumerate(CELLS.values()):
            values = found.of(np.array([place]))[0]
            if owner is None:
                assert np.isnan(values).all()
                continue
            own = expected.filter(unit=owner).drop("unit", "month").to_numpy().astype(np.float32)
            np.testing.assert_array_equal(values, own[-len(values) :])


@pytest.mark.slow
def test_models_train_on_them_and_a_forecast_tells_of_them(settings, tmp_path):
    study = opened(settings)
    outlook = study.forecast(tmp_path / "forecast")
    data = outlook.threats["ged_sb"].data
    above = {f.name for family in study.of_countries.families for f in family.features}
    shared = [name for name in data.features if name in above]
    assert len(shared) > 5
    told = outlook.threats["ged_sb"].shares.families
    assert {"conflict", "development"} < set(told)
    said = phrases(study)
    assert all(said[name].endswith("of the cell's country") for name in shared)
    assert all("of the cell's country [" in measured_phrases(study)[name] for name in shared)
    alone = opened([*settings, "features.of_countries=[]"])
    assert cube_identity(alone, alone.span[1]).hash != cube_identity(study, study.span[1]).hash
    assert alone.forecast().identity.hash != outlook.identity.hash
    assert study.citations != alone.citations
    assert not set(alone.forecast_dataset(alone.threats[0]).features) & above


def test_an_origin_sees_no_later_figures_of_countries(settings):
    """Figures that come out late are not cut out of later ones, but built as of the origin."""
    study = opened(settings)
    origin = month_id("2012-03")
    data = study.dataset(study.threats[0], origin, (1,))
    then = opened([*settings, f"panel.as_of={format_month(origin)}"])
    again = then.dataset(then.threats[0], origin, (1,))
    assert data.features == again.features
    np.testing.assert_array_equal(np.asarray(data.X), np.asarray(again.X))


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        (["features.of_countries=[conflict]"], "built by cell"),
        (["data.kind=world", "data.sources=[]"], "simulated grid has none"),
    ],
)
def test_what_cannot_be_laid_over_cells_is_refused(settings, told, refusal):
    with pytest.raises(ConfigError, match=refusal):
        _ = opened([*settings, *told]).of_countries


def test_figures_are_told_with_their_unit(settings):
    told = measured_phrases(opened(settings))
    assert all(phrase.endswith("]") for phrase in told.values())
    assert "[log(1 + deaths)]" in told["ged_sb_log_sum_12"]
