"""riskkit data: files are kept when they can be read, and refused in one line when not."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import polars as pl
import pytest
import yaml

from riskkit.registry import THEMES, sources
from tests.cli.running import contents, riskkit, settings

FIXTURES = Path(__file__).parents[1] / "sources" / "fixtures"
TABLE = "country,month,ged_sb\nXAA,2020-01,3\nXAB,2020-01,0\nXAA,2020-02,14\nXAB,2020-02,1\n"
OPTIONS = ("unit.column=country", "time.column=month", "indicators.ged_sb.unit=deaths")
ENTRY = {
    "unit": {"column": "country"},
    "time": {"column": "month"},
    "indicators": {"ged_sb": {"unit": "deaths"}},
}
GED = next((FIXTURES / "ucdp-ged").glob("*.csv")).read_text()


def changed(old: str, new: str, text: str = TABLE) -> bytes:
    assert old in text
    return text.replace(old, new).encode()


def zipped(*names: str, text: str = TABLE) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, text)
    return content.getvalue()


def parquet() -> bytes:
    content = io.BytesIO()
    pl.read_csv(io.StringIO(TABLE)).write_parquet(content)
    return content.getvalue()


BROKEN_TABLES = {
    "truncated zip": ("t.zip", zipped("t.csv")[:-30], "not a whole zip archive"),
    "two files in a zip": ("t.zip", zipped("a.csv", "b.csv"), "several csv files"),
    "wrong delimiter": ("t.csv", changed(",", "~"), "column 'country' is missing"),
    "Latin-1": ("t.csv", TABLE.replace("XAB", "Côte").encode("latin-1"), "line 3: this is not utf"),
    "UTF-16": ("t.csv", TABLE.encode("utf-16"), "UTF-16 text, not UTF-8"),
    "missing column": ("t.csv", changed("ged_sb", "deaths"), "column 'ged_sb' is missing"),
    "header in another language": ("t.csv", changed("country,", "pays,"), "'country' is missing"),
    "no header": ("t.csv", changed("country,month,ged_sb\n", ""), "'country' is missing"),
    "column twice": (
        "t.csv",
        changed("month,ged_sb", "month,ged_sb,ged_sb"),
        "'ged_sb' occurs 2 times",
    ),
    "unknown country": ("t.csv", changed("XAB", "ATL"), "line 3 and 1 more, column 'country'"),
    "missing country": ("t.csv", changed("XAB,2020-02", ",2020-02"), "line 5, column 'country'"),
    "future dates": ("t.csv", changed("2020-02", "2092-02"), "line 4 and 1 more, column 'month'"),
    "month 13": ("t.csv", changed("XAB,2020-02", "XAB,2020-13"), "line 5, column 'month'"),
    "mixed date formats": (
        "t.csv",
        changed("XAB,2020-02", "XAB,02/2020"),
        "line 5, column 'month'",
    ),
    "duplicate keys": ("t.csv", changed("XAB,2020-02", "XAA,2020-02"), "has several rows"),
    "negative deaths": ("t.csv", changed(",14", ",-14"), "line 4, column 'ged_sb': deaths cannot"),
    "NaN": ("t.csv", changed(",14", ",NaN"), "line 4, column 'ged_sb': this is not a finite"),
    "infinite": ("t.csv", changed(",14", ",inf"), "line 4, column 'ged_sb': this is not a finite"),
    "text for a number": ("t.csv", changed(",14", ",many"), "line 4, column 'ged_sb': this is not"),
    "ragged rows": ("t.csv", changed(",14", ",14,,9"), "line 4: 5 columns instead of 3"),
    "cut off": ("t.csv", TABLE[:-4].encode(), "line 5: 2 columns instead of 3"),
    "empty file": ("t.csv", b"", "t.csv is empty"),
    "header only": ("t.csv", b"country,month,ged_sb\n", "has a header but no rows"),
    "all missing": ("t.csv", b"country,month,ged_sb\nXAA,2020-01,NA\n", "every value of ged_sb"),
    "web page": ("t.csv", b"<!DOCTYPE html>\n<html></html>\n", "is a web page"),
    "bytes": ("t.csv", bytes(range(256)), "t.csv, line 1 holds bytes of zero"),
    "truncated parquet": ("t.parquet", parquet()[:-20], "not a whole parquet file"),
    "no workbook": ("t.xlsx", TABLE.encode(), "not an Excel workbook"),
    "unknown ending": ("t.doc", TABLE.encode(), "t.doc has an ending"),
    "no file": ("t.csv", None, "t.csv"),
}


@pytest.mark.parametrize("name", BROKEN_TABLES)
def test_a_broken_table_is_refused_in_one_line_and_nothing_is_written(
    tmp_path: Path, name: str
) -> None:
    """By `data add`, and by `run` on a parameter file that names it."""
    file, content, told = BROKEN_TABLES[name]
    if content is not None:
        (tmp_path / file).write_bytes(content)
    source = {"source": "table", "path": file, "options": ENTRY}
    (tmp_path / "study.yaml").write_text(yaml.safe_dump({"data": {"sources": [source]}}))
    before = contents(tmp_path)
    options = [part for option in OPTIONS for part in ("--option", option)]
    for command in (["data", "add", "table", file, *options], ["run", "--config", "study.yaml"]):
        done = riskkit(*command, code=1)
        assert done.err.startswith("riskkit: ")
        assert done.err.count("\n") == 1
        assert told in done.err
        assert file in done.err
        assert "mistake" not in done.err
        assert done.out == ""
        assert contents(tmp_path) == before


BROKEN_EVENTS = {
    "truncated zip": ("e.zip", zipped("e.csv", text=GED)[:-40], "not a whole zip"),
    "wrong delimiter": ("e.csv", changed(",", "~", GED), "e.csv"),
    "missing column": ("e.csv", changed(",best,", ",beste,", GED), "column 'best' is missing"),
    "another table": ("e.csv", TABLE.encode(), "is missing"),
    "negative deaths": ("e.csv", changed(",0,0,0,7,7,9,5,", ",0,0,0,7,-7,9,5,", GED), "line 2"),
    "text for deaths": ("e.csv", changed(",0,0,0,7,7,9,5,", ",0,0,0,7,x,9,5,", GED), "line 2"),
    "future dates": ("e.csv", changed("2020-03-01 00", "2093-03-01 00", GED), "line 2"),
    "event twice": ("e.csv", changed("\n2,", "\n1,", GED), "line "),
    "unknown country": ("e.csv", changed(",9001,", ",7777,", GED), "line 2"),
    "empty file": ("e.csv", b"", "e.csv is empty"),
}


@pytest.mark.parametrize("name", BROKEN_EVENTS)
def test_a_broken_event_file_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    file, content, told = BROKEN_EVENTS[name]
    (tmp_path / file).write_bytes(content)
    options = ["--option", "codes={9001: XAA, 9002: XAB}"]
    done = riskkit("data", "add", "ucdp-ged", file, *options, code=1)
    assert done.err.startswith("riskkit: ")
    assert done.err.count("\n") == 1
    assert told in done.err
    assert "mistake" not in done.err
    assert sorted(contents(tmp_path)) == [file]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], "option unit is needed"),
        (["unit.colum=country"], "no option 'unit.colum'; did you mean 'column'"),
        (["unit=country"], "option unit takes a section"),
        ([*OPTIONS, "lag_months=-1"], "option lag_months is at least 0"),
        ([*OPTIONS, "lag=1"], "no option 'lag'; did you mean 'lag_months'"),
        ([*OPTIONS, "indicators.Deaths.unit=deaths"], "option indicators.Deaths"),
        (["country"], "a setting is written KEY=VALUE"),
    ],
)
def test_options_that_do_not_fit(tmp_path: Path, options: list[str], told: str) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    chosen = [part for option in options for part in ("--option", option)]
    done = riskkit("data", "add", "table", "t.csv", *chosen, code=1)
    assert told in done.err
    assert done.err.count("\n") == 1
    assert not (tmp_path / "data").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    (tmp_path / "t.csv").chmod(0)
    options = [part for option in OPTIONS for part in ("--option", option)]
    done = riskkit("data", "add", "table", "t.csv", *options, code=1)
    assert "Permission denied" in done.err


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "t.csv").mkdir()
    options = [part for option in OPTIONS for part in ("--option", option)]
    done = riskkit("data", "add", "table", "t.csv", *options, code=1)
    assert "t.csv is a folder" in done.err
    assert done.err.count("\n") == 1
    assert not (tmp_path / "data").exists()


def test_an_added_file_is_listed_verified_and_used(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    options = [part for option in OPTIONS for part in ("--option", option)]
    done = riskkit("data", "add", "table", "t.csv", *options, "--json")
    assert (done.json["key"], done.json["rows"]) == ("table/t", 4)
    (tmp_path / "t.csv").unlink()
    *embedded, state = riskkit("data", "status", "--json").json
    assert {row["source"] for row in embedded} == {"base"}
    assert (state["state"], state["covers"]) == ("intact", ["2020-01", "2020-02"])
    assert riskkit("data", "verify", "--json").json == {"ok": True, "files": 1}
    small = settings("data.kind=store", "target.indicator=ged_sb")
    assert riskkit("panel", "build", *small, "--json").json["indicators"] == ["ged_sb"]
    (kept,) = (tmp_path / "data").glob("table/t/*/t.csv")
    kept.write_text(TABLE.replace("14", "15"))
    assert "is not the file that was added" in riskkit("data", "verify", code=1).err
    assert "is not the file that was added" in riskkit("data", "status").out
    assert "is not the file that was added" in riskkit("run", *small, code=1).err


def test_what_was_left_out_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TABLE.replace("XAB", "ATL"))
    options = [part for o in (*OPTIONS, "unit.unknown=drop") for part in ("--option", o)]
    done = riskkit("data", "add", "table", "t.csv", *options)
    assert "t.csv: 2 rows of ged_sb from 2020-01 to 2020-02, kept in data/table/t" in done.out
    assert "left out: 2 rows, unknown unit in column 'country'" in done.out


def test_every_source_is_listed_with_its_terms() -> None:
    rows = riskkit("data", "list", "--json").json
    assert [row["name"] for row in rows] == ["base", *sources()]
    assert all(row["licence"] and row["citation"] for row in rows)
    assert all(row["themes"] and {*row["themes"]} <= {*THEMES} for row in rows)


@pytest.mark.parametrize("columns", [80, 120, 250])
def test_a_list_has_a_line_a_source(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    head, *rows = riskkit("data", "list").out.splitlines()[: 2 + len(sources())]
    assert [row.split()[0] for row in rows] == ["base", *sources()]
    assert all(len(row) <= columns for row in (head, *rows))
    words = {*" ".join(source.title for source in sources().values()).split()}
    shown = {word for row in rows[1:] for word in row[head.index("what") :].split()}
    assert shown <= {*words, "..."}  # no word is cut


def test_a_list_of_some_themes_and_all_of_a_source() -> None:
    listed = [row["name"] for row in riskkit("data", "list", "--theme", "terrorism", "--json").json]
    assert listed == ["base", "gtd", "gtd-yearly", "ucdp-ged"]
    told = riskkit("data", "list", "unga").out
    assert told.startswith(f"unga: {sources()['unga'].title}")
    assert sources()["unga"].url in told
    assert "did you mean 'unga'?" in riskkit("data", "list", "unge", code=1).err


def test_a_second_file_says_what_it_replaces_and_can_be_removed_again(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / f"{name}.csv").write_text(TABLE)
    chosen = [part for option in OPTIONS for part in ("--option", option)]
    riskkit("data", "add", "table", "old.csv", *chosen)
    told = riskkit("data", "add", "table", "new.csv", *chosen).out.splitlines()
    assert told[0].startswith(
        "new.csv: 4 rows of ged_sb from 2020-01 to 2020-02, kept in data/table/new/"
    )
    assert told[0].endswith(" as table/new")
    assert told[1:3] == [
        "    replaces table/old: old.csv, 4 rows from 2020-01 to 2020-02",
        "    (add it with --also to keep both)",
    ]
    told = riskkit("data", "add", "table", "old.csv", *chosen, "--also").out
    assert "replaces" not in told
    gone = riskkit("data", "remove", "table/old", "table/new").out.splitlines()
    assert gone == [
        "table/old: removed old.csv, 4 rows from 2020-01 to 2020-02",
        "table/new: removed new.csv, 4 rows from 2020-01 to 2020-02",
    ]
    assert riskkit("data", "remove", "table/old", code=1).err == (
        "riskkit: data holds no 'table/old'; it holds: nothing\n"
    )
