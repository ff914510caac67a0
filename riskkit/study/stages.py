"""What each stage of a study stands on: the one place that says which part matters to which."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from riskkit.family import Family
from riskkit.forecasting.cube import Mapped
from riskkit.forecasting.dataset import Dataset
from riskkit.forecasting.forecast import Forecast
from riskkit.forecasting.threats import Threat
from riskkit.months import format_month
from riskkit.registry import families, family_module, lookup, models, sources
from riskkit.study.code import code_of, libraries_of, modules_in
from riskkit.study.identity import Identity, hash_frame, hash_of
from riskkit.tables import Release

if TYPE_CHECKING:
    from riskkit.study.study import Study

SCHEMAS = {"features": "1", "forecast": "1", "scores": "3", "contributions": "1", "tune": "1"}
"""Versions of the tables of each stage; a change of their columns raises one."""
_ALIGNING = ("riskkit.panel", "riskkit.family", "riskkit.forecasting.targets")
_WORLDS = ("riskkit.world", "riskkit.world.grid")
_BASELINE = "conflictology"
"""The model that every publication holds beside its own, to be graded against."""
_FORECASTING = ("riskkit.forecasting.dataset", "riskkit.study.jobs", "riskkit.study.data")


def features_identity(study: Study, family: Family) -> Identity:
    """Tell what the built features of a family stand on."""
    wanted = {*family.inputs, *family.relations}
    read = [r for r in study.releases if wanted & {*_names(r.indicators), *_names(r.relations)}]
    roots = (family_module(family.name), *_ALIGNING, *_readers(read))
    return Identity(
        stage="features",
        data=_data(study, read),
        units=_units(study),
        parameters={
            "family": family.name,
            "features.revised": study.params.features.revised,
            **_dates(study),
        },
        code=code_of(roots),
        libraries=libraries_of(roots),
        schemas=_schemas("features"),
    )


def forecast_identity(study: Study) -> Identity:
    """Tell what the forecast of a study stands on."""
    names = [threat.model for threat in study.threats]
    names += [study.params.forecast.reconcile] if study.params.forecast.reconcile else []
    roots = _forecast_roots(study, names)
    forecast = study.params.forecast.model_dump(mode="json", exclude={"model"})
    chosen = {t.name: {"model": t.model, "options": dict(t.options)} for t in study.threats}
    return Identity(
        stage="forecast",
        data=_data(study, study.releases),
        units=_units(study),
        parameters={
            **_modelling(study, names),
            **_flat("forecast", forecast),
            **_flat("threats", chosen),
        },
        code=code_of(roots),
        libraries=libraries_of(roots),
        schemas=_schemas("forecast", "contributions"),
    )


def part_identity(
    data: Dataset,
    model: str,
    options: Mapping[str, Any],
    size: int,
    seed: int,
    above: Forecast | None = None,
) -> Identity:
    """Tell what one model's forecast from one origin stands on: what was seen, and the code.

    Args:
        data: What was seen.
        model: Registry name.
        options: Settings of the model.
        size: Draws.
        seed: Of the study.
        above: The countries' forecast that it is reconciled with.
    """
    roots = (*_models_with_members(model, options), *_FORECASTING)
    agreed = {} if above is None else {"above": _hash_array(above.draws)}
    return Identity(
        stage="part",
        data={"features": _hash_features(data.X), "outcomes": _hash_array(data.y), **agreed},
        units=hash_of(data.units),
        parameters={
            "target": asdict(data.target),
            "model": model,
            "options": dict(options),
            "origin": format_month(data.origin),
            "first_month": format_month(data.first_month),
            "horizons": list(data.horizons),
            "features": hash_of(data.features),
            "ended": hash_of(data.ended),
            "max_gap": data.limits.max_gap,
            "draws": size,
            "seed": seed,
        },
        code=code_of(roots),
        libraries=libraries_of(roots),
        schemas=_schemas("forecast"),
    )


def trained_together(made: Identity, rows: int) -> Identity:
    """Tell that trainings of more than so many rows were a cluster's, which gives other trees."""
    return replace(made, parameters={**made.parameters, **_together(rows)})


