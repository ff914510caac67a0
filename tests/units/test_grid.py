"""PRIO-GRID: the published numbering, its borders, and round trips."""

from __future__ import annotations

import io
import zipfile
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskkit.errors import RiskkitError, UnknownUnit
from riskkit.units import centroid_of, gid_of, polygon_of
from riskkit.units.grid import pairs_within, place_of

CELLS = 259_200


@pytest.mark.parametrize(
    ("lon", "lat", "gid"),
    [
        (-180.0, -90.0, 1),
        (-179.51, -89.51, 1),
        (-179.5, -90.0, 2),
        (179.99, -89.9, 720),
        (-180.0, -89.5, 721),
        (0.0, 0.0, 129_961),
        (-0.01, -0.01, 129_240),
        (80.566667, 6.083333, 138_762),
        (179.75, 89.75, CELLS),
        (180.0, 90.0, CELLS),
        (180.0, -90.0, 720),
        (-180.0, 90.0, CELLS - 719),
    ],
)
def test_numbering(lon, lat, gid):
    assert int(gid_of(lon, lat)) == gid


@given(st.integers(1, CELLS))
def test_centre_and_inner_corners_lead_back_to_the_cell(gid):
    lon, lat = centroid_of(gid)
    assert int(gid_of(lon, lat)) == gid
    west, south = polygon_of(gid)[0]
    assert int(gid_of(west, south)) == gid
    east, north = polygon_of(gid)[2]
    assert int(gid_of(east - 1e-9, north - 1e-9)) == gid


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_a_point_lies_within_its_cell(lon, lat):
    ring = polygon_of(int(gid_of(lon, lat)))
    rounding = 1e-13
    assert ring[0][0] - rounding <= lon <= ring[2][0]
    assert ring[0][1] - rounding <= lat <= ring[2][1]


@given(st.integers(1, CELLS))
def test_rings_are_closed_and_run_counterclockwise(gid):
    ring = polygon_of(gid)
    assert len(ring) == 5
    assert ring[0] == ring[-1]
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) / 2
    assert area == pytest.approx(0.25)


def test_all_cells_at_once():
    cells = np.arange(1, CELLS + 1)
    lon, lat = centroid_of(cells)
    assert np.array_equal(gid_of(lon, lat), cells)
    assert (lon.min(), lon.max(), lat.min(), lat.max()) == (-179.75, 179.75, -89.75, 89.75)


def test_columns_lists_and_arrays_are_taken_alike():
    frame = pl.DataFrame({"lon": [80.6, -13.2], "lat": [6.1, 8.5]})
    expected = [138_762, 142_174]
    assert gid_of(frame["lon"], frame["lat"]).tolist() == expected
    assert gid_of([80.6, -13.2], [6.1, 8.5]).tolist() == expected
    assert gid_of(frame["lon"], frame["lat"]).dtype == np.int32


@pytest.mark.parametrize(
    ("lon", "lat", "message"),
    [
        (180.1, 0.0, r"longitude must lie between -180 and 180 degrees \(got 180.1\)"),
        (0.0, -90.5, r"latitude must lie between -90 and 90 degrees \(got -90.5\)"),
        ([0.0, float("nan")], [0.0, 0.0], r"longitude .* \(got nan\)"),
        (pl.Series([0.0]), pl.Series([None], dtype=pl.Float64), r"latitude .* \(got nan\)"),
    ],
)
def test_coordinates_off_the_map_are_refused(lon, lat, message):
    with pytest.raises(RiskkitError, match=message):
        gid_of(lon, lat)


@pytest.mark.parametrize("gid", [0, -1, CELLS + 1, 1.5])
def test_cells_off_the_map_are_refused(gid):
    with pytest.raises(UnknownUnit, match=rf"\(got {gid}\); cells are numbered from 1 to 259200"):
        centroid_of([1, gid])
    with pytest.raises(UnknownUnit, match="not a PRIO-GRID cell"):
        polygon_of(gid)


def test_cells_agree_with_the_publishers(shared_data):
    folder = shared_data / "raw" / "ucdp"
    with zipfile.ZipFile(folder / "GEDEvent_v21_01_21_12.csv.zip") as archive:
        files = [archive.read(archive.namelist()[0])]
    files += [(folder / f"ged_{name}.csv").read_bytes() for name in ("sri_lanka", "sierra_leone")]
    columns = {"longitude": pl.Float64, "latitude": pl.Float64, "priogrid_gid": pl.Int32}
    events = pl.concat(
        pl.read_csv(io.BytesIO(file), infer_schema=False, encoding="utf8-lossy")
        .select(list(columns))
        .cast(columns)
        for file in files
    )
    ours = pl.Series("ours", gid_of(events["longitude"], events["latitude"]))
    differ = events.with_columns(ours).filter(pl.col("ours") != pl.col("priogrid_gid")).unique()
    assert events.height > 20_000
    # One event lies on the equator and has the number of a cell ten degrees west of it.
    assert differ.select("longitude", "latitude").rows() in ([], [(25.0, 0.0)])


def test_pairs_are_the_cells_around():
    row, column = place_of([1, 2, 3, 721, 1443])
    assert (row.tolist(), column.tolist()) == ([0, 0, 0, 1, 2], [0, 1, 2, 0, 2])
    first, second, steps = pairs_within(row, column, 2)
    found = {(a, b): c for a, b, c in zip(first.tolist(), second.tolist(), steps, strict=True)}
    assert found[0, 1] == found[1, 0] == found[0, 3] == 1
    assert found[0, 2] == found[3, 4] == 2
    assert (0, 0) not in found
    assert len(pairs_within(row, column, 1)[0]) == 8
