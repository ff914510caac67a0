"""What is said of the embedded tables."""

import json
from dataclasses import replace

import polars as pl
import pytest

from riskkit.base import MAP, tables
from riskkit.base.provenance import ABOUT, publishers
from riskkit.errors import RiskkitError


@pytest.mark.parametrize("name", tables())
def test_a_file_is_the_one_that_is_told_of(name: str) -> None:
    table = tables()[name]
    table.check()
    assert table.file.stat().st_size <= 500_000
    if table.file.suffix == ".parquet":
        frame = pl.read_parquet(table.file)
        assert frame.height == table.rows
        if table.span:
            years = frame["year"]
            assert (table.span[0][:4], table.span[1][:4]) == (str(years.min()), str(years.max()))


@pytest.mark.parametrize("name", tables())
def test_everything_is_said_of_a_table(name: str) -> None:
    table = tables()[name]
    assert all(
        (table.title, table.vintage, table.lag, table.lag_reason, table.defects, table.by_way_of)
    )
    assert "\n" not in table.defects


@pytest.mark.parametrize("name", publishers())
def test_everything_is_said_of_a_publisher(name: str) -> None:
    told = publishers()[name]
    assert told.cited.licence == told.licence
    assert told.url.startswith("https://")
    assert told.evidence.startswith(("read: ", "general knowledge"))
    assert any(table.publisher == told for table in tables().values())


def test_a_changed_file_is_refused(tmp_path) -> None:
    table = tables()["risk_year"]
    changed = tmp_path / table.file.name
    changed.write_bytes(table.file.read_bytes() + b"\0")
    with pytest.raises(RiskkitError, match=r"risk_year\.parquet is not the file"):
        replace(table, file=changed).check()
    with pytest.raises(RiskkitError, match="is gone"):
        replace(table, file=tmp_path / "none").check()


def test_no_table_lacks_a_file_or_a_word() -> None:
    named = json.loads(ABOUT.read_text(encoding="utf-8"))["tables"]
    assert set(named) == set(tables())
    assert tables()["countries_110m"].file == MAP
