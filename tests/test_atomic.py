"""Atomic writes: all or nothing, whatever happens in between."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from riskkit import atomic
from riskkit.atomic import atomic_file, atomic_folder, check_target, write_text
from riskkit.errors import RiskkitError

ROOT = Path(__file__).parents[1]


def publish(folder: Path, text: str) -> None:
    with atomic_folder(folder, marker="index.txt") as fresh:
        (fresh / "index.txt").write_text(text)


def test_a_failed_write_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with pytest.raises(ValueError, match="half way"), atomic_file(path) as partial:  # noqa: PT012
        partial.write_text("new")
        raise ValueError("half way")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("can_exchange", [True, False])
def test_folders_are_replaced_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can_exchange: bool
) -> None:
    if not can_exchange:
        monkeypatch.setattr(atomic, "_exchange", lambda first, second: False)
    folder = tmp_path / "out"
    publish(folder, "one")
    (folder / "stray.txt").write_text("left behind")
    publish(folder, "two")
    assert [p.name for p in folder.iterdir()] == ["index.txt"]
    assert (folder / "index.txt").read_text() == "two"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_failed_publication_keeps_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    publish(folder, "one")
    with pytest.raises(ValueError, match="half way"), atomic_folder(folder, "index.txt") as fresh:  # noqa: PT012
        (fresh / "index.txt").write_text("two")
        raise ValueError("half way")
    assert (folder / "index.txt").read_text() == "one"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_somebody_elses_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.doc").write_text("years of work")
    with pytest.raises(RiskkitError, match=r"holds no index\.txt"):
        publish(tmp_path / "out", "one")
    assert (tmp_path / "out" / "thesis.doc").read_text() == "years of work"


def test_leftovers_are_cleared_whoever_left_them(tmp_path: Path) -> None:
    for name in (".out.0123456789abcdef.partial", ".other.0123456789abcdef.partial"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.txt").write_text("half")
    (tmp_path / ".a.csv.0123456789abcdef.partial").write_text("half")
    strangers = [".out.partial", ".out.1234.partial", ".git"]
    for name in strangers:
        (tmp_path / name).mkdir()
    publish(tmp_path / "out", "one")
    assert {path.name for path in tmp_path.iterdir()} == {"out", *strangers}


def test_work_in_progress_is_left_alone(tmp_path: Path) -> None:
    with atomic_folder(tmp_path / "out", "index.txt") as first:
        (first / "index.txt").write_text("first")
        with atomic_file(tmp_path / "a.txt") as file:
            publish(tmp_path / "out", "second")
            file.write_text("kept")
        assert (first / "index.txt").read_text() == "first"
    assert (tmp_path / "out" / "index.txt").read_text() == "first"
    assert (tmp_path / "a.txt").read_text() == "kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "out"]


def test_without_locks_only_what_is_old_is_a_leftover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic, "fcntl", None)
    old, new = (tmp_path / f".out.{letter * 16}.partial" for letter in "ab")
    for leftover in (old, new):
        leftover.mkdir()
    os.utime(old, (0, 0))
    publish(tmp_path / "out", "one")
    assert (old.exists(), new.exists()) == (False, True)


def test_a_folder_that_was_moved_away_when_its_publisher_died_comes_back(tmp_path: Path) -> None:
    previous = tmp_path / ".out.0123456789abcdef.previous"
    publish(previous, "one")
    with pytest.raises(ValueError, match="half way"), atomic_folder(tmp_path / "out", "index.txt"):
        raise ValueError("half way")
    assert (tmp_path / "out" / "index.txt").read_text() == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("mask", [0o022, 0o027, 0o002])
def test_the_umask_decides_who_may_read(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        publish(tmp_path / "out", "one")
        publish(tmp_path / "out", "two")
        write_text(tmp_path / "a.txt", "text")
        write_text(tmp_path / "a.txt", "text again")
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
    assert modes == {"out": 0o777 & ~mask, "index.txt": 0o666 & ~mask, "a.txt": 0o666 & ~mask}


def test_links_stay_and_what_they_point_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "here").mkdir()
    folder, file = tmp_path / "here" / "out", tmp_path / "here" / "a.txt"
    publish(tmp_path / "disk" / "real", "one")
    (tmp_path / "disk" / "a.txt").write_text("old")
    folder.symlink_to(tmp_path / "disk" / "real")
    file.symlink_to(tmp_path / "disk" / "a.txt")
    publish(folder, "two")
    write_text(file, "new")
    assert folder.is_symlink()
    assert file.is_symlink()
    assert (tmp_path / "disk" / "real" / "index.txt").read_text() == "two"
    assert (tmp_path / "disk" / "a.txt").read_text() == "new"
    assert sorted(path.name for path in (tmp_path / "disk").iterdir()) == ["a.txt", "real"]
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == ["a.txt", "out"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (".", "is the folder that you work in"),
        ("..", "is the folder that you work in"),
        ("/", "is the folder that you work in"),
        ("dangling", "dangling is a link to .*nowhere, which is not there"),
        ("circle", "circle is a link"),
        ("file", "file is a file; name a folder"),
        ("file/below", "cannot write file/below: .*file is a file"),
        ("thesis", r"holds no index\.txt"),
        ("x" * 300, "File name too long.*shorter name"),
        ("/proc/riskkit", "cannot write /proc/riskkit"),
    ],
)
def test_a_folder_that_cannot_be_replaced_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, told: str
) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    Path("dangling").symlink_to("nowhere")
    Path("circle").symlink_to("circle")
    Path("file").write_text("text")
    Path("thesis").mkdir()
    Path("thesis", "thesis.doc").write_text("years of work")
    before = sorted(Path().rglob("*"))
    with pytest.raises(RiskkitError, match=told):
        check_target(Path(name), "index.txt")
    with pytest.raises(RiskkitError, match=told), atomic_folder(Path(name), "index.txt"):
        pytest.fail("the work began")
    assert sorted(Path().rglob("*")) == before


def test_a_folder_that_can_be_written_is_left_as_it_was(tmp_path: Path) -> None:
    for marker in (None, "index.txt"):
        check_target(tmp_path / "a" / "b" / "out", marker)
        check_target(tmp_path, marker)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "thesis.doc").write_text("years of work")
    check_target(tmp_path, None)


def test_devices_and_folders_are_not_replaced_by_files(tmp_path: Path) -> None:
    with pytest.raises(RiskkitError, match="cannot write /dev/null: it is no file"):
        write_text(Path("/dev/null"), "text")
    with pytest.raises(RiskkitError, match="it is a folder; name a file"):
        write_text(tmp_path, "text")


def _limited(kind: str, limit: int, work: str, folder: Path) -> str:
    """Do some work in a process whose use of the system is limited; say what it was told."""
    program = (
        "import resource, sys, polars as pl, zipfile\nfrom pathlib import Path\n"
        "from riskkit.atomic import atomic_file, atomic_folder, write_text\n"
        "from riskkit.errors import RiskkitError\n"
        "table = pl.DataFrame({'x': list(range(100_000))})\n"
        f"out = Path({str(folder)!r}, 'out')\n"
        f"resource.setrlimit(resource.{kind}, ({limit}, {limit}))\n"
        f"try:\n    {work}\nexcept RiskkitError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    return done.stdout


@pytest.mark.parametrize(
    "work",
    [
        "with atomic_file(out) as p: table.write_parquet(p)",
        "with atomic_file(out) as p: table.write_csv(p)",
        "with atomic_file(out) as p: table.lazy().sink_parquet(p)",
        "with atomic_folder(out, 'm') as p: (p / 'm').write_bytes(bytes(90_000))",
        "write_text(out, 'x' * 90_000)",
    ],
)
def test_a_disk_that_takes_no_more_is_told_with_the_path(tmp_path: Path, work: str) -> None:
    told = _limited("RLIMIT_FSIZE", 20_000, work, tmp_path)
    assert told.startswith(f"cannot write {tmp_path / 'out'} (got 'File too large'); the disk ")
    assert list(tmp_path.iterdir()) == []


def test_too_many_open_files_are_told_with_the_path(tmp_path: Path) -> None:
    told = _limited("RLIMIT_NOFILE", 3, "write_text(out, 'x')", tmp_path)
    assert "Too many open files'); allow more open files with `ulimit -n 4096`" in told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            "size=64k",
            "cannot write disk/out (got 'No space left on device'); make room on the disk",
        ),
        ("ro", "cannot write disk/out (got 'Read-only file system'); the disk is read-only"),
    ],
)
def test_a_full_or_read_only_disk_is_told(tmp_path: Path, options: str, told: str) -> None:
    (tmp_path / "disk").mkdir()
    program = (
        "from pathlib import Path\nfrom riskkit.atomic import atomic_folder\n"
        "from riskkit.errors import RiskkitError\n"
        "try:\n    with atomic_folder(Path('disk/out'), 'm') as fresh:\n"
        "        (fresh / 'm').write_bytes(bytes(1_000_000))\n"
        "except RiskkitError as error:\n    print(error)\n"
        "print(*Path('disk').iterdir())\n"
    )
    mounted = f'mount -t tmpfs -o {options} tmpfs disk && exec "$0" -c "$1"'
    command = ["unshare", "-Urm", "sh", "-c", mounted, sys.executable, program]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path, check=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a small disk is not allowed here")
    line, left, _ = done.stdout.split("\n")
    assert line.startswith(told)
    assert left == ""


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RiskkitError, match="cannot write"):
        write_text(tmp_path / "file" / "a.txt", "text")
