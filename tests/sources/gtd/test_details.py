"""GTD by target, perpetrator, kind and borders: values, unknowns, absent columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.gtd import MONTHLY, Gtd
from riskkit.sources.gtd._details import OPTIONAL
from riskkit.tables import Release
from tests.sources.gtd_rows import CODES, write_attacks

JUNE = date(1995, 6, 1)
GROUP, TARGET = "attacks_group_concentration", "attacks_target_concentration"
BORDERS = ("INT_LOG", "INT_IDEO", "INT_ANY")
KINDS = (
    *("Bombing/Explosion", "Bombing/Explosion", "Bombing/Explosion"),
    *("Hostage Taking (Kidnapping)", "Hostage Taking (Barricade Incident)"),
    *("Assassination", "Hijacking", "Unknown"),
)
TARGETS: tuple[dict[str, object], ...] = (
    {"targtype1_txt": "Government (General)", "gname": "Front", "suicide": 1},
    {"targtype1_txt": "Police", "gname": "Front", "suicide": 1, "extended": 1},
    {"targtype1_txt": "Military", "gname": "Front", "suicide": -9, "iday": 0},
    {"targtype1_txt": "Government (Diplomatic)", "gname": "Brigade"},
    {"targtype1_txt": "Tourists", "gname": "Unaffiliated Individual(s)"},
    {"targtype1_txt": "Tourists", "gname": "Brigade"},
    {"targtype1_txt": "Unknown", "gname": "Unknown"},
    {"targtype1_txt": "", "gname": " "},
)
MONTH = [{"attacktype1_txt": kind, **rest} for kind, rest in zip(KINDS, TARGETS, strict=True)]
FLAGS = ((1, 1, 1), (1, 0, 1), (0, 1, 1), (0, 0, 0), (-9, 1, 1), (-9, -9, -9), (-9, -9, 1))


def read(path: Path) -> Release:
    return Gtd().read(path, Gtd.options(codes=CODES))


def figures(release: Release, unit: str = "XAA", month: date = JUNE) -> dict[str, float]:
    rows = release.observations.filter(unit=unit, month=month)
    monthly = rows.filter(pl.col("indicator").is_in(list(MONTHLY)))
    return dict(monthly.select("indicator", "value").rows())


@pytest.fixture
def june(tmp_path: Path) -> Release:
    return read(write_attacks(tmp_path / "gtd.csv", MONTH))


@pytest.mark.parametrize(
    ("indicator", "value"),
    [
        ("attacks", 8),
        ("attacks_on_state", 3),
        ("attacks_suicide", 2),
        ("attacks_bombings", 3),
        ("attacks_assassinations", 1),
        ("attacks_hostage_taking", 2),
        (GROUP, (3**2 + 2**2) / 5**2),
        (TARGET, (4 * 1**2 + 2**2) / 6**2),
    ],
)
def test_hand_worked_month(june: Release, indicator: str, value: float) -> None:
    assert figures(june)[indicator] == pytest.approx(value, rel=1e-12)


def test_each_comparison_of_nationalities_counts_by_itself_and_unknown_ones_nowhere(
    tmp_path: Path,
) -> None:
    attacks = [dict(zip(BORDERS, flags, strict=True)) for flags in FLAGS]
    counted = figures(read(write_attacks(tmp_path / "gtd.csv", attacks)))
    across = ("attacks_transnational", "attacks_domestic")
    assert {name: value for name, value in counted.items() if name.startswith(across)} == {
        "attacks_transnational": 5,
        "attacks_domestic": 1,
        "attacks_transnational_logistic": 2,
        "attacks_domestic_logistic": 2,
        "attacks_transnational_ideological": 3,
        "attacks_domestic_ideological": 2,
    }


def test_concentrations_are_missing_where_nothing_is_known_and_counts_are_zero(
    tmp_path: Path,
) -> None:
    release = read(
        write_attacks(
            tmp_path / "gtd.csv",
            [
                {"gname": "Front", "imonth": 5},
                {"gname": "Unknown", "targtype1_txt": "Unknown"},
                {"gname": "Front", "imonth": 0},
            ],
        )
    )
    assert figures(release)["attacks"] == 1
    assert not {GROUP, TARGET} & set(figures(release))
    quiet = figures(release, month=date(1995, 7, 1))
    assert quiet == dict.fromkeys(set(MONTHLY) - {GROUP, TARGET}, 0.0)
    alike = release.observations.filter(pl.col("indicator").is_in([GROUP, TARGET]))
    assert alike.select("month", "value").unique().rows() == [(date(1995, 5, 1), 1.0)]


def test_what_is_left_of_the_lost_year_is_left_out(tmp_path: Path) -> None:
    write_attacks(tmp_path / "all.csv", [{"iyear": 1992}, {"iyear": 1994, "gname": "Front"}])
    lost = write_attacks(
        tmp_path / "lost.csv", [{"iyear": 1993, "eventid": 9}], without=["gname", "suicide"]
    )
    release = read(tmp_path)
    assert release.dropped == {"attack of 1993, of which most are lost": 1}
    assert {i.name for i in release.indicators if i.frequency == "month"} == set(MONTHLY)
    assert release.observations.filter(pl.col("month").dt.year() == 1993).is_empty()
    with pytest.raises(SourceError, match="no attack in a known month"):
        read(lost)


GONE = {
    "INT_LOG": {"attacks_transnational_logistic", "attacks_domestic_logistic"},
    "INT_IDEO": {"attacks_transnational_ideological", "attacks_domestic_ideological"},
    "targtype1_txt": {"attacks_on_state", TARGET},
    "suicide": {"attacks_suicide"},
    "attacktype1_txt": {"attacks_bombings", "attacks_assassinations", "attacks_hostage_taking"},
    "gname": {GROUP},
}


def test_all_optional_columns_are_tried() -> None:
    assert set(GONE) == set(OPTIONAL)


def _without(release: Release, names: Iterable[str]) -> pl.DataFrame:
    return release.observations.filter(~pl.col("indicator").is_in(list(names)))


@pytest.mark.parametrize("column", OPTIONAL)
def test_without_its_column_an_indicator_is_not_delivered(
    tmp_path: Path, june: Release, column: str
) -> None:
    release = read(write_attacks(tmp_path / "trimmed.csv", MONTH, without=[column]))
    names = {i.name for i in release.indicators}
    assert {i.name for i in june.indicators} - names == GONE[column]
    assert release.observations.equals(_without(june, GONE[column]))
    said = f"attack of files that do not all have the column '{column}': no "
    assert release.dropped == {said + name: 8 for name in GONE[column]}


def test_a_folder_gives_what_all_its_files_have_the_columns_of(tmp_path: Path) -> None:
    write_attacks(tmp_path / "all.csv", [{"gname": "Front"}])
    write_attacks(tmp_path / "later.csv", [{"imonth": 7, "eventid": 9}], without=["gname"])
    release = read(tmp_path)
    assert GROUP not in {i.name for i in release.indicators} | set(
        release.observations["indicator"]
    )
    assert release.dropped == {
        f"attack of files that do not all have the column 'gname': no {GROUP}": 2
    }


def test_types_that_the_codebook_does_not_name_are_reported(tmp_path: Path) -> None:
    attack = {"targtype1_txt": "POLICE", "attacktype1_txt": "Bombing"}
    release = read(write_attacks(tmp_path / "gtd.csv", [attack, {}]))
    assert release.dropped == {
        "attack on a type of target that the codebook does not name": 1,
        "attack of a kind that the codebook does not name": 1,
    }
    assert figures(release)["attacks_on_state"] == 0


def test_attacks_in_an_unknown_country_are_left_out(tmp_path: Path) -> None:
    release = read(write_attacks(tmp_path / "gtd.csv", [{"country_txt": "Unknown"}, {}]))
    assert release.dropped == {"attack in an unknown country": 1}
    assert figures(release)["attacks"] == 1


def test_the_order_of_rows_changes_nothing(tmp_path: Path, june: Release) -> None:
    turned = read(write_attacks(tmp_path / "turned.csv", MONTH[::-1]))
    assert turned.observations.equals(june.observations)


@pytest.mark.parametrize(
    ("attack", "message"),
    [
        ({"suicide": 2}, "line 3, column 'suicide'.*-9 to 1"),
        ({"INT_LOG": ""}, "line 3, column 'INT_LOG': INT_LOG is missing"),
        ({"INT_IDEO": "no"}, "line 3, column 'INT_IDEO'.*not a number"),
    ],
)
def test_impossible_flags_are_refused(
    tmp_path: Path, attack: Mapping[str, object], message: str
) -> None:
    with pytest.raises(SourceError, match=message):
        read(write_attacks(tmp_path / "gtd.csv", [{}, attack]))