def _together(rows: int | None) -> dict[str, int]:
    """Only where it is so: most results know nothing of a cluster."""
    return {} if rows is None else {"trained together": rows}


def backtest_identity(study: Study, names: Sequence[str], windows: Sequence[str]) -> Identity:
    """Tell what the forecasts of past windows stand on.

    Args:
        study: The study.
        names: Models that forecast.
        windows: Windows, by name.
    """
    roots = _forecast_roots(study, names)
    return Identity(
        stage="backtest",
        data=_data(study, study.releases),
        units=_units(study),
        parameters={
            **_modelling(study, names),
            "forecast.draws": study.params.forecast.draws,
            **_reconciled(study),
            "models": sorted(set(names)),
            "windows": sorted(set(windows)),
        },
        code=code_of(roots),
        libraries=libraries_of(roots),
        schemas=_schemas("forecast"),
    )


def _reconciled(study: Study) -> dict[str, Any]:
    """What the cells' forecasts are scaled to."""
    model = study.params.forecast.reconcile
    if not study.by_cell or model is None:
        return {}
    return {"forecast.reconcile": model, **_flat("models", {model: study.model_options(model)})}


def tuning_identity(
    study: Study, model: str, threat: Threat, windows: Sequence[str], rule: str
) -> Identity:
    """Tell what the trials of a search for settings stand on.

    Args:
        study: The study.
        model: The model whose settings are searched.
        threat: What it forecasts.
        windows: Windows, by name.
        rule: What is minimised.
    """
    made = backtest_identity(study, [model], windows)
    roots = (*_scoring(), "riskkit.study.tuning")
    return replace(
        made,
        stage="tune",
        parameters={**made.parameters, "threat": threat.name, "rule": rule},
        code={**made.code, **code_of(roots)},
        libraries={**made.libraries, **libraries_of(roots)},
        schemas={"tune": SCHEMAS["tune"]},
    )


def scores_identity(forecasts: Identity, reference: str) -> Identity:
    """Tell what the scores of past forecasts stand on.

    Args:
        forecasts: What these stand on, as `backtest_identity` tells.
        reference: The model that skill is relative to.
    """
    roots = _scoring()
    return replace(
        forecasts,
        stage="scores",
        parameters={**forecasts.parameters, "backtest.reference": reference},
        code={**forecasts.code, **code_of(roots)},
        libraries={**forecasts.libraries, **libraries_of(roots)},
        schemas={**forecasts.schemas, **_schemas("scores")},
    )


def publication_identity(study: Study, inputs: Mapping[str, Identity]) -> Identity:
    """Tell what a publication stands on, beside the results that went in."""
    roots = _publishing()
    made = forecast_identity(study)
    return replace(
        made,
        stage="publication",
        parameters={
            **made.parameters,
            **_flat("threats", {threat.name: _scale(threat) for threat in study.threats}),
            **_flat("models", {_BASELINE: study.model_options(_BASELINE)}),
            **_flat("composite", study.params.composite.model_dump(mode="json")),
            **_flat("alerts", study.params.alerts.model_dump(mode="json")),
        },
        code={**made.code, **code_of(roots)},
        libraries={**made.libraries, **libraries_of(roots)},
        schemas={"publication": str(_publication_schema())},
        inputs={name: identity.hash for name, identity in inputs.items()},
    )


def roots_of_stages() -> dict[str, tuple[str, ...]]:
    """Name the modules that the stages of dvc.yaml begin with, whatever the study."""
    readers = (
        *modules_in("riskkit.sources"),
        *("riskkit.base", "riskkit.store", "riskkit.study.data", *_WORLDS),
    )
    built = (*readers, *_ALIGNING, *map(family_module, families()))
    fitted = (*built, *_FORECASTING, *(kind.__module__ for kind in models().values()))
    return {
        "features": (*built, "riskkit.study.features"),
        "backtest": fitted,
        "evaluate": (*readers, *_scoring()),
        "forecast": (*fitted, "riskkit.study.forecasting"),
        "publish": (*readers, *map(family_module, families()), *_publishing()),
    }


