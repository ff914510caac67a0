"""The whole world: same seed, same bytes; sizes; and a panel like any other."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.forecasting.targets import Target, outcomes
from riskkit.months import format_month, month_id
from riskkit.panel import build_panel
from riskkit.tables import Units
from riskkit.world import LAST_MONTH, Parameters, simulate


def test_the_same_seed_gives_the_same_world(world):
    again = simulate(1, 120, 360)
    assert again.units.equals(world.units)
    for one, two in zip(world.releases, again.releases, strict=True):
        assert one.observations.equals(two.observations)
    assert all(again.dyads[name].equals(table) for name, table in world.dyads.items())
    assert again.geometry == world.geometry
    for name, array in vars(world.states).items():
        np.testing.assert_array_equal(getattr(again.states, name), array)


def test_another_seed_gives_another_world(world):
    other = simulate(2)
    assert not other.releases[0].observations.equals(world.releases[0].observations)
    assert other.geometry != world.geometry


def test_a_new_series_leaves_the_others_as_they_are(world):
    """Terrorism that feeds into nothing may change without a change of the weather."""
    quiet = simulate(1, parameters=Parameters(terrorism=Parameters().skirmishes))
    for name in ("rain", "rain_regional", "dryness", "regime", "pacts"):
        np.testing.assert_array_equal(getattr(quiet.states, name), getattr(world.states, name))
    assert (quiet.states.attacks != world.states.attacks).any()


@pytest.mark.parametrize(("countries", "months"), [(60, 300), (137, 331), (200, 600)])
def test_sizes(countries, months):
    world = simulate(5, countries, months)
    assert (world.units.height, len(world.months)) == (countries, months)
    assert world.months[-1] == LAST_MONTH
    assert world.states.ged_sb.shape == (months, countries)
    assert set(world.geometry) == set(world.codes)
    Units.validate(world.units)
    assert world.units["name"].n_unique() == countries


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"countries": 59}, "60 to 200 countries"),
        ({"countries": 201}, "60 to 200 countries"),
        ({"months": 299}, "300 to 600 months"),
        ({"months": 601}, "300 to 600 months"),
        ({"seed": -1}, "seed of the simulated world is not negative"),
    ],
)
def test_other_sizes_are_refused(settings, message):
    with pytest.raises(RiskkitError, match=message):
        simulate(**settings)


def test_it_ends_in_december_2024(world):
    assert format_month(LAST_MONTH) == "2024-12"
    assert format_month(world.months[0]) == "1995-01"


def test_a_panel_is_built_from_it_and_says_that_it_is_simulated(world):
    panel = build_panel(world.releases, world.units, world.months[0], LAST_MONTH)
    assert panel.simulated
    assert panel.data_kind == "simulated"
    assert panel.frame.height == 120 * 360
    known = panel.frame.filter(pl.col("month").dt.year() >= 1998)
    assert known.select(pl.all().null_count()).transpose()["column_0"].sum() == 0
    deaths = panel.frame["ged_sb"].to_numpy().reshape(120, 360)
    np.testing.assert_array_equal(deaths[:, 1:], world.states.ged_sb.T[:, :-1])


def test_a_panel_of_the_past_is_the_past_of_the_panel(world):
    origin = month_id("2010-06")
    then = build_panel(world.releases, world.units, world.months[0], origin)
    now = build_panel(world.releases, world.units, world.months[0], LAST_MONTH)
    cut = now.frame.filter(pl.col("month") <= pl.lit("2010-06-01").str.to_date())
    assert then.frame.equals(cut)


def test_outcomes_of_the_default_target_are_the_truth(world):
    known = outcomes(Target("ged_sb"), world.releases, world.units, world.months, LAST_MONTH + 1)
    np.testing.assert_array_equal(known, world.states.ged_sb.T)
