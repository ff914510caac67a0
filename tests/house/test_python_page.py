"""docs/python.md: every line runs, and what it says an expression is, it is."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "python.md"
STUDY = """\
data: {kind: world, world: {countries: 60, months: 300}}
features: {families: [conflict]}
target: {indicator: ged_sb}
forecast: {model: ewhistory, draws: 100}
backtest: {models: [ewhistory], origins: "2022-10,2023-10", processes: 1}
"""
_TOLD = "  # -> "


def _blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)


def run(block: str, names: dict[str, Any]) -> None:
    """Run a block statement by statement; compare expressions that say what they are."""
    lines = block.splitlines()
    for node in ast.parse(block).body:
        code = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        _, told, wanted = lines[(node.end_lineno or 0) - 1].partition(_TOLD)
        if told:
            assert isinstance(node, ast.Expr), code
            assert repr(eval(code, names)) == wanted, code
        else:
            exec(code, names)


def test_every_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(STUDY)
    names: dict[str, Any] = {}
    blocks = _blocks()
    for block in blocks:
        run(block, names)
    assert len(blocks) > 8
    assert Path("publication/model-card.md").is_file()


def test_a_wrong_statement_is_noticed() -> None:
    with pytest.raises(AssertionError, match=r"1 \+ 1"):
        run("1 + 1  # -> 3", {})
