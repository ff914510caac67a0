"""The names in the parameters, checked before anything is read."""

from __future__ import annotations

from pathlib import Path

from riskkit.config import Params
from riskkit.models import check_models
from riskkit.registry import families, lookup
from riskkit.store import checked_options


def check_names(params: Params) -> None:
    """Refuse families, models, sources and settings that there are not.

    Args:
        params: Those of a study.

    Raises:
        RiskkitError: Nothing has that name; the text asks for the nearest.
        ConfigError: A setting of a model or an option of a source does not fit.
    """
    for name in params.features.families:
        lookup("family", families(), name)
    for entry in params.data.sources:
        checked_options(entry.source, Path(entry.path), entry.options)
    check_models(params)
