"""What each result stands on: every reader names what is another study's, in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from riskkit import Study
from riskkit.errors import RiskkitError
from riskkit.study import code
from riskkit.study.stages import features_identity, forecast_identity
from riskkit.study.standing import standing_of
from tests.cli.running import riskkit
from tests.study.conftest import UNITS, Made, deaths


def _other_values(monkeypatch: pytest.MonkeyPatch) -> None:
    table = deaths()
    table.with_columns(pl.col("ged_sb") + (pl.col("month") == "2015-03")).write_csv("deaths.csv")


def _later_release(monkeypatch: pytest.MonkeyPatch) -> None:
    deaths().filter(pl.col("month") < "2020-12").write_csv("deaths.csv")


def _another_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    deaths([*UNITS, 100_009]).write_csv("deaths.csv")


def _another_library(monkeypatch: pytest.MonkeyPatch) -> None:
    version = code.version
    monkeypatch.setattr(code, "version", lambda name: "0.1" if name == "polars" else version(name))


def _changed(module: str) -> Callable[[pytest.MonkeyPatch], None]:
    def change(monkeypatch: pytest.MonkeyPatch) -> None:
        hash_of_file, end = code._hash, module.replace(".", "/")
        monkeypatch.setattr(
            code,
            "_hash",
            lambda path: (
                "new" if path.with_suffix("").as_posix().endswith(end) else hash_of_file(path)
            ),
        )

    return change


READERS: dict[str, tuple[Callable[[Made, tuple[str, ...]], object], str]] = {
    "forecast --features": (
        lambda made, given: made.study(*given, features=True).forecast(),
        "riskkit features build",
    ),
    "publish --forecast": (
        lambda made, given: made.study(*given).publish("out", "forecast"),
        "riskkit forecast",
    ),
    "publish --record": (
        lambda made, given: made.study(*given).publish("out", record="scores"),
        "riskkit backtest",
    ),
    "evaluate": (
        lambda made, given: made.study(*given).evaluate(["backtest"], "out"),
        "riskkit backtest",
    ),
}
"""How each command reads what another made, and what to run when it is another study's."""
EVERYWHERE = tuple(READERS)
FORECASTS = EVERYWHERE[1:]
CHANGES: dict[str, tuple[Callable[[pytest.MonkeyPatch], None] | str, str, tuple[str, ...]]] = {
    "values": (_other_values, r"other data \(table has other values\)", EVERYWHERE),
    "vintage": (_later_release, r"other data \(table of 2020-12, not 2020-11\)", EVERYWHERE),
    "units": (_another_unit, "other units", EVERYWHERE),
    "library": (_another_library, r"other libraries \(polars was .*, is 0\.1\)", EVERYWHERE),
    "shared code": (_changed("panel.arrays"), r"riskkit\.panel\.arrays changed", EVERYWHERE),
    "code of a family": (
        _changed("conflict.politics"),
        r"other code \(riskkit_features\.conflict\.politics changed\)",
        EVERYWHERE,
    ),
    "code of a model": (
        _changed("parts.level"),
        r"other code \(riskkit\.models\.parts\.level changed\)",
        FORECASTS,
    ),
    "code of a score": (_changed("scoring.ensemble"), "scoring.ensemble", ("publish --record",)),
    "date": ("panel.as_of=2020-06", r"panel\.as_of was 2020-12, is 2020-06", EVERYWHERE),
    "seed": ("seed=5", r"other parameters \(seed was 20240101, is 5\)", FORECASTS),
    "draws": ("forecast.draws=200", r"forecast\.draws was 100, is 200", FORECASTS),
    "setting of a model": (
        "models.pool.members=[ewhistory,xgboost]",
        r"models\.pool\.members was \[\"ewhistory\"\], is \[\"ewhistory\", \"xgboost\"\]",
        FORECASTS,
    ),
    "horizons": ("forecast.horizons=1-2", "forecast.horizons was 1-3", ("publish --forecast",)),
}
"""What may be otherwise, how it is told, and which results stand on it."""


def _apply(
    change: Callable[[pytest.MonkeyPatch], None] | str, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, ...]:
    if isinstance(change, str):
        return (change,)
    change(monkeypatch)
    return ()


@pytest.mark.parametrize(
    ("name", "reader"), [(name, reader) for name, (*_, by) in CHANGES.items() for reader in by]
)
def test_a_result_of_another_study_is_refused_in_words(
    made: Made, monkeypatch: pytest.MonkeyPatch, name: str, reader: str
) -> None:
    change, told, _ = CHANGES[name]
    (read, remedy), given = READERS[reader], _apply(change, monkeypatch)
    with pytest.raises(RiskkitError, match=f"is of another study: .*{told}") as refused:
        read(made, given)
    assert refused.value.hint is not None
    assert remedy in refused.value.hint
    assert not Path("out").exists()


@pytest.mark.parametrize("reader", READERS)
def test_a_result_of_the_same_study_is_taken_wherever_it_stands(made: Made, reader: str) -> None:
    read, _ = READERS[reader]
    read(made, ())


