"""Damaged files of riskkit's own are named, with the remedy."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.files import read_csv, read_json, read_parquet, reading

TABLE = pl.DataFrame({"a": range(1000), "b": [f"text {i}" for i in range(1000)]})
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "half": lambda data: data[: len(data) // 2],
    "garbled": lambda data: data[:-200] + bytes(150) + data[-50:],
    "zeros": lambda data: bytes(len(data)),
    "another kind": lambda _: b"<html>502 Bad Gateway</html>",
    "without an end": lambda data: data[:-4] + b"XXXX",
}


def _scan(path: Path, remedy: str) -> pl.DataFrame:
    with reading(path, remedy):
        return pl.scan_parquet(path, glob=False).select("a").collect()


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("read", [read_parquet, _scan, read_json])
def test_damage_is_named(tmp_path: Path, damage: str, read: Callable[[Path, str], object]) -> None:
    path = tmp_path / "part"
    if read is read_json:
        path.write_text('{"rows": [' + ", ".join(map(str, range(500))) + "]}")
    else:
        TABLE.write_parquet(path, compression="uncompressed")
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    with pytest.raises(RiskkitError, match=r"part is damaged \(got .*\); do it again$"):
        read(path, "do it again")


@pytest.mark.parametrize("text", ["[1]", "3", '"a"', "[" * 100_000, "{1: 2}"])
def test_json_of_another_shape_is_damage(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(RiskkitError, match=r"a\.json is damaged .*; begin anew"):
        read_json(tmp_path / "a.json", "begin anew")


def test_what_is_absent_or_lacks_a_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with pytest.raises(RiskkitError, match=r"there is no .*a\.csv; begin anew"):
        read_csv(path, "begin anew")
    path.write_text("x,y\n1,2\n")
    assert read_csv(path, "begin anew", ("x",), schema_overrides={"y": pl.String})["y"][0] == "2"
    with pytest.raises(RiskkitError, match=r"lacks the column rank .*'x', 'y'.*; begin anew"):
        read_csv(path, "begin anew", ("x", "rank"))
    with pytest.raises(RiskkitError, match=r"cannot read .*Is a directory"):
        read_json(tmp_path, "begin anew")


def test_zip_archives_too(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04")
    with (
        pytest.raises(RiskkitError, match=r"a\.zip is damaged"),
        reading(tmp_path / "a.zip", "begin anew"),
        zipfile.ZipFile(tmp_path / "a.zip"),
    ):
        pass
