"""Paths, names and foreign files are printed as text: no markup, no escape of a terminal."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from riskkit.cli._output import Column, echo, echo_json, echo_table, echo_wrapped, plain
from riskkit.cli._progress import progress
from tests.cli.running import ROOT, riskkit

TABLE = "country,month,ged_sb\nXAA,2020-01,3\nXAB,2020-01,0\n"
OPTIONS = ("unit.column=country", "time.column=month", "indicators.ged_sb.unit=deaths")
EVIL = "[red]x[/] [/bold] \x1b[31mEVIL\x1b]0;title\x07 \u202etxt.exe"
SHOWN = "[red]x[/] [/bold] \\x1b[31mEVIL\\x1b]0;title\\x07 \\u202etxt.exe"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (EVIL, SHOWN),
        ("a\rb\x9b31m\x85\ufeff", "a\\rb\\x9b31m\\x85\\ufeff"),
        (os.fsdecode(b"caf\xe9"), "caf\\udce9"),
        ("two\nlines\tand Côte d’Ivoire 中国", "two\nlines\tand Côte d’Ivoire 中国"),
        (Path("a"), "a"),
    ],
    ids=ascii,
)
def test_what_a_terminal_would_obey_is_shown(
    capsys: pytest.CaptureFixture[str], text: object, shown: str
) -> None:
    assert plain(text) == shown
    echo(text)
    echo(text, err=True)
    assert capsys.readouterr() == (f"{shown}\n", f"{shown}\n")


def test_json_stays_json(capsys: pytest.CaptureFixture[str]) -> None:
    echo_json({EVIL: [EVIL]})
    out = capsys.readouterr().out
    assert json.loads(out) == {EVIL: [EVIL]}
    assert plain(out) == out


def test_tables_and_progress_take_no_text_for_markup(capsys: pytest.CaptureFixture[str]) -> None:
    echo_table([Column("name")], [[EVIL]])
    with progress(EVIL, 1) as advance:
        advance(EVIL)
    out, err = capsys.readouterr()
    assert SHOWN in out
    assert f"{SHOWN} 1/1 {SHOWN}" in err


def test_a_bar_shows_a_title_as_text_from_the_first_moment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "300")
    with progress(EVIL, 1):
        pass
    err = capsys.readouterr().err
    assert SHOWN in err
    assert "\x1b[31mEVIL" not in err


COLUMNS = (
    Column("unit"),
    Column("what", words=True),
    Column("many", right=True, give=1),
    Column("value", right=True),
)
ROWS = [("XAA", "words " * 20, 12_345, "1,234,567.89"), ("XAB", "few", None, "-0.5")]


@pytest.mark.parametrize("width", [10, 40, 55, 80, 120, 300])
def test_a_table_has_a_line_a_row_and_cuts_no_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    narrow = echo_table(COLUMNS, ROWS)
    head, first, second = capsys.readouterr().out.splitlines()
    assert ("many" in narrow) == ("many" not in head.split())
    assert first.startswith("XAA   words ")
    assert (first.endswith("1,234,567.89"), second.split()) == (
        True,
        ["XAB", "few", "-0.5"],
    )
    assert len(first) == len(head)
    assert len(head) <= max(width, 4 + 12 + 12 + 4)
    assert set(first.split()) <= {"XAA", "words", "...", "12345", "1,234,567.89"}


def test_a_long_sentence_keeps_its_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    echo_wrapped(
        "a sentence of several words with-a-hyphen and a/path/that/is/longer/than/all", "  "
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "  a/path/that/is/longer/than/all"
    assert all(len(line) <= 30 for line in lines[:-1])
    assert "with-a-hyphen" in " ".join(lines)


def test_everything_that_is_printed_goes_through_one_place() -> None:
    other = re.compile(r"click\.echo\(|\bConsole\(|(?<![.\w])print\(|table\.add_row\(")
    texts = (path for path in (ROOT / "riskkit" / "cli").rglob("*.py") if path.name != "_output.py")
    assert not [path for path in texts if other.search(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("columns", ["80", "120"])
def test_a_terminal_sees_names_as_text(tmp_path: Path, columns: str) -> None:
    """Every command that lists what is stored, on a terminal of its own."""
    name = "[red]x \x1b[31mEVIL.csv"
    (tmp_path / name).write_text(TABLE)
    chosen = [part for option in OPTIONS for part in ("--option", option)]
    riskkit("data", "add", "table", tmp_path / name, *chosen, "--store", tmp_path / "data")
    screen = _on_a_terminal(["data", "status"], tmp_path, columns)
    assert "\x1b[31mEVIL" not in screen
    assert "EVIL" in re.sub(r"\s", "", screen)
    assert "[red]" in screen


def _on_a_terminal(arguments: list[str], folder: Path, columns: str) -> str:
    ours, theirs = os.openpty()
    paths = os.pathsep.join([str(ROOT), str(ROOT / "features")])
    child = subprocess.Popen(
        [sys.executable, "-c", "from riskkit.cli import main; main()", *arguments],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder,
        env={**os.environ, "PYTHONPATH": paths, "COLUMNS": columns, "TERM": "xterm-256color"},
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    with suppress(OSError):  # the terminal closes with its last user
        while part := os.read(ours, 10_000):
            seen += part
    os.close(ours)
    assert child.wait() == 0, seen.decode()
    return seen.decode()
