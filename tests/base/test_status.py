"""What is told of the embedded data: how old they are, under which terms, what is wrong."""

from dataclasses import replace
from datetime import date

import pytest

from riskkit.base import tables
from riskkit.base.status import base_rows, base_source
from tests.cli.running import riskkit


def row(name: str, today: date = date(2025, 7, 1)):
    return {row["key"]: row for row in base_rows(today)}[f"base/{name}"]


def test_every_table_with_periods_is_told_of() -> None:
    assert len(base_rows()) == sum(bool(table.span) for table in tables().values()) == 12


def test_what_is_told_of_a_table() -> None:
    told = row("conflict_month")
    assert (told["covers"], told["age_months"]) == (["1989-01", "2024-12"], 7)
    assert (told["state"], told["rows"], told["units"]) == ("intact", 14_657, 124)
    assert told["licences"] == ["CC BY 4.0"]
    assert "first day" in told["defects"]
    assert row("conflict_year")["covers"] == ["1989-01", "2024-12"]


def test_a_table_is_stale_when_the_next_year_should_be_out() -> None:
    assert not row("conflict_month", date(2026, 7, 31))["stale"]
    assert row("conflict_month", date(2026, 8, 1))["stale"]
    assert row("conflict_month")["due"] == "2026-06"


def test_a_damaged_table_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = replace(tables()["risk_year"], sha256="0")
    monkeypatch.setattr("riskkit.base.status.tables", lambda: {"risk_year": broken})
    (told,) = base_rows()
    assert "is not the file that was embedded" in told["state"]
    assert told["units"] is None


def test_base_is_a_source_beside_the_others() -> None:
    listed = riskkit("data", "list", "--json").json
    assert listed[0] == base_source()
    assert {*listed[0]} == {*listed[1]}
    assert "CC BY 3.0 IGO" in listed[0]["licence"]


def test_status_begins_with_the_embedded_tables() -> None:
    out = riskkit("data", "status").out
    assert out.splitlines()[1].split()[0] == "base/conflict_month"
    assert "14,657" in out.splitlines()[1]
    assert "takes the embedded tables alone" in out
