"""Atomic writes: all or nothing, whatever happens in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskkit import atomic
from riskkit.atomic import atomic_file, atomic_folder, write_text
from riskkit.errors import RiskkitError


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


def test_leftovers_of_dead_processes_are_cleared(tmp_path: Path) -> None:
    leftover = tmp_path / ".out.999999999.partial"
    leftover.mkdir()
    publish(tmp_path / "out", "one")
    assert not leftover.exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RiskkitError, match="cannot write"):
        write_text(tmp_path / "file" / "a.txt", "text")
