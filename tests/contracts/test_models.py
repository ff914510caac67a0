"""Every registered model keeps its promises."""

import pytest

from riskkit.registry import models
from riskkit.testing.models import MODEL_CHECKS


@pytest.mark.parametrize("kind", models().values(), ids=models())
@pytest.mark.parametrize("check", MODEL_CHECKS, ids=lambda check: check.__name__)
def test_contract(kind, check):
    check(kind)