def _scoring() -> tuple[str, ...]:
    return (*modules_in("riskkit.scoring"), "riskkit.study.evaluating")


def _publishing() -> tuple[str, ...]:
    rooms = (*modules_in("riskkit.publish"), *modules_in("riskkit.risk"))
    baseline = lookup("model", models(), _BASELINE).__module__
    return (*rooms, "riskkit.study.publishing", baseline)


def _scale(threat: Threat) -> dict[str, Any]:
    named = ("weight", "top", "scale", "joined_with")
    return {name: getattr(threat, name) for name in named}


def _publication_schema() -> int:
    # By name: how forecasts are published is no part of the code that made them.
    return int(importlib.import_module("riskkit.publish").SCHEMA_VERSION)


def _schemas(*stages: str) -> dict[str, str]:
    return {stage: SCHEMAS[stage] for stage in stages}


def _names(declared: Iterable[Any]) -> list[str]:
    return [one.name for one in declared]


def _readers(releases: Sequence[Release]) -> list[str]:
    """The modules that read these releases: a source's, the embedded tables' or the world's."""
    names = {i.source for r in releases for i in r.indicators}
    names |= {tie.source for r in releases for tie in r.relations}
    found = [sources()[name].__module__ for name in names if name in sources()]
    found += ["riskkit.base"] if any(n.startswith("base") for n in names) else []
    return [*found, *(_WORLDS if any(r.simulated for r in releases) else ())]


def _forecast_roots(study: Study, names: Sequence[str]) -> tuple[str, ...]:
    known = [name for name in names if name in models()]
    members = [m for n in known for m in _models_with_members(n, study.model_options(n))]
    return (
        *members,
        *_FORECASTING,
        *_ALIGNING,
        *(family_module(family.name) for family, _ in study.described),
        *_readers(study.releases),
    )


def _models_with_members(name: str, options: Mapping[str, Any]) -> list[str]:
    kind = lookup("model", models(), name)
    members = options.get("members", kind.members)
    return [kind.__module__, *(lookup("model", models(), m).__module__ for m in members)]


def _dates(study: Study) -> dict[str, str]:
    first, as_of = study.span
    return {"panel.start": format_month(first), "panel.as_of": format_month(as_of)}


def _modelling(study: Study, names: Sequence[str]) -> dict[str, Any]:
    """Parameters that the draws of some models depend on."""
    known = [name for name in names if name in models()]
    targets = {
        threat.name: {"target": asdict(threat.target), "families": threat.families}
        for threat in study.threats
    }
    return {
        "seed": study.params.seed,
        "features.families": [family.name for family in study.families],
        "features.revised": study.params.features.revised,
        **_together(study.together),
        **_dates(study),
        **_flat("threats", targets),
        **_flat("models", {name: study.model_options(name) for name in sorted(set(known))}),
    }


def _of_countries(study: Study) -> dict[str, Any]:
    """What cells share of their countries, and the data of those."""
    twin = study.of_countries
    if twin is None:
        return {}
    names = [family.name for family in twin.families]
    return {"features.of_countries": names, "data.of_countries": hash_of(twin.vintages)}


def _flat(prefix: str, tree: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted keys of a tree's leaves."""
    leaves: dict[str, Any] = {}
    for key, value in tree.items():
        name = f"{prefix}.{key}"
        leaves |= _flat(name, value) if isinstance(value, Mapping) else {name: value}
    return leaves


def _units(study: Study) -> str:
    return hash_frame(study.units, ["unit"])


def _data(study: Study, releases: Sequence[Release]) -> dict[str, str]:
    """Vintage and hash of each release's tables, by source."""
    read = {id(release) for release in releases}
    return dict(one for r, one in zip(study.releases, study.vintages, strict=True) if id(r) in read)


def _hash_features(array: np.ndarray[Any, Any]) -> str:
    """A mapped array is told by what its file stands on, for it may be larger than the memory."""
    if isinstance(array, Mapped) and array.opened is not None:
        return hash_of(array.opened[1:])
    return _hash_array(array)


def _hash_array(array: np.ndarray[Any, Any]) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]
