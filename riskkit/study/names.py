"""The names in the parameters, checked before anything is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from riskkit.config import Params
from riskkit.errors import ConfigError, RiskkitError
from riskkit.forecasting.targets import Target
from riskkit.models import check_models, make_model
from riskkit.registry import families, lookup, models, sources
from riskkit.store import checked_options
from riskkit.study.evaluating import ORACLE

EXTRAS = {"climate": "climate_indices", "dvc": "dvclive", "geo": "shapely", "tune": "optuna"}
"""Extras of riskkit and the package by which each is recognised."""


def check_names(params: Params) -> None:
    """Refuse families, models, threats, sources and settings that there are not.

    Args:
        params: Those of a study.

    Raises:
        RiskkitError: Nothing has that name, and the text asks for the nearest; or an extra that a
            source needs is not installed.
        ConfigError: A setting of a model or an option of a source does not fit.
    """
    for key, names in (
        ("features.families", params.features.families),
        ("backtest.models", params.backtest.models),
        ("backtest.threats", params.backtest.threats),
    ):
        _refuse_repeats(key, names)
    for name in params.features.families:
        lookup("family", families(), name)
    for entry in params.data.sources:
        options = checked_options(entry.source, Path(entry.path), entry.options)
        for extra in sources()[entry.source].needs(options):
            require_extra(extra, f"{entry.source} with these options")
    check_models(params)
    _check_threats(params)
    _check_backtest(params)


def _refuse_repeats(key: str, names: Sequence[str]) -> None:
    twice = sorted({name for name in names if list(names).count(name) > 1})
    if twice:
        raise ConfigError(f"{key}: '{twice[0]}' is named twice", hint="name each once")


def _check_threats(params: Params) -> None:
    for name, threat in params.threats.items():
        for measure in threat.measures:
            model = measure.model or params.forecast.model
            options = {**params.models.get(model, {}), **measure.options}
            try:
                make_model(model, options)
                for family in measure.families or ():
                    lookup("family", families(), family)
            except RiskkitError as error:
                place = f"threats.{name}, measure {measure.name}: {error.what}"
                raise type(error)(place, got=error.got, hint=error.hint) from None


def _check_backtest(params: Params) -> None:
    known: Mapping[str, Any] = params.threats
    if params.target is not None:
        known = {Target(**params.target.model_dump()).name: params.target}
    for name in params.backtest.threats:
        lookup("threat", known, name)
    if params.backtest.reference != ORACLE:
        lookup("model", models(), params.backtest.reference)


def require_extra(extra: str, what: str) -> None:
    """Refuse work for which an extra of riskkit is not installed.

    Raises:
        RiskkitError: It is not; the text says how to install it.
    """
    if find_spec(EXTRAS[extra]) is None:
        raise RiskkitError(
            f"{what} needs the package {EXTRAS[extra]}, which is not installed",
            hint=f"pip install 'riskkit[{extra}]'",
        )
