"""Migration: hand-worked rates, changes and origins, missing figures, the real tables."""

from __future__ import annotations

import math
import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from riskkit_features.migration import FAMILY
from tests.features.studies import last_row, real_panel, small_panel

FEATURES = {feature.name: feature for feature in FAMILY.features}
ORIGINS = {("XAA", "XAB"): 6000, ("XAA", "XAD"): 2000}
HOSTS = {("XAB", "XAA"): 6000, ("XAB", "XAC"): 6000}
TIES = {"refugee_origins": ORIGINS, "refugee_hosts": HOSTS}


def rate(people: float) -> float:
    """People per 100,000 of two million, on the logarithmic scale."""
    return math.log1p(people / 20)


def yearly(**figures: list[float]) -> dict[str, float | None]:
    """Features of a country of two million with these figures of four years."""
    by_unit = {name: {"XAA": series} for name, series in figures.items()}
    panel = small_panel({**by_unit, "wpp24_pop": {"XAA": [2e6] * 4}}, TIES, frequency="year")
    return last_row(FAMILY, panel)


FLIGHT = yearly(
    unhcr_refugees_origin=[0, 100, 1000, 4000],
    unhcr_refugees_asylum=[500, 500, 400, 400],
    unhcr_idps=[0, 0, 0, 20],
    idmc_conflict_new_disp=[0, 0, 10, 5000],
    unhcr_flow_refugees_origin=[20, 9000, 0, 40],
    unhcr_returned_refugees_origin=[0, 0, 0, 1000],
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("refugees_out_log_rate", rate(4000)),
        ("refugees_out_log_change_12", rate(4000) - rate(1000)),
        ("refugees_in_log_rate", rate(400)),
        ("refugees_in_log_change_12", 0),
        ("idps_log_rate", math.log(2)),
        ("displacements_log_rate", rate(5000)),
        ("displacements_log", math.log(5001)),
        ("displacements_log_change_12", rate(5000) - rate(10)),
        ("displacements_reported", 1),
        ("refugees_out_new_log_rate", rate(40)),
        ("refugees_returned_log_rate", rate(1000)),
        ("refugees_returned_share", 0.2),
        ("refugees_in_origins_concentration", 0.75**2 + 0.25**2),
        ("refugees_out_hosts_concentration", None),
        ("displaced_log_rate", None),
        ("asylum_claims_out_log_rate", None),
    ],
)
def test_hand_worked_values(name: str, value: float | None) -> None:
    assert FLIGHT[name] == (None if value is None else pytest.approx(value, rel=1e-6))


def test_what_is_not_reported_is_missing_and_says_so() -> None:
    silent = yearly(unhcr_refugees_origin=[0, 0, 0, 0])
    assert silent["displacements_log"] is None
    assert silent["displacements_reported"] == 0
    assert silent["refugees_returned_share"] is None


def test_the_simulated_world_s_names_will_do() -> None:
    """Its refugees and its population are called what they are, without a publisher's name."""
    figures = {"refugees_out": [400.0], "refugees_in": [60.0], "idps": [20.0], "population": [2e6]}
    by_unit = {name: {"XAA": series} for name, series in figures.items()}
    got = last_row(FAMILY, small_panel(by_unit, TIES, frequency="year"))
    names = ("refugees_out", "refugees_in", "idps")
    assert [got[f"{name}_log_rate"] for name in names] == pytest.approx(
        [rate(400), rate(60), rate(20)]
    )


def test_war_where_refugees_come_from() -> None:
    quiet, war = [0.0] * 36, [0.0] * 24 + [100.0] * 9 + [400.0] * 3
    figures = {
        "ged_sb": {"XAA": war, "XAB": war, "XAC": war, "XAD": quiet},
        "ged_ns": {"XAB": [0.0] * 36, "XAD": [0.0] * 30 + [1.0] * 6},
        "ged_os": {"XAD": quiet},
        "attacks": {"XAB": [1.0] * 36},
        "os_by_nonstate": {"XAB": [3.0] * 36, "XAD": [0.0] * 36},
        "population": {"XAA": [1e6] * 36},
    }
    got = last_row(FAMILY, small_panel(figures, TIES))
    assert got["refugees_in_origins_ged_sb_log_sum_12"] == pytest.approx(0.75 * math.log(2101))
    assert got["refugees_in_origins_ged_ns_log_sum_12"] == pytest.approx(0.25 * math.log(7))
    assert got["refugees_in_origins_ged_os_log_sum_12"] == 0
    assert got["refugees_in_origins_attacks_log_sum_12"] == pytest.approx(math.log(13))
    assert got["refugees_in_origins_os_by_nonstate_log"] == pytest.approx(0.75 * math.log(4))
    assert got["refugees_in_from_war_log_rate"] == pytest.approx(math.log1p(600))


def test_hosts_are_seen_from_the_country_of_origin() -> None:
    panel = small_panel({"population": {"XAB": [1e6] * 3}}, TIES)
    origin = last_row(FAMILY, panel, "XAB")
    assert origin["refugees_out_hosts_concentration"] == 0.5
    assert origin["refugees_in_origins_concentration"] is None


def test_features_are_chosen_and_told_apart() -> None:
    assert 25 <= len(FEATURES) <= 30
    assert FAMILY.relations == ("refugee_hosts", "refugee_origins")
    assert len({feature.description for feature in FAMILY.features}) == len(FEATURES)


def test_the_real_refugees_in_uganda(shared_data: Path) -> None:
    """South Sudanese made up most of the refugees in Uganda at the end of 2017, told in June."""
    panel = real_panel(shared_data / "tables", FAMILY)
    start = time.process_time()
    built = FAMILY.build(panel)
    assert time.process_time() - start < 1.5
    uganda = built.filter(unit="UGA")
    dyads = pl.read_parquet(shared_data / "tables" / "refugee_dyad_year.parquet").filter(
        iso3_asylum="UGA"
    )

    def concentration(year: int) -> float:
        parts = dyads.filter(year=year)["refugees"]
        return float((parts / parts.sum()).pow(2).sum())

    shown = uganda.filter(pl.col("month").is_between(date(2018, 5, 1), date(2018, 6, 1)))
    got = shown["refugees_in_origins_concentration"].to_list()
    assert got == pytest.approx([concentration(2016), concentration(2017)], rel=1e-5)
    assert got[1] > 0.5
