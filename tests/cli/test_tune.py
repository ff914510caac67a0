"""riskkit tune: a real search in the small world, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.running import SMALL, riskkit, settings

SEARCH = ("tune", "climatology", *settings(*SMALL), "--origins", "2014-10,2015-10")


def test_a_search_says_how_many_it_tried(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    done = riskkit(*SEARCH, "--trials", "3", "--out", log)
    assert "best of 3 tries" in done.out
    assert "chosen among 3 by log1p_crps on these windows" in done.out
    assert done.out.endswith(f"{log}: 3 trials\n")
    kept = tmp_path / "metrics.json"
    told = riskkit(*SEARCH, "--trials", "3", "--out", log, "--json", "--metrics", kept).json
    assert json.loads(kept.read_text(encoding="utf-8")) == told
    assert told["trials"] == 3
    assert told["today"]["settings"] == {"years": 15, "width": 3}
    assert len(log.read_text(encoding="utf-8").splitlines()) == 4


def test_later_windows_need_report(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    late = ("tune", "climatology", *settings(*SMALL), "--origins", "2018-10", "--out", log)
    assert "2017-12" in riskkit(*late, code=1).err
    riskkit(*SEARCH, "--trials", "2", "--out", log)
    told = riskkit(*late, "--report").out
    assert "windows 2019" in told
    assert "best of 2 tries" in told
    assert "was not chosen for" in told
