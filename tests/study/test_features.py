"""Built features: kept where they still hold, built anew where they do not."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.study import code
from riskkit.study.features import build_features, read_features
from tests.cli.running import contents
from tests.study.conftest import Made, deaths

TWO = "features.families=[climate, conflict]"


def kept(made: Made, *settings: str) -> dict[str, bool]:
    built = build_features(made.study(*settings), Path("features"))
    return {one.family.name: one.kept for one in built}


def test_what_still_holds_is_kept_byte_for_byte(made: Made) -> None:
    before = contents(Path("features"))
    assert kept(made) == {"conflict": True}
    assert contents(Path("features")) == before


def test_a_family_whose_code_changed_is_built_alone(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kept(made, TWO) == {"climate": False, "conflict": True}
    hash_of_file = code._hash
    monkeypatch.setattr(
        code,
        "_hash",
        lambda path: "new" if path.parent.name == "climate" else hash_of_file(path),
    )
    assert kept(made, TWO) == {"climate": False, "conflict": True}


def test_other_data_build_anew(made: Made) -> None:
    deaths().with_columns(pl.col("ged_ns") + 1).write_csv("deaths.csv")
    assert kept(made) == {"conflict": False}


def test_a_damaged_file_is_built_anew(made: Made) -> None:
    whole = contents(Path("features"))
    Path("features/conflict.parquet").write_bytes(b"PAR1")
    assert kept(made) == {"conflict": False}
    assert contents(Path("features")) == whole


def test_features_read_are_those_built(made: Made) -> None:
    study = made.study()
    assert read_features(study, Path("features")).equals(study.features)


def test_a_family_that_was_not_built_is_named(made: Made) -> None:
    with pytest.raises(RiskkitError, match=r"holds no features of 'climate'.*build climate --out"):
        read_features(made.study(TWO), Path("features"))


def test_a_file_of_another_build_is_refused(made: Made) -> None:
    build_features(made.study("panel.as_of=2020-06"), Path("other"))
    shutil.copyfile("other/conflict.parquet", "features/conflict.parquet")
    with pytest.raises(RiskkitError, match="is not the file that was written with"):
        read_features(made.study(), Path("features"))
