"""Features by cell on disk: the same as in memory, gone on with after a stop, refused elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from riskkit.errors import RiskkitError
from riskkit.forecasting.cube import Mapped
from riskkit.study import cube as cubes
from riskkit.study.cell_blocks import Block
from riskkit.study.jobs import Job
from riskkit.study.results import PARTS
from riskkit.study.stages import part_identity
from riskkit.study.study import Study

SETTINGS = [
    *("data.kind=world", "data.world.cells=100", "data.world.months=300", "panel.level=cell"),
    *("target.indicator=ged_sb", "features.families=[neighbours]"),
]


@pytest.fixture(scope="module")
def study():
    return Study.open(None, SETTINGS)


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(cubes, "AT_ONCE", 30)


@pytest.mark.usefixtures("small_blocks")
def test_the_file_holds_what_the_families_build(study, tmp_path):
    cube = cubes.build_cube(study, study.panel, tmp_path / "features")
    whole = study.features_of(study.panel).select(cube.names).to_numpy()
    np.testing.assert_array_equal(cube.values, whole.reshape(cube.values.shape))
    read = Study.open(None, SETTINGS, features=tmp_path / "features").cube
    assert isinstance(read.values, Mapped)
    np.testing.assert_array_equal(read.values, cube.values)


@pytest.mark.usefixtures("small_blocks")
def test_finished_blocks_are_not_built_again(study, tmp_path, monkeypatch):
    out, built, stop_at = tmp_path / "features", [], 2
    one_block = Block.build

    def counted(block):
        if len(built) == stop_at:
            raise KeyboardInterrupt
        built.append(block.places[0])
        return one_block(block)

    monkeypatch.setattr(Block, "build", counted)
    with pytest.raises(KeyboardInterrupt):
        cubes.build_cube(study, study.panel, out)
    damaged = out / PARTS / cubes.ARRAY
    array = np.load(damaged, mmap_mode="r+")
    array[31, 5, 0] = 7.0  # in the second block, which is noted as finished
    array.flush()
    stop_at = 9
    whole = cubes.build_cube(study, study.panel, out)
    assert built == [0, 30, 30, 60, 90]
    monkeypatch.setattr(Block, "build", one_block)
    other = cubes.build_cube(study, study.panel, tmp_path / "at-once")
    np.testing.assert_array_equal(whole.values, other.values)


KILLED = """
import os, sys
from pathlib import Path
from riskkit.study import cube as cubes
from riskkit.study.study import Study
cubes.AT_ONCE = 30
note = cubes._note
def noted(path, *rest):
    note(path, *rest)
    if path.name == "block-00001.json":
        os.kill(os.getpid(), 9)
cubes._note = noted
study = Study.open(None, sys.argv[2:])
cubes.build_cube(study, study.panel, Path(sys.argv[1]))
"""


@pytest.mark.usefixtures("small_blocks")
def test_a_killed_build_is_gone_on_with(study, tmp_path):
    out = tmp_path / "features"
    command = [sys.executable, "-c", KILLED, str(out), *SETTINGS]
    assert subprocess.run(command, env=os.environ, check=False).returncode == -9
    with pytest.raises(RiskkitError, match="are not finished"):
        cubes.read_cube(study, study.span[1], out)
    before = {path.name: path.stat().st_mtime_ns for path in (out / PARTS).glob("block-*")}
    assert len(before) == 2
    whole = cubes.build_cube(study, study.panel, out)
    after = {path.name: path.stat().st_mtime_ns for path in (out / PARTS).glob("block-*")}
    assert len(after) == 4
    assert before.items() < after.items()
    expected = study.features_of(study.panel).select(whole.names).to_numpy()
    np.testing.assert_array_equal(whole.values, expected.reshape(whole.values.shape))


def test_families_that_know_nothing_add_nothing(study, tmp_path):
    wide = Study.open(None, [*SETTINGS, "features.families=[climate, neighbours]"])
    cube = cubes.build_cube(wide, study.panel, tmp_path / "features")
    assert cube.names == cubes.build_cube(study, study.panel, tmp_path / "narrow").names


def test_a_study_without_families_has_no_file(study, tmp_path):
    bare = Study.open(None, [*SETTINGS, "features.families=[climate]"])
    cube = cubes.build_cube(bare, study.panel, tmp_path / "features")
    assert cube.values.shape == (100, study.panel.n_months, 0)
    assert not (tmp_path / "features").exists()
    assert bare.dataset(bare.threats[0], study.span[1], (1,)).X.shape[2] == 0


def test_features_of_other_data_are_refused(study, tmp_path):
    cubes.build_cube(study, study.panel, tmp_path / "features")
    other = Study.open(None, [*SETTINGS, "data.world.seed=2"], features=tmp_path / "features")
    with pytest.raises(RiskkitError, match="features"):
        _ = other.cube


def test_a_dataset_is_told_by_what_its_file_stands_on(study):
    threat, origin = study.threats[0], study.span[1] - 14
    data = study.dataset(threat, origin, range(3, 15))
    assert isinstance(data.X, Mapped)
    assert data.X.shape[1] == origin - data.first_month + 1
    told = part_identity(data, "zero", {}, 100, 1).data["features"]
    later = study.dataset(threat, origin + 1, range(3, 15))
    assert part_identity(later, "zero", {}, 100, 1).data["features"] != told
    assert Job(data, "zero", {}, 100, 1).identity.data["features"] == told


def test_the_note_of_a_block_says_what_it_is_of(study, tmp_path):
    cubes.build_cube(study, study.panel, tmp_path / "features")
    told = json.loads((tmp_path / "features" / PARTS / "block-00000.json").read_text("utf-8"))
    assert told["identity"] == cubes.cube_identity(study, study.span[1]).hash
