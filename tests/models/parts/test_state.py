"""Learned states on disk."""

import json
import zipfile

import numpy as np
import pytest

from riskkit.errors import RiskkitError
from riskkit.models.parts.state import read_state, write_state

STATE = {
    "weights": np.arange(6.0).reshape(2, 3),
    "labels": np.array(["a", "bc"]),
    "part/trees": b"\x00\x01 raw",
    "none": b"",
    "rounds": 60,
    "members": ["a", "b"],
    "share": 0.5,
}


def test_a_state_comes_back(tmp_path):
    write_state(tmp_path / "m", "mine", STATE)
    back = read_state(tmp_path / "m", "mine")
    assert back.keys() == STATE.keys()
    for key, value in STATE.items():
        np.testing.assert_array_equal(back[key], value)
        assert type(back[key]) is type(value)


def test_the_file_is_a_zip_of_arrays_with_a_header_in_json(tmp_path):
    write_state(tmp_path / "m", "mine", STATE)
    with np.load(tmp_path / "m", allow_pickle=False) as content:
        header = json.loads(str(content["riskkit"]))
        assert content["part/trees.bytes"].tobytes() == STATE["part/trees"]
    plain = {"rounds": 60, "members": ["a", "b"], "share": 0.5}
    assert header == {"model": "mine", "state": plain}


def test_objects_are_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        write_state(tmp_path / "m", "mine", {"odd": np.array([object()])})
    assert list(tmp_path.iterdir()) == []


def test_another_models_file_is_named(tmp_path):
    write_state(tmp_path / "m", "mine", STATE)
    with pytest.raises(RiskkitError, match="holds the model mine, not yours"):
        read_state(tmp_path / "m", "yours")


def test_a_pickle_in_the_archive_is_not_opened(tmp_path):
    np.savez(tmp_path / "m.npz", riskkit=np.array([{"model": "mine"}], dtype=object))
    with pytest.raises(RiskkitError, match=r"m\.npz is damaged"):
        read_state(tmp_path / "m.npz", "mine")


@pytest.mark.parametrize("header", ["[]", "{}", '{"model": "mine"}', "no json"])
def test_an_odd_header_is_refused(tmp_path, header):
    np.savez(tmp_path / "m.npz", riskkit=np.array(header))
    with pytest.raises(RiskkitError, match="is damaged"):
        read_state(tmp_path / "m.npz", "mine")


def test_other_files_in_the_archive_are_refused(tmp_path):
    write_state(tmp_path / "m", "mine", STATE)
    with zipfile.ZipFile(tmp_path / "m", "a") as archive:
        archive.writestr("readme.txt", "not an array")
    with pytest.raises(RiskkitError, match="is damaged"):
        read_state(tmp_path / "m", "mine")
