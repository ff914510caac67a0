"""The checks of `riskkit doctor`."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from riskkit.errors import RiskkitError
from riskkit.registry import families, models, sources
from riskkit.study.code import NOT_INSTALLED, installed
from riskkit.study.study import Study

_PACKAGES = ("polars", "numpy", "scikit-learn", "statsmodels", "xgboost", "dataframely", "pydantic")
_FREE_GB = 1.0


def run_checks(config: Path | None, settings: tuple[str, ...]) -> list[dict[str, Any]]:
    """Run every check; each gives `check, ok, found` and none raises."""
    checks: dict[str, Callable[[], str]] = {
        "python": platform.python_version,
        "packages": _packages,
        "families": lambda: ", ".join(families()),
        "models": lambda: ", ".join(models()),
        "sources": lambda: ", ".join(sources()),
        "parameters": lambda: _parameters(config, settings),
        "data": lambda: _data(config, settings),
        "working folder": _working_folder,
    }
    return [_one(name, check) for name, check in checks.items()]


def _one(name: str, check: Callable[[], str]) -> dict[str, Any]:
    try:
        return {"check": name, "ok": True, "found": check()}
    except (RiskkitError, ImportError) as error:
        return {"check": name, "ok": False, "found": str(error)}


def _packages() -> str:
    versions = {name: installed(name) for name in _PACKAGES}
    if missing := [name for name, told in versions.items() if told == NOT_INSTALLED]:
        raise RiskkitError(f"not installed: {', '.join(missing)}", hint="install riskkit afresh")
    return ", ".join(f"{name} {told}" for name, told in versions.items())


def _parameters(config: Path | None, settings: tuple[str, ...]) -> str:
    params = Study.open(config, settings).params
    counted = list(params.threats) if params.target is None else [params.target.indicator]
    return f"threats {', '.join(counted)}; model {params.forecast.model}"


def _data(config: Path | None, settings: tuple[str, ...]) -> str:
    study = Study.open(config, settings)
    names = sorted({i.source for release in study.releases for i in release.indicators})
    return ", ".join(names)


def _working_folder() -> str:
    here = Path.cwd()
    free = shutil.disk_usage(here).free / 1e9
    if not os.access(here, os.W_OK) or free < _FREE_GB:
        raise RiskkitError(f"{here} is not writable or has less than {_FREE_GB} GB free")
    return f"{here} is writable, {free:.0f} GB free"
