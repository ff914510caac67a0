"""Which data a study stands on: the embedded, files, the store, the world, or files over base."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from riskkit import base
from riskkit.config import load_params
from riskkit.errors import ConfigError
from riskkit.months import month_id
from riskkit.panel import build_panel
from riskkit.store import MANIFEST, Store
from riskkit.study.data import name_places, read_releases, units_of
from riskkit.study.study import Study
from riskkit.tables import Release
from tests.sources.ged_rows import event, write_events

ROOT = Path(__file__).parents[2]
FRESH = "country,month,ged_sb,ged_ns,ged_os\nISR,2025-01,1,0,0\nPSE,2025-01,500,0,9\n"
OPTIONS = """
      unit: {column: country}
      time: {column: month}
      lag_months: 1
      covers_to: "2025-03"
      indicators:
        ged_sb: {unit: deaths, census: true}
        ged_ns: {unit: deaths, census: true}
        ged_os: {unit: deaths, census: true}
"""
SOURCES = f"data:\n  sources:\n  - source: table\n    path: fresh.csv\n    options: {OPTIONS}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "fresh.csv").write_text(FRESH)
    (tmp_path / "params.yaml").write_text(SOURCES)
    return tmp_path


def read(folder: Path, kind: str, config: bool = True) -> tuple[Release, ...]:
    path = folder / "params.yaml" if config else None
    return read_releases(load_params(path, [f"data.kind={kind}"]), folder)


def names(releases: tuple[Release, ...]) -> set[str]:
    return {i.name for release in releases for i in release.indicators}


def test_each_kind_alone(folder: Path) -> None:
    assert read(folder, "base") == base.releases()
    assert names(read(folder, "files")) == {"ged_sb", "ged_ns", "ged_os"}
    assert all(release.simulated for release in read(folder, "world"))


def test_auto_is_base_where_nothing_was_added(tmp_path: Path) -> None:
    assert read(tmp_path, "auto", config=False) == base.releases()


def test_a_kind_without_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"data\.kind is files, but data\.sources names none"):
        read(tmp_path, "files", config=False)
    with pytest.raises(ConfigError, match=r"data\.kind is store, but .*data holds no data"):
        read(tmp_path, "store", config=False)


def test_a_file_replaces_only_the_indicators_that_it_brings(folder: Path) -> None:
    releases = read(folder, "auto")
    assert names(releases) == names(base.releases())
    (conflict,) = (r for r in releases if "ged_sb" in names((r,)))
    assert names((conflict,)) == {"ged_sb", "ged_ns", "ged_os"}
    assert conflict.covers == (date(1989, 1, 1), date(2025, 3, 1))
    assert "file fresh.csv: 2025-01 to 2025-03" in conflict.vintage
    assert "base-ucdp, GED 25.1, June 2025: 1989-01 to 2024-12" in conflict.vintage
    before = conflict.observations.filter(pl.col("month") < date(2025, 1, 1))
    embedded = base.releases()[0].observations.filter(pl.col("indicator").is_in(names((conflict,))))
    assert before["value"].sum() == embedded["value"].sum()


def test_a_file_that_separates_palestine_gives_israel_its_own_name(folder: Path) -> None:
    def name(kind: str) -> str:
        (conflict,) = (r for r in read(folder, kind) if "ged_sb" in names((r,)))
        return str(units_of(conflict).filter(unit="ISR")["name"].item())

    assert name("base") == "Israel (with Palestine)"
    assert name("auto") == "Israel"


def test_the_panel_of_both_ends_with_the_fresh_months(folder: Path) -> None:
    releases, as_of = read(folder, "auto"), month_id("2025-04")
    (conflict,) = (r for r in releases if "ged_sb" in names((r,)))
    panel = build_panel(releases, units_of(conflict), month_id("2020-01"), as_of)
    palestine = panel.frame.filter(unit="PSE").tail(4)["ged_sb"].to_list()
    assert palestine == [None, 500, 0, 0]
    assert panel.lag("ged_sb") == 1
    assert panel.last_period["ged_sb"] == month_id("2025-03")
    # Standing before June 2025 the reviewed events of 2024 are not out.
    assert panel.frame.filter(unit="UKR").tail(4)["ged_sb"][0] is None


def test_the_store_lies_over_base_too(folder: Path) -> None:
    params = load_params(folder / "params.yaml")
    (entry,) = params.data.sources
    Store(folder / "data").add("table", folder / "fresh.csv", dict(entry.options))
    stored = read(folder, "store", config=False)
    assert names(stored) == {"ged_sb", "ged_ns", "ged_os"}
    assert stored[0].vintage.startswith("added 20")
    both = read(folder, "auto", config=False)
    assert names(both) == names(base.releases())
    assert any("added 20" in release.vintage for release in both)


def test_files_that_were_kept_beside_each_other_are_one_series(folder: Path) -> None:
    (entry,) = load_params(folder / "params.yaml").data.sources
    store = Store(folder / "data")
    for name, deaths in (("z", 1), ("a", 2)):
        text = FRESH.replace("ISR,2025-01,1", f"ISR,2025-01,{deaths}")
        (folder / f"{name}.csv").write_text(text)
        store.add("table", folder / f"{name}.csv", dict(entry.options), also=True)
        if name == "z":  # which came years before
            manifest = store.folder / MANIFEST
            told = manifest.read_text()
            manifest.write_text(re.sub(r'"retrieved_at": "\d{4}', '"retrieved_at": "2020', told))
    (release,) = read(folder, "store", config=False)
    found = release.observations.filter(unit="ISR", month=date(2025, 1, 1), indicator="ged_sb")
    assert found["value"].to_list() == [2]


def test_a_missing_folder_is_told(folder: Path) -> None:
    params = load_params(folder / "params.yaml", ["data.root=nowhere"])
    with pytest.raises(ConfigError, match=r"there is no folder .*nowhere"):
        read_releases(params, folder)


def test_a_source_may_have_a_folder_of_its_own(tmp_path: Path) -> None:
    """A study of terrorism takes GTD from one place and the rest from elsewhere."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "t.csv").write_text(f"iso,year,{name}\nXAA,2020,1\n")
    options = "unit: {{column: iso}}, time: {{year: year}}, indicators: {{{}: {{unit: index}}}}"
    entries = [
        f"{{source: table, path: t.csv, options: {{{options.format('one')}}}}}",
        f"{{source: table, path: t.csv, root: two, options: {{{options.format('two')}}}}}",
    ]
    settings = ["data.kind=files", "data.root=one", f"data.sources=[{', '.join(entries)}]"]
    releases = read_releases(load_params(None, settings), tmp_path)
    assert [release.indicators[0].name for release in releases] == ["one", "two"]


