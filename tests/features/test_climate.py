"""Climate: heat and rain against the past, doubtful months, drought, disasters, interactions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from riskkit_features.climate import FAMILY
from tests.features.studies import last_row, small_panel

FEATURES = {feature.name: feature for feature in FAMILY.features}
SEASONS = [0, 1, 3, 8, 14, 18, 20, 19, 15, 9, 4, 1]
MONSOON = [100] * 3 + [0] * 9


def weather(frequency: str = "month", **figures: Sequence[float]) -> dict[str, float | None]:
    """Features of the last month of one country with these figures."""
    by_unit = {name: {"XAA": series} for name, series in figures.items()}
    return last_row(FAMILY, small_panel(by_unit, {}, frequency))


def test_heat_is_measured_against_the_same_months_before() -> None:
    warm = [degrees + 1 for degrees in SEASONS]
    got = weather(era5_t2m_c=SEASONS * 6 + warm)
    assert got["temperature_departure_mean_12"] == 1
    assert got["temperature_anomaly"] is None


def test_departures_do_not_depend_on_the_reference_period() -> None:
    """A normal is a constant per calendar month, and vanishes even if it knows the future."""
    level = weather(era5_t2m_c=SEASONS * 6 + [degrees + 1 for degrees in SEASONS])
    normal = [3 * degrees - 20 for degrees in SEASONS]
    anomaly = [a - b for a, b in zip(SEASONS, normal, strict=True)]
    other = weather(era5_t2m_anom_c=anomaly * 6 + [degrees + 1 for degrees in anomaly])
    name = "temperature_departure_mean_12"
    assert other[name] == pytest.approx(level[name])
    assert other["temperature_anomaly"] == anomaly[-1] + 1


def test_departures_need_five_years() -> None:
    name = "temperature_departure_mean_12"
    assert weather(temperature_anomaly=[0.0] * 71)[name] is None
    assert weather(temperature_anomaly=[0.0] * 72)[name] == 0


def test_hot_months_are_those_above_the_last_ten_years() -> None:
    got = weather(temperature_anomaly=[0.0] * 105 + [2.0] * 3)
    assert got["temperature_hot_months_12"] == 3
    assert got["temperature_hot_streak"] == 3
    assert got["temperature_anomaly_mean_12"] == pytest.approx(0.5)


DROUGHT = {"cru_pre_mm": MONSOON * 6 + [50] * 3 + [0] * 9, "cru_pre_infill_suspect": [0] * 84}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rain_departure_12", math.log(151 / 301)),
        ("rain_season_departure", math.log(151 / 301)),
        ("rain_seasonality", 0.75),
        ("rain_doubtful_share_12", 0),
    ],
)
def test_a_monsoon_of_half_strength(name: str, value: float) -> None:
    assert weather(**DROUGHT)[name] == pytest.approx(value, rel=1e-6)


def test_rain_beyond_the_season_is_no_monsoon() -> None:
    """As much rain as usual, but at the wrong time."""
    got = weather(**{**DROUGHT, "cru_pre_mm": MONSOON * 6 + [0] * 3 + [300] + [0] * 8})
    assert got["rain_departure_12"] == 0
    assert got["rain_season_departure"] == pytest.approx(-math.log(301), rel=1e-6)


@pytest.mark.parametrize(
    ("marked", "measured"),
    [
        (0, {"rain_spi3", "rain_spi6", "rain_spi12", "rain_departure_12"}),
        (1, {"rain_spi6", "rain_spi12"}),
        (2, {"rain_spi12"}),
        (3, set()),
    ],
)
def test_what_is_no_measurement_is_missing(marked: int, measured: set[str]) -> None:
    kinds = [f"{kind}{months}" for kind in ("spi", "spei") for months in (3, 6, 12)]
    indices = {f"{kind}_derived": [0.5] * 84 for kind in kinds}
    marks = {"cru_pre_infill_suspect": [0] * (84 - marked) + [1] * marked}
    got = weather(**{**DROUGHT, **indices, **marks})
    names = ("rain_spi3", "rain_spi6", "rain_spi12", "rain_departure_12")
    assert {name for name in names if got[name] is not None} == measured
    for months in (3, 6, 12):
        both = got[f"rain_spi{months}"], got[f"drought_spei{months}"]
        assert both in {(None, None), (0.5, 0.5)}
    assert got["rain_doubtful_share_12"] == pytest.approx(marked / 12)


def test_a_dry_spell() -> None:
    got = weather(spi3_derived=[1.5] * 7 + [-1.5] * 5)
    assert got["rain_dry_spell"] == 5
    assert got["rain_dry_months_12"] == 5
    assert got["rain_spi3_min_12"] == -1.5


def test_a_deficit_of_water() -> None:
    got = weather(
        spei3_derived=[0.5] * 11 + [-1.5],
        spei6_derived=[1.0] * 11 + [-2.0],
        spei12_derived=[-0.5] * 12,
        gm_agri_pct_gdp=[40.0] * 12,
    )
    assert got["drought_spei3"] == -1.5
    assert got["drought_spei6"] == -2
    assert got["drought_spei12"] == -0.5
    assert got["drought_spei6_deficit_farming"] == pytest.approx(0.8)
    fading = [0.5 ** (age / 12) for age in range(12)]
    assert got["drought_spei6_deficit_ewm_12"] == pytest.approx(2 / sum(fading), rel=1e-6)
    assert weather(spei6_derived=[2.0] * 12)["drought_spei6_deficit_ewm_12"] == 0


@pytest.mark.parametrize(("spi6", "value"), [(-2.0, 1), (2.0, 0)])
def test_drought_hurts_where_people_are_left_out(spi6: float, value: float) -> None:
    got = weather(spi6_derived=[spi6] * 12, v2xpe_exlsocgr=[0.5] * 12)
    assert got["rain_drought_exclusion"] == pytest.approx(value)


def test_the_simulated_world_s_names_will_do() -> None:
    slow = {"agriculture_share": [0.4] * 30, "excluded_population": [0.2] * 30}
    got = weather(rain_anomaly=[-30.0] * 30, temperature_anomaly=[0.5] * 30, **slow)
    assert got["rain_dryness"] == pytest.approx(30)
    assert got["rain_anomaly_mean_12"] == -30
    assert got["rain_dryness_farming"] == pytest.approx(12)
    assert got["rain_dryness_excluded"] == pytest.approx(6)
    assert got["temperature_anomaly_mean_12"] == 0.5


def test_years_and_disasters() -> None:
    got = weather(
        "year",
        era5_precip_anom_z=[0.0] * 6 + [-2.0],
        idmc_disaster_disp=[0, 0, 0, 0, 5000, 0, 1000],
        idmc_n_disaster_events=[0] * 6 + [3],
        wpp24_pop=[1e6] * 7,
    )
    assert got["rain_year_z"] == -2
    assert got["disaster_displaced_log_rate"] == pytest.approx(math.log(101))
    assert got["disaster_displaced_log_rate_max_60"] == pytest.approx(math.log(501))
    assert got["disaster_displaced_log_change_12"] == pytest.approx(math.log(101))
    assert got["disaster_events_log"] == pytest.approx(math.log(4))


def test_features_are_chosen_and_told_apart() -> None:
    assert 30 <= len(FEATURES) <= 40
    assert len({feature.description for feature in FAMILY.features}) == len(FEATURES)
