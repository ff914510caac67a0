"""Every publication: valid against its own description, the same bytes, whole or not at all."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from riskkit.errors import RiskkitError
from riskkit.publish import MARKER, publish, verify
from tests.publish.sample import sample_publication, told_publication, turned

ROOT = Path(__file__).parents[2]

_LOOP = """
import sys
from itertools import count
from pathlib import Path
from riskkit.publish import publish
from tests.publish.sample import sample_publication
folder = Path(sys.argv[1])
months = [sample_publication(as_of=month, n_units=60, size=300) for month in (504, 505)]
for turn in count():
    publish(months[turn % 2], folder)
    if turn == 1:
        print("ready", flush=True)
"""

_HANG = """
import sys, time
from pathlib import Path
from riskkit.publish import model_card, publish
from tests.publish.sample import sample_publication
def hang(publication, folder):
    (folder / "model-card.md").write_text("half a ca")
    print("ready", flush=True)
    time.sleep(600)
model_card.write = hang
publish(sample_publication(as_of=505), Path(sys.argv[1]))
"""


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def told_month(folder: Path) -> str:
    return json.loads((folder / MARKER).read_text())["riskkit"]["as_of"]


def kill_when_ready(script: str, folder: Path, seconds: float) -> None:
    """Start a publishing process, wait for its sign, and kill it without a chance to clean up."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "features")])
    with subprocess.Popen(
        [sys.executable, "-c", script, str(folder)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": paths},
    ) as process:
        assert process.stdout.readline() == b"ready\n"
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)


def rewrite(folder: Path, name: str, content: bytes) -> None:
    """Change a file and make its description agree, as a careful forger would."""
    (folder / name).write_bytes(content)
    descriptor = json.loads((folder / MARKER).read_text())
    for resource in descriptor["resources"]:
        if resource["path"] == name:
            resource["bytes"] = len(content)
            resource["hash"] = f"sha256:{hashlib.sha256(content).hexdigest()}"
    (folder / MARKER).write_text(json.dumps(descriptor))


@pytest.fixture
def folder(tmp_path) -> Path:
    publish(sample_publication(), tmp_path / "pub")
    return tmp_path / "pub"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"n_units": 1, "size": 1},
        {"n_units": 90, "seed": 3},
        {"contributions": None, "sources": (), "data_kind": "observed"},
    ],
    ids=["usual", "smallest", "many units", "bare"],
)
def test_it_validates_against_its_own_description(tmp_path, changes):
    publish(sample_publication(**changes), tmp_path / "pub")
    assert verify(tmp_path / "pub") == []


def test_the_same_inputs_give_the_same_bytes_in_any_order(tmp_path):
    publication = told_publication(n_units=30)
    publish(publication, tmp_path / "a")
    publish(turned(publication), tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_a_process_killed_inside_the_write_leaves_the_earlier_publication(folder):
    before = contents(folder)
    kill_when_ready(_HANG, folder, 0)
    assert contents(folder) == before
    assert verify(folder) == []
    assert len(list(folder.parent.iterdir())) == 2
    publish(sample_publication(as_of=506), folder)
    assert told_month(folder) == "2022-02"
    assert list(folder.parent.iterdir()) == [folder]


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 6))]
)
def test_a_process_killed_at_any_moment_leaves_a_whole_publication(tmp_path, seed):
    kill_when_ready(_LOOP, tmp_path / "pub", random.Random(seed).uniform(0, 0.4))
    assert verify(tmp_path / "pub") == []
    assert told_month(tmp_path / "pub") in {"2021-12", "2022-01"}


def test_an_error_inside_the_write_leaves_the_earlier_publication(folder, monkeypatch):
    before = contents(folder)

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("riskkit.publish.datapackage.write", fail)
    with pytest.raises(RiskkitError, match=r"cannot write .*No space left"):
        publish(sample_publication(as_of=505), folder)
    assert contents(folder) == before
    assert list(folder.parent.iterdir()) == [folder]


@pytest.mark.parametrize("name", ["ranking.csv", "forecasts.parquet", "model-card.md"])
def test_a_changed_file_is_found(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    assert f"{name} was changed after it was published" in verify(folder)


def test_a_missing_file_is_found(folder):
    (folder / "model-card.md").unlink()
    assert verify(folder) == ["model-card.md is missing"]


def test_figures_that_break_a_rule_are_found_even_with_the_right_hash(folder):
    content = (folder / "ranking.csv").read_bytes().replace(b"2021-12,2022-01", b"2021-99,2022-01")
    rewrite(folder, "ranking.csv", content)
    (finding,) = verify(folder)
    assert "ranking.csv breaks the rules of its schema" in finding
    assert "as_of|regex" in finding


def test_a_changed_description_is_found(folder):
    text = (folder / MARKER).read_text().replace('"maximum": 10', '"maximum": 11', 1)
    (folder / MARKER).write_text(text)
    (finding,) = verify(folder)
    assert "describes other columns of" in finding


def test_an_unlisted_table_is_found(folder):
    descriptor = json.loads((folder / MARKER).read_text())
    descriptor["resources"] = [r for r in descriptor["resources"] if r["path"] != "regions.csv"]
    (folder / MARKER).write_text(json.dumps(descriptor))
    assert verify(folder) == ["datapackage.json does not list regions.csv"]


def test_a_path_out_of_the_folder_is_not_followed(folder):
    descriptor = json.loads((folder / MARKER).read_text())
    descriptor["resources"].append({"path": "../secret.txt", "bytes": 0, "hash": ""})
    (folder / MARKER).write_text(json.dumps(descriptor))
    assert verify(folder) == ["datapackage.json lists a path outside the folder: ../secret.txt"]


def test_another_schema_version_is_refused(folder):
    text = (folder / MARKER).read_text().replace('"schema_version": 2', '"schema_version": 3')
    (folder / MARKER).write_text(text)
    with pytest.raises(RiskkitError, match="has schema version 3, this riskkit reads 2"):
        verify(folder)


def test_a_folder_without_a_publication_is_refused(tmp_path):
    with pytest.raises(RiskkitError, match=r"holds no datapackage.json"):
        verify(tmp_path)
