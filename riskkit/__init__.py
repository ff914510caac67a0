"""Transnational threat risk scoring and forecasting, point in time and with uncertainty."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_PLACES = {
    "Dataset": "dataset",
    "Family": "family",
    "Feature": "family",
    "Forecast": "forecast",
    "Indicator": "tables",
    "Model": "models",
    "Panel": "panel",
    "Release": "tables",
    "RiskkitError": "errors",
    "Source": "sources",
    "Target": "targets",
    "build_dataset": "dataset",
    "build_panel": "panel",
    "families": "registry",
    "load_params": "config",
    "models": "registry",
    "sources": "registry",
}
__all__ = [
    "Dataset",
    "Family",
    "Feature",
    "Forecast",
    "Indicator",
    "Model",
    "Panel",
    "Release",
    "RiskkitError",
    "Source",
    "Target",
    "__version__",
    "build_dataset",
    "build_panel",
    "families",
    "load_params",
    "models",
    "sources",
]

if TYPE_CHECKING:
    from riskkit.config import load_params
    from riskkit.dataset import Dataset, build_dataset
    from riskkit.errors import RiskkitError
    from riskkit.family import Family, Feature
    from riskkit.forecast import Forecast
    from riskkit.models import Model
    from riskkit.panel import Panel, build_panel
    from riskkit.registry import families, models, sources
    from riskkit.sources import Source
    from riskkit.tables import Indicator, Release
    from riskkit.targets import Target


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module 'riskkit' has no attribute '{name}'")
    return getattr(importlib.import_module(f"riskkit.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
