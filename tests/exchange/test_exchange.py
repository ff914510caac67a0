"""What all formats have in common."""

import hashlib
import os
from pathlib import Path

import pytest

from riskkit.errors import RiskkitError
from riskkit.exchange import MARKER, Options, Published, export, formats

NAMES = [name for name in formats() if name != "views"]


def _bytes(path: Path) -> dict[str, str]:
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    return {
        str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files
    }


def test_the_formats() -> None:
    assert list(formats()) == ["csv", "hapi", "hub", "views", "xlsx"]
    assert all(len(form.SUMMARY) < 95 for form in formats().values())


@pytest.mark.parametrize("name", NAMES)
def test_the_same_bytes_each_time(name: str, publication: Path, tmp_path: Path) -> None:
    first = export(name, publication, tmp_path / "first")
    os.utime(publication / "ranking.csv", (0, 0))
    assert _bytes(export(name, publication, tmp_path / "again")) == _bytes(first)
    assert _bytes(export(name, publication, first)) == _bytes(tmp_path / "again")


def test_an_unknown_format_is_refused(publication: Path, tmp_path: Path) -> None:
    with pytest.raises(
        RiskkitError, match=r"no such format to export \(got 'xlxs'\); did you mean"
    ):
        export("xlxs", publication, tmp_path / "out")


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("xlsx", Options(bom=True), "xlsx has no --bom; these have: csv, hapi"),
        ("csv", Options(team="we"), "csv has no --team; these have: hub"),
        ("hapi", Options(later=(Path("x"),)), "hapi has no --later; these have: hub"),
    ],
)
def test_an_option_of_another_format_is_refused(
    name: str, options: Options, told: str, publication: Path, tmp_path: Path
) -> None:
    with pytest.raises(RiskkitError, match=told):
        export(name, publication, tmp_path / "out", options)
    assert not (tmp_path / "out").exists()


def test_a_folder_of_others_stays(publication: Path, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "work.txt").write_text("mine")
    with pytest.raises(RiskkitError, match=f"holds no {MARKER}"):
        export("csv", publication, tmp_path / "own")
    assert [path.name for path in (tmp_path / "own").iterdir()] == ["work.txt"]


def test_a_folder_without_a_publication(tmp_path: Path) -> None:
    with pytest.raises(RiskkitError, match=r"holds no datapackage.json; name the folder of a pub"):
        export("csv", tmp_path, tmp_path / "out")


def test_a_damaged_table_is_refused_and_nothing_written(publication: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("datapackage.json", *Published.open(publication).tables):
        (copy / name).write_bytes((publication / name).read_bytes())
    (copy / "ranking.csv").write_text("rank,unit\n1,XAA\n")
    for name in ("csv", "hapi", "xlsx"):
        with pytest.raises(RiskkitError, match=r"ranking.csv has other columns"):
            export(name, copy, tmp_path / name)
        assert not (tmp_path / name).exists()
