"""What is normal, worked by hand."""

import statistics
from datetime import date

import polars as pl
import pytest

from riskkit.base.normals import against_reference, against_years_before


def series(values: list[float], first: int, unit: str = "XAA", calendar: int = 1) -> pl.DataFrame:
    years = range(first, first + len(values))
    return pl.DataFrame(
        {
            "unit": unit,
            "year": list(years),
            "calendar": calendar,
            "x": values,
            "known_from": [date(year + 1, 1, 31) for year in years],
        }
    )


def test_the_moving_reference_ends_with_the_year_before() -> None:
    values = [20.0 + (year * 7 % 11) / 10 for year in range(30)]
    limit = statistics.mean(values) + 2 * statistics.stdev(values)
    just, above = limit - 0.001, limit + 0.001
    for last, expected in ((just, 0.0), (above, 1.0)):
        got = against_years_before(series([*values, last], 1950), "x", 2.0)
        assert got["beyond"].to_list() == [*[None] * 30, expected]


@pytest.mark.parametrize(("value", "expected"), [(27.5, 0.0), (28.5, 1.0), (29.0, 1.0), (99, 1.0)])
def test_95_percent_are_29_of_30(value: float, expected: float) -> None:
    years = [float(year) for year in range(30)]  # 28.5 passes 0 to 28
    got = against_years_before(series([*years, value], 1950), "x", 2.0)
    assert got["extreme"][-1] == expected
    mirrored = against_years_before(series([-x for x in (*years, value)], 1950), "x", -2.0)
    assert mirrored["extreme"][-1] == expected


def test_a_tie_passes_nothing() -> None:
    got = against_years_before(series([5.0] * 31, 1950), "x", 2.0)
    assert got.row(-1, named=True)["extreme"] == 0.0
    assert got.row(-1, named=True)["beyond"] == 0.0


def test_no_series_reaches_into_another() -> None:
    long, short = series([1.0] * 40, 1950), series([9.0] * 31, 1990, unit="XAB")  # goes on with it
    july = series([2.0] * 31, 1990, calendar=7)
    together = pl.concat([short, july, long])
    alone = pl.concat(against_years_before(t, "x", 2.0) for t in (long, july, short))
    columns = ["unit", "year", "calendar", "beyond", "extreme"]
    assert against_years_before(together, "x", 2.0).select(columns).equals(alone.select(columns))
    assert alone.filter(unit="XAB").drop_nulls("extreme")["year"].to_list() == [2020]


def test_a_gap_leaves_thirty_years_unjudged() -> None:
    gap = series([1.0] * 65, 1950).filter(pl.col("year") != 1990)
    judged = against_years_before(gap, "x", 2.0).drop_nulls("extreme")["year"].to_list()
    assert judged == [*range(1980, 1990)]


def test_later_years_change_nothing() -> None:
    values = [float(year % 5) for year in range(60)]
    before = against_years_before(series(values, 1950), "x", 2.0)
    after = against_years_before(series([*values[:45], *[99.0] * 15], 1950), "x", 2.0)
    assert before.head(45).drop("x").equals(after.head(45).drop("x"))


def test_the_fixed_reference_is_known_when_its_last_year_is() -> None:
    values = [float(year % 10) for year in range(1950, 1995)]
    got = against_reference(series(values, 1950), "x")
    assert got["mean"].unique().to_list() == [4.5]
    assert got["deviation"][0] == pytest.approx(statistics.stdev([*range(10)] * 3))
    assert got.filter(year=1955)["known_from"].item() == date(1991, 1, 31)
    assert got.filter(year=1993)["known_from"].item() == date(1994, 1, 31)


def test_a_unit_with_a_gap_in_the_reference_has_no_normal() -> None:
    gap = series([1.0] * 45, 1950).filter(pl.col("year") != 1975)
    assert against_reference(gap, "x").is_empty()