@pytest.mark.parametrize(
    "setting",
    ["backtest.processes=2", "composite.exponent=3", "models.xgboost.rounds=7", "data.store=x"],
)
def test_what_does_not_matter_to_a_forecast_changes_nothing(made: Made, setting: str) -> None:
    made.study(setting).publish("out", "forecast", "scores")


def test_rows_in_another_order_are_the_same_data(made: Made) -> None:
    before = forecast_identity(made.study())
    deaths().sample(fraction=1, shuffle=True, seed=3).write_csv("deaths.csv")
    assert forecast_identity(made.study()).hash == before.hash


def test_the_same_study_has_one_identity_on_every_path(whole: Made, made: Made) -> None:
    here = (made.folder / "forecast/identity.json").read_bytes()
    assert here == (whole.folder / "forecast/identity.json").read_bytes()
    study = Study.open(whole.folder / "params.yaml", [f"data.root={whole.folder}"])
    assert forecast_identity(study).hash == forecast_identity(made.study()).hash


def test_a_family_stands_on_its_own_data_only(made: Made) -> None:
    """A table that the family does not read may change."""
    table = Path("rain.csv")
    table.write_text("gid,month,rain_anomaly\n100001,2015-01,1.5\n")
    options = "options: {{unit: {{column: gid, system: cell}}, time: {{column: month}}, {}}}"
    counted = "indicators: {ged_sb: {unit: deaths, census: true}, ged_ns: {unit: deaths}}"
    rain = "indicators: {rain_anomaly: {unit: z}}"
    entries = [
        f"{{source: table, path: deaths.csv, {options.format(counted)}}}",
        f"{{source: table, path: rain.csv, {options.format(rain)}}}",
    ]
    entry = f"data.sources=[{', '.join(entries)}]"
    study = made.study(entry)
    conflict = study.families[0]
    before = features_identity(study, conflict), forecast_identity(study)
    table.write_text("gid,month,rain_anomaly\n100001,2015-01,-1.5\n")
    again = made.study(entry)
    assert features_identity(again, conflict).hash == before[0].hash
    assert forecast_identity(again).hash != before[1].hash


@pytest.mark.parametrize("path", ["features", "forecast", "backtest", "scores", "publication"])
def test_doctor_tells_what_a_result_stands_on(
    made: Made, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    (one,) = standing_of(made.study(), Path(path))
    assert one.same
    assert one.words()["data"] == "table of 2020-12"
    assert re.search(r"polars \d", one.words()["libraries"])
    assert "panel.as_of=2020-12" in one.words()["parameters"]
    _later_release(monkeypatch)
    (other,) = standing_of(made.study("panel.as_of=2020-12"), Path(path))
    assert other.differences == ("other data (table of 2020-12, not 2020-11)",)


def test_doctor_tells_what_a_file_stands_on(made: Made) -> None:
    parts = sorted(Path("backtest/parts").iterdir())
    files = [Path("features/conflict.parquet"), Path("backtest/forecasts.parquet"), *parts]
    assert len(files) == 6
    for file in files:
        (one,) = standing_of(made.study(), file)
        assert one.same, file
        (other,) = standing_of(made.study("seed=5"), file)
        assert other.same is (file.parent.name == "features"), file


@pytest.mark.usefixtures("made")
def test_doctor_prints_it_and_exits_with_1_where_a_result_is_another_studys() -> None:
    done = riskkit("doctor", "features", "publication")
    first, data = done.out.splitlines()[:2]
    assert first == "ok   features/conflict.parquet: features"
    assert data == "     data: table of 2020-12"
    told = riskkit("doctor", "features", "forecast", "--set", "seed=5", code=1)
    assert "     built from other parameters (seed was 20240101, is 5)\n" in told.out
    assert [line.split()[:2] for line in told.out.splitlines() if line[0] != " "] == [
        ["ok", "features/conflict.parquet:"],
        ["FAIL", "forecast:"],
    ]
    (features, forecast) = riskkit(
        "doctor", "features", "forecast", "--set", "seed=5", "--json", code=1
    ).json
    assert (features["same"], features["differences"]) == (True, [])
    assert (forecast["stage"], forecast["same"]) == ("forecast", False)
    assert forecast["differences"] == ["other parameters (seed was 20240101, is 5)"]
    assert forecast["stands_on"]["data"] == "table of 2020-12"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("nothing", "there is no nothing"),
        ("deaths.csv", "there is no deaths.csv/identity.json"),
        (".", "there is no identity.json"),
    ],
)
def test_doctor_refuses_what_is_no_result(made: Made, path: str, told: str) -> None:
    with pytest.raises(RiskkitError, match=told):
        standing_of(made.study(), Path(path))


def test_backtests_that_were_scored_on_other_outcomes_are_not_compared(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    from riskkit.study.comparison import compare_backtests

    deaths().with_columns(
        pl.col("ged_sb") + 7 * (pl.col("month") == "2019-02").cast(pl.Int64)
    ).write_csv("deaths.csv")
    made.study().backtest("other")
    assert compare_backtests([Path("scores"), Path("scores")], None).height
    with pytest.raises(
        RiskkitError, match=r"other data: 8 of 48 outcomes differ, the first of 100001 in 2019-02"
    ):
        compare_backtests([Path("scores"), Path("other")], None)
