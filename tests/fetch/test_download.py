"""One file: the time that it may take, and the parts that wait for the next run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from riskkit.fetch.addresses import Address
from riskkit.fetch.download import Job, download
from riskkit.fetch.request import Passing, Request, Session
from tests.fetch.conftest import NEW, QUICK, Bench, table
from tests.fetch.hostile import answer, dripping, file, head


def test_time_limits_end_a_body_that_has_no_length(bench: Bench, tmp_path: Path) -> None:
    """The end that riskkit itself makes of a connection does not pass for the end of the file."""
    limits = replace(QUICK, whole=0.3, window=60, attempts=1)
    bench.server.script = [dripping(NEW, 0.01, head("200 OK") + NEW[:3000])]
    job = Job(Request(bench.server.url()), tmp_path / "riots.csv", 200_000, "the page")
    with pytest.raises(Passing, match="too slow and was given up"):
        download(job, Session(limits), lambda size: None)
    assert not job.path.exists()


def test_files_that_are_whole_wait_for_the_others(bench: Bench) -> None:
    first = bench.address()
    second = Address(bench.server.url("/more.csv"), "more.csv", 200_000)
    bench.server.script = [file(NEW), answer(b"", "500 Oops")]
    assert bench.fetch(first, second).state == "refused"
    bench.server.asked.clear()
    bench.server.script = [file(NEW), file(table(5, 12))]
    assert bench.fetch(first, second).state == "fetched"
    assert bench.server.asked[0].headers["if-none-match"] == '"one"'
    assert len(bench.store.entries()) == 2


@pytest.mark.parametrize("damage", ["{", "", '{"address": "elsewhere"}'])
def test_a_part_whose_marks_are_lost_is_thrown_away(bench: Bench, damage: str) -> None:
    waiting = bench.store.folder / ".partial" / "table"
    waiting.mkdir(parents=True)
    (waiting / "riots.csv.part").write_text("rubbish")
    (waiting / "riots.csv.marks.json").write_text(damage)
    bench.server.script = [file(NEW)]
    assert bench.fetch().state == "fetched"
    assert bench.kept()[1] == NEW
    assert "range" not in bench.server.asked[0].headers
