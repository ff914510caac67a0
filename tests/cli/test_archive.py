"""riskkit run --archive, and verify a year later: the archive as a user meets it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from riskkit.archive.ledger import appended, read
from riskkit.study import shipped
from riskkit.study.study import Study
from tests.cli.running import SMALL, contents, riskkit, settings

QUICK = settings(*SMALL, "forecast.model=ewhistory")
THEN = settings("panel.as_of=2018-06")
"""Long before the simulated world ends, so that everything has come true."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive of one publication whose window has come true, and it graded."""
    home = tmp_path_factory.mktemp("archive")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        riskkit("run", *QUICK, *THEN, "--archive", "archive")
        riskkit("verify", "archive", "--outcomes", *QUICK)
    return home


@pytest.fixture
def home(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(whole, tmp_path / "home", symlinks=True)
    monkeypatch.chdir(tmp_path / "home")
    return tmp_path / "home"


def test_run_archives_and_says_so(home: Path) -> None:
    done = riskkit("run", *QUICK, *THEN, "--archive", "archive")
    assert "Archived as archive/2018-06 (" in done.out
    assert contents(home / "archive" / "2018-06").keys() == {
        *contents(home / "publication"),
        "archived.json",
    }


def test_the_same_month_again_is_archived_once(home: Path) -> None:
    before = contents(home / "archive" / "2018-06")
    riskkit("run", *QUICK, *THEN, "--archive", "archive")
    assert contents(home / "archive" / "2018-06") == before
    assert not (home / "archive" / "2018-06-r2").exists()


def test_another_one_of_the_month_needs_a_reason(home: Path) -> None:
    other = [*QUICK, *THEN, *settings("seed=7")]
    done = riskkit("run", *other, "--archive", "archive", code=1)
    assert "--reason" in done.err
    told = json.loads((home / "archive" / "status.json").read_text())
    assert told["status"] == "error"
    riskkit("run", *other, "--archive", "archive", "--reason", "another seed")
    told = json.loads((home / "archive" / "2018-06-r2" / "archived.json").read_text())
    assert (told["revises"], told["reason"]) == ("2018-06", "another seed")


def test_a_later_month_is_compared_with_the_archive_and_not_with_out(home: Path) -> None:
    later = settings("panel.as_of=2018-07")
    riskkit("run", *QUICK, *later, "--archive", "archive", "--out", "elsewhere")
    previous = pl.read_csv(home / "archive" / "2018-07" / "previous.csv")
    assert previous["as_of"].unique().to_list() == ["2018-06"]
    assert (home / "archive" / "latest").resolve().name == "2018-07"


def test_without_data_the_status_says_so(home: Path) -> None:
    riskkit("run", *settings("data.kind=store", "data.store=nowhere"), "--archive", "a", code=1)
    told = json.loads((home / "a" / "status.json").read_text())
    assert told["status"] == "no data"
    assert "nowhere" in told["message"]


def test_verify_of_an_archive(home: Path) -> None:
    done = riskkit("verify", "archive")
    assert "archive: 1 publication(s), the newest 2018-06" in done.out
    assert "status: " in done.out
    assert "every file is what was archived" in done.out
    told = riskkit("verify", "archive", "--json").json
    assert told["ok"]
    assert told["status"]["publication"] == "2018-06"


def test_outcomes_grade_each_publication_once(home: Path) -> None:
    before = (home / "archive" / "ledger.csv").read_text()
    done = riskkit("verify", "archive", "--outcomes", *QUICK)
    assert "settled figures: 1 graded, 0 void, 0 too early" in done.out
    assert "no average: fewer than 5" in done.out
    assert (home / "archive" / "ledger.csv").read_text() == before
    lines = read(before)
    assert set(lines.filter(state="graded")["figures"]) <= {"first", "settled"}
    assert set(lines["kind"]) == {"replayed"}, "it was archived long after its window had ended"
    top = lines.filter(figures="settled", rule="top_10").row(0, named=True)
    assert len(top["hits"].split("; ")) == round(10 * top["value"])
    assert top["conflictology"] is not None
    assert top["last_year"] is not None


def test_what_has_not_come_true_is_too_early(home: Path) -> None:
    riskkit("run", *QUICK, "--archive", "new")
    done = riskkit("verify", "new", "--outcomes", *QUICK)
    assert "first figures: 0 graded, 0 void, 1 too early" in done.out
    assert "is known to" in done.out
    assert not (home / "new" / "ledger.csv").exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("2018-06/ranking.csv", "simulated", "observed", "2018-06/ranking.csv was changed"),
        ("ledger.csv", "replayed", "live", "line 1 of ledger.csv (publication 2018-06)"),
        ("outcomes/2018-06-settled.csv", ".0000", ".5000", "is not what the ledger graded with"),
    ],
)
def test_what_was_changed_is_named(home: Path, file: str, old: str, new: str, told: str) -> None:
    path = home / "archive" / file
    path.write_text(path.read_text().replace(old, new))
    assert told in riskkit("verify", "archive", code=1).out


