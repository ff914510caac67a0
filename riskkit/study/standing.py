"""What results on disk stand on, in words, and how that differs from the study at hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskkit.errors import RiskkitError
from riskkit.months import parse_month
from riskkit.registry import families, lookup
from riskkit.study.identity import KEY, Identity
from riskkit.study.results import open_result, stamp_of
from riskkit.study.stages import (
    backtest_identity,
    features_identity,
    forecast_identity,
    part_identity,
    publication_identity,
    scores_identity,
)

if TYPE_CHECKING:
    from riskkit.study.study import Study

_PACKAGE = "datapackage.json"
_TABLE = ".parquet"


@dataclass(frozen=True)
class Standing:
    """What one result stands on.

    Attributes:
        path: The folder or file.
        identity: Its identity.
        differences: How it differs from what the study at hand would make, in words.
    """

    path: Path
    identity: Identity
    differences: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether the study at hand would make the same."""
        return not self.differences

    def words(self) -> dict[str, str]:
        """Tell what it stands on, part by part."""
        one = self.identity
        named = {
            "data": [f"{name} of {told.partition(':')[0]}" for name, told in one.data.items()],
            "parameters": [f"{key}={_shown(value)}" for key, value in one.parameters.items()],
            "code": [f"{len(one.code)} modules"] if one.code else [],
            "libraries": [f"{name} {version}" for name, version in one.libraries.items()],
            "earlier results": list(one.inputs),
        }
        return {part: ", ".join(values) for part, values in named.items() if values}


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def standing_of(study: Study, path: Path) -> list[Standing]:
    """Tell what a result stands on: a folder of several families, family by family.

    Args:
        study: The study at hand.
        path: A folder that riskkit wrote, a parquet file in one, or a publication.

    Raises:
        RiskkitError: The path is none of these, or a file in it is not the one that was written.
    """
    if path.is_file() and path.suffix == _TABLE:
        return [_standing(study, path, stamp_of(path))]
    if (path / _PACKAGE).is_file():
        return [_standing(study, path, _of_publication(path))]
    if not path.exists():
        raise RiskkitError(f"there is no {path}")
    opened = open_result(path, "riskkit backtest")
    files = [opened.path(name) for name in opened.files]
    if opened.identity.stage in _NOW:
        return [_standing(study, path, opened.identity)]
    return [_standing(study, file, stamp_of(file)) for file in files if file.suffix == _TABLE]


def _of_publication(folder: Path) -> Identity:
    path = folder / _PACKAGE
    try:
        told = json.loads(path.read_text(encoding="utf-8"))[KEY]["identity"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RiskkitError(
            f"{path} does not say what it stands on", hint="publish again with this riskkit"
        ) from error
    return Identity.from_json(json.dumps(told), str(path))


def _standing(study: Study, path: Path, made: Identity) -> Standing:
    if made.stage not in _NOW:
        raise RiskkitError(f"{path} is a result of another kind", got=made.stage)
    return Standing(path, made, tuple(_differences(study, made)))


def _differences(study: Study, made: Identity) -> Iterator[str]:
    """Compare with what the study would make; one that cannot make such a thing says why."""
    try:
        now = _NOW[made.stage](study, made)
    except RiskkitError as error:
        yield f"what this study cannot make: {error}"
        return
    yield from made.differences(now)


def _features(study: Study, made: Identity) -> Identity:
    name = made.parameters.get("family")
    return features_identity(study, lookup("family", families(), name))


def _backtest(study: Study, made: Identity) -> Identity:
    told = made.parameters
    return backtest_identity(study, told.get("models", ()), told.get("windows", ()))


def _scores(study: Study, made: Identity) -> Identity:
    return scores_identity(_backtest(study, made), study.params.backtest.reference)


def _part(study: Study, made: Identity) -> Identity:
    told: Mapping[str, Any] = made.parameters
    threats = {threat.target.indicator: threat for threat in study.threats}
    threat = lookup("threat", threats, told["target"]["indicator"])
    data = study.dataset(threat, parse_month(told["origin"]), told["horizons"])
    over = threat.options if told["model"] == threat.model else {}
    options = study.model_options(told["model"], over)
    params = study.params
    return part_identity(data, told["model"], options, params.forecast.draws, params.seed)


def _publication(study: Study, made: Identity) -> Identity:
    # What went in has no other hash than follows from the parts that are compared.
    return replace(publication_identity(study, {}), inputs=made.inputs)


_NOW: Mapping[str, Callable[[Study, Identity], Identity]] = {
    "features": _features,
    "part": _part,
    "backtest": _backtest,
    "scores": _scores,
    "forecast": lambda study, _: forecast_identity(study),
    "publication": _publication,
}
"""By stage, what such a result would stand on if the study at hand made it."""
