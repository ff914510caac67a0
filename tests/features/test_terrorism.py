"""Terrorism: hand-worked counts and shares by month and by year, missing values, a real year."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from riskkit.months import month_id
from riskkit.panel import build_panel
from riskkit.sources.gtd import Gtd
from riskkit.testing.panels import made_up_units
from riskkit_features.terrorism import FAMILY
from tests.features.studies import last_row, real_panel, small_panel
from tests.sources.gtd_rows import CODES, write_attacks

FEATURES = {feature.name: feature for feature in FAMILY.features}


def history(frequency: str = "month", **figures: Sequence[float | None]) -> dict[str, float | None]:
    """Features of the last month of one country with these figures."""
    by_unit = {name: {"XAA": series} for name, series in figures.items()}
    return last_row(FAMILY, small_panel(by_unit, {}, frequency))


BY_MONTH = history(
    attacks=[0] * 30 + [12] + [0] * 5 + list(range(12)),
    attacks_killed=[0] * 30 + [25] + [0] * 5 + list(range(0, 24, 2)),
    attacks_wounded=[0] * 47 + [33],
    attacks_transnational=[0] * 30 + [6] + [0] * 16 + [11],
    attacks_on_state=[0] * 46 + [10, 1],
    attacks_group_concentration=[None] * 46 + [0.2, 1],
    attacks_target_concentration=[None] * 48,
    attacks_suicide=[1] * 31 + [0] * 16 + [3],
    attacks_hostage_taking=[0] * 47 + [11],
    attacks_transnational_logistic=[0] * 46 + [1, 2],
    attacks_domestic_logistic=[9] * 36 + [0] * 11 + [1],
    attacks_transnational_ideological=[0] * 48,
    attacks_domestic_ideological=[5] * 36 + [0] * 12,
)
BY_YEAR = history(
    "year",
    gtd_incidents=[0, 3, 10, 5],
    gtd_killed=[0, 25, 5, 20],
    os_by_nonstate=[0, 0, 24, 0],
)

MAKEUP = {
    "on_state_share": 0.5,
    "group_concentration": 0.5,
    "target_concentration": 0.5,
    "suicide_share": 0.5,
    "hostage_taking_share": 0.5,
    "transnational_share": 0.5,
    "transnational_logistic_share": 0,
    "transnational_ideological_share": 0.5,
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("attacks_log", math.log(12)),
        ("attacks_log_sum_12", math.log(67)),
        ("attacks_log_max_60", math.log(13)),
        ("attacks_log_surge_3_12", math.log(1320) / 3 - math.log(math.factorial(12)) / 12),
        ("attacks_any_share_12", 11 / 12),
        ("attacks_months_since_1", 0),
        ("attacks_onset_24", 0),
        ("attacks_killed_log_sum_12", math.log(133)),
        ("attacks_killed_log_max_60", math.log(26)),
        ("attacks_killed_months_since_25", 17),
        ("attacks_killed_per_attack_12", math.log(3)),
        ("attacks_wounded_log_sum_12", math.log(34)),
        ("attacks_transnational_share_12", 11 / 66),
        ("attacks_on_state_share_12", 11 / 66),
        ("attacks_group_concentration_12", (10 * 0.2 + 11 * 1) / 21),
        ("attacks_target_concentration_12", None),
        ("attacks_wounded_log", math.log(34)),
        ("attacks_wounded_log_trend_12", math.log(34) * 66 / 12 / 143),
        ("attacks_wounded_months_since_1", 0),
        ("attacks_suicide_share_12", 3 / 66),
        ("attacks_hostage_taking_share_12", 11 / 66),
        ("attacks_transnational_logistic_share_12", 3 / 4),
        ("attacks_transnational_ideological_share_12", None),
        ("gtd_incidents_log", None),
    ],
)
def test_hand_worked_months(name: str, value: float | None) -> None:
    assert BY_MONTH[name] == (None if value is None else pytest.approx(value, rel=1e-6))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gtd_incidents_log", math.log(6)),
        ("gtd_incidents_log_change_12", math.log(6 / 11)),
        ("gtd_incidents_mean_log_60", (math.log(4) + math.log(11) + math.log(6)) / 4),
        ("gtd_incidents_months_since_1", 0),
        ("gtd_killed_months_since_25", 13),
        ("gtd_killed_per_attack", math.log(5)),
        ("os_by_nonstate_log", 0),
        ("os_by_nonstate_log_change_12", -math.log(25)),
        ("os_by_nonstate_months_since_25", None),
        ("attacks_log", None),
    ],
)
def test_hand_worked_years(name: str, value: float | None) -> None:
    assert BY_YEAR[name] == (None if value is None else pytest.approx(value, rel=1e-6))


def test_a_steady_campaign_neither_trends_nor_moves() -> None:
    steady = history(attacks=[5] * 40)
    for name in ("log_trend_12", "log_surge_3_12", "log_volatility_12"):
        assert steady[f"attacks_{name}"] == pytest.approx(0, abs=1e-12)
    assert steady["attacks_log_ewm_24"] == pytest.approx(math.log(6), rel=1e-6)


def test_a_country_without_attacks_has_no_lethality() -> None:
    peace = history(attacks=[0] * 130, attacks_killed=[0] * 130, attacks_transnational=[0] * 130)
    assert {v for name, v in peace.items() if "per_attack" in name or "_share_12" in name} <= {
        None,
        0,
    }
    assert peace["attacks_killed_per_attack_12"] is None
    assert peace["attacks_transnational_share_12"] is None
    assert peace["attacks_months_since_1"] == 120


def test_both_names_of_one_sided_violence_serve() -> None:
    publisher = history("year", ucdp_os_by_nonstate=[0, 0, 24, 0])
    for name in (name for name in FEATURES if name.startswith("os_by_nonstate")):
        assert publisher[name] == BY_YEAR[name]


def test_features_are_chosen_and_told_apart() -> None:
    assert 40 <= len(FEATURES) <= 50
    assert len({feature.description for feature in FAMILY.features}) == len(FEATURES)
    assert {f.sign for name, f in FEATURES.items() if "months_since" in name} == {"-"}


def test_a_release_of_gtd_gives_every_monthly_feature(tmp_path: Path) -> None:
    """Three years with an attack a month on the police and one on tourists."""
    police = {
        **{"targtype1_txt": "Police", "gname": "Front", "suicide": 1, "nkill": 30, "nwound": 8},
        **{"attacktype1_txt": "Bombing/Explosion", "INT_LOG": 0, "INT_IDEO": 0, "INT_ANY": 0},
    }
    tourists = {
        **{"targtype1_txt": "Tourists", "gname": "Brigade"},
        **{"attacktype1_txt": "Hostage Taking (Kidnapping)", "INT_IDEO": 1, "INT_ANY": 1},
    }
    attacks: list[dict[str, object]] = [
        {"iyear": year, "imonth": month, **kind}
        for year in (1996, 1997, 1998)
        for month in range(1, 13)
        for kind in (police, tourists)
    ]
    path = write_attacks(tmp_path / "gtd.csv", attacks)
    release = Gtd().read(path, Gtd.options(codes=CODES, lag_months=0))
    panel = build_panel([release], made_up_units(), month_id("1996-01"), month_id("1999-11"))
    row = last_row(FAMILY, panel)
    monthly = {f.name for f in FAMILY.features if all(i.startswith("attacks") for i in f.inputs)}
    assert len(monthly) == 33
    assert {name for name in monthly if row[name] is None} == set()
    shares = {name: row[f"attacks_{name}_12"] for name in MAKEUP}
    assert shares == pytest.approx(MAKEUP)


def test_a_year_of_massacres_is_known_in_june(shared_data: Path) -> None:
    """Killings of civilians in Nigeria rose steeply in 2014, as was published in June 2015."""
    table = pl.read_parquet(shared_data / "tables" / "conflict_country_year.parquet")
    killed = table.filter(gwcode=475).sort("year")
    built = FAMILY.build(real_panel(shared_data / "tables", FAMILY)).filter(unit="NGA")
    shown = built.filter(pl.col("month").is_between(date(2015, 5, 1), date(2015, 6, 1)))
    figures = killed.filter(pl.col("year").is_in([2013, 2014]))["os_by_nonstate"]
    assert shown["os_by_nonstate_log"].to_list() == pytest.approx(figures.log1p().to_list())
    assert shown["os_by_nonstate_log_change_12"][1] > 0.5
