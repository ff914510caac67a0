"""The store: accepted files whole, refused files not at all, changed files noticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskkit.errors import ConfigError, RiskkitError
from riskkit.store import MANIFEST, Store, read_file

OPTIONS = {
    "unit": {"column": "iso3", "codes": {"one": "XAA"}},
    "time": {"column": "month"},
    "indicators": {"riots": {"unit": "events"}},
    "licence": "CC0",
}


def table(folder: Path, value: str = "3", name: str = "riots.csv") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"iso3,month,riots\none,2020-01,{value}\n")
    return path


def test_added_files_are_read_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    entry, _ = store.add("table", table(tmp_path / "in"), OPTIONS)
    assert (entry.key, entry.covers, entry.rows) == ("table/riots", ("2020-01", "2020-01"), 1)
    (release,) = store.read()
    assert release.observations["value"].to_list() == [3]
    assert release.citation is not None
    assert release.citation.licence == "CC0"


def test_the_same_name_is_replaced_and_nothing_is_left_over(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    store.add("table", table(tmp_path / "in"), OPTIONS)
    store.add("table", table(tmp_path / "in", "4"), OPTIONS)
    assert [r.observations["value"].to_list() for r in store.read()] == [[4]]
    assert len(list((tmp_path / "data" / "table" / "riots").iterdir())) == 1


def test_a_refused_file_changes_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    with pytest.raises(RiskkitError, match="riots"):
        store.add("table", table(tmp_path / "in", "many"), OPTIONS)
    assert not (tmp_path / "data").exists()
    store.add("table", table(tmp_path / "in"), OPTIONS)
    before = sorted(tmp_path.glob("data/**/*"))
    with pytest.raises(RiskkitError, match="riots"):
        store.add("table", table(tmp_path / "in", "many"), OPTIONS)
    assert sorted(tmp_path.glob("data/**/*")) == before


@pytest.mark.parametrize("change", ["is gone", "is not the file that was added"])
def test_changed_files_are_noticed(tmp_path: Path, change: str) -> None:
    store = Store(tmp_path / "data")
    entry, _ = store.add("table", table(tmp_path / "in"), OPTIONS)
    kept = tmp_path / "data" / entry.folder / "riots.csv"
    if change == "is gone":
        kept.unlink()
    else:
        kept.write_text("something else")
    with pytest.raises(RiskkitError, match=change):
        store.read()


def test_a_damaged_manifest_is_named(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("{")
    with pytest.raises(RiskkitError, match=r"manifest\.json is damaged"):
        Store(tmp_path).entries()


def test_unknown_options_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"table riots\.csv: option lag: .*docs/sources\.md"):
        read_file("table", table(tmp_path), {**OPTIONS, "lag": 3})


def test_missing_files_and_sources_are_named(tmp_path: Path) -> None:
    with pytest.raises(RiskkitError, match=r"there is no source 'gdp'; known: .*table"):
        Store(tmp_path).add("gdp", tmp_path / "a.csv", {})
    with pytest.raises(RiskkitError, match=r"there is no file .*a\.csv"):
        Store(tmp_path).add("table", tmp_path / "a.csv", OPTIONS)
