"""Features in a file: cut at an origin without a copy, and sent to others as a path."""

from __future__ import annotations

import io
import multiprocessing.reduction as packing

import numpy as np
import pytest

from riskkit.errors import RiskkitError
from riskkit.forecasting.cube import Cube, Mapped, open_mapped, rows_of


@pytest.fixture
def path(tmp_path):
    values = np.arange(5 * 40 * 3, dtype=np.float32).reshape(5, 40, 3)
    values[:, :30, 2] = np.nan
    np.save(tmp_path / "features.npy", values)
    return tmp_path / "features.npy"


def _sent(thing):
    """What another process gets, and how many bytes it takes."""
    sent = io.BytesIO()
    packing.ForkingPickler(sent).dump(thing)
    return packing.ForkingPickler.loads(sent.getvalue()), len(sent.getvalue())


def test_a_mapped_array_travels_as_a_path(path):
    mapped = open_mapped(path, 20, "stamp")
    there, size = _sent(mapped)
    assert isinstance(there, Mapped)
    assert there.opened == (path, 20, "stamp")
    np.testing.assert_array_equal(there, mapped)
    assert size < 1000


@pytest.mark.parametrize("make", [lambda a: a[:2], lambda a: a + 1, lambda a: a[[0, 3]]])
def test_what_is_made_from_it_travels_as_itself(path, make):
    made = make(open_mapped(path, 20, "stamp"))
    there, _ = _sent(made)
    np.testing.assert_array_equal(there, made)


def test_a_cube_drops_what_nobody_has_a_value_of(path):
    cube = Cube(("a", "b", "c"), 100, open_mapped(path, 40, "stamp"))
    names, values = cube.known_at(139)
    assert (names, type(values), values.shape) == (("a", "b", "c"), Mapped, (5, 40, 3))
    names, values = cube.known_at(110)
    assert (names, values.shape) == (("a", "b"), (5, 11, 2))
    assert not isinstance(values, Mapped)
    assert cube.last_month == 139


def test_rows_are_taken_from_a_mapping_of_their_own(path):
    mapped = open_mapped(path, 20, "stamp")
    unit, month = np.array([4, 0]), np.array([19, 3])
    taken = rows_of(mapped, unit, month)
    np.testing.assert_array_equal(taken, np.asarray(mapped)[unit, month])
    assert taken.base is None  # nothing holds the mapping any longer
    np.testing.assert_array_equal(rows_of(np.asarray(mapped), unit, month), taken)


def test_a_file_that_is_gone_is_told(tmp_path):
    with pytest.raises(RiskkitError, match="there is no"):
        open_mapped(tmp_path / "features.npy", 1, "")


def test_what_is_in_memory_is_cut_once_an_origin_and_kept_from_writing():
    values = np.zeros((2, 6, 3), dtype=np.float32)
    cube = Cube(("a", "b", "c"), 100, values)
    names, cut = cube.known_at(103)
    assert (names, cut.shape) == (("a", "b", "c"), (2, 4, 3))
    assert cube.known_at(103)[1] is cut
    assert cube.known_at(104)[1].shape == (2, 5, 3)
    with pytest.raises(ValueError, match="read-only"):
        cut[0, 0, 0] = 1.0


def test_some_features_of_a_cube(path):
    cube = Cube(("a", "b", "c"), 100, open_mapped(path, 40, "stamp"))
    names, values = cube.only(["c", "a"]).known_at(139)
    assert (names, isinstance(values, Mapped)) == (("a", "c"), False)
    np.testing.assert_array_equal(values, np.asarray(cube.values)[..., [0, 2]])
    assert cube.only([]).known_at(139)[1].shape == (5, 40, 0)
