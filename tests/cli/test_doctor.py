"""riskkit doctor: what works and what does not."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running import SMALL, riskkit, settings


def test_a_sound_installation() -> None:
    checks = riskkit("doctor", *settings(*SMALL), "--json").json
    assert all(check["ok"] for check in checks)
    assert {"python", "packages", "parameters", "data"} <= {check["check"] for check in checks}


def test_a_failing_check_is_named_and_exits_with_1(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("forecast: {modle: pool}\n")
    done = riskkit("doctor", code=1)
    failed = [line for line in done.out.splitlines() if line.startswith("FAIL")]
    assert [line.split(":")[0] for line in failed] == ["FAIL parameters", "FAIL data"]
    assert "forecast.modle" in failed[0]
