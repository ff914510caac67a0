"""Drought indices and evapotranspiration: values worked by hand, nothing from the future."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from riskkit.sources.cru._drought import standardised, thornthwaite

pytest.importorskip("climate_indices", reason="needs the extra climate")
NORMAL = (1971, 1990)
MONTHS = pl.date_range(date(1971, 1, 1), date(1995, 12, 1), "1mo", eager=True)
YEAR = pl.col("month").dt.year()


def heat(latitude: float, degrees: pl.Expr, unit: str = "XAA") -> pl.DataFrame:
    frame = MONTHS.to_frame("month").with_columns(
        unit=pl.lit(unit), known_from=pl.col("month").dt.month_end(), latitude=pl.lit(latitude)
    )
    return frame.with_columns(degrees.cast(pl.Float64).alias("value"))


def estimate(latitude: float, degrees: pl.Expr) -> dict[date, float]:
    return dict(thornthwaite(heat(latitude, degrees), NORMAL).select("month", "value").rows())


def test_thornthwaite_by_hand() -> None:
    """Twenty degrees all year where all days have twelve hours: the heat index is 12 (20/5)^1.514
    = 97.88, the exponent 2.1414, a month of 30 days has 16 (200/97.88)^2.1414 = 73.85 mm."""
    got = estimate(0, pl.lit(20))
    assert got[date(1994, 4, 1)] == pytest.approx(73.85, abs=0.05)
    assert got[date(1994, 1, 1)] == pytest.approx(73.85 * 31 / 30, abs=0.05)
    assert got[date(1992, 2, 1)] == pytest.approx(73.85 * 29 / 30, abs=0.05)


def test_long_days_evaporate_more_and_frost_nothing() -> None:
    summer = estimate(50, pl.lit(20))
    assert summer[date(1994, 6, 1)] / summer[date(1994, 12, 1)] == pytest.approx(2, abs=0.1)
    frost = pl.when(pl.col("month").dt.month() == 1).then(-5).otherwise(20)
    assert estimate(50, frost)[date(1994, 1, 1)] == 0


@pytest.mark.parametrize("changed", [1994, 1995])
def test_a_hot_year_changes_no_other(changed: int) -> None:
    before = estimate(10, pl.lit(20))
    after = estimate(10, pl.when(changed == YEAR).then(30).otherwise(20))
    moved = {month.year for month in before if before[month] != after[month]}
    assert moved == {changed}


def test_evapotranspiration_is_known_once_its_reference_is() -> None:
    known = thornthwaite(heat(10, pl.lit(20)), NORMAL).filter(YEAR < 1991)["known_from"]
    assert set(known) == {date(1990, 12, 31)}


def test_units_keep_their_own_latitude() -> None:
    """The order of rows and of units is no matter."""
    south, north = heat(-50, pl.lit(20), "XAB"), heat(50, pl.lit(20), "XAA")
    for rows in ([south, north], [north, south]):
        both = thornthwaite(pl.concat(rows).sample(fraction=1, shuffle=True, seed=1), NORMAL)
        june = dict(both.filter(month=date(1994, 6, 1)).select("unit", "value").rows())
        assert june["XAA"] > 1.8 * june["XAB"]


def test_a_reference_period_with_gaps_gives_nothing() -> None:
    gap = heat(10, pl.lit(20)).filter(pl.col("month") != date(1980, 5, 1))
    assert thornthwaite(gap, NORMAL).is_empty()
    water = gap.with_columns(demand=pl.lit(1.0))
    assert standardised("spei", water, 3, NORMAL).is_empty()
    assert standardised("spi", gap, 3, (1961, 1990)).columns == [
        "unit",
        "month",
        "value",
        "known_from",
    ]
