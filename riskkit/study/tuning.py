"""Search for settings of a model on windows that end by 2017, every trial on record."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from riskkit.atomic import write_text
from riskkit.errors import ConfigError, RiskkitError
from riskkit.files import reading
from riskkit.forecasting.dataset import Dataset
from riskkit.forecasting.targets import outcomes
from riskkit.forecasting.threats import Threat
from riskkit.models import make_model
from riskkit.models.parts.draws import counts
from riskkit.models.parts.history import largest
from riskkit.models.parts.marginal import Marginal
from riskkit.models.parts.search import Between, OneOf, Space
from riskkit.months import format_month, parse_horizons, parse_month, parse_months
from riskkit.registry import lookup, models
from riskkit.scoring import score_rows
from riskkit.study.identity import Identity, refuse_other
from riskkit.study.jobs import one_thread, stream_of, window_name
from riskkit.study.names import require_extra
from riskkit.study.stages import tuning_identity

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

    from riskkit.study.study import Study

Rule = Literal["crps", "log1p_crps", "ign"]
RULES: tuple[Rule, ...] = ("log1p_crps", "crps", "ign")
CHOOSING_ENDS = parse_month("2017-12")
"""No window that settings are chosen on ends later; the rest is for reporting."""
WINDOWS = 4
_NEVER = 10**6


@dataclass(frozen=True)
class Trial:
    """One set of settings and its scores.

    Attributes:
        number: From 0, which is what params.yaml says today.
        settings: Of the model, those that are searched.
        scores: Mean over windows by rule.
        windows: By window, the rule that is minimised.
        seconds: Of processor time.
    """

    number: int
    settings: Mapping[str, Any]
    scores: Mapping[str, float]
    windows: Mapping[str, float]
    seconds: float


@dataclass(frozen=True)
class Tuned:
    """A search that has ended.

    Attributes:
        rule: What was minimised.
        trials: All of them, in order.
    """

    rule: Rule
    trials: tuple[Trial, ...]

    @property
    def best(self) -> Trial:
        """The first of the lowest."""
        return min(self.trials, key=lambda trial: trial.scores[self.rule])


@dataclass(frozen=True)
class _Window:
    """An origin with what came after it."""

    data: Dataset
    outcome: NDArray[np.float64]

    @property
    def name(self) -> str:
        return window_name(self.data.origin, self.data.horizons)


def tune(
    study: Study,
    model: str,
    log: Path,
    *,
    trials: int = 40,
    rule: Rule = "log1p_crps",
    threat: str | None = None,
    origins: str = "",
) -> Tuned:
    """Search the space that a model declares, by Optuna's tree-structured Parzen estimator.

    Every trial is in the log before the next one begins, and a search goes on from its log: the
    trials are the same whether or not it was interrupted.

    Args:
        study: The study; `backtest.horizons` are those of the windows.
        model: Registry name.
        log: File of JSON lines: what the search stands on, then a trial each.
        trials: How many the log is to hold in the end.
        rule: What is minimised, averaged over windows.
        threat: Name of the threat; by default the first.
        origins: Last known months; by default the last four a year apart whose windows end by 2017.

    Raises:
        ConfigError: The model declares nothing to search, or a window ends after 2017.
        RiskkitError: The log is of another search, or Optuna is not installed.
    """
    require_extra("tune", "a search for settings")
    space = _space(model)
    chosen = _threat(study, threat)
    windows = _windows(study, chosen, origins)
    for window in windows:
        _refuse_reporting(window.data)
    now = tuning_identity(study, model, chosen, [window.name for window in windows], rule)
    done = list(_read(log, now)) if log.is_file() else []
    with study.progress("trial", max(trials - len(done), 0)) as advance:
        for number in range(len(done), trials):
            settings = _suggested(study, model, space, done, number, rule)
            done.append(_tried(study, model, chosen, windows, settings, number, rule))
            lines = [now.to_json(), *(json.dumps(asdict(trial)) for trial in done)]
            write_text(log, "\n".join(lines) + "\n")
            advance(f"{rule} {done[-1].scores[rule]:.4f}")
    return Tuned(rule, tuple(done))


def report(
    study: Study, model: str, log: Path, *, threat: str | None = None, origins: str = ""
) -> tuple[Tuned, list[Trial]]:
    """Score today's settings and the best ones of a log on windows of any year.

    Args:
        study: The study.
        model: Registry name.
        log: What `tune` wrote.
        threat: Name of the threat; by default the first.
        origins: Last known months; by default those of `backtest.origins`.

    Returns:
        The search, and two trials on these windows: its first and its best settings.

    Raises:
        RiskkitError: There is no such log, or it is of another search.
    """
    chosen = _threat(study, threat)
    tuned = _logged(study, model, log, chosen)
    windows = _windows(study, chosen, origins or study.params.backtest.origins)
    first, best = tuned.trials[0], tuned.best
    return tuned, [
        _tried(study, model, chosen, windows, trial.settings, trial.number, tuned.rule)
        for trial in (first, best)
    ]


def _logged(study: Study, model: str, log: Path, threat: Threat) -> Tuned:
    """The search of a log, whatever windows it was made on."""
    remedy = f"riskkit tune {model}"
    with reading(log, f"make it with `{remedy}`"):
        head = log.read_text(encoding="utf-8").partition("\n")[0]
    made = Identity.from_json(head, str(log))
    names, rule = made.parameters.get("windows", []), made.parameters.get("rule", RULES[0])
    trials = tuple(_read(log, tuning_identity(study, model, threat, names, rule)))
    if not trials:
        raise RiskkitError(f"{log} holds no trial", hint=f"run `{remedy}`")
    return Tuned(rule, trials)


def _space(model: str) -> Space:
    space: Space = lookup("model", models(), model).searched
    if not space:
        searchable = sorted(name for name, kind in models().items() if kind.searched)
        raise ConfigError(
            f"the model '{model}' declares nothing to search", hint=f"try {', '.join(searchable)}"
        )
    return space


def _threat(study: Study, name: str | None) -> Threat:
    known = {threat.name: threat for threat in study.threats}
    found: Threat = lookup("threat", known, name) if name else study.threats[0]
    return found


def _windows(study: Study, threat: Threat, origins: str) -> list[_Window]:
    """Datasets and outcomes of each origin; a window without any outcome is refused."""
    horizons = parse_horizons(study.params.backtest.horizons)
    months = parse_months(origins) if origins else _usual_origins(study, threat, horizons)
    made = []
    for origin in months:
        data = study.dataset(threat, origin, horizons)
        outcome = _outcome(study, threat, data)
        if np.isnan(outcome).all():
            raise RiskkitError(
                f"nothing is known of the window after {format_month(origin)}",
                hint="name earlier origins",
            )
        made.append(_Window(data, outcome))
    return made


def _usual_origins(study: Study, threat: Threat, horizons: Sequence[int]) -> list[int]:
    end = min(study.series(threat).covers[1], CHOOSING_ENDS)
    last = end - max(horizons) - threat.target.months + 1
    return [last - 12 * k for k in reversed(range(WINDOWS))]


def _outcome(study: Study, threat: Threat, data: Dataset) -> NDArray[np.float64]:
    """What came, `[units, horizons]`."""
    first = min(data.horizons)
    last = max(data.horizons) + threat.target.months
    months = range(data.origin + first, data.origin + last)
    values = outcomes(threat.target, study.releases, study.panel.units, months, as_of=_NEVER)
    return np.asarray(values[:, np.asarray(data.horizons) - first], dtype=np.float64)


def _refuse_reporting(data: Dataset) -> None:
    end = data.origin + max(data.horizons) + data.period - 1
    if end > CHOOSING_ENDS:
        raise ConfigError(
            f"settings are chosen on windows that end by {format_month(CHOOSING_ENDS)}, and the "
            f"one after {format_month(data.origin)} ends {format_month(end)}",
            hint="name earlier origins; --report scores the best settings of a log on later ones",
        )


def _tried(
    study: Study,
    model: str,
    threat: Threat,
    windows: Sequence[_Window],
    settings: Mapping[str, Any],
    number: int,
    rule: Rule,
) -> Trial:
    """Fit and score one set of settings on every window."""
    over = {**(threat.options if model == threat.model else {}), **settings}
    options = study.model_options(model, over)
    begun = time.process_time()
    with one_thread():
        scored = {window.name: _scores(study, model, options, window) for window in windows}
    spent = time.process_time() - begun
    means: dict[str, float] = {
        name: float(np.mean([one[name] for one in scored.values()])) for name in RULES
    }
    each = {name: one[rule] for name, one in scored.items()}
    return Trial(number, dict(settings), means, each, round(spent, 2))


def _scores(study: Study, model: str, options: dict[str, Any], window: _Window) -> dict[str, float]:
    data, size = window.data, study.params.forecast.draws
    seed = stream_of(study.params.seed, data.origin, model)
    fitted = make_model(model, options).fit(data, seed)
    if isinstance(fitted, Marginal):  # coupling changes no score of single months
        draws = np.minimum(counts(fitted.marginals(data, size)), largest(data)[:, None, None])
    else:
        draws = np.minimum(fitted.sample(data, size, seed), largest(data)[:, None, None])
    known = ~np.isnan(window.outcome) & data.eligibility.forecast[:, None]
    scored = score_rows(draws[known], window.outcome[known], RULES)
    return {name: float(scored[name].mean()) for name in RULES}


def _suggested(
    study: Study, model: str, space: Space, done: Sequence[Trial], number: int, rule: Rule
) -> dict[str, Any]:
    """Settings to try next: today's first, then what Optuna makes of the trials so far."""
    if number == 0:
        return _today(study, model, space)
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    spread = {name: _distribution(values) for name, values in space.items()}
    sampler = optuna.samplers.TPESampler(seed=(study.params.seed + number) % 2**32)
    search = optuna.create_study(sampler=sampler)
    for trial in done:
        if all(space[name].holds(value) for name, value in trial.settings.items()):
            params = {name: _told(space[name], value) for name, value in trial.settings.items()}
            value = trial.scores[rule]
            search.add_trial(
                optuna.trial.create_trial(params=params, distributions=spread, value=value)
            )
    asked = search.ask(spread)
    return {name: _meant(space[name], value) for name, value in asked.params.items()}


