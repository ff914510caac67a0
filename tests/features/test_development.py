"""Development: hand-worked levels and changes, what is missing, both sets of names, real dates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from riskkit_features.development import FAMILY
from tests.features.studies import last_row, real_panel, small_panel

FEATURES = {feature.name: feature for feature in FAMILY.features}


def country(**figures: Sequence[float]) -> dict[str, float | None]:
    """Features of the last month of one country with these figures of its years."""
    by_unit = {name: {"XAA": series} for name, series in figures.items()}
    return last_row(FAMILY, small_panel(by_unit, {}, "year"))


SLUMP = country(
    wdi_gdppc_kd=[999, 499, 999, 999, 999, 999, 1999],
    wpp24_pop=[1e6 - 1] * 6 + [2e6 - 1],
    gm_inflation=[0] * 6 + [-1],
    gm_oil_production=[6e6] * 7,
    gm_agri_pct_gdp=[25] * 7,
    infmort=[39] * 2 + [19] * 5,
    gm_urban_pct=[40] * 6 + [50],
    v2x_polyarchy=[0.2, 0.2, 0.2, 0.2, 0.2, 0.4, 0.5],
    v2x_clphy=[0.9] * 6 + [0.5],
    state_age=[19] * 7,
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("income_log", math.log(2000)),
        ("income_missing", 0),
        ("income_change_12", math.log(2)),
        ("income_change_60", math.log(4)),
        ("inflation_log", -math.log(2)),
        ("oil_log", math.log1p(6e6 / (2e6 - 1))),
        ("agriculture", 0.25),
        ("population_log", math.log(2e6)),
        ("population_growth_12", math.log(2)),
        ("infant_mortality_log", math.log(20)),
        ("infant_mortality_change_60", -math.log(2)),
        ("urban_share", 0.5),
        ("democracy_index", 0.5),
        ("democracy_middle", 1),
        ("democracy_change_60", 0.3),
        ("democracy_months_since_turn", 0),
        ("democracy_missing", 0),
        ("physical_integrity", 0.5),
        ("state_age_log", math.log(20)),
        ("corruption", None),
        ("military_spending_log", None),
    ],
)
def test_hand_worked_values(name: str, value: float | None) -> None:
    assert SLUMP[name] == (None if value is None else pytest.approx(value, rel=1e-5))


def test_silence_is_told_from_absence() -> None:
    """A country with people but without accounts is marked; one without either is not there."""
    silent = country(wpp24_pop=[1e6] * 2)
    assert silent["income_log"] is None
    assert silent["income_missing"] == 1
    assert silent["democracy_missing"] == 1
    assert country(gm_inflation=[1.0] * 2)["income_missing"] is None


def test_the_simulated_world_s_names_will_do() -> None:
    got = country(
        gdp_per_capita=[499, 999],
        population=[1e6 - 1] * 2,
        infant_mortality=[39, 19],
        democracy=[0.5, 0.5],
        agriculture_share=[0.3, 0.3],
        excluded_population=[0.1, 0.1],
    )
    assert got["income_change_12"] == pytest.approx(math.log(2))
    assert got["population_log"] == pytest.approx(math.log(1e6))
    assert got["infant_mortality_log"] == pytest.approx(math.log(20))
    assert got["democracy_index"] == 0.5
    assert got["agriculture"] == pytest.approx(0.3)
    assert got["excluded_share"] == pytest.approx(0.1)


def test_features_are_chosen_and_told_apart() -> None:
    assert 25 <= len(FEATURES) <= 40
    assert len({feature.description for feature in FAMILY.features}) == len(FEATURES)


def test_a_year_of_v_dem_is_known_in_march(shared_data: Path) -> None:
    """In February 2021 democracy in 2019 was the latest known, in March that in 2020."""
    table = pl.read_parquet(shared_data / "tables" / "structural_country_year.parquet")
    built = FAMILY.build(real_panel(shared_data / "tables", FAMILY)).filter(unit="TUN")
    shown = built.filter(pl.col("month").is_between(date(2021, 2, 1), date(2021, 3, 1)))
    coded = table.filter(pl.col("year").is_in([2019, 2020]), iso3="TUN").sort("year")
    expected = coded["v2x_polyarchy"].to_list()
    assert shown["democracy_index"].to_list() == pytest.approx(expected)
    accounts = table.filter(year=2019, iso3="TUN")["wdi_gdppc_kd"].log1p().to_list()
    assert shown["income_log"].to_list() == pytest.approx(accounts * 2)
