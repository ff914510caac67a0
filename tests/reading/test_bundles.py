"""Folders and archives of several files: which are taken, in which order, refusals."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from riskkit.errors import SourceError
from riskkit.reading.bundles import members

FILES = {"b/two.csv": b"2", "a/one.CSV": b"1", "a/notes.txt": b"-", "a/.hidden.csv": b"-"}
JUNK = "__MACOSX/a/._one.csv"


def folder_of(base: Path) -> Path:
    for name, data in FILES.items():
        file = base / "folder" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return base / "folder"


def archive_of(base: Path) -> Path:
    path = base / "archive.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in {**FILES, JUNK: b"-"}.items():
            packed.writestr(name, data)
    return path


@pytest.mark.parametrize("make", [folder_of, archive_of])
def test_files_of_one_format_are_read_in_the_order_of_their_paths(tmp_path: Path, make) -> None:
    path = make(tmp_path)
    found = members(path, ".csv")
    assert [(member.name, member.data) for member in found] == [
        ("one.CSV", b"1"),
        ("two.csv", b"2"),
    ]
    assert all(member.file.startswith(str(path)) for member in found)


def test_one_file_is_read_alone(tmp_path: Path) -> None:
    (only,) = members(folder_of(tmp_path) / "b" / "two.csv", ".csv")
    assert only.name == "two.csv"


def test_what_holds_nothing_is_refused(tmp_path: Path) -> None:
    path = folder_of(tmp_path)
    for wrong in (path, archive_of(tmp_path), path / "a" / "notes.txt"):
        with pytest.raises(SourceError, match=rf"{wrong.name} holds no \.per file"):
            members(wrong, ".per")
    with pytest.raises(SourceError, match="absent does not exist"):
        members(tmp_path / "absent", ".csv")


def test_damaged_archives_and_empty_files_are_refused(tmp_path: Path) -> None:
    path = archive_of(tmp_path)
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(SourceError, match="not a whole zip archive"):
        members(path, ".csv")
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a.csv", " \n")
    with pytest.raises(SourceError, match=r"archive\.zip: a\.csv is empty"):
        members(path, ".csv")
    (tmp_path / "b.csv").write_bytes(b"")
    with pytest.raises(SourceError, match=r"b\.csv is empty"):
        members(tmp_path / "b.csv", ".csv")


def test_a_parquet_file_among_the_lists_is_not_passed_over(tmp_path: Path) -> None:
    path = folder_of(tmp_path)
    (path / "b" / "three.parquet").write_bytes(b"3")
    with pytest.raises(SourceError, match=r"three\.parquet is not read among \.csv files"):
        members(path, ".csv")
