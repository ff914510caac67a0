"""riskkit verify: is a publication what it says it is?"""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.cli.running import riskkit


def test_a_whole_publication(publication: Path) -> None:
    assert "every file matches its hash and its schema" in riskkit("verify", publication).out


def test_a_changed_one(publication: Path, tmp_path: Path) -> None:
    shutil.copytree(publication, tmp_path / "publication")
    path = tmp_path / "publication" / "ranking.csv"
    path.write_text(path.read_text().replace("simulated", "observed"))
    done = riskkit("verify", code=1)
    assert "ranking.csv was changed after it was published" in done.out
    again = riskkit("verify", "--json", code=1).json
    assert again["ok"] is False
    assert again["findings"]
