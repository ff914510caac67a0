"""Contagion: hand-worked neighbourhoods, islands, silent partners, the real map."""

from __future__ import annotations

import math
import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from riskkit_features.neighbours import FAMILY
from tests.features.studies import last_row, real_panel, small_panel

FEATURES = {feature.name: feature for feature in FAMILY.features}
QUIET = [0.0] * 36
WAR = [0.0] * 24 + [100.0] * 12
"""Deaths by month: two quiet years, then a year of war."""

Pairs = dict[tuple[str, str], float]
BORDERS: Pairs = {("XAA", "XAB"): 1, ("XAB", "XAA"): 1, ("XAA", "XAC"): 1, ("XAC", "XAA"): 1}
NEAR: Pairs = {("XAA", "XAB"): 0.5, ("XAA", "XAD"): 0.25}
PACTS: Pairs = {("XAA", "XAD"): 1, ("XAA", "XAB"): 1}
HOSTS: Pairs = {("XAA", "XAB"): 300, ("XAA", "XAD"): 100}
TIES = {
    "contiguity": BORDERS,
    "proximity": NEAR,
    "defence_pact": PACTS,
    "refugee_hosts": HOSTS,
    "rivalry": {("XAA", "XAC"): 1, ("XAA", "XAB"): 1},
}

PANEL = small_panel(
    {
        "ged_sb": {"XAA": QUIET, "XAB": WAR, "XAC": [*QUIET[:-3], 1, 2, 3], "XAD": QUIET},
        "ged_ns": {"XAB": QUIET, "XAC": [*QUIET[:-1], 7]},
        "ged_os": {"XAA": WAR, "XAB": [*QUIET[:-6], 50, 0, 0, 0, 0, 9]},
        "attacks": {"XAB": [*QUIET[:-2], 4, 1], "XAC": [*QUIET[:-2], 3, 2]},
    },
    TIES,
)
CROWDED = last_row(FAMILY, PANEL)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("neighbours_count", 2),
        ("neighbours_ged_sb_log", (math.log(101) + math.log(4)) / 2),
        ("neighbours_ged_sb_log_sum_12", math.log(1 + 1200 + 6)),
        ("neighbours_ged_sb_mean_log_12", (math.log(1201) + math.log(7)) / 2),
        ("neighbours_ged_sb_conflict_share", 0.5),
        ("neighbours_ged_sb_war_share", 0.5),
        ("neighbours_ged_sb_onset_12", 1),
        ("neighbours_ged_sb_log_surge_3_12", 0.375 * (math.log(2) + math.log(3) + math.log(4)) / 3),
        ("neighbours_ged_ns_log_sum_12", math.log(8)),
        ("neighbours_ged_os_log_sum_12", math.log(60)),
        ("neighbours_ged_os_any_share_12", 1),
        ("nearby_ged_sb_log_sum_12", math.log(1 + 0.5 * 1200)),
        ("nearby_ged_os_log_sum_12", math.log(1 + 0.5 * 59)),
        ("allies_ged_sb_mean_log_12", math.log(1201) / 2),
        ("rivals_ged_sb_mean_log_12", (math.log(1201) + math.log(7)) / 2),
        ("hosts_ged_sb_mean_log_12", 0.75 * math.log(1201)),
        ("neighbours_attacks_log_sum_12", math.log(11)),
        ("neighbours_democracy", None),
    ],
)
def test_hand_worked_values(name: str, value: float | None) -> None:
    assert CROWDED[name] == (None if value is None else pytest.approx(value, rel=1e-6))


def test_the_gap_is_to_the_country_s_own_past() -> None:
    own, others = last_row(FAMILY, PANEL, "XAB"), CROWDED
    name = "neighbours_ged_sb_log_ewm_12"
    assert others[f"{name}_gap"] == pytest.approx(others[name])
    assert own[name] == 0
    assert own[f"{name}_gap"] == pytest.approx(-math.log(101) * (1 - 1 / 2) / (1 - 1 / 8))


def test_an_island_has_missing_values_not_zeros() -> None:
    island = last_row(FAMILY, PANEL, "XAF")
    assert {value for name, value in island.items() if name in FEATURES} == {None}


def test_coups_and_democracy_next_door() -> None:
    panel = small_panel(
        {
            "pt_attempt_num": {"XAB": [1, 0, 0, 0, 0, 0, 0], "XAC": [0, 0, 0, 2, 0, 0, 1]},
            "v2x_polyarchy": {"XAA": [0.9] * 7, "XAB": [0.1] * 6 + [0.7], "XAC": [0.5] * 7},
        },
        TIES,
        frequency="year",
    )
    got = last_row(FAMILY, panel)
    assert got["neighbours_coup_share_60"] == 0.5
    assert got["neighbours_democracy"] == pytest.approx(0.6)
    assert got["neighbours_democracy_gap"] == pytest.approx(-0.3)


def test_some_twenty_features_over_five_relations() -> None:
    assert 20 <= len(FEATURES) <= 25
    assert FAMILY.relations == (
        "contiguity",
        "defence_pact",
        "proximity",
        "refugee_hosts",
        "rivalry",
    )
    assert all(feature.spatial for feature in FAMILY.features)
    assert len({feature.description for feature in FAMILY.features}) == len(FEATURES)


def test_the_real_neighbours_of_lebanon(shared_data: Path) -> None:
    panel = real_panel(shared_data / "tables", FAMILY)
    start = time.process_time()
    built = FAMILY.build(panel)
    # Several times what it takes, so that a busy machine does not fail an honest build.
    assert time.process_time() - start < 1.5
    assert built.height == 191 * 396
    month = pl.date("year", "month", 1)
    table = pl.read_parquet(shared_data / "tables" / "conflict_country_month.parquet")
    toll = table.filter(
        pl.col("iso3").is_in(["ISR", "SYR"]), month.is_between(date(2012, 7, 1), date(2013, 6, 1))
    )["ged_sb"].sum()
    got = built.filter(unit="LBN", month=date(2013, 6, 1)).row(0, named=True)
    assert got["neighbours_count"] == 2
    assert got["neighbours_ged_sb_log_sum_12"] == pytest.approx(math.log1p(toll), rel=1e-5)
    assert got["neighbours_ged_sb_war_share"] == 0.5
    assert built.filter(unit="ISL")["neighbours_count"].null_count() == 396
