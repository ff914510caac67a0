"""The stochastic process behind the simulated world; docs/world.md has the formulas.

`step` moves the world by one month. Countries are the last axis of every array and replicates may
come before it, so the same code writes the world's history and its possible futures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from riskkit.world.parameters import Channel, Parameters
from riskkit.world.state import Array, Flags, State
from riskkit.world.traits import Traits

Streams = Mapping[str, np.random.Generator]

# Standard deviation of dryness under the default memories of rain and drought.
_DRYNESS_SD = 0.46
_MOST_DEATHS = 50000.0
_LEAST_INTENSITY = -2.0


def step(
    state: State, january: bool, traits: Traits, parameters: Parameters, streams: Streams
) -> State:
    """Draw the next month.

    Args:
        state: The month that has passed.
        january: True when a year begins: structures and treaties change then.
        traits: What never changes.
        parameters: The numbers of the process.
        streams: Random streams by name.
    """
    if january:
        state = _new_year(state, traits, parameters, streams)
    state = _weather(state, traits, parameters, streams)
    risk = structural_risk(state, traits, parameters)
    state = _war(state, risk, traits, parameters, streams)
    state = _violence(state, risk, traits, parameters, streams)
    state = _flight(state, traits, parameters, streams)
    return _peacemaking(state, parameters, streams)


def structural_risk(state: State, traits: Traits, parameters: Parameters) -> Array:
    """Slow part of the log hazard of war: poverty, anocracy, exclusion, size and frailty."""
    democracy = expit(state.regime)
    risk = (
        -parameters.poverty * state.wealth
        + parameters.anocracy * (4 * democracy * (1 - democracy) - 0.75) / 0.25
        + parameters.exclusion * (traits.exclusion - 0.23) / 0.17
        + parameters.population * (np.log(traits.population) - 16.2) / 1.4
        + traits.frailty
    )
    return np.asarray(risk)


def drought(state: State) -> Array:
    """Drought in standard deviations, weighted with the share of agriculture over its mean."""
    return np.maximum(state.dryness / _DRYNESS_SD, 0.0) * agriculture(state.wealth) / 0.22


def agriculture(wealth: Array) -> Array:
    """Share of agriculture in the economy: poor countries live off the land."""
    return expit(-1.5 - 1.0 * wealth)


def hosted(state: State, traits: Traits) -> Array:
    """Refugees in each country."""
    return np.asarray(state.refugees @ traits.hosts)


def expit(x: Array) -> Array:
    """Logistic function."""
    return np.asarray(1 / (1 + np.exp(-x)))


def _happens(log_hazard: Array, rng: np.random.Generator) -> Flags:
    """Whether an event of this log hazard per month happens within the month."""
    return np.asarray(rng.random(log_hazard.shape) < -np.expm1(-np.exp(log_hazard)))


def _chance(probability: float | Array, state: State, rng: np.random.Generator) -> Flags:
    return np.asarray(rng.random(state.war.shape) < probability)


def _new_year(state: State, traits: Traits, p: Parameters, streams: Streams) -> State:
    wealth = (
        traits.wealth
        + p.wealth_memory * (state.wealth - traits.wealth)
        + p.wealth_shock * streams["wealth"].standard_normal(state.war.shape)
        + p.wealth_war * state.memory
    )
    turn = _chance(p.regime_turn, state, streams["regime.turn"])
    regime = (
        traits.regime
        + p.regime_memory * (state.regime - traits.regime)
        + (p.regime_shock + 1.5 * turn) * streams["regime"].standard_normal(state.war.shape)
    )
    luck = streams["treaties"].random(state.pacts.shape)
    pacts = np.where(state.pacts, luck >= p.treaty_lapsed, luck < p.treaty_signed)
    return replace(state, wealth=wealth, regime=regime, pacts=pacts)


def _weather(state: State, traits: Traits, p: Parameters, streams: Streams) -> State:
    def next_rain(name: str, past: Array) -> Array:
        fresh = np.sqrt(1 - p.rain_memory**2) * streams[name].standard_normal(past.shape)
        return np.asarray(p.rain_memory * past + fresh)

    regional = next_rain("rain.regional", state.rain_regional)
    local = next_rain("rain", state.rain)
    after = replace(state, rain=local, rain_regional=regional)
    fallen = rainfall(after, traits, p)
    heat = p.heat_memory * state.heat + streams["heat"].standard_normal(local.shape)
    dryness = p.drought_memory * state.dryness - (1 - p.drought_memory) * fallen
    return replace(after, dryness=dryness, heat=heat + p.heat_rain * fallen)


def rainfall(state: State, traits: Traits, parameters: Parameters) -> Array:
    """Standardised rain: what the region shares and what the country has alone."""
    shared = parameters.rain_regional
    return np.asarray(
        np.sqrt(shared) * state.rain_regional[..., traits.region] + np.sqrt(1 - shared) * state.rain
    )


def _war(state: State, risk: Array, traits: Traits, p: Parameters, streams: Streams) -> State:
    """Begin and end wars, and move the log intensity of those that are on."""
    begins = ~state.war & _happens(onset_hazard(state, risk, traits, p), streams["onset"])
    ends = state.war & _happens(end_hazard(state, p), streams["end"])
    level = np.where(begins, _war_level(risk, p, streams["level"]), state.level)
    pull = level + p.level_truce * state.truce + p.level_mission * state.mission
    before = np.where(begins, pull - 1.0, state.intensity)
    moved = (
        pull
        + p.inertia * (before - pull)
        + p.surge * (np.log1p(state.ged_sb) - state.memory)
        + p.shock * streams["shock"].standard_t(4, risk.shape)
    )
    intensity = np.clip(moved, _LEAST_INTENSITY, p.ceiling)
    return replace(state, war=(state.war | begins) & ~ends, level=level, intensity=intensity)


def _war_level(risk: Array, p: Parameters, rng: np.random.Generator) -> Array:
    """Draw the log level of new wars: a normal with an exponential tail to the right."""
    spread = p.level_spread * rng.standard_normal(risk.shape)
    tail = p.level_tail * rng.standard_exponential(risk.shape)
    return np.asarray(p.level + p.level_risk * risk + spread + tail)


def onset_hazard(state: State, risk: Array, traits: Traits, parameters: Parameters) -> Array:
    """Log hazard that a war begins within the month."""
    p = parameters
    burden = np.log1p(1000 * hosted(state, traits) / traits.population)
    return np.asarray(
        p.onset
        + risk
        + p.onset_memory * state.memory
        + p.onset_neighbours * (state.memory @ traits.neighbours.T)
        + p.onset_attacks * state.memory_attacks
        + p.onset_one_sided * state.memory_os
        + p.onset_drought * drought(state)
        + p.onset_hosted * burden
        + p.onset_truce * np.minimum(state.truce, 1.0)
        + p.onset_mission * state.mission
        + p.onset_pacts * np.log1p(state.pacts @ traits.party)
    )


def end_hazard(state: State, parameters: Parameters) -> Array:
    """Log hazard that a war ends within the month; fierce wars last."""
    return np.asarray(
        parameters.end
        + parameters.end_intensity * state.intensity
        + parameters.end_truce * state.truce
        + parameters.end_mission * state.mission
    )


def _violence(state: State, risk: Array, traits: Traits, p: Parameters, streams: Streams) -> State:
    """Draw the month's deaths and attacks, and remember them."""
    visible = risk - traits.frailty

    def channel(name: str, settings: Channel, memory: Array) -> tuple[Array, Array]:
        tension = settings.risk * (visible + traits.channel_frailty[name])
        log_rate = (
            settings.base
            + tension
            + settings.own * memory
            + settings.war * state.memory
            + settings.neighbours * (memory @ traits.neighbours.T)
        )
        return _incidents(log_rate, settings, streams[name])

    def remember(memory: Array, count: Array) -> Array:
        return np.asarray(p.memory * memory + (1 - p.memory) * np.log1p(count))

    clashes, fallen = channel("skirmishes", p.skirmishes, state.memory)
    fights, killed_ns = channel("non_state", p.non_state, state.memory_ns)
    massacres, killed_os = channel("one_sided", p.one_sided, state.memory_os)
    attacks, killed = channel("terrorism", p.terrorism, state.memory_attacks)
    ged_sb = np.where(state.war, _battle_deaths(state, p, streams), clashes + fallen)
    return replace(
        state,
        ged_sb=ged_sb,
        ged_ns=fights + killed_ns,
        ged_os=massacres + killed_os,
        attacks=attacks,
        attacks_killed=killed,
        memory=remember(state.memory, ged_sb),
        memory_ns=remember(state.memory_ns, fights),
        memory_os=remember(state.memory_os, massacres),
        memory_attacks=remember(state.memory_attacks, attacks),
    )


