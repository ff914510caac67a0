"""Ratios, growth and the guard by hand; and that every engine that is installed can be measured."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
import yaml

from tests.benchmarks.__main__ import FOLDER, ratios, table_of, worse

PLAN = yaml.safe_load((FOLDER / "plan.yaml").read_text(encoding="utf-8"))
ROOT = Path(__file__).parents[2]
TINY = {
    "benchmarks": {
        "features": {
            "module": "grid",
            "params": {
                **{"rows": 5, "columns": 4, "months": 40, "lags": [1], "windows": [3]},
                **{"half_lives": [3], "space": True},
            },
            "engines": {"riskkit": 1, "writing": 1, "pandas": 1},
        },
        "horizons": {
            "module": "horizons",
            "params": {"units": 12, "months": 40, "lags": 3, "horizons": 2, "rounds": 2},
            "engines": {"riskkit": 1, "xgboost, one matrix": 1, "xgboost, fresh matrices": 1},
        },
        "scoring": {
            "module": "scoring",
            "params": {"windows": 1, "units": 8, "months": 12, "draws": 50},
            "engines": {"riskkit": 1, "scoringrules": 1},
        },
        "reading": {
            "module": "reading",
            "params": {"megabytes": 2},
            "engines": {"riskkit": 1, "polars": 1},
        },
        "whole": {"module": "whole", "params": {"starts": 1}, "engines": {"riskkit --help": 1}},
    },
    "ratios": {
        "a": {"of": "features", "engine": "riskkit", "than": "pandas", "wanted": 1, "factor": 1}
    },
}


def runs(*rows):
    keys = ("benchmark", "engine", "cpu_first", "peak_mb")
    return pl.DataFrame([dict(zip(keys, row, strict=True)) for row in rows])


def ratio(one, frame):
    return ratios({"ratios": {"r": {"wanted": 1, "factor": 2, **one}}}, frame).to_dicts()


def test_a_ratio_is_the_median_and_the_range_of_the_rounds():
    frame = runs(*(("b", "mine", k, 1.0) for k in (1.0, 2.0, 6.0)), ("b", "theirs", 2.0, 4.0))
    (found,) = ratio({"of": "b", "engine": "mine", "than": "theirs"}, frame)
    assert (found["value"], found["low"], found["high"], found["rounds"]) == (1.0, 0.5, 3.0, 3)
    paired = pl.concat([frame, runs(("b", "theirs", 4.0, 4.0), ("b", "theirs", 6.0, 4.0))])
    (found,) = ratio({"of": "b", "engine": "mine", "than": "theirs"}, paired)
    assert (found["value"], found["low"], found["high"], found["rounds"]) == (0.5, 0.5, 1.0, 3)
    (found,) = ratio({"of": "b", "engine": "mine", "than": "peak_mb"}, frame)
    assert (found["value"], found["low"], found["high"]) == (2.0, 1.0, 6.0)
    assert ratio({"of": "b", "engine": "mine", "than": "nobody"}, frame) == []


def test_growth_is_the_exponent():
    frame = runs(*(("g", f"e{n}", 0.1 * n**1.5, 7.0) for n in (1, 2, 4, 8)))
    sizes = {f"e{n}": n for n in (1, 2, 4, 8)}
    assert ratio({"of": "g", "growth": sizes}, frame)[0]["value"] == pytest.approx(1.5)
    memory = ratio({"of": "g", "growth": sizes, "measure": "peak_mb"}, frame)[0]
    assert memory["value"] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(("value", "told"), [(1.0, 0), (2.9, 0), (3.1, 1)])
def test_what_has_got_worse_by_more_than_its_factor_is_told(value, told):
    now = pl.DataFrame({"ratio": ["r", "new"], "value": [value, 9.0], "factor": [1.5, 1.5]})
    found = worse(now, pl.DataFrame({"ratio": ["r"], "value": [2.0]}))
    assert len(found) == told
    assert all(text.startswith("r: 3.10, recorded 2.00; more than 1.5 times") for text in found)


def test_every_ratio_of_the_plan_is_recorded():
    recorded = pl.read_csv(FOLDER / "ratios.csv")
    assert set(recorded["ratio"]) == set(PLAN["ratios"])


def test_the_page_has_the_ratios_that_are_recorded():
    table = table_of(pl.read_csv(FOLDER / "ratios.csv"))
    assert table in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_what_was_not_reached_is_bold():
    row = {"ratio": "r", "low": 0.5, "high": 2000.0, "rounds": 2, "wanted": 1.0, "factor": 2.0}
    shown = table_of(pl.DataFrame([row | {"value": value} for value in (0.98765, 1500.0)]))
    assert "| r | 0.988 | 0.5-2,000 | 2 | 1 |\n| r | **1,500** |" in shown


@pytest.mark.slow
def test_every_engine_can_be_measured(tmp_path):
    (tmp_path / "plan.yaml").write_text(yaml.safe_dump(TINY), encoding="utf-8")
    command = [sys.executable, "-m", "tests.benchmarks", "--plan", str(tmp_path / "plan.yaml")]
    subprocess.run([*command, "--out", str(tmp_path / "out")], cwd=ROOT, check=True)
    kept = pl.read_csv(tmp_path / "out" / "runs.csv")
    assert kept.height == 11
    assert (kept["peak_mb"] > 0).all()
    assert (tmp_path / "out" / "ratios.svg").stat().st_size > 1000
