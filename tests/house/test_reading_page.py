"""docs/reading.md: its Python runs on a publication, and says what comes out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from riskkit.exchange import formats
from riskkit.publish import publish
from tests.house.test_python_page import run
from tests.publish.sample import told_publication

PAGE = Path(__file__).parents[2] / "docs" / "reading.md"


def test_every_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    publish(told_publication(n_units=12), tmp_path / "publication")
    names: dict[str, Any] = {}
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    for block in blocks:
        run(block, names)
    assert len(blocks) == 4


def test_every_format_is_told() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.M))
    assert told == set(formats())
