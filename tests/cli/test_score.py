"""riskkit score: anyone's submission, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import riskkit

# Two draws, 0 and 2, of two months of one country; 1 and 4 came.
FORECASTS = "month_id,country_id,draw,outcome\n457,1,0,0\n457,1,1,2\n458,1,0,2\n458,1,1,0\n"
ACTUALS = "month_id,country_id,outcome\n457,1,1\n458,1,4\n"


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "mine.csv").write_text(FORECASTS)
    (tmp_path / "a.csv").write_text(ACTUALS)


def test_json() -> None:
    got = riskkit("score", "--forecasts", "f", "--actuals", "a.csv", "--json").json
    assert got["overall"]["crps"] == pytest.approx(((1 - 0.5) + (3 - 0.5)) / 2)
    assert got["windows"].keys() == {"2018-01..2018-02"}
    assert got["overall"]["auc_1"] is None
    assert (got["units"], got["unit_months"], got["draws"], got["ignored"]) == (1, 2, 2, 0)


def test_a_table() -> None:
    lines = riskkit("score", "--forecasts", "f", "--actuals", "a.csv").out.splitlines()
    assert lines[0].split() == ["rule", "2018-01..2018-02", "mean"]
    assert ["crps", "1.5000", "1.5000"] in [line.split() for line in lines]
    assert ["auc_1", "-", "-"] in [line.split() for line in lines]


def test_files_may_follow_an_option_as_a_wildcard_leaves_them(tmp_path: Path) -> None:
    head, *rows = FORECASTS.splitlines(keepends=True)
    for number in (0, 2):
        (tmp_path / f"part_{number}.csv").write_text(head + "".join(rows[number : number + 2]))
    several = ["--forecasts", "part_0.csv", "part_2.csv", "--actuals", "a.csv", "--json"]
    one = ["--forecasts", "f/mine.csv", "--actuals", "a.csv", "--json"]
    assert riskkit("score", *several).json == riskkit("score", *one).json
    assert riskkit("score", "--json", *one[:-1]).json == riskkit("score", *one).json


def test_refusals_name_the_file_and_the_line(tmp_path: Path) -> None:
    (tmp_path / "f" / "mine.csv").write_text(FORECASTS.replace("1,2\n458", "1,-2\n458"))
    done = riskkit("score", "--forecasts", "f", "--actuals", "a.csv", code=1)
    assert done.err.startswith("riskkit: mine.csv, line 3: a negative outcome")
    assert done.err.count("\n") == 1
