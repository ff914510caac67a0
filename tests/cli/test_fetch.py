"""riskkit data fetch: one line per source, exit codes, JSON, offline, and no secret anywhere."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from riskkit.sources import Address, Credential, Offer
from riskkit.store import Store
from riskkit.store.fetch import run
from riskkit.store.fetch.addresses import BY_HAND
from riskkit.store.fetch.request import Session
from tests.cli.running import riskkit
from tests.store.fetch.conftest import PATIENT
from tests.store.fetch.hostile import Server, answer, file, serving

COUPS = "country\tccode\tyear\tmonth\tday\tcoup\tversion\n" + "\n".join(
    f"Mali\t432\t{year}\t3\t2\t1\t2026" for year in range(1991, 2020)
)
KEY = Credential(("RISKKIT_TEST_KEY",), "query", "key", "register at https://example.org")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A publisher of the coups file, in the place of all others."""
    with serving() as server:
        address = Address(server.url("/coups.txt"), "coups.txt")
        table = {
            "coups": Offer(lambda _: (address,)),
            "idmc": Offer(lambda _: (address,), KEY),
        }
        known = {"table": table, "by_hand": {"gtd": BY_HAND["gtd"]}}
        monkeypatch.setattr(
            run.fetch, "__kwdefaults__", {**(run.fetch.__kwdefaults__ or {}), **known}
        )
        monkeypatch.setattr(run, "Session", lambda: Session(PATIENT))
        yield server


def test_one_line_per_source(server: Server, tmp_path: Path) -> None:
    server.script = [file(COUPS.encode())]
    done = riskkit("data", "fetch")
    lines = done.out.splitlines()
    assert lines[0].startswith("coups: fetched: 1 file(s), ")
    assert lines[1] == f"gtd: skipped: {BY_HAND['gtd']}"
    assert lines[2] == "idmc: skipped: register at https://example.org"
    assert riskkit("data", "fetch", "coups").out.startswith("coups: not modified: 1 file(s), ")
    (row,) = riskkit("data", "fetch", "coups", "--json").json
    assert (row["source"], row["state"], row["files"]) == ("coups", "not modified", ["coups.txt"])
    assert "coups/coups" in riskkit("data", "status").out
    assert riskkit("data", "verify", "--json").json == {"ok": True, "files": 1}


def test_a_refusal_ends_with_1(server: Server) -> None:
    server.script = [answer(b"", "404 Not Found")]
    done = riskkit("data", "fetch", "coups", code=1)
    assert done.out.startswith("coups: refused: http://127.0.0.1")
    assert done.err.splitlines()[-1].startswith("riskkit: 1 source(s) were not fetched: coups;")
    assert riskkit("data", "fetch", "gtd", code=1).out.startswith("gtd: skipped: wants an account")
    assert riskkit("data", "fetch", "gdp", code=1).err.startswith("riskkit: there is no source")


def test_offline_contacts_nobody(server: Server) -> None:
    assert "is not in data" in riskkit("data", "fetch", "coups", "--offline", code=1).out
    server.script = [file(COUPS.encode())]
    riskkit("data", "fetch", "coups")
    asked = len(server.asked)
    done = riskkit("data", "fetch", "--offline")
    assert done.out.startswith("coups: not modified: 1 file(s), ")
    assert done.out.endswith("0 days old\n")
    (row,) = riskkit("data", "fetch", "coups", "--offline", "--json").json
    assert row["source"] == "coups"
    assert len(server.asked) == asked


def test_debug_shows_no_secret(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    monkeypatch.setenv("RISKKIT_TEST_KEY", "hunter2/hunter2")
    server.script = [answer(b"hunter2/hunter2", "403 Forbidden", X="hunter2/hunter2")]
    done = riskkit("--debug", "data", "fetch", "idmc", code=1)
    assert "hunter2" in server.asked[0].target
    assert "check RISKKIT_TEST_KEY; register at" in done.out
    assert "hunter2" not in f"{done.out}{done.err}{caplog.text}"


def test_two_processes_do_not_collide(server: Server, tmp_path: Path) -> None:
    holder = (
        "import sys; from pathlib import Path; from riskkit.store import Store\n"
        "with Store(Path('data')).locked(): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder], stdin=-1, stdout=-1, text=True, cwd=tmp_path
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        Path("coups.txt").write_text(COUPS)
        patch = pytest.MonkeyPatch()
        patch.setattr("riskkit.store.PATIENCE", 0.1)
        for command in (["fetch", "coups"], ["add", "coups", "coups.txt"]):
            done = riskkit("data", *command, code=1)
            assert "riskkit: another riskkit process is using data; wait" in done.err
        patch.undo()
        other.communicate("")
    assert not Store(Path("data")).entries()
    assert not server.asked


def test_asking_for_help_loads_no_network_library() -> None:
    code = "import sys; from riskkit.cli import main\ntry: main(['data', 'fetch', '--help'])\n"
    code += "finally: print({'httpx', 'stamina', 'filelock'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"
