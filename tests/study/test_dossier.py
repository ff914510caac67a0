"""What a publication tells beside its forecast, from the simulated world."""

from dataclasses import dataclass

import polars as pl
import pytest

from riskkit.forecasting.threats import Threat
from riskkit.months import first_day
from riskkit.publish import Dossier
from riskkit.study.dossier import gather
from riskkit.study.study import Study

HORIZONS = tuple(range(1, 13))


@dataclass
class Drawn:
    origin: int
    units: tuple[str, ...]
    horizons: tuple[int, ...] = HORIZONS


@dataclass
class One:
    threat: Threat
    forecast: Drawn


@dataclass
class Ahead:
    """As much of an outlook as the dossier looks at."""

    threats: dict[str, One]


@pytest.fixture(scope="module")
def study() -> Study:
    settings = ["data.kind=world", "data.world.countries=60", "data.world.months=300"]
    return Study.open(None, settings)


@pytest.fixture(scope="module")
def dossier(study) -> Dossier:
    units = tuple(study.units["unit"])
    told = {t.name: One(t, Drawn(study.panel.as_of, units)) for t in study.threats}
    return gather(study, Ahead(told))


def test_the_past_is_that_of_the_panel_and_nothing_later(study, dossier):
    first = study.threats[0]
    last = study.series(first).last_known(study.panel.as_of)
    past = dossier.series.filter(pl.col("threat") == first.name)
    assert past["month"].max() == first_day(last)
    assert past["month"].min() == first_day(last - 23)
    assert past.group_by("unit").len()["len"].max() == 24


def test_situations_lie_in_the_past_with_what_followed(study, dossier):
    last = study.series(study.threats[0]).last_known(study.panel.as_of)
    found = dossier.situations
    assert found.group_by("unit").len()["len"].unique().to_list() == [3]
    assert found["month"].max() <= first_day(last - 12)
    assert found["after"].null_count() == 0


def test_facts_are_placed_among_all_countries(dossier):
    assert dossier.facts.height > 0
    for _, rows in dossier.facts.group_by("indicator"):
        assert rows["countries"].unique().to_list() == [rows.height]
        highest = rows.sort("value", descending=True).row(0, named=True)
        assert highest["place"] == 1


def test_a_theme_has_figures_or_says_what_is_missing(dossier):
    told = {theme.name for theme in dossier.themes if theme.facts}
    assert set(dossier.facts["theme"]) <= told
    assert all("riskkit data add" in theme.missing for theme in dossier.themes)


def test_inputs_are_named_once(dossier):
    assert dossier.inputs["title"].is_unique().all()
