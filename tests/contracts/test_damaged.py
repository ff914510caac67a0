"""Damaged files, each kind of which is told in one line that names the file and what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.running import riskkit
from tests.contracts.killing import small_study

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut": lambda data: data[: len(data) * 2 // 3],
    "garbled": lambda data: data[: len(data) // 4] + b"\x00\xff" * 40 + data[len(data) // 4 + 80 :],
    "web page": lambda _: b"<!DOCTYPE html><html><title>502 Bad Gateway</title></html>",
}
FILES: dict[str, tuple[list[str], str]] = {
    "bt/parts/*.parquet": (["backtest"], "remove it and run `riskkit backtest` again"),
    "bt/forecasts.parquet": (["evaluate", "bt", "--out", "new"], "make the result again"),
    "bt/identity.json": (["evaluate", "bt", "--out", "new"], "make the result again"),
    "scores/leaderboard.csv": (["leaderboard", "scores"], "make the result again"),
    "scores/identity.json": (["leaderboard", "scores"], "make the result again"),
    "fc/forecasts.parquet": (["publish", "--forecast", "fc", "--out", "new"], "make the result"),
    "fc/identity.json": (["publish", "--forecast", "fc", "--out", "new"], "make the result"),
    "publication/datapackage.json": (["verify", "publication"], "publish again"),
    "data/manifest.json": (["data", "status"], "move the folder away and add the files again"),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("results")
    small_study(home)
    params = home / "params.yaml"
    params.write_text(params.read_text().replace("draws: 100", "draws: 100, model: ewhistory"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        riskkit("backtest", "--no-scores", "--out", "bt")
        riskkit("evaluate", "bt", "--out", "scores")
        riskkit("forecast", "--out", "fc")
        riskkit("publish", "--forecast", "fc", "--out", "publication")
        options = ("unit.column=unit", "time.column=month", "indicators.ged_sb.unit=deaths")
        chosen = [part for option in options for part in ("--option", option)]
        riskkit("data", "add", "table", "deaths.csv", *chosen)
    return home


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("file", FILES)
def test_a_damaged_file_is_named_with_the_remedy(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, damage: str
) -> None:
    home = tmp_path / "home"
    shutil.copytree(results, home)
    monkeypatch.chdir(home)
    victim = min(Path().glob(file))
    victim.write_bytes(DAMAGES[damage](victim.read_bytes()))
    command, remedy = FILES[file]
    out = ["--no-scores", "--out", "bt"] if command == ["backtest"] else []
    done = riskkit(*command, *out, code=1)
    (line,) = [line for line in done.err.splitlines() if line.startswith("riskkit: ")]
    assert str(victim) in line
    assert "mistake" not in line
    assert remedy in line
