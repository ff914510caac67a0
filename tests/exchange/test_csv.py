from pathlib import Path

import pandas as pd

from riskkit.exchange import Options, Published, export


def test_a_mark_goes_before_the_same_bytes(publication: Path, tmp_path: Path) -> None:
    plain = export("csv", publication, tmp_path / "plain")
    marked = export("csv", publication, tmp_path / "marked", Options(bom=True))
    for name in Published.open(publication).tables:
        assert (plain / name).read_bytes() == (publication / name).read_bytes()
        assert (marked / name).read_bytes() == b"\xef\xbb\xbf" + (plain / name).read_bytes()


def test_pandas_reads_both_as_one(publication: Path, tmp_path: Path) -> None:
    marked = export("csv", publication, tmp_path / "marked", Options(bom=True))
    there = pd.read_csv(marked / "ranking.csv", encoding="utf-8-sig")
    assert there.equals(pd.read_csv(publication / "ranking.csv"))
    assert "Élandie" in set(there["name"])