def _today(study: Study, model: str, space: Space) -> dict[str, Any]:
    """The searched settings as params.yaml or the model has them."""
    from inspect import signature

    given = study.params.models.get(model, {})
    defaults = signature(models()[model]).parameters
    return {name: given.get(name, defaults[name].default) for name in space}


def _distribution(values: Between | OneOf) -> BaseDistribution:
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if isinstance(values, OneOf):
        return CategoricalDistribution([json.dumps(value) for value in values.values])
    if values.whole:
        return IntDistribution(int(values.low), int(values.high), log=values.log)
    return FloatDistribution(values.low, values.high, log=values.log)


def _told(values: Between | OneOf, value: Any) -> Any:
    """A setting as Optuna knows it."""
    return json.dumps(value) if isinstance(values, OneOf) else value


def _meant(values: Between | OneOf, value: Any) -> Any:
    """What Optuna's value means as a setting."""
    return json.loads(value) if isinstance(values, OneOf) else value


def _read(log: Path, now: Identity) -> Iterator[Trial]:
    """The trials of a log that was made on the same terms.

    Raises:
        RiskkitError: It is of another search, or damaged.
    """
    with reading(log, "name another --out"):
        head, *lines = log.read_text(encoding="utf-8").splitlines()
        made = Identity.from_json(head, str(log))
        refuse_other(made, now, f"the search in {log}", f"riskkit tune --out {log.stem}-2.jsonl")
        yield from (Trial(**json.loads(line)) for line in lines)
