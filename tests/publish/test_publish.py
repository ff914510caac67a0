import ast
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import riskkit.publish
from riskkit.errors import RiskkitError
from riskkit.forecasting.targets import Target
from riskkit.publish import publish, schema_page, schemas
from tests.publish.sample import sample_publication

ROOT = Path(__file__).parents[2]
FILES = {
    "alerts.csv",
    "chances.csv",
    "cells.csv",
    "changes.csv",
    "components.csv",
    "costs.csv",
    "onsets.csv",
    "datapackage.json",
    "decisions.csv",
    "diplomacy.csv",
    "drivers.csv",
    "forecasts.csv",
    "forecasts.parquet",
    "grading.json",
    "grading.parquet",
    "history.csv",
    "inputs.csv",
    "map.geojson",
    "model-card.md",
    "previous.csv",
    "record.csv",
    "backtest.csv",
    "ranking.csv",
    "regions.csv",
    "report.html",
    "sensitivity.csv",
    "series.csv",
    "situations.csv",
    "themes.csv",
}


def test_every_file_is_there_and_its_path_is_returned(tmp_path):
    paths = publish(sample_publication(), tmp_path / "pub")
    pages = {f"units/{unit}.html" for unit in sample_publication().ranked}
    assert set(paths) == FILES | pages
    assert all(path == tmp_path / "pub" / name for name, path in paths.items())
    assert {path.name for path in (tmp_path / "pub").iterdir()} == {*FILES, "units"}
    assert [path.name for path in tmp_path.iterdir()] == ["pub"]


def test_simulated_data_say_so_everywhere(tmp_path):
    paths = publish(sample_publication(data_kind="simulated"), tmp_path / "pub")
    for name in ("datapackage.json", "model-card.md"):
        assert "SIMULATED" in paths[name].read_text()
    for name in ("ranking.csv", "components.csv", "regions.csv", "forecasts.csv"):
        _, *rows = paths[name].read_text().splitlines()
        assert all(",simulated," in row for row in rows)


def test_observed_data_are_not_called_simulated(tmp_path):
    paths = publish(sample_publication(data_kind="observed"), tmp_path / "pub")
    for name in ("datapackage.json", "model-card.md"):
        assert "SIMULATED" not in paths[name].read_text(encoding="utf-8")
    for name in ("ranking.csv", "components.csv", "regions.csv", "forecasts.csv"):
        assert "simulated" not in paths[name].read_text(encoding="utf-8")


def test_title_and_window():
    publication = sample_publication(as_of=504)
    assert publication.window == (505, 516)
    assert publication.title == (
        "SIMULATED DATA: Ranked risk of deaths in state-based conflict, 2022-01 to 2022-12"
    )


def test_a_yearly_target_has_a_window_to_its_december():
    year = replace(
        sample_publication().first.forecast,
        target="ged_sb_year",
        horizons=(1, 13),
        draws=sample_publication().first.forecast.draws[:, :2],
    )
    publication = sample_publication(forecast=year, target=Target("ged_sb", "year"))
    assert publication.window == (505, 528)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target": Target("ged_ns")}, "not one of 'ged_ns'"),
        ({"last_data": 505}, "dated 2022-01, after the origin 2021-12"),
        ({"units": sample_publication().units.head(6)}, r"missing from the table.*XAG"),
        ({"forecast": sample_publication(n_units=6).first.forecast}, "have different units"),
        (
            {"forecast": replace(sample_publication().first.forecast, units=("XAA",) * 7)},
            "at least one unit, and each once",
        ),
        (
            {"forecast": replace(sample_publication().first.forecast, horizons=(1, *range(3, 14)))},
            "without a gap",
        ),
    ],
)
def test_parts_that_do_not_fit_are_refused(change, message):
    with pytest.raises(RiskkitError, match=message):
        sample_publication(**change)


def test_no_unit_is_refused():
    empty = replace(
        sample_publication().first.forecast, units=(), draws=np.zeros((0, 12, 5), dtype=np.int64)
    )
    with pytest.raises(RiskkitError, match="at least one unit"):
        sample_publication(forecast=empty)


def test_a_name_that_a_spreadsheet_takes_for_a_formula_is_refused(tmp_path):
    publication = sample_publication()
    named = publication.units.with_columns(name=publication.units["name"].replace("Dravia", "=1+1"))
    with pytest.raises(RiskkitError, match=r"ranking.csv breaks the rules.*name\|regex': 1"):
        publish(replace(publication, units=named), tmp_path / "pub")
    assert not (tmp_path / "pub").exists()


def test_format_modules_do_not_import_each_other():
    folder = Path(riskkit.publish.__file__).parent
    private = {path.stem for path in folder.glob("_*.py")}
    shared = {*private, *vars(riskkit.publish)} - set(FILES)
    formats = {path.stem for path in folder.glob("[!_]*.py")}
    assert "ranking" in formats
    for path in folder.glob("*.py"):
        if path.name in ("__init__.py", "_formats.py"):  # which bring them together
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                "riskkit.publish"
            ):
                inside = (node.module or "").removeprefix("riskkit.publish")
                assert inside == "" or inside.startswith("._"), f"{path.name}: {node.module}"
                if inside:
                    continue
                taken = {alias.name for alias in node.names}
                assert taken <= shared - formats, f"{path.name} imports {taken & formats}"


def test_the_page_of_the_documentation_is_current():
    page = (ROOT / "docs" / "ranking-schema.md").read_text(encoding="utf-8")
    assert page == schema_page(), "write schema_page() to docs/ranking-schema.md"


def test_the_page_names_every_column():
    page = schema_page()
    for name, schema in schemas().items():
        assert f"## {name}" in page
        assert all(f"| `{column}` |" in page for column in schema.column_names())
