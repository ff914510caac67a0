"""The months in which events of UCDP count, and when they are known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources.ged_rows import MARCH, event, read, values, write_events


def test_figures_are_known_a_month_later(tmp_path: Path) -> None:
    path = write_events(tmp_path / MARCH, [event(1)])
    assert read(path).observations["known_from"].unique().to_list() == [date(2020, 4, 30)]
    later = read(path, lag_months=3).observations["known_from"].unique().to_list()
    assert later == [date(2020, 6, 30)]


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


@settings(max_examples=30)
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
    tmp_path_factory: pytest.TempPathFactory, events: list[tuple[date, date, int]], split: str
) -> None:
    rows = [
        event(number, str(min(first, last)), str(max(first, last)), best=best)
        for number, (first, last, best) in enumerate(events)
    ]
    path = tmp_path_factory.mktemp("events") / "events.csv"
    release = read(write_events(path, rows), split=split)
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


def test_an_event_that_outlasts_its_release_counts_to_the_last_month(tmp_path: Path) -> None:
    path = write_events(tmp_path / MARCH, [event(1, "2020-03-30", "2020-04-02", best=5)])
    for split in ("end", "start", "days"):
        assert values(read(path, split=split)) == {"2020-03": 5}
