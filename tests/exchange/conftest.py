"""Publications to export."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from riskkit.publish import publish
from tests.publish.sample import sample_dossier, sample_publication, told_publication


@pytest.fixture(scope="session")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication of two threats about invented countries."""
    folder = tmp_path_factory.mktemp("exchange") / "publication"
    publish(told_publication(), folder)
    return folder


@pytest.fixture(scope="session")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One of half a year later, whose series tell what came."""
    folder = tmp_path_factory.mktemp("exchange") / "later"
    publish(told_publication(as_of=510, seed=2), folder)
    return folder


@pytest.fixture(scope="session")
def of_cells(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication of PRIO-GRID cells, which have places and VIEWS numbers."""
    made = sample_publication()
    cells = tuple(str(149_426 + i) for i in range(len(made.ranked)))
    (part,) = made.parts
    forecast = replace(part.forecast, units=cells)
    units = made.units.with_columns(unit=pl.Series(cells))
    told = replace(made, parts=(replace(part, forecast=forecast),), units=units)
    told = replace(told, dossier=sample_dossier(told))
    folder = tmp_path_factory.mktemp("exchange") / "cells"
    publish(told, folder)
    return folder
