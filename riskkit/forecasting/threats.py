"""The threats of a study: what each counts in the data at hand, and those that are absent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from riskkit.config import Measure, Params
from riskkit.errors import ConfigError
from riskkit.forecasting.targets import Series, Target, find
from riskkit.months import format_month, parse_month
from riskkit.tables import Release

MOST = 0.5
"""Share of the units of the broadest measure of which a better one has to be known."""


@dataclass(frozen=True)
class Threat:
    """One threat that is forecast.

    Attributes:
        name: Its name in params.yaml and components.csv.
        target: What is counted.
        title: What is counted, in words.
        model: Registry name of the model that is published.
        options: Settings of that model, over those of `models` in params.yaml.
        families: Feature families that its models see, of those of the study; None for all.
        weight: Its weight in the composite.
        top: The total of twelve months that scores 10, in units of the first threshold.
        scale: Whether the score is the total's order of magnitude or grows in step with it.
        joined_with: Indicators from 0 to 10 that the hazard's score is joined with.
        passed_over: What would have been counted instead, were it known for as long and of as
            many units, in words.
    """

    name: str
    target: Target
    title: str
    model: str
    options: Mapping[str, Any] = field(default_factory=dict)
    families: tuple[str, ...] | None = None
    weight: float = 1.0
    top: float = 10_000.0
    scale: Literal["log", "linear"] = "log"
    joined_with: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()


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

    A measure is passed over where another one is known for more than `forecast.stale_after` months
    longer or of more than twice as many units, so that an old file or one of few countries does not
    take the place of newer or of all.

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
    found, absent = {}, []
    for name, settings in params.threats.items():
        there = [measure for measure in settings.measures if set(_parts(measure)) <= brought]
        if there:
            found[name] = [(measure, find(_target(measure), releases)) for measure in there]
        else:
            absent.append(Absent(name, _missing(settings.measures, brought)))
    if not found:
        raise ConfigError(
            "the data bring none of the threats",
            got=[one.reason for one in absent],
            hint="add data, or name what they count under target.indicator",
        )
    as_of = _standing(params, [series for pairs in found.values() for _, series in pairs])
    threats = [_threat(params, name, pairs, as_of) for name, pairs in found.items()]
    return tuple(threats), tuple(absent)


def _standing(params: Params, series: Sequence[Series]) -> int:
    """Month id at whose end one stands; by default when everything has come out."""
    if params.panel.as_of:
        return parse_month(params.panel.as_of)
    return max(one.known_at for one in series)


def _threat(
    params: Params, name: str, there: Sequence[tuple[Measure, Series]], as_of: int
) -> Threat:
    """Choose among the measures that the data bring."""
    place, over = _choose(params, there, as_of)
    measure, settings = there[place][0], params.threats[name]
    own = measure.joined_with
    return Threat(
        name=name,
        target=_target(measure),
        title=_title(measure),
        model=measure.model or params.forecast.model,
        options=measure.options,
        families=measure.families,
        weight=float(settings.weight),
        top=float(measure.top),
        scale=measure.scale,
        joined_with=settings.joined_with if own is None else own,
        passed_over=over,
    )


def _choose(
    params: Params, there: Sequence[tuple[Measure, Series]], as_of: int
) -> tuple[int, tuple[str, ...]]:
    """Place of the first measure that is neither old nor narrow, and what it was put before."""
    known = [series.last_known(as_of) for _, series in there]
    wide = [series.breadth(measure.optional) for measure, series in there]
    oldest = max(known) - params.forecast.stale_after
    narrowest = MOST * max(wide)
    over = []
    for place, (measure, _) in enumerate(there):
        if known[place] < oldest:
            over.append(f"{_title(measure)}, known to {format_month(known[place])} only")
        elif wide[place] < narrowest:
            over.append(f"{_title(measure)}, known of {wide[place]} units only")
        else:
            return place, tuple(over)
    # The newest one is narrow and the broadest one old.
    return len(there) - 1, tuple(over[:-1])


def _parts(measure: Measure) -> tuple[str, ...]:
    return measure.indicators or (measure.name,)


def _title(measure: Measure) -> str:
    return measure.title or _target(measure).threat


def _target(measure: Measure) -> Target:
    return Target(
        measure.name, measure.period, measure.thresholds, measure.indicators, measure.optional
    )


def _missing(measures: Sequence[Measure], brought: set[str]) -> str:
    wanted = (", ".join(sorted(set(_parts(m)) - brought)) for m in measures)
    return f"no source brings {' or '.join(wanted)}"
