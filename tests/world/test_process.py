"""Every effect that docs/world.md claims is there, and points where it says."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from riskkit.world import simulate
from riskkit.world.parameters import Parameters
from riskkit.world.process import (
    drought,
    end_hazard,
    hosted,
    onset_hazard,
    rainfall,
    step,
    structural_risk,
)
from riskkit.world.state import State
from riskkit.world.streams import Streams

P = Parameters()


@pytest.fixture(scope="module")
def past(world) -> State:
    """A month of the default world with wars and peace in it."""
    state = world.state(world.months[200])
    assert 5 < state.war.sum() < 60
    return state


def _onset(world, state):
    risk = structural_risk(state, world.traits, P)
    return onset_hazard(state, risk, world.traits, P)


@pytest.mark.parametrize(
    ("field", "change", "sign"),
    [
        ("memory", 1.0, +1),
        ("memory_attacks", 1.0, +1),
        ("memory_os", 1.0, +1),
        ("dryness", 1.0, +1),
        ("wealth", 1.0, -1),
        ("truce", 1.0, -1),
    ],
)
def test_what_raises_and_lowers_the_hazard_of_war(world, past, field, change, sign):
    calm = replace(past, **{field: np.zeros_like(past.memory)})
    moved = replace(past, **{field: np.full_like(past.memory, change)})
    difference = _onset(world, moved) - _onset(world, calm)
    assert (sign * difference > 0).all()


def test_wars_spread_to_contiguous_countries_only(world, past):
    burning = int(world.geography.contiguous.sum(axis=1).argmax())
    at_peace = replace(past, memory=np.zeros_like(past.memory))
    memory = np.zeros_like(past.memory)
    memory[burning] = 5.0
    difference = _onset(world, replace(past, memory=memory)) - _onset(world, at_peace)
    raised = set(np.flatnonzero(difference)) - {burning}
    assert raised == set(np.flatnonzero(world.geography.contiguous[burning]))
    assert (difference >= 0).all()


def test_drought_weighs_more_where_people_live_off_the_land(world, past):
    dry = replace(past, dryness=np.ones_like(past.dryness))
    poor = replace(dry, wealth=np.full_like(past.wealth, -2.0))
    rich = replace(dry, wealth=np.full_like(past.wealth, 2.0))
    assert (drought(poor) > 3 * drought(rich)).all()
    assert (drought(replace(past, dryness=-dry.dryness)) == 0).all()


def test_those_who_take_refugees_in_bear_a_risk(world, past):
    nobody = replace(past, refugees=np.zeros_like(past.refugees))
    fleeing = np.zeros_like(past.refugees)
    fleeing[0] = 1e6
    difference = _onset(world, replace(past, refugees=fleeing)) - _onset(world, nobody)
    np.testing.assert_array_equal(difference > 0, world.traits.hosts[0] > 0)


@pytest.mark.parametrize("field", ["mission", "pacts"])
def test_peacekeepers_and_allies_deter_war(world, past, field):
    none = np.zeros_like(getattr(past, field))
    all_of_them = ~none
    difference = _onset(world, replace(past, **{field: all_of_them})) - _onset(
        world, replace(past, **{field: none})
    )
    assert (difference <= 0).all()
    assert (difference < 0).mean() > 0.9


@pytest.mark.parametrize(
    ("field", "value", "sign"),
    [("truce", 1.0, +1), ("mission", True, +1), ("intensity", 8.0, -1)],
)
def test_what_ends_wars(past, field, value, sign):
    array = getattr(past, field)
    low = end_hazard(replace(past, **{field: np.zeros_like(array)}), P)
    high = end_hazard(replace(past, **{field: np.full_like(array, value)}), P)
    assert (sign * (high - low) > 0).all()


@pytest.mark.parametrize("field", ["truce", "mission"])
def test_interventions_save_lives_in_the_next_year(world, past, field):
    """The same wars with and without an intervention, in 100 possible futures each."""
    array = getattr(past, field)
    deaths = []
    for present in (False, True):
        state = replace(past, **{field: np.where(past.war, present, array).astype(array.dtype)})
        state, total, streams = state.repeat(100), np.zeros(100), Streams(5)
        for _ in range(12):
            state = step(state, False, world.traits, P, streams)
            total += state.ged_sb[:, past.war].sum(axis=1)
        deaths.append(np.median(total))
    assert deaths[1] < 0.9 * deaths[0]


def test_a_world_without_peacemaking_has_more_war():
    idle = Parameters(
        onset_truce=0, onset_mission=0, level_truce=0, level_mission=0, end_truce=0, end_mission=0
    )
    for seed in (1, 2):
        real = simulate(seed, 100, 300).states.war.mean()
        assert simulate(seed, 100, 300, idle).states.war.mean() > 1.1 * real


def test_peace_lasts_where_nothing_can_break_it():
    peace = Parameters(onset=-50.0, skirmishes=replace(P.skirmishes, base=-50.0))
    assert simulate(1, 60, 300, peace).states.ged_sb.max() == 0


def test_replicates_differ_and_centre_on_the_same_future(world, past):
    after = step(past.repeat(400), False, world.traits, P, Streams(1))
    for field in fields(State):
        shape = getattr(past, field.name).shape
        assert getattr(after, field.name).shape == (400, *shape)
    assert (after.rain[0] != after.rain[1]).all()
    expected = P.rain_memory * past.rain
    np.testing.assert_allclose(after.rain.mean(axis=0), expected, atol=0.25)


def test_structures_and_treaties_change_in_january_only(world, past):
    for january in (False, True):
        after = step(past, january, world.traits, P, Streams(1))
        assert (after.wealth != past.wealth).all() == january
        assert (after.pacts != past.pacts).any() == january


def test_rain_is_shared_within_regions_and_has_the_scale_of_a_standard_normal(world):
    rain = rainfall(world.states, world.traits, P)
    assert rain.std() == pytest.approx(1, abs=0.05)
    correlation = np.corrcoef(rain.T)
    same = world.traits.region[:, None] == world.traits.region
    off = ~np.eye(len(same), dtype=bool)
    assert correlation[same & off].mean() == pytest.approx(P.rain_regional, abs=0.1)
    assert correlation[~same].mean() == pytest.approx(0, abs=0.05)


def test_dryness_has_the_scale_that_drought_divides_by(world):
    relative = world.states.dryness.std() / 0.46
    assert relative == pytest.approx(1, abs=0.06)


def test_the_truth_keeps_its_bounds(world):
    states, traits = world.states, world.traits
    for name in ("ged_sb", "ged_ns", "ged_os", "attacks", "attacks_killed", "agreements"):
        counts = getattr(states, name)
        assert (counts >= 0).all()
        assert (counts == np.round(counts)).all()
        assert counts.max() > 0
    assert (states.refugees + states.displaced < traits.population).all()
    assert states.intensity.max() <= P.ceiling
    np.testing.assert_allclose(
        hosted(states, traits).sum(axis=1), states.refugees.sum(axis=1), rtol=1e-9
    )


def test_agreements_are_signed_in_wars_and_remembered(world):
    states = world.states
    signed = states.agreements > 0
    assert (states.war[signed]).all()
    truce = P.truce_memory * states.truce[:-1] + states.agreements[1:]
    np.testing.assert_allclose(states.truce[1:], truce)
