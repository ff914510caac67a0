"""The script that writes the embedded tables."""

import json
from pathlib import Path

import polars as pl
import pytest

from riskkit.base import make
from riskkit.base.provenance import DATA, tables, written_by
from riskkit.errors import RiskkitError

PARTED = {"countries_110m": False, **{name: bool(p.columns) for name, p in make.PARTS.items()}}
"""Table -> whether it is written anew, not copied; borders are written anew too."""


@pytest.fixture(scope="module")
def source(shared_data: Path) -> Path:
    """The folder that the embedded tables are made from."""
    folder = shared_data / "base"
    if not folder.is_dir():
        pytest.skip("needs the base data as they came, of which only these tables are shipped")
    return folder


@pytest.mark.parametrize("name", make.PARTS)
def test_a_table_is_what_the_folder_has(source: Path, name: str) -> None:
    embedded, part = pl.read_parquet(tables()[name].file), make.PARTS[name]
    whole = pl.read_parquet(source / f"{part.source}.parquet")
    if not part.columns:
        assert embedded.equals(whole)
        return
    keys = [key for key in ("iso3", "year", "month") if key in whole.columns]
    assert embedded.columns == [*keys, *part.columns]
    both = whole.select(embedded.columns).join(embedded, on=keys, how="left", suffix="_here")
    for column in part.columns:
        assert both[column].equals(both[f"{column}_here"].rename(column))
    assert embedded.join(whole, on=keys, how="anti").is_empty()


def test_every_column_is_embedded_once(source: Path) -> None:
    for file in {part.source for part in make.PARTS.values()}:
        parts = [part for part in make.PARTS.values() if part.source == file]
        named = [column for part in parts for column in part.columns]
        columns = pl.read_parquet_schema(source / f"{file}.parquet")
        assert not named or sorted({"iso3", "year", *named}) == sorted(set(columns) - {"month"})


def test_the_map_is_what_the_folder_has(source: Path) -> None:
    here = (DATA / "countries_110m.geojson").read_bytes()
    assert here == (source / "countries_110m.geojson").read_bytes()


def test_the_same_folder_gives_the_same_bytes(source: Path, tmp_path: Path) -> None:
    pytest.importorskip("shapely")
    made = make.make(source, tmp_path)
    assert json.loads((tmp_path / "hashes.json").read_text(encoding="utf-8"))["files"] == made
    assert set(made) == set(tables())
    for name, table in tables().items():
        again, copied = tmp_path / table.file.name, not PARTED.get(name, True)
        if copied or pl.__version__ == written_by():
            assert again.read_bytes() == table.file.read_bytes()
            assert made[name]["sha256"] == table.sha256
        else:
            assert pl.read_parquet(again).equals(pl.read_parquet(table.file))


def test_nothing_that_may_not_be_passed_on_is_embedded() -> None:
    embedded = {path.name for path in DATA.iterdir()}
    assert embedded == {table.file.name for table in tables().values()} | {"hashes.json"}
    assert not {"displacement_idmc_year", "disaster_month", "regime_year"} & set(tables())


def test_a_folder_with_other_figures_is_refused(tmp_path: Path) -> None:
    for name, part in make.PARTS.items():
        if not part.columns:
            (tmp_path / f"{name}.parquet").write_bytes(tables()[name].file.read_bytes())
    (tmp_path / "climate_year.parquet").write_bytes(tables()["rain_year"].file.read_bytes())
    month = pl.read_parquet(tables()["conflict_month"].file)
    month.filter(pl.col("iso3") != "ETH").write_parquet(tmp_path / "conflict_month.parquet")
    with pytest.raises(RiskkitError, match=r"conflict_month: deaths in the world, 2021 should be"):
        make.make(tmp_path, tmp_path / "made")


def test_an_absent_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RiskkitError, match=r"cannot read .*conflict_month\.parquet"):
        make.make(tmp_path, tmp_path / "made")
