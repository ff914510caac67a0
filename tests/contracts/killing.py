"""Processes that are killed in the middle of their writing, again and again.

Run as a script it loads the libraries once and forks a child for each attempt, which makes a death
cost milliseconds. Nothing is counted on here that a user's process would not have: each child does
what a command does, and is ended from outside.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from riskkit.atomic import atomic_folder

MARKER = "datapackage.json"
FILES = tuple(f"{name}.csv" for name in ("ranking", "components", "regions", "forecasts"))


def publish(folder: Path, token: str, size: int = 40_000) -> None:
    """Write several files that name their publication, and a description with their hashes."""
    with atomic_folder(folder, MARKER) as fresh:
        (fresh / "units").mkdir()
        hashes = {}
        for name in (*FILES, *(f"units/{number}.csv" for number in range(6))):
            data = f"{token}\n".encode() * (size // (len(token) + 1))
            (fresh / name).write_bytes(data)
            hashes[name] = hashlib.sha256(data).hexdigest()
        (fresh / MARKER).write_text(json.dumps({"token": token, "hashes": hashes}))


def token_of(folder: Path) -> str:
    """Check a publication as a whole, by one open of its folder.

    Raises:
        FileNotFoundError: It was replaced meanwhile.
        AssertionError: It is a mixture, or not whole.
    """
    root = os.open(folder, os.O_RDONLY)
    try:

        def read(name: str) -> bytes:
            handle = os.open(name, os.O_RDONLY, dir_fd=root)
            with os.fdopen(handle, "rb") as file:
                return file.read()

        told = json.loads(read(MARKER))
        data = {name: read(name) for name in told["hashes"]}
    finally:
        os.close(root)
    for name, wanted in told["hashes"].items():
        assert hashlib.sha256(data[name]).hexdigest() == wanted, (name, told["token"])
    return str(told["token"])


def dawdle(*_: object) -> None:
    """Work that takes longer than anybody waits."""
    time.sleep(600)


def leftovers(folder: Path) -> list[str]:
    """What is neither a result nor a lock, anywhere below a folder."""
    hidden = (path for path in folder.rglob("*") if path.name.startswith("."))
    return sorted(str(path) for path in hidden if path.name != ".lock")


def ended(work: Callable[[], None], after: float, number: signal.Signals) -> bool:
    """Do some work in a child and end it after a while; say if it was still at it."""
    _use_numbers_again()
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            if not isinstance(error, SystemExit | KeyboardInterrupt):
                sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(1)
        os._exit(0)
    time.sleep(after)
    os.kill(child, number)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 128 + number


def _use_numbers_again() -> None:
    """Give the next child the number of the last, as containers do; elsewhere it is left alone."""
    if os.getpid() < 10:  # in a space of process numbers of our own
        with suppress(OSError):
            Path("/proc/sys/kernel/ns_last_pid").write_text("99")


def completed(work: Callable[[], None]) -> float:
    """Do some work in a child to its end; say how long it took."""
    start = time.monotonic()
    _use_numbers_again()
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            if not isinstance(error, SystemExit) or error.code:
                sys.stderr.write(f"{type(error).__name__}: {error}\n")
                os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status == 0, "a process that nobody killed failed"
    return time.monotonic() - start


def quickest(work: Callable[[], None]) -> float:
    """How long some work takes when nothing holds it up, so that moments hit it and no later."""
    return min(completed(work) for _ in range(5))


@dataclass
class Deaths:
    """Random moments, three by SIGKILL for one by SIGTERM, until so many have died in the middle.

    Attributes:
        wanted: Deaths in the middle of the work.
        longest: Seconds that the work takes at most.
        seed: Of the moments.
        killed: Deaths so far.
        attempts: Processes that were aimed at so far, with those that had already ended.
    """

    wanted: int
    longest: float
    seed: int
    killed: int = 0
    attempts: int = 0

    def of(self, work: Callable[[int], Callable[[], None]]) -> Iterator[int]:
        """Kill what `work` returns for each attempt; yield after each."""
        chance = random.Random(self.seed)
        while self.killed < self.wanted:
            assert self.attempts < 20 * self.wanted + 50, "hardly anybody dies in the middle"
            how = signal.SIGTERM if self.attempts % 4 == 3 else signal.SIGKILL
            died = ended(work(self.attempts), chance.uniform(0, self.longest), how)
            self.killed += died
            self.attempts += 1
            yield self.attempts

    def tell(self, what: str) -> int:
        """Say how many died, and return it."""
        sys.stderr.write(f"{what}: {self.killed} of {self.attempts} killed in the middle\n")
        return self.killed


def publishing(home: Path, number: int) -> int:
    """Publishers that die: the folder always holds one whole publication."""
    out = home / "publication"
    publish(out, "first")
    took = quickest(lambda: publish(out, "dry run"))
    deaths = Deaths(number, 1.2 * took, seed=1)
    for _ in deaths.of(lambda attempt: lambda: publish(out, f"version {attempt}")):
        assert token_of(out)
    completed(lambda: publish(out, "last"))
    assert token_of(out) == "last"
    assert leftovers(home) == []
    assert [path.name for path in home.iterdir()] == ["publication"]
    return deaths.tell("publishing")


def adding(home: Path, number: int) -> int:
    """Processes that die in `data add`: the store is as before or after, and can be added to."""
    from riskkit.store import Store

    options = {
        "unit": {"column": "iso3", "codes": {"one": "XAA"}},
        "time": {"column": "month"},
        "indicators": {"riots": {"unit": "events"}},
    }
    files = []
    for version in range(2):
        (home / f"in{version}").mkdir()
        files.append(home / f"in{version}" / "riots.csv")
        files[-1].write_text(f"iso3,month,riots\none,2020-01,{version}\n")
    store = home / "data"

    def add(version: int) -> Callable[[], None]:
        return lambda: Store(store).add("table", files[version], options) and None

    completed(add(0))
    took = quickest(add(1))
    deaths = Deaths(number, 1.2 * took, seed=2)
    for _ in deaths.of(lambda attempt: add(attempt % 2)):
        (entry,) = Store(store).entries()
        Store(store).check(entry)
    completed(add(0))
    (entry,) = Store(store).entries()
    Store(store).check(entry)
    assert (store / entry.folder / "riots.csv").read_bytes() == files[0].read_bytes()
    kept = [path for path in store.rglob("*") if path.is_file() and path.name != ".lock"]
    assert sorted(path.name for path in kept) == ["manifest.json", "riots.csv"]
    assert leftovers(store) == []
    return deaths.tell("data add")


def _command(*arguments: str) -> Callable[[], None]:
    """A command line as a user types it, quietly."""

    def work() -> None:
        from riskkit.cli import main

        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        main(arguments)

    return work


STUDY = """\
data:
  kind: files
  sources:
    - source: table
      path: deaths.csv
      options:
        unit: {column: unit}
        time: {column: month}
        indicators: {ged_sb: {unit: deaths}}
