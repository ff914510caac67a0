"""Every registered source: declarations, a small file in the publisher's layout, refusals.

A source's sample stands in tests/sources/fixtures/<name>/: one file or one folder, and the options
that it needs in options.yaml. Its countries are invented.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from riskkit.registry import sources
from riskkit.testing.sources import SOURCE_CHECKS, Sample
from riskkit.yaml_text import load_yaml

FIXTURES = Path(__file__).parents[1] / "sources" / "fixtures"
OPTIONS = "options.yaml"


def sample_of(name: str) -> Sample:
    folder = FIXTURES / name
    assert folder.is_dir(), f"give the source a sample: tests/sources/fixtures/{name}/"
    (path,) = (entry for entry in folder.iterdir() if entry.name != OPTIONS)
    given = folder / OPTIONS
    options = load_yaml(given.read_text(encoding="utf-8"), str(given)) if given.is_file() else {}
    return Sample(sources()[name], path, options)


@pytest.mark.parametrize("name", sources())
@pytest.mark.parametrize("check", SOURCE_CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Callable[[Sample], None], name: str) -> None:
    check(sample_of(name))


@pytest.mark.parametrize("name", sources())
def test_samples_hold_invented_countries_only(name: str) -> None:
    sample = sample_of(name)
    assert sample.read().simulated, f"{sample.path} has figures of real countries"


def test_every_option_is_documented() -> None:
    page = (FIXTURES.parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
    sections = dict(section.split("\n", 1) for section in page.split("\n## ")[1:])
    for name in sources().keys() & sections:
        for option in sources()[name].options.model_fields:
            assert f"`{option}" in sections[name], f"docs/sources.md: {name} lacks {option}"
