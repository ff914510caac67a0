"""Submissions of others beside the models of a study: the same rows, the same scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from riskkit.errors import ConfigError
from riskkit.forecasting.forecast import Forecast, from_frame
from riskkit.months import month_id
from riskkit.study.breakdown import break_down
from riskkit.study.rivals import Rival
from tests.study.conftest import Made


def submitted(folder: Path, *, grow: float = 0.0) -> Path:
    """The forecasts of model `last` as someone would hand them in, with a cell of their own."""
    rows = pl.read_parquet("backtest/forecasts.parquet").filter(model="last")
    folder.mkdir()
    for forecast in from_frame(rows.drop("window")):
        cells = [int(unit) for unit in forecast.units]
        frames = [
            pl.DataFrame(
                {
                    "month_id": [month] * size,
                    "priogrid_gid": [cell] * size,
                    "draw": np.arange(size),
                    "outcome": forecast.draws[row, column] + grow,
                }
            )
            for row, cell in enumerate(cells)
            for column, month in enumerate(forecast.months)
            for size in (forecast.draws.shape[-1],)
        ]
        other = frames[0].with_columns(priogrid_gid=pl.lit(7, pl.Int64))
        pl.concat([*frames, other]).write_parquet(folder / f"{forecast.origin}.parquet")
    return folder


def test_the_same_draws_get_the_same_scores_part_by_part(made: Made) -> None:
    theirs = submitted(Path("theirs"), grow=0.2)  # rounded to whole numbers
    study = made.study(features=True)
    study.evaluate(["backtest"], "beside", {"theirs": [theirs]})
    for name, keys in (
        ("scores.parquet", ["target", "window", "unit", "month", "rule"]),
        ("scores_together.parquet", ["target", "window", "rule"]),
    ):
        table = pl.read_parquet(Path("beside") / name)
        ours, other = (table.filter(model=m).drop("model").sort(keys) for m in ("last", "theirs"))
        assert_frame_equal(ours, other)
    by_unit = break_down([Path("beside")], "unit")
    assert set(by_unit["model"]) == {"last", "pool", "theirs"}
    skills = by_unit.filter(model="theirs")["skill"].drop_nulls()
    assert (len(skills), skills.abs().max()) == (6, 0), "two cells have no score to gain on"
    told = Path("beside/identity.json").read_text()
    assert "submission theirs" in told


def test_units_of_which_they_do_not_speak_are_left_out_for_all(made: Made) -> None:
    theirs = submitted(Path("theirs"))
    for file in theirs.glob("*.parquet"):
        rows = pl.read_parquet(file)
        lacking = (pl.col("priogrid_gid") == 100_002) & (
            pl.col("month_id") == rows["month_id"].max()
        )
        rows.filter(~lacking, pl.col("priogrid_gid") != 100_004).write_parquet(file)
    done = made.study(features=True).evaluate(["backtest"], "beside", {"theirs": [theirs]})
    assert done.remarks[-1].endswith("does not speak of them: 100002, 100004")
    scores = pl.read_parquet("beside/scores.parquet")
    units = scores.group_by("model").agg(pl.col("unit").n_unique())
    assert dict(units.iter_rows()) == {"last": 6, "pool": 6, "theirs": 6}
    whole = pl.read_parquet("scores/scores.parquet").filter(pl.col("unit") == "100001")
    keys = ["model", "target", "window", "unit", "month", "rule"]
    mine = scores.filter(pl.col("model") != "theirs", pl.col("unit") == "100001")
    assert_frame_equal(mine.sort(keys), whole.sort(keys))


def test_a_window_of_which_they_do_not_speak_is_named(made: Made) -> None:
    theirs = submitted(Path("theirs"))
    next(theirs.glob("*.parquet")).unlink()
    with pytest.raises(ConfigError, match="'theirs' speaks of no unit of the window 20"):
        made.study(features=True).evaluate(["backtest"], "beside", {"theirs": [theirs]})


def test_a_submission_has_a_name_of_its_own(made: Made) -> None:
    with pytest.raises(ConfigError, match="cannot be called 'last'"):
        made.study(features=True).evaluate(["backtest"], "beside", {"last": [Path("theirs")]})


def test_countries_are_known_by_their_number(tmp_path: Path) -> None:
    """VIEWS calls Guyana 1 and Suriname 2; 9999 is nobody."""
    rows = [
        (457, country, draw, country * 10 + draw) for country in (2, 1, 9999) for draw in (0, 1)
    ]
    table = pl.DataFrame(rows, ["month_id", "country_id", "draw", "outcome"], orient="row")
    table.write_csv(tmp_path / "one.csv")
    like = Forecast("x", "y", month_id("2017-10"), ("GUY", "SUR"), (3,), np.zeros((2, 1, 5)))
    made = Rival("them", [tmp_path / "one.csv"]).like(like)
    assert made.draws.tolist() == [[[10, 11]], [[20, 21]]]
    assert (made.model, made.units) == ("them", ("GUY", "SUR"))
