"""Pages of docs/ that are written from the code, wholly or in part."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskkit.cli._reference import (
    PAGES,
    catalogue_page,
    rules_table,
    sources_page,
    with_rules,
    write_pages,
)
from riskkit.family import Family
from riskkit.registry import families, sources
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


@pytest.mark.parametrize("name", sources())
def test_every_source_has_a_row_with_its_lag(name: str) -> None:
    (row,) = [line for line in sources_page().splitlines() if line.startswith(f"| [{name}](")]
    source, lag = sources()[name], sources()[name].lag_months
    assert row.count("|") == 7
    assert row.split(" | ")[1:4] == [source.cadence, str(lag or "none"), source.lag_reason]
    assert row.endswith(f"| {source.tried_on} |")


@pytest.mark.parametrize("family", families().values(), ids=families())
def test_every_feature_has_a_row_in_the_catalogue(family: Family) -> None:
    section = catalogue_page().partition(f"\n## {family.name}\n")[2].partition("\n## ")[0]
    rows = [line.split(" | ") for line in section.splitlines() if line.startswith("| `")]
    assert [row[0].strip("| `") for row in rows] == [f.name for f in family.features]
    for row, feature in zip(rows, family.features, strict=True):
        assert row[1:4] == [feature.description, feature.unit, feature.sign]
        assert all(name in row[4] for name in (*feature.inputs, *feature.relations))


def test_writing_the_pages_renews_the_table_and_leaves_the_text(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    (tmp_path / "scoring.md").write_text(text.replace("| `crps` |", "| `old` |"), encoding="utf-8")
    write_pages(tmp_path)
    assert (tmp_path / "scoring.md").read_text(encoding="utf-8") == text
    assert set(contents(tmp_path)) == {"scoring.md", *PAGES}
