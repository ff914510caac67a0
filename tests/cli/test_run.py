"""riskkit run: a ranking from data, the same bytes every time, and nothing from the future."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from riskkit.months import first_day, month_id
from tests.cli.running import SMALL, contents, process, riskkit, settings

AS_OF = "2019-06"
_IDENTITIES = {"identity.json", "datapackage.json", "inputs.csv", "report.html"}
"""What tells how far the files reach, which is of later too."""
STUDY = """
data:
  kind: files
  sources:
    - source: table
      path: deaths.csv
      options:
        unit: {column: country}
        time: {column: month}
        lag_months: 1
        indicators:
          ged_sb: {unit: deaths, census: true}
          ged_ns: {unit: deaths, census: true}
          unrest: {unit: index}
  world: {countries: 60, months: 300}
features: {families: [conflict]}
forecast: {model: xgboost, draws: 200}
models: {xgboost: {rounds: 15}}
"""


def write_study(folder: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    """A table of 14 invented countries and 132 months, of which the later ones are changed.

    A month comes out one month later, so that June 2019 is not known at the end of June 2019.
    """
    rng = np.random.default_rng(1)
    months = [first_day(month_id("2010-01") + k).isoformat()[:7] for k in range(132)]
    keys = [(f"XA{letter}", month) for letter in "ABCDEFGHIJKLMN" for month in months]
    rate = np.repeat(rng.gamma(0.4, 20, 14), 132) * rng.gamma(0.5, 2, len(keys))
    table = pl.DataFrame(keys, schema=["country", "month"], orient="row").with_columns(
        ged_sb=rng.poisson(rate), ged_ns=rng.poisson(rate / 3), unrest=rng.normal(size=len(keys))
    )
    known = table.filter(pl.col("month") < AS_OF)
    later = change(table.filter(pl.col("month") >= AS_OF))
    folder.mkdir()
    pl.concat([known, later]).sample(fraction=1, shuffle=True, seed=len(later)).write_csv(
        folder / "deaths.csv"
    )
    (folder / "params.yaml").write_text(STUDY)


def scrambled(later: pl.DataFrame) -> pl.DataFrame:
    """Other values, in two thirds of the rows, and one country that is gone altogether."""
    rng = np.random.default_rng(2)
    chosen = later.filter(pl.Series(rng.random(len(later)) < 0.67) & (pl.col("country") != "XAC"))
    values = rng.integers(0, 10_000, len(chosen))
    return chosen.with_columns(ged_sb=values, ged_ns=values + 1, unrest=-1.0 * values)


def figures(folder: Path) -> dict[str, bytes | list[dict[str, Any]]]:
    """What a result says, apart from what it stands on: of data, what came out later counts too."""
    told: dict[str, bytes | list[dict[str, Any]]] = dict(contents(folder))
    told |= {path.name: pl.read_parquet(path).to_dicts() for path in folder.glob("*.parquet")}
    return {name: said for name, said in told.items() if name not in _IDENTITIES}


def test_the_publication_verifies(publication: Path) -> None:
    done = riskkit("verify", publication, "--json")
    assert done.json == {"folder": str(publication), "ok": True, "findings": []}


@pytest.mark.parametrize("model", ["ewhistory", pytest.param("pool", marks=pytest.mark.slow)])
def test_another_process_writes_the_same_bytes(tmp_path: Path, model: str) -> None:
    chosen = settings(*SMALL, f"forecast.model={model}")
    riskkit("run", *chosen, "--out", "here")
    done = process("run", *chosen, "--out", "there", cwd=tmp_path)
    assert done.code == 0, done.err
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def test_a_summary_on_stdout_and_progress_on_stderr(tmp_path: Path) -> None:
    done = riskkit("run", *settings(*SMALL, "forecast.model=ewhistory"))
    assert done.out.startswith("SIMULATED data, not real countries. Top 10 of 60 units")
    assert "publication/report.html" in done.out
    assert done.err.splitlines()[0] == "riskkit run 1/3 read 6 source(s)"
    assert done.err.splitlines()[-1] == "forecast 1/1 ged_sb by ewhistory"
    again = riskkit("run", *settings(*SMALL, "forecast.model=zero"), "--json")
    assert again.json["units"] == 60
    assert len(again.json["top"]) == 10


def test_the_ranking_is_of_the_world_and_explained(publication: Path) -> None:
    ranking = pl.read_csv(publication / "ranking.csv")
    assert ranking["rank"].to_list() == list(range(1, 61))
    assert set(ranking["data_kind"]) == {"simulated"}
    assert set(ranking["window_start"]) == {"2025-02"}
    assert ranking["driver_1"].head(20).null_count() == 0


def test_parameters_are_found_in_the_working_folder(tmp_path: Path) -> None:
    lines = "data: {kind: world, world: {countries: 60, months: 300}}\nforecast: {model: zero}\n"
    (tmp_path / "params.yaml").write_text(lines + "features: {families: [conflict]}\n")
    riskkit("run")
    ranking = pl.read_csv(tmp_path / "publication" / "ranking.csv")
    assert set(ranking["model"]) == {"zero"}
    riskkit("run", "--set", "forecast.model=last")
    ranking = pl.read_csv(tmp_path / "publication" / "ranking.csv")
    assert set(ranking["model"]) == {"last"}


@pytest.mark.parametrize("change", [scrambled, lambda later: later.clear()], ids=["lies", "none"])
def test_nothing_that_came_out_later_changes_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[pl.DataFrame], pl.DataFrame]
) -> None:
    """Features, draws, contributions and ranks up to a month do not depend on what follows."""
    for name, later in (("true", lambda later: later), ("other", change)):
        write_study(tmp_path / name, later)
        monkeypatch.chdir(tmp_path / name)
        riskkit("features", "build", "--out", "features")
        at = settings(f"panel.as_of={AS_OF}")
        riskkit("forecast", *at, "--out", "forecast")
        riskkit("publish", *at, "--forecast", "forecast", "--out", "publication")
    true, other = tmp_path / "true", tmp_path / "other"
    assert (true / "deaths.csv").read_bytes() != (other / "deaths.csv").read_bytes()
    for part in ("forecast", "publication"):
        assert figures(other / part) == figures(true / part)
    until = pl.col("month") <= first_day(month_id(AS_OF))
    features = [pl.read_parquet(f / "features" / "conflict.parquet") for f in (true, other)]
    assert features[0].filter(until).equals(features[1].filter(until))
    assert not features[0].equals(features[1])


def test_run_is_forecast_and_publish_in_one(tmp_path: Path) -> None:
    chosen = settings(*SMALL, "forecast.model=ewhistory")
    riskkit("run", *chosen, "--out", "at_once")
    riskkit("forecast", *chosen, "--out", "forecast")
    riskkit("publish", *chosen, "--forecast", "forecast", "--out", "in_steps")
    assert contents(tmp_path / "in_steps") == contents(tmp_path / "at_once")


def test_odd_folder_names_do_no_harm(tmp_path: Path) -> None:
    chosen = settings(*SMALL, "forecast.model=last")
    riskkit("forecast", *chosen, "--out", "a[1] *?")
    for _ in range(2):
        riskkit("publish", *chosen, "--forecast", "a[1] *?", "--out", "b[2] {x}")
    riskkit("verify", "b[2] {x}")
    riskkit("explain", "XAA", "--publication", "b[2] {x}")
    assert {path.name for path in tmp_path.iterdir()} == {"a[1] *?", "b[2] {x}"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("forecast.model=oracle", "there is no model 'oracle'; known: analogues"),
        ("forecast.modle=pool", "there is no key 'forecast.modle'; did you mean 'model'?"),
        ("models.xgboost.depth=3", "models.xgboost has no setting 'depth'"),
        ("features.families=[weather]", "there is no family 'weather'; known: "),
        (
            "target.indicator=earthquakes",
            "no source brings 'earthquakes', which the target 'earthquakes' counts",
        ),
        ("target.indicator=refugees_out", "'refugees_out' is a yearly figure"),
        ("panel.as_of=1950-01", "the panel would end in 1950-01"),
        ("panel.as_of=yesterday", "this is not a month"),
        ("forecast.horizons=0-3", "horizons start at 1 month"),
        ("data.world.countries=3", "data.world.countries is at least 60 (got 3)"),
    ],
)
def test_settings_that_cannot_be_used(tmp_path: Path, change: str, told: str) -> None:
    done = riskkit("run", *settings(*SMALL, change), code=1)
    error = [line for line in done.err.splitlines() if line.startswith("riskkit: ")]
    assert len(error) == 1
    assert told in error[0]
    assert not (tmp_path / "publication").exists()
