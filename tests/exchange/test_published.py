"""What stands in every publication, read by the tools of others."""

import json
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from frictionless import Checklist, Package, system
from pyogrio import read_info
from pyogrio.raw import read
from shapely import from_wkb

from riskkit.exchange import Published
from riskkit.publish import schemas
from riskkit.publish.geojson import OF_CELLS


@pytest.fixture
def package(publication: Path) -> Package:
    return Package(str(publication / "datapackage.json"))


@pytest.mark.parametrize("name", sorted(schemas()))
def test_frictionless_finds_every_csv_table_valid(name: str, package: Package) -> None:
    report = package.get_resource(name.replace(".", "-")).validate()
    assert report.valid, report.flatten(["fieldName", "type", "message"])


def test_frictionless_reads_the_parquet_table(package: Package, publication: Path) -> None:
    resource = package.get_resource("forecasts-parquet")
    report = resource.validate(Checklist(skip_errors=["byte-count"]))  # counts none of parquet
    assert report.valid, report.flatten(["fieldName", "type", "message"])
    with resource.open():
        rows = [row.to_dict() for row in resource.row_stream]
    wanted = Published.open(publication).table("forecasts.csv")
    assert [row["unit"] for row in rows] == wanted["unit"].to_list()
    assert [float(row["q95"]) for row in rows] == pytest.approx(wanted["q95"].to_list())


def test_frictionless_notices_a_value_out_of_bounds(publication: Path, tmp_path: Path) -> None:
    copy = copytree(publication, tmp_path / "copy")
    text = (copy / "ranking.csv").read_text(encoding="utf-8")
    (copy / "ranking.csv").write_text(text.replace(",simulated,", ",dreamt,", 1), encoding="utf-8")
    resource = Package(str(copy / "datapackage.json")).get_resource("ranking-csv")
    told = resource.validate().flatten(["type"])
    assert ["constraint-error"] in told


def test_frictionless_finds_the_description_valid(publication: Path) -> None:
    with system.use_context(trusted=False):
        found = Package.from_descriptor(str(publication / "datapackage.json"))
    assert found.name == "riskkit-conflict-2021-12"
    told = json.loads((publication / "datapackage.json").read_text(encoding="utf-8"))
    assert found.resource_names == [one["name"] for one in told["resources"]]


def test_gdal_reads_the_map_as_qgis_does(of_cells: Path) -> None:
    ranking = Published.open(of_cells).table("ranking.csv")
    info = read_info(of_cells / "map.geojson")
    assert info["crs"] == "EPSG:4326"
    assert info["geometry_type"] == "Polygon"
    assert info["features"] == ranking.height
    assert set(OF_CELLS) <= set(info["fields"]) <= {"id", *OF_CELLS}
    _, _, shapes, fields = read(of_cells / "map.geojson", columns=["score"])
    assert np.allclose(fields[0], ranking["score"].to_numpy())
    polygons = from_wkb(shapes)
    assert all(one.is_valid and one.area == pytest.approx(0.25) for one in polygons)
