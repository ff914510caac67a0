"""Every registered model keeps its promises."""

from pathlib import Path

import pytest

from riskkit.registry import models
from riskkit.testing.models import MODEL_CHECKS


@pytest.mark.parametrize("kind", models().values(), ids=models())
@pytest.mark.parametrize("check", MODEL_CHECKS, ids=lambda check: check.__name__)
def test_contract(kind, check):
    check(kind)


@pytest.mark.parametrize("name", models())
def test_every_model_is_described(name):
    page = Path(__file__).parents[2] / "docs" / "models.md"
    assert f"`{name}`" in page.read_text(encoding="utf-8"), f"describe {name} in docs/models.md"
