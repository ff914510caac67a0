"""riskkit export: a publication in the formats of others."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from riskkit.exchange import formats
from tests.cli.running import riskkit


def test_the_list_names_every_format() -> None:
    told = riskkit("export", "--list").out
    assert [line.split()[0] for line in told.splitlines()] == list(formats())


def test_a_workbook(publication: Path, tmp_path: Path) -> None:
    book = tmp_path / "new" / "ranking.xlsx"
    assert riskkit("export", "xlsx", publication, "--out", book).out.strip() == str(book)
    told = riskkit("export", "csv", publication, "--out", tmp_path / "csv", "--json").json
    assert told == {"format": "csv", "written": str(tmp_path / "csv")}
    assert openpyxl.load_workbook(book).sheetnames[0] == "ranking"


def test_refusals_are_one_line(publication: Path, tmp_path: Path) -> None:
    done = riskkit("export", "hub", publication, "--out", tmp_path / "x", "--team", "a b", code=1)
    assert done.err.count("\n") == 1
    assert "at most 30 letters" in done.err
    assert "no such format" in riskkit("export", "pdf", publication, "--out", "x", code=1).err
    assert "holds no datapackage.json" in riskkit("export", "csv", ".", "--out", "x", code=1).err
