"""Which measure of a threat counts: preference, age, breadth, and parts without figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from riskkit.config import Params, load_params
from riskkit.forecasting.targets import Target, outcomes
from riskkit.forecasting.threats import Threat, resolve
from riskkit.months import month_id
from riskkit.tables import Indicator, Release
from riskkit.yaml_text import load_yaml

ROOT = Path(__file__).parents[2]
DEFAULT = Params()


def release(
    name: str,
    units: tuple[str, ...] = ("AAA", "BBB"),
    last: int = 2024,
    frequency: str = "year",
    lag: int = 6,
    first: int = 2000,
    values: float = 7.0,
) -> Release:
    """Figures of each January (or year) of some years."""
    rows = [
        (unit, date(year, 1, 1), name, values, date(year + 1, lag, 28))
        for unit in units
        for year in range(first, last + 1)
    ]
    return Release(
        pl.DataFrame(
            rows, schema=["unit", "month", "indicator", "value", "known_from"], orient="row"
        ),
        (Indicator(name, "people", "made-up", frequency=frequency, lag_months=lag),),  # type: ignore[arg-type]
        (date(first, 1, 1), date(last, 12, 1)),
    )


BASE = (
    release("ged_sb", frequency="month"),
    release("ged_ns", frequency="month"),
    release("ged_os", frequency="month"),
    release("ucdp_os_by_nonstate"),
    release("unhcr_flow_total_origin"),
    release("heat_month_2sd", frequency="month"),
    release("drought_year_15sd"),
)
MONTHLY = {"acled_civilian_deaths", "idmc_weather_disp", "emdat_weather_affected", "spei6_drought"}


def chosen(*added: Release, params: Params = DEFAULT) -> dict[str, Threat]:
    threats, absent = resolve(params, (*BASE, *added))
    assert not absent
    return {threat.name: threat for threat in threats}


def test_the_measures_of_base() -> None:
    assert {name: threat.target.indicator for name, threat in chosen().items()} == {
        "conflict": "organised_violence",
        "terrorism": "ucdp_os_by_nonstate",
        "displacement": "unhcr_flow_total_origin",
        "climate": "heat_month_2sd",
    }
    assert not any(threat.passed_over for threat in chosen().values())


@pytest.mark.parametrize(
    ("brought", "threat", "period", "thresholds", "joined"),
    [
        ("gtd_killed", "terrorism", "year", (1, 25, 100), False),
        ("acled_civilian_deaths", "terrorism", "month", (1, 25, 100), False),
        ("idmc_conflict_new_disp", "displacement", "year", (1000, 10_000, 100_000), False),
        ("idmc_weather_disp", "climate", "month", (1000, 10_000, 100_000), False),
        ("emdat_weather_affected", "climate", "month", (10_000, 100_000, 1_000_000), False),
        ("spei6_drought", "climate", "month", (1, 3, 6), True),
    ],
)
def test_a_better_file_takes_the_place_of_the_measure_of_base(
    brought: str, threat: str, period: str, thresholds: tuple[int, ...], joined: bool
) -> None:
    added = release(brought, frequency="month" if brought in MONTHLY else "year")
    before, after = chosen(), chosen(added)
    assert {name for name in after if after[name] != before[name]} == {threat}
    target = after[threat].target
    assert brought in target.indicators
    assert (target.period, target.thresholds) == (period, thresholds)
    assert bool(after[threat].joined_with) == joined, "an impact is not joined with vulnerability"


def test_an_impact_goes_before_a_hazard_and_drought_is_the_last_resort() -> None:
    both = chosen(
        release("idmc_weather_disp", frequency="month"),
        release("emdat_weather_affected", frequency="month"),
        release("spei6_drought", frequency="month"),
    )
    assert both["climate"].target.indicator == "idmc_weather_disp"
    threats, _ = resolve(DEFAULT, [one for one in BASE if one.indicators[0].name[:4] != "heat"])
    (climate,) = (threat for threat in threats if threat.name == "climate")
    assert (climate.target.name, climate.model) == ("drought_year_15sd_year", "climatology")
    assert climate.joined_with


def test_an_old_file_does_not_take_the_place_of_newer_figures() -> None:
    old = release("gtd_killed", last=2020)
    terrorism = chosen(old)["terrorism"]
    assert terrorism.target.indicator == "ucdp_os_by_nonstate"
    assert terrorism.passed_over == (
        "people killed in terrorist attacks (GTD), known to 2020-12 only",
    )
    then = load_params(None, ["panel.as_of=2022-06"])
    assert chosen(old, params=then)["terrorism"].target.indicator == "gtd_killed"
    later = load_params(None, ["panel.as_of=2023-06"])
    assert chosen(old, params=later)["terrorism"].target.indicator == "ucdp_os_by_nonstate"


def test_a_file_of_few_countries_does_not_take_the_place_of_all() -> None:
    base = [replace(one, **_of_ten(one)) for one in BASE]
    few = release("spei6_drought", frequency="month", units=("AAA", "BBB", "CCC", "DDD"))
    threats, _ = resolve(DEFAULT, [*base, few])
    climate = threats[-1]
    assert climate.target.indicator == "heat_month_2sd"
    assert "known of 4 units only" in climate.passed_over[0]


def _of_ten(one: Release) -> dict[str, pl.DataFrame]:
    names = [f"A{letter}A" for letter in "ABCDEFGHIJ"]
    first = one.observations.filter(unit="AAA")
    return {"observations": pl.concat([first.with_columns(unit=pl.lit(name)) for name in names])}


UNITS = pl.DataFrame(
    {"unit": ["AAA", "BBB", "CCC"], "born": [None] * 3, "died": [None] * 3},
    schema={"unit": pl.String, "born": pl.Date, "died": pl.Date},
)


def total(months: range, as_of: str, *optional: str) -> np.ndarray:
    """Newly fled of three countries, and of one the displaced within it since 2009."""
    sources = (
        release("fled", ("AAA", "BBB", "CCC")),
        release("displaced", ("AAA",), first=2009, values=30.0),
    )
    target = Target("sum", "year", (1, 25, 100), ("fled", "displaced"), optional)
    return outcomes(target, sources, UNITS, months, month_id(as_of))


def test_an_optional_part_adds_nothing_where_it_has_no_figure() -> None:
    years = range(month_id("2023-01"), month_id("2025-01"))
    assert total(years, "2025-06", "displaced")[:, ::12].tolist() == [[37, 37], [7, 7], [7, 7]]
    without = total(years, "2025-06")[:, ::12]
    assert without[0].tolist() == [37, 37]
    assert np.isnan(without[1:]).all()


def test_an_optional_part_is_unknown_before_it_begins_and_until_it_is_out() -> None:
    """Nobody is said to be displaced by none in a year that the file does not speak of."""
    years = range(month_id("2008-01"), month_id("2010-01"))
    begun = total(years, "2025-06", "displaced")[:, ::12]
    assert np.isnan(begun[:, 0]).all()
    assert begun[:, 1].tolist() == [37, 7, 7]
    last = range(month_id("2024-01"), month_id("2025-01"))
    assert np.isnan(total(last, "2025-05", "displaced")[:, 0]).all()


def test_params_yaml_has_the_standard_threats() -> None:
    told = load_yaml((ROOT / "params.yaml").read_text("utf-8"), "params.yaml")["threats"]
    standard = load_yaml((ROOT / "riskkit/threats.yaml").read_text("utf-8"), "threats.yaml")
    assert told == standard