def _battle_deaths(state: State, p: Parameters, streams: Streams) -> Array:
    """Deaths where a war is on: Poisson-lognormal, and none in a lull."""
    noise = p.noise * streams["noise"].standard_normal(state.war.shape) - p.noise**2 / 2
    lull = _happens(p.lull + p.lull_intensity * state.intensity, streams["lull"])
    expected = np.where(state.war & ~lull, np.exp(state.intensity + noise), 0.0)
    return streams["battles"].poisson(expected).astype(np.float64)


def _incidents(log_rate: Array, settings: Channel, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw the incidents of a channel, at a rate that saturates, and their further deaths."""
    rate = settings.most * expit(log_rate - np.log(settings.most))
    incidents = rng.poisson(rate).astype(np.float64)
    size = np.exp(settings.size + settings.spread * rng.standard_normal(rate.shape))
    deaths = rng.poisson(np.minimum(incidents * size, _MOST_DEATHS))
    return incidents, deaths.astype(np.float64)


def _flight(state: State, traits: Traits, p: Parameters, streams: Streams) -> State:
    """Let people flee from deaths of any kind, within the country and abroad, and return."""
    deaths = state.ged_sb + state.ged_ns + state.ged_os
    luck = np.exp(0.5 * streams["flight"].standard_normal(deaths.shape))
    at_home = np.maximum(traits.population - state.refugees - state.displaced, 0.0)
    fleeing = np.minimum(p.flight * deaths**p.flight_power * luck, 0.02 * at_home)
    stay = 1 - np.where(state.war, p.return_in_war, p.return_in_peace)
    return replace(
        state,
        refugees=stay * state.refugees + p.flight_abroad * fleeing,
        displaced=stay * state.displaced + (1 - p.flight_abroad) * fleeing,
    )


def _peacemaking(state: State, p: Parameters, streams: Streams) -> State:
    """Sign agreements in wars, and send or withdraw peacekeepers."""
    readiness = (
        p.agreement + p.agreement_memory * state.memory + p.agreement_mission * state.mission
    )
    signed = state.war & _happens(readiness, streams["agreements"])
    truce = p.truce_memory * state.truce + signed
    call = np.where(signed, p.mission_after_agreement, state.war * p.mission_in_war)
    sent = _chance(call, state, streams["mission.start"])
    leaves = ~state.war & _chance(p.mission_end, state, streams["mission.end"])
    return replace(
        state,
        agreements=signed.astype(np.float64),
        truce=truce,
        mission=(state.mission | sent) & ~leaves,
    )