def test_a_publication_is_made_again_bit_for_bit(home: Path) -> None:
    done = riskkit("verify", "archive/2018-06", "--rebuild")
    assert "are the same bit for bit" in done.out


def test_a_publication_that_was_compared_is_made_again_too(home: Path) -> None:
    riskkit("run", *QUICK, *settings("panel.as_of=2018-07"), "--archive", "archive")
    riskkit("verify", "archive/2018-07", "--rebuild")


def test_what_is_not_at_hand_any_more_is_named(home: Path) -> None:
    path = home / "archive" / "2018-06" / "datapackage.json"
    told = json.loads(path.read_text())
    told["riskkit"]["identity"]["libraries"]["numpy"] = "1.0"
    told["riskkit"]["identity"]["code"]["riskkit.models"] = "0" * 16
    path.write_text(json.dumps(told))
    done = riskkit("verify", "archive/2018-06", "--rebuild", code=1)
    assert "not at hand: other code (riskkit.models changed)" in done.out
    assert "not at hand: other libraries (numpy was 1.0, is " in done.out


def test_a_file_that_comes_out_otherwise_is_named(home: Path) -> None:
    path = home / "archive" / "2018-06" / "drivers.csv"
    path.write_text(path.read_text() + "\n")
    done = riskkit("verify", "archive/2018-06", "--rebuild", code=1)
    assert done.out.splitlines()[-1] == "drivers.csv came out otherwise"


def test_options_that_do_not_fit_are_refused(home: Path) -> None:
    assert "wants the folder of one" in riskkit("verify", "archive", "--rebuild", code=2).err
    assert "wants an archive" in riskkit("verify", "publication", "--outcomes", code=2).err


@pytest.fixture
def worse(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A replayed record of this very study, in which its model did worse than conflictology."""
    study = shipped.settings(_study())
    lines = read((home / "archive" / "ledger.csv").read_text()).filter(rule="crps")
    row = lines.filter(threat="composite", figures="settled").row(0, named=True)
    rows = [
        {**row, "publication": f"{year}-06", "as_of": f"{year}-06", "value": 2 * row["zero"]}
        for year in range(2018, 2023)
    ]
    (home / "replayed.csv").write_text(appended("", rows))
    about = {"settings": study, "identity": "0" * 64, "data": {}}
    (home / "replayed.json").write_text(json.dumps(about))
    monkeypatch.setattr(shipped, "LEDGER", home / "replayed.csv")
    monkeypatch.setattr(shipped, "ABOUT", home / "replayed.json")
    return home


def _study() -> Study:
    return Study.open(None, [*SMALL, "forecast.model=ewhistory"])


def test_what_did_worse_says_so_on_top(worse: Path) -> None:
    done = riskkit("run", *QUICK)
    first = done.out.splitlines()[0]
    assert first.startswith("WARNING: The composite did worse than conflictology in the last 5 ")
    assert "did worse than always zero" in done.out
    page = (worse / "publication" / "report.html").read_text()
    assert page.index("The composite did worse than conflictology") < page.index("<h1>")
    assert "> **Warning.** The composite" in (worse / "publication" / "model-card.md").read_text()
    assert len(riskkit("run", *QUICK, "--json").json["warnings"]) == 2


def test_what_did_worse_is_not_published_on_request(worse: Path) -> None:
    before = contents(worse / "publication")
    done = riskkit("run", *QUICK, "--archive", "archive", "--refuse-worse", code=1)
    assert len([line for line in done.err.splitlines() if "did worse" in line]) == 1
    assert contents(worse / "publication") == before
    assert json.loads((worse / "archive" / "status.json").read_text())["status"] == "error"


def test_a_record_of_other_settings_is_left_out_with_a_word(worse: Path) -> None:
    riskkit("run", *QUICK, *settings("composite.exponent=3"))
    page = (worse / "publication" / "report.html").read_text()
    assert "is of other settings (exponent)" in page
    assert pl.read_csv(worse / "publication" / "record.csv").is_empty()
