"""Results of several files are one thing: exchanged as a whole, and opened as a whole."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.study import forecasting
from riskkit.study.forecasting import read_outlook
from riskkit.study.identity import Identity
from riskkit.study.results import MARKER, open_result, result_folder, stamp_of, write_stamped
from tests.cli.running import contents
from tests.study.conftest import Made

ONE = Identity(stage="forecast", parameters={"seed": 1})
TABLE = pl.DataFrame({"unit": ["XAA"], "value": [1]})


def write(folder: Path, value: int = 1) -> None:
    with result_folder(folder, ONE) as fresh:
        write_stamped(
            TABLE.with_columns(value=value), fresh / "table.parquet", ONE, {"more": "text"}
        )
        (fresh / "note.txt").write_text(str(value))


def _interrupted(folder: Path) -> None:
    with result_folder(folder, ONE) as fresh:
        write_stamped(TABLE, fresh / "table.parquet", ONE)
        raise KeyboardInterrupt


def test_a_result_is_read_back(tmp_path: Path) -> None:
    write(tmp_path / "out")
    opened = open_result(tmp_path / "out", "riskkit forecast")
    assert opened.identity == ONE
    assert opened.table("table.parquet").equals(TABLE.with_columns(value=pl.lit(1)))
    assert opened.metadata("table.parquet")["more"] == "text"
    assert stamp_of(tmp_path / "out" / "table.parquet") == ONE
    assert set(opened.files) == {"table.parquet", "note.txt"}


def test_an_interrupted_write_leaves_the_old_result_whole(tmp_path: Path) -> None:
    write(tmp_path / "out")
    before = contents(tmp_path / "out")
    with pytest.raises(KeyboardInterrupt):
        _interrupted(tmp_path / "out")
    assert contents(tmp_path / "out") == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_forecast_that_stops_between_its_files_leaves_the_earlier_one(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Draws of one model never stand beside explanations of another."""
    before = contents(Path("forecast"))

    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(forecasting, "fans", fail)
    with pytest.raises(OSError, match="no space"):
        made.study("seed=5").forecast("forecast")
    assert contents(Path("forecast")) == before
    made.study().publish("out", "forecast")


@pytest.mark.parametrize("name", ["forecasts.parquet", "fan.csv"])
def test_files_of_two_results_in_one_folder_are_refused(made: Made, name: str) -> None:
    made.study("seed=5").forecast("other")
    if name == "fan.csv":
        shutil.copyfile("other/identity.json", "forecast/identity.json")
        study = made.study("seed=5")
    else:
        shutil.copyfile(f"other/{name}", f"forecast/{name}")
        study = made.study()
    told = r"forecasts\.parquet is not the file that was written with forecast/identity\.json"
    with pytest.raises(RiskkitError, match=told):
        read_outlook(study, Path("forecast"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda out: (out / MARKER).unlink(),
            "there is no .*identity.json; run `riskkit forecast`",
        ),
        (lambda out: (out / MARKER).write_text("{"), "identity.json is damaged"),
        (
            lambda out: (out / MARKER).write_text("{}"),
            "identity.json is damaged",
        ),
        (lambda out: (out / "table.parquet").unlink(), "there is no .*table.parquet; make the res"),
        (lambda out: (out / "table.parquet").write_bytes(b"PAR1"), "is not the file that was writ"),
    ],
    ids=["no marker", "half a marker", "no identity", "no table", "half a table"],
)
def test_a_damaged_result_is_refused(tmp_path: Path, change: object, told: str) -> None:
    write(tmp_path / "out")
    assert callable(change)
    change(tmp_path / "out")
    with pytest.raises(RiskkitError, match=told):
        open_result(tmp_path / "out", "riskkit forecast").table("table.parquet")


def test_a_table_that_says_nothing_of_itself_is_refused(tmp_path: Path) -> None:
    TABLE.write_parquet(tmp_path / "plain.parquet")
    with pytest.raises(RiskkitError, match=r"plain\.parquet does not say what it stands on"):
        stamp_of(tmp_path / "plain.parquet")
    (tmp_path / "text.parquet").write_text("text")
    with pytest.raises(RiskkitError, match=r"text\.parquet is damaged"):
        stamp_of(tmp_path / "text.parquet")


def test_a_folder_of_somebody_else_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(RiskkitError, match="mine"):
        write(tmp_path / "mine")
    assert contents(tmp_path / "mine") == {"letter.txt": b"dear"}


def test_the_marker_holds_the_identity_and_every_hash(tmp_path: Path) -> None:
    write(tmp_path / "out")
    told = json.loads((tmp_path / "out" / MARKER).read_text())
    assert told["identity"]["parameters"] == {"seed": 1}
    assert set(told["files"]) == {"table.parquet", "note.txt"}
