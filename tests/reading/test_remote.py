"""Files behind an address: copied once, told of when they cannot be, and read by a study."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import fsspec
import pytest

from riskkit.errors import RiskkitError
from riskkit.reading.remote import is_address, local, within
from riskkit.store import Store
from riskkit.study.cube import build_cube
from riskkit.study.features import build_features
from riskkit.study.study import Study
from tests.cli.running import riskkit

ROWS = "country,month,ged_sb\n" + "".join(
    f"{unit},{year}-{month:02},{(year + month) % 3}\n"
    for unit in ("MLI", "NER")
    for year in range(2000, 2012)
    for month in range(1, 13)
)
OPTIONS = {
    "unit": {"column": "country"},
    "time": {"column": "month"},
    "lag_months": 1,
    "indicators": {"ged_sb": {"unit": "deaths", "census": True}},
}


@pytest.fixture
def memory(tmp_path: Path) -> str:
    return f"memory://{tmp_path.name}"


def put(folder: Path, address: str) -> None:
    system, root = fsspec.core.url_to_fs(address)
    for path in folder.rglob("*"):
        if path.is_file():
            there = f"{root}/{path.relative_to(folder).as_posix()}"
            if not address.startswith("s3"):
                system.makedirs(there.rpartition("/")[0], exist_ok=True)
            system.pipe_file(there, path.read_bytes())
    system.invalidate_cache()


def study(root: str, *settings: str, **means: object) -> Study:
    entry = f"data.sources=[{{source: table, path: told.csv, options: {OPTIONS}}}]"
    given = ("data.kind=files", f"data.root={root}", entry, "target.indicator=ged_sb")
    return Study.open(None, [*given, "features.families=[conflict]", *settings], **means)  # type: ignore[arg-type]


def test_a_file_and_a_folder_are_copied_once(memory: str, tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "x.csv").write_text("1")
    (tmp_path / "a" / "y.csv").write_text("2")
    put(tmp_path / "a", f"{memory}/a")
    put(tmp_path / "a", f"{memory}/a-other")
    folder = local(f"{memory}/a")
    assert sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.csv")) == [
        "b/x.csv",
        "y.csv",
    ]
    file = local(f"{memory}/a/y.csv")
    assert (file.name, file.read_text()) == ("y.csv", "2")
    assert local(Path(f"{memory}/a/y.csv")) == file  # a path has lost a stroke
    assert local(tmp_path) == tmp_path
    assert local(f"file://{tmp_path}") == tmp_path


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("memory://nowhere/x.csv", r"^there is nothing at memory://nowhere/x\.csv; check the addr"),
        (
            "nosuch://x/y",
            r"^cannot use nosuch://x/y.*nosuch.*pip install 'riskkit\[archive\]'",
        ),
        ("http://127.0.0.1:9/x.csv", r"^(cannot read|there is nothing at) http://127\.0\.0\.1:9/x"),
    ],
)
def test_what_cannot_be_read_is_told(address: str, told: str) -> None:
    with pytest.raises(RiskkitError, match=told):
        local(address)


def test_without_the_extra_it_says_which_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(RiskkitError, match=r"cannot use s3://none/x.*pip install 'riskkit\[arch"):
        local("s3://none/x")


def test_addresses_and_paths() -> None:
    assert is_address(Path("gs://bucket/x"))
    assert not is_address("a/b:/c")
    assert within("s3://b/d", "e/f.csv") == "s3://b/d/e/f.csv"
    assert within("data", "https://x.org/f.csv") == "https://x.org/f.csv"


def test_a_study_of_an_address_is_that_of_the_folder(memory: str, tmp_path: Path) -> None:
    """Data are told by what they say, not by where they stand."""
    (tmp_path / "told.csv").write_text(ROWS)
    put(tmp_path, memory)
    here, there = study(str(tmp_path)), study(memory)
    assert there.vintages == here.vintages
    assert there.releases[0].observations.equals(here.releases[0].observations)
    build_features(here, tmp_path / "features")
    put(tmp_path / "features", f"{memory}/features")
    read = study(memory, features=f"{memory}/features")
    assert read.features.equals(here.features)


def test_a_store_behind_an_address(memory: str, tmp_path: Path) -> None:
    (tmp_path / "told.csv").write_text(ROWS)
    Store(tmp_path / "store").add("table", tmp_path / "told.csv", OPTIONS)
    put(tmp_path / "store", f"{memory}/store")
    given = ("data.kind=store", "target.indicator=ged_sb")
    there = Study.open(None, [*given, f"data.store={memory}/store"])
    assert there.vintages == Study.open(None, [*given, f"data.store={tmp_path}/store"]).vintages


@pytest.mark.slow
def test_a_study_of_a_bucket(bucket: str, tmp_path: Path) -> None:
    """A real S3 service: sources, and features by cell as they are mapped."""
    (tmp_path / "told.csv").write_text(ROWS)
    put(tmp_path, bucket)
    assert study(bucket).vintages == study(str(tmp_path)).vintages
    cells = [
        *("data.kind=world", "data.world.cells=100", "data.world.months=300", "panel.level=cell"),
        *("target.indicator=ged_sb", "features.families=[neighbours]"),
    ]
    built = Study.open(None, cells)
    cube = build_cube(built, built.panel, tmp_path / "cube")
    put(tmp_path / "cube", f"{bucket}/cube")
    there = Study.open(None, cells, features=f"{bucket}/cube").cube
    assert there.values.tobytes() == cube.values.tobytes()
    with pytest.raises(RiskkitError, match=r"^there is nothing at s3://bucket-.*/elsewhere"):
        local(f"{bucket}/elsewhere")


def test_commands_read_addresses_and_write_folders(memory: str, tmp_path: Path) -> None:
    (tmp_path / "told.csv").write_text(ROWS)
    put(tmp_path, memory)
    options = ["--option", "unit.column=country", "--option", "time.column=month"]
    options += ["--option", "lag_months=1", "--option", "indicators.ged_sb.unit=deaths"]
    store = str(tmp_path / "store")
    riskkit("data", "add", "table", f"{memory}/told.csv", *options, "--store", store)
    assert [entry.key for entry in Store(tmp_path / "store").entries()] == ["table/told"]
    told = riskkit("data", "verify", "--store", f"{memory}/store", code=1)
    assert "is an address, and a store is changed and checked in a folder" in told.err
    told = riskkit("forecast", "--out", f"{memory}/out", code=1)
    assert "is an address, and results are written to folders" in told.err
    assert not Path("memory:").exists()
    shutil.rmtree(tmp_path / "store")
