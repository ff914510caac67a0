"""Transnational threat risk scoring and forecasting, point in time and with uncertainty."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_PLACES = {
    "Dataset": "forecasting.dataset",
    "Family": "family",
    "Feature": "family",
    "Forecast": "forecasting.forecast",
    "Indicator": "tables",
    "Model": "models",
    "Panel": "panel",
    "Release": "tables",
    "RiskkitError": "errors",
    "Source": "sources",
    "Study": "study.study",
    "Target": "forecasting.targets",
    "build_dataset": "forecasting.dataset",
    "build_panel": "panel",
    "load_params": "config",
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
    "Study",
    "Target",
    "__version__",
    "build_dataset",
    "build_panel",
    "load_params",
]

if TYPE_CHECKING:
    from riskkit.config import load_params
    from riskkit.errors import RiskkitError
    from riskkit.family import Family, Feature
    from riskkit.forecasting.dataset import Dataset, build_dataset
    from riskkit.forecasting.forecast import Forecast
    from riskkit.forecasting.targets import Target
    from riskkit.models import Model
    from riskkit.panel import Panel, build_panel
    from riskkit.sources import Source
    from riskkit.study.study import Study
    from riskkit.tables import Indicator, Release


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module 'riskkit' has no attribute '{name}'")
    return getattr(importlib.import_module(f"riskkit.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
