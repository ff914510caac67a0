"""Pages of docs/ that are written from the code, wholly or in part."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskkit.cli._reference import PAGES, rules_table, with_rules, write_pages
from riskkit.scoring import rules
from tests.cli.running import ROOT, contents

PAGE = ROOT / "docs" / "scoring.md"


def test_the_table_of_rules_is_fresh() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert with_rules(text) == text, "docs/scoring.md is stale: run `make docs`"
    assert rules_table() in text


@pytest.mark.parametrize("name", rules())
def test_every_rule_has_a_row(name: str) -> None:
    (row,) = [line for line in rules_table().splitlines() if line.startswith(f"| `{name}` |")]
    assert row.count("|") == 6
    assert rules()[name].source in row


def test_writing_the_pages_renews_the_table_and_leaves_the_text(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    (tmp_path / "scoring.md").write_text(text.replace("| `crps` |", "| `old` |"), encoding="utf-8")
    write_pages(tmp_path)
    assert (tmp_path / "scoring.md").read_text(encoding="utf-8") == text
    assert set(contents(tmp_path)) == {"scoring.md", *PAGES}
