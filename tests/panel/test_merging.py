"""Files over the embedded data: the newer vintage wins, period by period."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.months import first_day, last_day, month_id
from riskkit.panel import build_panel
from riskkit.panel.merging import merge, stack
from riskkit.panel.schedule import comes_out, newest_out
from riskkit.tables import Citation, Indicator, Relation, Release
from riskkit.units import countries

BASE = Citation("Base", "Base (2025)", "CC BY 4.0", "https://base.example")
FILE = Citation("File", "File (2026)", "CC0", "https://file.example")


def release(rows, names=("deaths",), covers=("2020-01", "2020-12"), by="base", **told):
    """Rows are (unit, month, value, month in which it became known), of each indicator."""
    declared = {"lag_months": 1, **{k: told.pop(k) for k in list(told) if hasattr(Indicator, k)}}
    observations = [
        (unit, first_day(month_id(month)), name, float(value), last_day(month_id(known)))
        for name in names
        for unit, month, value, known in rows
    ]
    return Release(
        pl.DataFrame(
            observations,
            schema=_SCHEMA,
            orient="row",
        ),
        tuple(Indicator(name, "things", by, **declared) for name in names),
        (first_day(month_id(covers[0])), first_day(month_id(covers[1]))),
        **{"citation": BASE if by == "base" else FILE, "vintage": f"{by} 1", **told},
    )


_SCHEMA = {
    "unit": pl.String,
    "month": pl.Date,
    "indicator": pl.String,
    "value": pl.Float64,
    "known_from": pl.Date,
}
OLD = [("MLI", "2020-01", 1, "2020-02"), ("MLI", "2020-03", 3, "2020-04")]
NEW = [("MLI", "2020-03", 30, "2021-04"), ("NER", "2020-04", 40, "2021-05")]


def values(releases, name="deaths"):
    rows = [r.observations.filter(pl.col("indicator") == name) for r in releases]
    found = pl.concat(rows)
    assert not found.select("unit", "month").is_duplicated().any()
    return {(unit, f"{m:%Y-%m}"): value for unit, m, _, value, _ in found.rows()}


def one(releases, name="deaths"):
    (found,) = [r for r in releases if name in {i.name for i in r.indicators}]
    return found


def test_the_newer_vintage_wins_where_both_speak():
    got = merge([release(OLD)], [release(NEW, by="file")])
    assert values(got) == {
        ("MLI", "2020-01"): 1,
        ("MLI", "2020-03"): 30,
        ("NER", "2020-04"): 40,
    }
    assert one(got).vintage == "base, base 1: 2020-01 to 2020-01; file, file 1: 2020-03 to 2020-04"
    assert one(got).indicators[0].source == "file"


def test_an_older_file_fills_only_what_is_absent():
    got = merge([release(NEW)], [release(OLD, by="file")])
    assert values(got)["MLI", "2020-03"] == 30
    assert values(got)["MLI", "2020-01"] == 1
    assert one(got).indicators[0].source == "base"


def test_whoever_reaches_further_declares_the_series_though_its_vintage_is_older():
    base = release([("MLI", "2020-03", 3, "2021-06")], covers=("2020-01", "2020-03"))
    fresh = release([("MLI", "2020-04", 4, "2020-05")], by="file", covers=("2020-04", "2020-04"))
    got = one(merge([base], [fresh]))
    assert got.indicators[0].source == "file"
    assert got.covers == (date(2020, 1, 1), date(2020, 4, 1))
    assert values([got]) == {("MLI", "2020-03"): 3, ("MLI", "2020-04"): 4}


def test_of_the_same_age_the_file_wins():
    got = merge([release(OLD)], [release([(*OLD[1][:2], 99, OLD[1][3])], by="file")])
    assert values(got) == {("MLI", "2020-01"): 1, ("MLI", "2020-03"): 99}


def test_only_what_a_file_brings_is_replaced():
    base = release(OLD, names=("deaths", "rain"), dropped={"row too many": 3})
    got = merge([base], [release(NEW, names=("deaths", "wealth"), by="file")])
    assert values(got, "rain") == {("MLI", "2020-01"): 1, ("MLI", "2020-03"): 3}
    assert {i.name for i in one(got, "rain").indicators} == {"rain"}
    assert one(got, "rain").dropped == {"row too many": 3}
    assert {i.name for i in one(got, "wealth").indicators} == {"wealth"}
    assert one(got, "rain").citation == BASE


def test_both_are_cited_where_both_are_in():
    assert one(merge([release(OLD)], [release(NEW, by="file")])).citation == Citation(
        "File with Base", "File (2026); Base (2025)", "CC0; CC BY 4.0", "https://file.example"
    )
    whole = [(*row[:3], "2021-01") for row in OLD]
    assert one(merge([release(OLD)], [release(whole, by="file")])).citation == FILE


def census(rows, by, covers, **told):
    return release(rows, by=by, covers=covers, census=True, **told)


def test_silence_of_a_census_is_a_zero_that_wins():
    base = census([("MLI", "2020-05", 5, "2020-06")], "base", ("2020-04", "2020-05"))
    file = census([("NER", "2020-06", 6, "2020-07")], "file", ("2020-05", "2020-06"))
    got = values(merge([base], [file]))
    assert got["MLI", "2020-05"] == 0
    assert (got["MLI", "2020-04"], got["NER", "2020-06"]) == (0, 6)
    assert {month for _, month in got} == {"2020-04", "2020-05", "2020-06"}
    assert {unit for unit, _ in got} >= set(
        countries("views").filter(pl.col("died").is_null())["unit"]
    )


def test_a_census_of_some_units_leaves_the_others_alone():
    base = census([("MLI", "2020-05", 5, "2020-06")], "base", ("2020-05", "2020-05"))
    file = census([], "file", ("2020-05", "2020-06"), covered_units=("NER",))
    got = values(merge([base], [file]))
    assert got["MLI", "2020-05"] == 5
    assert ("MLI", "2020-06") not in got
    assert got["NER", "2020-06"] == 0


def test_months_between_two_censuses_stay_unknown():
    base = census([], "base", ("2020-01", "2020-01"))
    file = census([], "file", ("2020-03", "2020-03"))
    got = merge([base], [file])
    assert {month for _, month in values(got)} == {"2020-01", "2020-03"}
    units = countries("views").filter(unit="MLI")
    panel = build_panel(got, units, month_id("2020-02"), month_id("2020-04"))
    assert panel.frame["deaths"].to_list() == [0, None, 0]


def test_a_place_within_another_is_not_counted_twice():
    """The newer one has Palestine's deaths in Israel's row; the older one apart."""
    base = census(
        [("ISR", "2020-05", 10, "2021-06")],
        "base",
        ("2020-05", "2020-05"),
        unit_names={"ISR": "Israel (with Palestine)"},
        lag_months=13,
    )
    apart = [("PSE", "2020-04", 7, "2020-05"), ("PSE", "2020-05", 7, "2020-06")]
    got = merge([base], [census(apart, "file", ("2020-04", "2020-05"))])
    assert values(got)["PSE", "2020-04"] == 7
    assert ("PSE", "2020-05") not in values(got)
    assert one(got).unit_names == {"ISR": "Israel (with Palestine)"}


def test_a_file_that_separates_them_carries_no_such_name():
    names = {"ISR": "Israel (with Palestine)"}
    base = census(
        [("ISR", "2020-05", 9, "2020-06")], "base", ("2020-05", "2020-05"), unit_names=names
    )
    apart = [("ISR", "2020-06", 1, "2020-07"), ("PSE", "2020-06", 7, "2020-07")]
    got = merge([base], [census(apart, "file", ("2020-06", "2020-06"))])
    assert one(got).unit_names == {}


def test_months_that_came_out_by_the_year_go_on_to_do_so():
    yearly = {"yearly_release": 6, "lag_months": 6}
    base = census([], "base", ("2020-01", "2020-12"), **yearly)
    declared = one(merge([base], [census([], "file", ("2021-01", "2021-03"))])).indicators[0]
    assert (declared.yearly_release, declared.monthly_from) == (6, date(2021, 1, 1))
    months = [month_id(month) for month in ("2020-01", "2020-12", "2021-01", "2021-03")]
    out = [month_id(month) for month in ("2021-06", "2021-06", "2021-02", "2021-04")]
    assert [comes_out(declared, month) for month in months] == out
    stands = [month_id(month) for month in ("2020-12", "2021-01", "2021-02", "2021-04")]
    newest = [month_id(month) for month in ("2019-12", "2019-12", "2021-01", "2021-03")]
    assert [newest_out(declared, month) for month in stands] == newest
    whole = one(merge([base], [census([], "file", ("2019-01", "2021-03"))])).indicators[0]
    assert whole.yearly_release is None


def test_what_is_revised_stays_so():
    base = release(OLD, revised=True)
    assert one(merge([base], [release(NEW, by="file")])).indicators[0].revised


@pytest.mark.parametrize(
    "file",
    [
        release([("MLI", "2020-01", 9, "2021-06")], by="file", frequency="year"),
        release([("123", "2020-05", 9, "2020-06")], by="file"),
        release([("XAA", "2020-05", 9, "2020-06")], by="file", simulated=True),
    ],
    ids=["yearly", "cells", "simulated"],
)
def test_what_cannot_be_one_series_stands_alone(file):
    got = merge([release(OLD)], [file])
    assert values(got) == values([file])
    assert one(got).vintage == "file 1"


def test_two_files_of_one_indicator_are_still_refused():
    got = merge([release(OLD)], [release(NEW, by="file"), release(NEW, by="other")])
    with pytest.raises(RiskkitError, match="'deaths' comes from other and file"):
        build_panel(got, countries("views"), month_id("2020-01"), month_id("2020-02"))


def ties(by, rows, frequency="year"):
    """Rows are (unit, other, year, value)."""
    schema = {"unit": pl.String, "other": pl.String, "month": pl.Date, "relation": pl.String}
    schema |= {"value": pl.Float64, "known_from": pl.Date}
    dyads = [
        (unit, other, date(year, 1, 1), "hosts", float(value), date(year + 1, 6, 30))
        for unit, other, year, value in rows
    ]
    bare = release([], names=(), by=by)
    return replace(
        bare,
        dyads=pl.DataFrame(dyads, schema=schema, orient="row"),
        relations=(Relation("hosts", "people", by, frequency=frequency),),
    )


def test_a_relation_is_replaced_by_the_period():
    base = ties("base", [("MLI", "NER", 2019, 1), ("MLI", "NER", 2020, 2)])
    got = merge([base], [ties("file", [("NER", "MLI", 2020, 5), ("NER", "MLI", 2021, 6)])])
    (merged,) = got
    assert sorted(merged.dyads.select("unit", pl.col("month").dt.year(), "value").rows()) == [
        ("MLI", 2019, 1.0),
        ("NER", 2020, 5.0),
        ("NER", 2021, 6.0),
    ]


def test_a_relation_of_all_times_gives_way_as_a_whole():
    base = ties("base", [("MLI", "NER", 1800, 1)], frequency="constant")
    file = ties("file", [("MLI", "DZA", 2020, 1)])
    assert merge([base], [file]) == (file,)


def test_no_file_changes_nothing():
    base = (release(OLD),)
    assert merge(base, []) == base


def vintages(releases):
    (found,) = releases
    return {
        (unit, f"{month:%Y-%m}", f"{known:%Y-%m}"): value
        for unit, month, _, value, known in found.observations.rows()
    }


def test_each_vintage_of_a_source_is_known_from_its_own_day():
    first = release([("MLI", "2020-01", 1, "2020-02"), ("NER", "2020-01", 7, "2020-02")])
    second = release([("MLI", "2020-01", 2, "2020-09"), ("MLI", "2020-04", 4, "2020-05")])
    assert vintages(stack([first, second])) == {
        ("MLI", "2020-01", "2020-02"): 1,
        ("MLI", "2020-01", "2020-09"): 2,
        ("MLI", "2020-04", "2020-05"): 4,
        ("NER", "2020-01", "2020-02"): 7,
    }


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_of_the_same_day_the_later_file_counts(order):
    files = [release([("MLI", "2020-01", value, "2020-02")]) for value in (10, 20, 30)]
    got = vintages(stack([files[place] for place in order]))
    assert got == {("MLI", "2020-01", "2020-02"): 10 * (order[-1] + 1)}


def test_cells_of_a_census_keep_their_zeros():
    first = census([("123", "2020-01", 1, "2020-02")], "base", ("2020-01", "2020-02"))
    second = census([("123", "2020-03", 3, "2020-04")], "base", ("2020-03", "2020-03"))
    first, second = (replace(part, covered_units=("123", "124")) for part in (first, second))
    got = vintages(stack([first, second]))
    assert {(unit, month) for unit, month, _ in got} == {
        (unit, month) for unit in ("123", "124") for month in ("2020-01", "2020-02", "2020-03")
    }
    assert got["124", "2020-03", "2020-04"] == 0


def test_files_of_two_sources_are_not_stacked():
    assert len(stack([release(OLD), release(NEW, by="file")])) == 2
