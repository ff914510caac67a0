"""The threats of a study: what each counts in the data at hand, and those that are absent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from riskkit.config import Measure, Params
from riskkit.errors import ConfigError
from riskkit.forecasting.targets import Target, find
from riskkit.tables import Release


@dataclass(frozen=True)
class Threat:
    """One threat that is forecast.

    Attributes:
        name: Its name in params.yaml and components.csv.
        target: What is counted.
        title: What is counted, in words.
        model: Registry name of the model that is published.
        options: Settings of that model, over those of `models` in params.yaml.
        weight: Its weight in the composite.
        top: The total of twelve months that scores 10, in units of the first threshold.
        scale: Whether the score is the total's order of magnitude or grows in step with it.
        joined_with: Indicators from 0 to 10 that the hazard's score is joined with.
    """

    name: str
    target: Target
    title: str
    model: str
    options: Mapping[str, Any] = field(default_factory=dict)
    weight: float = 1.0
    top: float = 10_000.0
    scale: Literal["log", "linear"] = "log"
    joined_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class Absent:
    """A threat that no data speak of.

    Attributes:
        name: Its name in params.yaml.
        reason: What is missing, and what would bring it.
    """

    name: str
    reason: str


def resolve(
    params: Params, releases: Sequence[Release]
) -> tuple[tuple[Threat, ...], tuple[Absent, ...]]:
    """Find what each threat of the study counts: the first of its measures that the data bring.

    Args:
        params: The study's parameters; `target` takes the place of `threats`.
        releases: The sources as read.

    Returns:
        The threats that can be forecast, in the order of params.yaml, and those that cannot.

    Raises:
        ConfigError: The study's own target is in no source, or no threat is.
    """
    if params.target is not None:
        target = Target(**params.target.model_dump())
        find(target, releases)
        return (Threat(target.name, target, target.threat, params.forecast.model),), ()
    brought = {indicator.name for release in releases for indicator in release.indicators}
    threats, absent = [], []
    for name, settings in params.threats.items():
        measure = next((m for m in settings.measures if set(_parts(m)) <= brought), None)
        if measure is None:
            absent.append(Absent(name, _missing(settings.measures, brought)))
            continue
        target = _target(measure)
        find(target, releases)
        threats.append(
            Threat(
                name=name,
                target=target,
                title=measure.title or target.threat,
                model=measure.model or params.forecast.model,
                options=measure.options,
                weight=float(settings.weight),
                top=float(measure.top),
                scale=measure.scale,
                joined_with=settings.joined_with,
            )
        )
    if not threats:
        raise ConfigError(
            "the data bring none of the threats",
            got=[one.reason for one in absent],
            hint="add data, or name what they count under target.indicator",
        )
    return tuple(threats), tuple(absent)


def _parts(measure: Measure) -> tuple[str, ...]:
    return measure.indicators or (measure.name,)


def _target(measure: Measure) -> Target:
    return Target(measure.name, measure.period, measure.thresholds, measure.indicators)


def _missing(measures: Sequence[Measure], brought: set[str]) -> str:
    wanted = (", ".join(sorted(set(_parts(m)) - brought)) for m in measures)
    return f"no source brings {' or '.join(wanted)}"
