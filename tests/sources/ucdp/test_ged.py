"""UCDP events: layouts of releases, months, coverage, several files, refusals."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskkit.errors import SourceError
from riskkit.panel import complete
from riskkit.sources.ucdp.ged import LAYOUT, UcdpGed
from riskkit.tables import Release
from riskkit.units import countries
from tests.sources.ged_rows import CODES, event, write_events

MARCH = "GEDEvent_v20_0_3.csv"


def read(path: Path, **options: Any) -> Release:
    return UcdpGed().read(path, UcdpGed.options(**{"codes": CODES, **options}))


def values(release: Release, indicator: str = "ged_sb", unit: str = "XAA") -> dict[str, float]:
    rows = release.observations.filter(unit=unit, indicator=indicator)
    return {f"{month:%Y-%m}": value for month, value in rows.select("month", "value").rows()}


def one(release: Release, indicator: str) -> float:
    (value,) = values(release, indicator).values()
    return value


def test_types_of_violence_estimates_events_and_civilians(tmp_path: Path) -> None:
    path = write_events(
        tmp_path / MARCH,
        [
            event(1, best=7, low=5, high=9, deaths_civilians=2),
            event(2, best=1),
            event(3, best=4, type_of_violence=2),
            event(4, best=3, type_of_violence=3, deaths_civilians=3),
            event(5, best=8, country_id=9002),
        ],
    )
    release = read(path)
    wanted = {
        **{"ged_sb": 8, "ged_sb_low": 6, "ged_sb_high": 10, "ged_sb_events": 2},
        **{"ged_ns": 4, "ged_ns_events": 1, "ged_os": 3, "ged_civilians": 5},
    }
    assert {name: one(release, name) for name in wanted} == wanted
    assert values(release, unit="XAB") == {"2020-03": 8}
    assert all(indicator.census for indicator in release.indicators)


def who(dyad: int, a: int, b: int) -> dict[str, int]:
    """The pair and the sides of an event."""
    return {"dyad_new_id": dyad, "side_a_new_id": a, "side_b_new_id": b}


def test_pairs_and_sides_are_counted_once_and_victims_are_no_side(tmp_path: Path) -> None:
    path = write_events(
        tmp_path / MARCH,
        [
            event(1, **who(501, 1, 2)),
            event(2, **who(501, 1, 2)),
            event(3, **who(502, 1, 3), type_of_violence=2),
            event(4, **who(503, 3, 9999), type_of_violence=3),
            event(5, **who(501, 1, 2), country_id=9002),
            event(6, "2020-03-30", "2020-04-02", **who(504, 4, 5)),
        ],
    )
    release = read(path, covers_to="2020-04")
    assert (values(release, "ged_dyads")["2020-03"], values(release, "ged_actors")["2020-03"]) == (
        3,
        3,
    )
    assert values(release, "ged_dyads", "XAB") == {"2020-03": 1}
    declared = {indicator.name: indicator.unit for indicator in release.indicators}
    assert (declared["ged_dyads"], declared["ged_actors"]) == ("dyads", "actors")
    first = read(path, covers_to="2020-04", split="start")
    assert values(first, "ged_dyads") == {"2020-03": 4}
    assert values(read(path, covers_to="2020-04", split="days"), "ged_actors")["2020-03"] == 3


def test_sides_that_a_file_does_not_name_are_not_counted(tmp_path: Path) -> None:
    """Nor are those of other files beside it, whose counts would be of a part."""
    unnamed = write_events(tmp_path / MARCH, [event(1)])
    assert not {"ged_dyads", "ged_actors"} & {i.name for i in read(unnamed).indicators}
    folder = tmp_path / "both"
    folder.mkdir()
    write_events(folder / MARCH, [event(1)])
    write_events(folder / MARCH.replace("_3", "_4"), [event(2, "2020-04-01", **who(1, 2, 3))])
    release = read(folder)
    assert "ged_dyads" not in release.observations["indicator"]
    assert len(release.indicators) == 13


def test_figures_are_known_a_month_later(tmp_path: Path) -> None:
    path = write_events(tmp_path / MARCH, [event(1)])
    assert read(path).observations["known_from"].unique().to_list() == [date(2020, 4, 30)]
    later = read(path, lag_months=3).observations["known_from"].unique().to_list()
    assert later == [date(2020, 6, 30)]


@pytest.mark.parametrize(
    "columns",
    [
        LAYOUT,
        tuple(column.upper() for column in LAYOUT),
        tuple({"best": "best_est", "low": "low_est", "high": "high_est"}.get(c, c) for c in LAYOUT),
        tuple("gwno" if column == "country_id" else column for column in LAYOUT),
    ],
    ids=["today", "upper case", "best_est", "gwno"],
)
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("suffix", ["", " 00:00:00.000"], ids=["day", "time"])
def test_layouts_of_releases(
    tmp_path: Path, columns: tuple[str, ...], quoting: Literal[0, 1], suffix: str
) -> None:
    events = [event(1, f"2020-03-02{suffix}", best=3), event(2, f"2020-03-31{suffix}", best=4)]
    renamed = [dict(zip(columns, (row[c] for c in LAYOUT), strict=True)) for row in events]
    assert values(read(write_events(tmp_path / MARCH, renamed, columns, quoting=quoting))) == {
        "2020-03": 7
    }


def test_a_release_without_header_is_read_by_position(tmp_path: Path) -> None:
    events = [event(1, best=3), event(2, best=4)]
    path = write_events(tmp_path / MARCH, events, header=False)
    assert values(read(path)) == {"2020-03": 7}
    broken = write_events(tmp_path / MARCH, [event(1), event(2, best="x")], header=False)
    with pytest.raises(SourceError, match=r"line 2, column 'best'"):
        read(broken)


def test_without_country_codes_names_are_used(tmp_path: Path) -> None:
    columns = tuple(column for column in LAYOUT if column != "country_id")
    path = write_events(tmp_path / MARCH, [event(1, best=3)], columns)
    assert values(read(path, codes={"Testland (fictional)": "XAA"})) == {"2020-03": 3}


def test_zip_archives_with_what_macos_adds(tmp_path: Path) -> None:
    inner = write_events(tmp_path / MARCH, [event(1, best=3)])
    path = tmp_path / "candidate.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inner, f"folder/{MARCH}")
        archive.writestr(f"__MACOSX/folder/._{MARCH}", "junk")
        archive.writestr(".DS_Store", "junk")
    release = read(path)
    assert values(release) == {"2020-03": 3}
    assert release.covers == (date(2020, 3, 1), date(2020, 3, 1))


SPANNING = event(1, "2019-12-30", "2020-02-02", best=35, low=7, high=36, deaths_civilians=3)


@pytest.mark.parametrize(
    ("split", "deaths"),
    [
        ("end", {"2020-02": 35}),
        ("start", {"2019-12": 35}),
        ("days", {"2019-12": 2, "2020-01": 31, "2020-02": 2}),
    ],
)
def test_months_of_an_event_that_spans_several(
    tmp_path: Path, split: str, deaths: dict[str, float]
) -> None:
    release = read(write_events(tmp_path / "events.csv", [SPANNING]), split=split)
    assert values(release) == deaths
    assert sum(values(release, "ged_sb_events").values()) == 1


def test_days_leave_no_death_over(tmp_path: Path) -> None:
    release = read(write_events(tmp_path / "events.csv", [SPANNING]), split="days")
    # 7 deaths on 35 days: 0.4, 6.2 and 0.4; the one left over goes to the first largest remainder.
    assert values(release, "ged_sb_low") == {"2019-12": 1, "2020-01": 6, "2020-02": 0}
    assert sum(values(release, "ged_civilians").values()) == 3


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    events=st.lists(
        st.tuples(
            st.dates(date(2018, 1, 1), date(2020, 12, 31)),
            st.dates(date(2018, 1, 1), date(2020, 12, 31)),
            st.integers(0, 500),
        ),
        min_size=1,
        max_size=20,
    ),
    split=st.sampled_from(["end", "start", "days"]),
)
def test_no_split_loses_or_makes_a_death(
    tmp_path: Path, events: list[tuple[date, date, int]], split: str
) -> None:
    rows = [
        event(number, str(min(first, last)), str(max(first, last)), best=best)
        for number, (first, last, best) in enumerate(events)
    ]
    release = read(write_events(tmp_path / "events.csv", rows), split=split)
    assert sum(values(release).values()) == sum(best for *_, best in events)
    assert sum(values(release, "ged_sb_events").values()) == len(events)


def test_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    rows = [
        event(n, f"2020-0{n}-20", f"2020-0{n + 2}-05", best=10 * n + 3, low=n, high=90)
        for n in range(1, 7)
    ]
    first = read(write_events(tmp_path / "a.csv", rows), split="days").observations
    second = read(write_events(tmp_path / "b.csv", rows[::-1]), split="days").observations
    assert first.equals(second)


CELLS = [
    event(1, best=3, where_prec=1),
    event(2, best=4, where_prec=4, priogrid_gid=100002),
    event(3, best=100, where_prec=5),
    event(4, best=200, where_prec=6),
    event(5, best=400, where_prec=7),
]


@pytest.mark.parametrize(
    ("options", "deaths", "dropped"),
    [
        ({}, {"100001": 3, "100002": 4}, 3),
        ({"max_where_prec": 3}, {"100001": 3}, 4),
        ({"max_where_prec": 5}, {"100001": 103, "100002": 4}, 2),
    ],
)
def test_vague_places_do_not_pile_up_in_cells(
    tmp_path: Path, options: dict[str, Any], deaths: dict[str, float], dropped: int
) -> None:
    release = read(write_events(tmp_path / MARCH, CELLS), level="cell", **options)
    rows = release.observations.filter(indicator="ged_sb")
    assert dict(rows.select("unit", "value").rows()) == deaths
    assert sum(release.dropped.values()) == dropped


def test_vague_places_count_for_countries(tmp_path: Path) -> None:
    release = read(write_events(tmp_path / MARCH, CELLS))
    assert values(release) == {"2020-03": 707}
    assert not release.dropped


def test_events_that_ucdp_does_not_find_clear(tmp_path: Path) -> None:
    rows = [event(1, best=3), event(2, best=4, code_status="Check dyad")]
    path = write_events(tmp_path / MARCH, rows)
    assert values(read(path)) == {"2020-03": 7}
    clear = read(path, status="clear")
    assert values(clear) == {"2020-03": 3}
    assert list(clear.dropped.values()) == [1]


def test_what_is_left_out_is_covered_all_the_same(tmp_path: Path) -> None:
    rows = [event(1), event(2, "2020-05-02", country_id=9002, code_status="Check deaths")]
    release = read(write_events(tmp_path / "events.csv", rows), status="clear")
    assert release.covers[1] == date(2020, 5, 1)
    assert release.covered_units == ("XAA", "XAB")
    columns = tuple(column for column in LAYOUT if column != "code_status")
    with pytest.raises(SourceError, match="column 'code_status' is missing"):
        read(write_events(tmp_path / "events.csv", rows, columns), status="clear")


@pytest.mark.parametrize(
    ("name", "last_event", "covers"),
    [
        ("GEDEvent_v20_1.csv", "2019-08-10", ("2018-01", "2019-12")),
        ("ged201.csv", "2019-08-10", ("2018-01", "2019-12")),
        ("events.csv", "2019-08-10", ("2018-01", "2019-08")),
        ("GEDEvent_v20_1_cut.csv", "2019-08-10", ("2018-01", "2019-12")),
        ("GEDEvent_v18_13_18_14.csv", "2019-08-10", ("2018-01", "2019-08")),
        ("GEDEvent_v18_01_18_12.csv", "2018-06-10", ("2018-01", "2018-12")),
        ("GEDEvent_v18_01_18_12.csv", "2019-01-10", ("2018-01", "2018-12")),
        ("GEDEvent_v18_0_5.csv", "2018-05-30", ("2018-05", "2018-05")),
        ("GEDEvent_v18.0.12 (1).csv", "2018-12-30", ("2018-12", "2018-12")),
    ],
)
def test_months_covered(
    tmp_path: Path, name: str, last_event: str, covers: tuple[str, str]
) -> None:
    path = write_events(tmp_path / name, [event(1, "2018-05-02"), event(2, last_event)])
    release = read(path)
    assert tuple(f"{month:%Y-%m}" for month in release.covers) == covers


def test_the_user_may_know_better_what_is_covered(tmp_path: Path) -> None:
    path = write_events(tmp_path / "events.csv", [event(1, "2018-05-02"), event(2, "2018-09-02")])
    assert read(path, covers_to="2019-03").covers[1] == date(2019, 3, 1)
    cut = read(path, covers_to="2018-06")
    assert values(cut) == {"2018-05": 1}
    assert list(cut.dropped.values()) == [1]


def test_an_event_that_outlasts_its_release_counts_to_the_last_month(tmp_path: Path) -> None:
    path = write_events(tmp_path / MARCH, [event(1, "2020-03-30", "2020-04-02", best=5)])
    for split in ("end", "start", "days"):
        assert values(read(path, split=split)) == {"2020-03": 5}


def test_an_extract_speaks_of_its_countries_only(tmp_path: Path) -> None:
    extract = read(write_events(tmp_path / "few.csv", [event(1), event(2, country_id=9002)]))
    assert extract.covered_units == ("XAA", "XAB")
    many = [event(n, country_id=9100 + n) for n in range(20)]
    codes = {9100 + n: f"X{chr(65 + n)}A" for n in range(20)}
    assert read(write_events(tmp_path / "all.csv", many), codes=codes).covered_units is None


def test_a_world_that_is_cut_by_hand_is_not_at_peace_afterwards(tmp_path: Path) -> None:
    codes = {9100 + n: f"X{chr(65 + n)}A" for n in range(20)}
    rows = [event(n, "2019-10-05", "2020-01-08", country_id=9100 + n) for n in range(20)]
    release = read(write_events(tmp_path / "GEDEvent_v20_1.csv", rows), codes=codes)
    assert release.covers[1] == date(2019, 10, 1)


class TestFolders:
    """Several releases in one folder."""

    def test_candidates_continue_a_yearly_release(self, tmp_path: Path) -> None:
        write_events(
            tmp_path / "GEDEvent_v20_1.csv",
            [event(1, "2018-03-01", best=1), event(2, "2019-12-05", best=10)],
        )
        write_events(
            tmp_path / "GEDEvent_v19_01_19_12.csv",
            [event(2, "2019-11-05", best=99), event(7, "2019-11-06", best=99)],
        )
        write_events(tmp_path / "GEDEvent_v20_01_20_02.csv", [event(3, "2020-02-05", best=20)])
        write_events(tmp_path / "GEDEvent_v20_0_2.csv", [event(4, "2020-02-05", best=99)])
        write_events(tmp_path / "GEDEvent_v20_0_3.csv", [event(5, "2020-03-05", best=30)])
        (tmp_path / "readme.txt").write_text("about")
        release = read(tmp_path)
        assert values(release) == {"2018-03": 1, "2019-12": 10, "2020-02": 20, "2020-03": 30}
        assert release.covers == (date(2018, 1, 1), date(2020, 3, 1))
        assert release.dropped == {"event of a month that a better release covers": 3}

    def test_the_latest_yearly_release_comes_first(self, tmp_path: Path) -> None:
        write_events(tmp_path / "GEDEvent_v19_1.csv", [event(1, "2018-03-01", best=1)])
        write_events(tmp_path / "GEDEvent_v20_1.csv", [event(1, "2018-04-01", best=2)])
        assert values(read(tmp_path)) == {"2018-04": 2}

    def test_an_event_of_two_files_counts_once(self, tmp_path: Path) -> None:
        write_events(tmp_path / "GEDEvent_v20_1.csv", [event(1, "2019-12-30", best=1)])
        write_events(tmp_path / "GEDEvent_v20_0_1.csv", [event(1, "2020-01-02", best=5)])
        assert values(read(tmp_path)) == {"2019-12": 1}

    def test_extracts_speak_of_their_own_countries(self, tmp_path: Path) -> None:
        write_events(tmp_path / "a.csv", [event(1, "2018-03-01", best=1)])
        write_events(tmp_path / "b.csv", [event(2, "2018-03-01", best=2, country_id=9002)])
        release = read(tmp_path)
        assert values(release) == {"2018-03": 1}
        assert values(release, unit="XAB") == {"2018-03": 2}

    def test_a_gap_is_refused(self, tmp_path: Path) -> None:
        write_events(tmp_path / "GEDEvent_v20_1.csv", [event(1, "2019-12-30")])
        write_events(tmp_path / "GEDEvent_v20_0_3.csv", [event(2, "2020-03-02")])
        with pytest.raises(SourceError, match="no file covers 2020-01 to 2020-02"):
            read(tmp_path)

    def test_extracts_beside_the_world_are_refused(self, tmp_path: Path) -> None:
        codes = {9100 + n: f"X{chr(65 + n)}A" for n in range(20)}
        write_events(tmp_path / "few.csv", [event(100, country_id=9100)])
        write_events(tmp_path / "all.csv", [event(n, country_id=9100 + n) for n in range(20)])
        with pytest.raises(SourceError, match=r"extracts .* beside releases .*few\.csv"):
            read(tmp_path, codes=codes)

    def test_covers_to_speaks_of_one_file(self, tmp_path: Path) -> None:
        write_events(tmp_path / "GEDEvent_v20_1.csv", [event(1, "2019-12-30")])
        write_events(tmp_path / "GEDEvent_v20_0_1.csv", [event(2, "2020-01-02")])
        with pytest.raises(SourceError, match="2 files, and covers_to speaks of one"):
            read(tmp_path, covers_to="2020-03")

    def test_a_folder_without_files_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="holds no csv and no zip"):
            read(tmp_path)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"best": "many"}, "line 3, column 'best': this is not a number .got 'many'"),
        ({"best": -1}, "line 3, column 'best': .*whole number, 0 to"),
        ({"best": 1.5}, "line 3, column 'best': .*whole number"),
        ({"best": "NaN"}, "line 3, column 'best': .*finite"),
        ({"high": "inf"}, "line 3, column 'high': .*finite"),
        ({"deaths_civilians": ""}, "line 3, column 'deaths_civilians': .*missing"),
        ({"best": 9, "low": 1, "high": 2}, "line 3, column 'best': .*outside low to high"),
        ({"type_of_violence": 9}, "line 3, column 'type_of_violence': .*1 to 3 .got '9'"),
        ({"country_id": 9999}, "line 3, column 'country_id': no country .*got '9999'.*codes"),
        ({"country_id": ""}, "line 3, column 'country_id': the unit is missing"),
        ({"date_start": "10/03/2020"}, "line 3, column 'date_start': .*YYYY-MM-DD"),
        ({"date_start": "2020-02-30"}, "line 3, column 'date_start': .*not a day"),
        ({"date_end": "2999-01-01"}, "line 3, column 'date_end': .*future"),
        ({"date_start": "2020-03-11"}, "line 3, column 'date_end': .*ends before it starts"),
        ({"id": 1}, r"1 event id\(s\) occur twice, the first on line 2 .got \['1'\]"),
        ({"id": ""}, "line 3, column 'id': the event has no id"),
    ],
)
def test_impossible_events_are_refused(tmp_path: Path, cells: dict[str, Any], message: str) -> None:
    path = write_events(tmp_path / MARCH, [event(1), {**event(2), **cells}])
    with pytest.raises(SourceError, match=message) as refused:
        read(path)
    assert MARCH in str(refused.value)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"where_prec": 0}, "column 'where_prec'"),
        ({"priogrid_gid": 259_201}, "column 'priogrid_gid'"),
    ],
)
def test_impossible_places_are_refused(tmp_path: Path, cells: dict[str, Any], message: str) -> None:
    path = write_events(tmp_path / MARCH, [event(1, **cells)])
    with pytest.raises(SourceError, match=message):
        read(path, level="cell")
    assert values(read(path)) == {"2020-03": 1}


def test_a_few_contradictory_bounds_give_way_to_the_best_estimate(tmp_path: Path) -> None:
    rows = [event(n, best=1) for n in range(3)] + [event(3, best=5, low=6, high=4)]
    release = read(write_events(tmp_path / MARCH, rows))
    assert [one(release, f"ged_sb{end}") for end in ("_low", "", "_high")] == [8, 8, 8]
    assert sum(release.dropped.values()) == 1


def test_a_name_that_contradicts_the_events_is_refused(tmp_path: Path) -> None:
    path = write_events(tmp_path / "GEDEvent_v20_0_4.csv", [event(1, "2020-03-02")])
    with pytest.raises(SourceError, match="no event lies in the months it covers, 2020-04"):
        read(path)


@pytest.mark.parametrize(
    ("file", "country"), [("ged_sierra_leone.csv", "SLE"), ("ged_sri_lanka.csv", "LKA")]
)
def test_agrees_with_the_country_months_of_the_benchmark(
    shared_data: Path, file: str, country: str
) -> None:
    """Exactly, up to four one-sided deaths that a later release moved between two months."""
    release = UcdpGed().read(shared_data / "raw" / "ucdp" / file, UcdpGed.options())
    units = countries().filter(unit=country)
    ours = complete(release, units).select("unit", "month", "indicator", "value")
    table = pl.read_parquet(shared_data / "tables" / "conflict_country_month.parquet")
    theirs = table.filter(iso3=country).select(
        pl.col("iso3").alias("unit"), pl.date("year", "month", 1).alias("month"),
        pl.col("ged_sb", "ged_ns", "ged_os").cast(pl.Float64),
    )  # fmt: skip
    long = theirs.unpivot(
        index=["unit", "month"], variable_name="indicator", value_name="published"
    ).filter(pl.col("month") <= release.covers[1])
    both = long.join(ours, on=["unit", "month", "indicator"], how="left")
    assert both["value"].null_count() == (0 if country == "LKA" else 3 * 24)  # from 1989, from 1991
    apart = (both["value"] - both["published"]).abs().sum()
    assert apart <= 4


def test_global_candidate_events(shared_data: Path) -> None:
    """The release of 2021: its sums by hand, and 75 countries of the world."""
    path = shared_data / "raw" / "ucdp" / "GEDEvent_v21_01_21_12.csv.zip"
    release = UcdpGed().read(path, UcdpGed.options())
    assert release.covers == (date(2021, 1, 1), date(2021, 12, 1))
    assert release.covered_units is None
    assert not release.simulated
    sums = dict(release.observations.group_by("indicator").agg(pl.col("value").sum()).rows())
    assert (sums["ged_sb"], sums["ged_ns"], sums["ged_os"]) == (88546, 13922, 13003)
    assert release.observations["unit"].n_unique() == 75


def test_global_cells_agree_with_the_cell_years(shared_data: Path) -> None:
    """With vague places kept, as that table has them, to the last death and event.

    UCDP puts the point 25 E, 0 N, which is the border of two cells, into the southern one, the
    table into the northern one.
    """
    path = shared_data / "raw" / "ucdp" / "GEDEvent_v21_01_21_12.csv.zip"
    options = UcdpGed.options(level="cell", max_where_prec=7)
    ours = (
        UcdpGed()
        .read(path, options)
        .observations.with_columns(pl.col("unit").replace("128551", "130011"))
        .group_by("unit", "indicator")
        .agg(pl.col("value").sum())
        .pivot("indicator", index="unit", values="value")
        .fill_null(0)
    )
    table = pl.read_parquet(shared_data / "tables" / "conflict_priogrid_year.parquet")
    theirs = table.filter(year=2021).with_columns(pl.col("priogrid_gid").cast(pl.String))
    both = theirs.join(ours, left_on="priogrid_gid", right_on="unit", how="full")
    assert both.height == theirs.height
    for kind in ("sb", "ns", "os"):
        assert (both[kind] == both[f"ged_{kind}"]).all()
        assert (both[f"n_{kind}"] == both[f"ged_{kind}_events"]).all()


def test_real_sides_agree_with_a_count_row_by_row(shared_data: Path) -> None:
    """Of the world's candidate events of 2021, and of a country's events of three decades."""
    folder = shared_data / "raw" / "ucdp"
    for name in ("GEDEvent_v21_01_21_12.csv.zip", "ged_sri_lanka.csv"):
        path = folder / name
        text = path.read_text("utf-8") if path.suffix == ".csv" else _unzipped(path)
        pairs, sides = set(), set()
        for row in csv.DictReader(io.StringIO(text)):
            if not row["id"].isdigit():
                continue  # a line of tags
            if path.suffix == ".zip" and not row["date_end"].startswith("2021"):
                continue  # beyond the months that the release covers
            place = (row["country_id"], row["date_end"][:7])
            pairs.add((*place, row["dyad_new_id"]))
            sides.add((*place, row["side_a_new_id"]))
            if row["type_of_violence"] != "3":
                sides.add((*place, row["side_b_new_id"]))
        found = read(path).observations.group_by("indicator").agg(pl.col("value").sum())
        sums = dict(found.rows())
        assert (sums["ged_dyads"], sums["ged_actors"]) == (len(pairs), len(sides))


def _unzipped(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(archive.namelist()[0]).decode("utf-8")


PLACES = (
    ("Israel", 666, "Gaza Strip", "PSE"),
    ("Israel", 666, "West Bank", "PSE"),
    ("Israel", 666, "Jerusalem district", "ISR"),
    ("Israel", 666, "", "ISR"),
    ("Morocco", 600, "Laâyoune-Sakia al Hamra region", "ESH"),
    ("Morocco", 600, "Dakhla-Oued Ed-Dahab region", "ESH"),
    ("Morocco", 600, "Souss-Massa region", "MAR"),
    ("Testland (fictional)", 9001, "Gaza Strip", "XAA"),
)


def places(tmp_path: Path) -> Path:
    """One event in each province, of 1, 2, 4, 8, ... deaths."""
    rows = [
        event(number, country=country, country_id=code, adm_1=province, best=2**number)
        for number, (country, code, province, _) in enumerate(PLACES)
    ]
    return write_events(tmp_path / MARCH, rows)


@pytest.mark.parametrize("separate", [False, True])
def test_places_within_a_country_are_named_or_separated(tmp_path: Path, separate: bool) -> None:
    release = read(places(tmp_path), separate=separate)
    expected: dict[str, float] = {}
    for number, (_, code, _, place) in enumerate(PLACES):
        unit = place if separate else {666: "ISR", 600: "MAR"}.get(code, place)
        expected[unit] = expected.get(unit, 0) + 2**number
    rows = release.observations.filter(indicator="ged_sb").select("unit", "value").rows()
    assert dict(rows) == expected
    names = {"ISR": "Israel (with Palestine)", "MAR": "Morocco (with Western Sahara)"}
    assert release.unit_names == ({} if separate else names)


def test_places_are_told_apart_by_their_province_only(tmp_path: Path) -> None:
    path = places(tmp_path)
    lines = path.read_text().replace("adm_1", "adm_x", 1)
    path.write_text(lines)
    assert one(read(path), "ged_sb") == 128
    with pytest.raises(SourceError, match="adm_1"):
        read(path, separate=True)


def test_cells_have_no_name_of_a_country(tmp_path: Path) -> None:
    assert read(places(tmp_path), level="cell").unit_names == {}


def test_a_place_at_sea_is_no_country_whatever_its_code_says(tmp_path: Path) -> None:
    events = [event(1), event(2, country="Gulf of Oman", country_id=698)]
    with pytest.raises(SourceError, match=r"line 3, column 'country': this is no country"):
        read(write_events(tmp_path / MARCH, events))
