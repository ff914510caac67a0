"""Every number of the process in one place; docs/world.md lists each with its meaning."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Channel:
    """A self-exciting stream of incidents beside the wars.

    Attributes:
        most: Incidents per month at which the rate saturates.
        base: Log rate of incidents per month at average risk without any memory.
        risk: Effect of structural risk and the country's own disposition.
        own: Self-excitation: effect of the channel's own memory.
        war: Effect of the memory of battle deaths.
        neighbours: Contagion: effect of the neighbours' memory of this channel.
        size: Mean of the log number of further deaths per incident.
        spread: Standard deviation of that log number.
    """

    most: float
    base: float
    risk: float
    own: float
    war: float
    neighbours: float
    size: float
    spread: float


@dataclass(frozen=True)
class Parameters:
    """Parameters of the simulated world; the defaults reproduce the stylised facts."""

    # structural risk, per standard deviation
    poverty: float = 0.9
    anocracy: float = 0.4
    exclusion: float = 0.3
    population: float = 0.35
    frailty: float = 1.5
    # memory of violence
    memory: float = 0.85
    # outbreak of war
    onset: float = -7.9
    onset_memory: float = 0.5
    onset_neighbours: float = 0.45
    onset_attacks: float = 0.3
    onset_one_sided: float = 0.15
    onset_drought: float = 0.35
    onset_hosted: float = 0.1
    onset_truce: float = -0.6
    onset_mission: float = -0.9
    onset_pacts: float = -0.15
    # course of war, in logs of battle deaths a month
    level: float = 2.4
    level_risk: float = 0.25
    level_spread: float = 1.1
    level_tail: float = 0.7
    inertia: float = 0.94
    shock: float = 0.23
    surge: float = 0.05
    noise: float = 0.9
    lull: float = -0.7
    lull_intensity: float = -0.4
    ceiling: float = 10.0
    level_truce: float = -0.6
    level_mission: float = -0.5
    # end of war
    end: float = -3.65
    end_intensity: float = -0.35
    end_truce: float = 0.7
    end_mission: float = 0.4
    # violence by all actors outside the battles of a war
    skirmishes: Channel = Channel(20, -6.6, 1.2, 0.6, 0.0, 0.25, 0.6, 1.1)
    non_state: Channel = Channel(8, -6.5, 1.6, 0.5, 0.1, 0.2, 1.9, 1.5)
    one_sided: Channel = Channel(12, -5.1, 1.1, 0.6, 0.45, 0.1, 1.1, 1.6)
    terrorism: Channel = Channel(150, -3.1, 0.9, 0.45, 0.25, 0.15, 0.2, 1.2)
    # agreements and peacekeeping
    agreement: float = -5.2
    agreement_memory: float = 0.35
    agreement_mission: float = 0.5
    truce_memory: float = 0.95
    mission_after_agreement: float = 0.06
    mission_in_war: float = 0.003
    mission_end: float = 0.02
    # displacement
    flight: float = 450.0
    flight_power: float = 0.75
    flight_abroad: float = 0.35
    return_in_war: float = 0.006
    return_in_peace: float = 0.02
    # climate
    rain_memory: float = 0.5
    rain_regional: float = 0.6
    drought_memory: float = 0.85
    heat_memory: float = 0.4
    heat_rain: float = -0.25
    # yearly change of structures and treaties
    wealth_memory: float = 0.96
    wealth_shock: float = 0.08
    wealth_war: float = -0.01
    regime_memory: float = 0.97
    regime_shock: float = 0.1
    regime_turn: float = 0.03
    treaty_signed: float = 0.02
    treaty_lapsed: float = 0.02