features: {families: [conflict]}
forecast: {draws: 100}
backtest:
  origins: 2017-06,2018-06
  models: [zero, last, conflictology]
  horizons: 1-3
  processes: 1
"""


def small_study(home: Path) -> None:
    """Write a study of twelve invented countries and twelve years."""
    chance = random.Random(3)
    rows = [
        f"XA{unit},{year}-{month:02},{chance.choice([0, 0, 0, 1, 5, 40])}"
        for unit in "ABCDEFGHIJKL"
        for year in range(2008, 2020)
        for month in range(1, 13)
    ]
    (home / "deaths.csv").write_text("\n".join(["unit,month,ged_sb", *rows, ""]))
    (home / "params.yaml").write_text(STUDY)


def contents(folder: Path) -> dict[str, str]:
    """Hash of each file below a folder, hidden ones left out."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.name[0] != "."
    }


def commanding(home: Path, number: int) -> int:
    """Commands that die: what stands stays whole, and the next run is as if nothing happened."""
    os.chdir(home)
    small_study(home)
    build = ("features", "build", "--out", "built")
    backtest = ("backtest", "--no-scores", "--out", "bt")
    evaluate = ("evaluate", "bt", "--out", "scores")
    killed = 0
    for seed, command in enumerate((build, backtest, evaluate)):
        out = command[-1]
        completed(_command(*command))
        if command is backtest:
            _remove(home / out)
        took = completed(_command(*command))  # once more, with the caches of the first warm
        sys.stderr.write(f"{command[0]} takes {took:.1f} s\n")
        wanted = contents(home / out)
        assert wanted

        def again(_: int, command: Sequence[str] = command) -> Callable[[], None]:
            if command is backtest:  # finished parts are not made again: begin anew
                _remove(home / command[-1])
            return _command(*command)

        deaths = Deaths(number, 1.05 * took, seed)
        for _ in deaths.of(again):
            found = contents(home / out) if (home / out).exists() else {}
            if command is backtest:  # it says that it is not finished, and keeps what is
                found = {name: what for name, what in found.items() if name != "identity.json"}
            else:
                assert found == wanted, f"{out} is not what it was"
            assert found.items() <= wanted.items(), found.items() - wanted.items()
        completed(_command(*command))
        assert contents(home / out) == wanted
        killed += deaths.tell(command[0])
    assert leftovers(home) == []
    return killed


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def racing(home: Path, seconds: float) -> int:
    """Two publishers and a reader at once: what is read is one whole publication.

    It ends when the time is over and something of both was read, however slow the disk is.
    """
    out, enough = home / "publication", home / "enough"
    publish(out, "first")
    start = time.monotonic()

    def publisher(name: str) -> Callable[[], None]:
        def work() -> None:
            number = 0
            while not enough.exists():
                publish(out, f"{name} {number}", 20_000)
                number += 1

        return work

    children = []
    for name in ("A", "B"):
        child = os.fork()
        if child == 0:
            try:
                publisher(name)()
            except BaseException as error:
                sys.stderr.write(f"{type(error).__name__}: {error}\n")
                os._exit(1)
            os._exit(0)
        children.append(child)
    read: set[str] = set()
    replaced = 0
    while time.monotonic() < start + seconds or (
        not {"A", "B"} <= {token[0] for token in read} and time.monotonic() < start + 300
    ):
        try:
            read.add(token_of(out))
        except FileNotFoundError:
            replaced += 1
    enough.touch()
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    publish(out, "last")
    assert leftovers(home) == []
    assert {token[0] for token in read} >= {"A", "B"}, read
    sys.stderr.write(f"{len(read)} publications read, {replaced} replaced while being read\n")
    return len(read)


JOBS = {"publishing": publishing, "adding": adding, "commanding": commanding, "racing": racing}

if __name__ == "__main__":
    job, folder, amount = sys.argv[1:]
    if job in ("adding", "commanding"):
        from riskkit import registry, store  # noqa: F401

        registry.sources()
    if job == "commanding":
        for noun in ("backtest", "evaluate", "features"):
            import_module(f"riskkit.cli.{noun}")
        for room in ("study", "scoring", "world", "publish"):
            package = import_module(f"riskkit.{room}")
            for module in iter_modules(package.__path__):
                import_module(f"riskkit.{room}.{module.name}")
        registry.families()
        registry.models()
    print(JOBS[job](Path(folder), int(amount)))