@pytest.mark.parametrize("study", ["terrorism-yearly", "displacement-yearly"])
def test_the_yearly_studies_are_yearly(study: str) -> None:
    target = load_params(ROOT / "experiments" / study / "params.yaml").target
    assert target is not None
    assert target.period == "year"


def _units(*codes: str) -> pl.DataFrame:
    names = {"ISR": "Israel (with Palestine)", "SRB": "Serbia", "XKX": "Kosovo"}
    return pl.DataFrame({"unit": codes, "name": [names[code] for code in codes]})


def test_a_name_says_what_later_threats_count_within_a_unit() -> None:
    within = {
        "conflict": {"ISR": "Palestine"},
        "terrorism": {"ISR": "Palestine", "SRB": "Kosovo"},
        "displacement": {"SRB": "Kosovo"},
    }
    named = name_places(_units("ISR", "SRB", "XKX"), within)["name"].to_list()
    both = "Serbia (with Kosovo in terrorism and displacement)"
    assert named == ["Israel (with Palestine)", both, "Kosovo"]


def test_base_names_every_place_that_a_source_puts_into_another(tmp_path: Path) -> None:
    study = Study.open(None, ["data.kind=base"])
    shown = dict(study.units.select("unit", "name").iter_rows())
    assert {unit: name for unit, name in shown.items() if "(with" in name} == {
        "ISR": "Israel (with Palestine)",
        "MAR": "Morocco (with Western Sahara)",
        "SRB": "Serbia (with Kosovo in displacement)",
    }
    conflict, _, displacement, _ = (study.names(threat) for threat in study.threats)
    assert (conflict["SRB"], displacement["SRB"]) == ("Serbia", "Serbia (with Kosovo)")
    assert (conflict["ISR"], displacement["ISR"]) == ("Israel (with Palestine)", "Israel")


def test_an_event_file_that_separates_leaves_only_what_is_still_joined(folder: Path) -> None:
    """The file brings the months of conflict; the year of terrorism is still UCDP's table."""
    study = replace(Study.open(folder / "params.yaml", ["data.kind=auto"]), folder=folder)
    shown = dict(study.units.select("unit", "name").iter_rows())
    assert shown["PSE"] == "Palestine"
    assert shown["ISR"] == "Israel (with Palestine in terrorism)"
    conflict, terrorism, *_ = (study.names(threat) for threat in study.threats)
    assert (conflict["ISR"], terrorism["ISR"]) == ("Israel", "Israel (with Palestine)")


@pytest.mark.parametrize(
    ("option", "named"), [("false", "Israel (with Palestine)"), ("true", "Israel")]
)
def test_ucdp_s_own_events_join_or_separate(tmp_path: Path, option: str, named: str) -> None:
    """A release of all years, so that nothing of the embedded months is left."""
    rows = [
        event(number, f"{year}-03-10", country="Israel", country_id=666, adm_1=province)
        for number, (year, province) in enumerate(
            [(1989, "West Bank"), (2025, "Gaza Strip"), (2025, "Central district")]
        )
    ]
    write_events(tmp_path / "GEDEvent_v26_1.csv", rows)
    (tmp_path / "params.yaml").write_text(
        "data:\n  sources:\n  - source: ucdp-ged\n    path: GEDEvent_v26_1.csv\n"
        f"    options: {{separate: {option}, covers_to: '2025-12'}}\n"
    )
    study = replace(Study.open(tmp_path / "params.yaml"), folder=tmp_path)
    conflict = study.threats[0]
    assert study.names(conflict)["ISR"] == named
