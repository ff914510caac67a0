"""UCDP events: types of violence, layouts of releases, refusals of rows."""

from __future__ import annotations

import csv
import zipfile
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest

from riskkit.errors import SourceError
from riskkit.sources.ucdp.ged import LAYOUT
from tests.sources.ged_rows import MARCH, event, one, read, values, write_events


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


def test_events_that_ucdp_does_not_find_clear(tmp_path: Path) -> None:
    rows = [event(1, best=3), event(2, best=4, code_status="Check dyad")]
    path = write_events(tmp_path / MARCH, rows)
    assert values(read(path)) == {"2020-03": 7}
    clear = read(path, status="clear")
    assert values(clear) == {"2020-03": 3}
    assert list(clear.dropped.values()) == [1]


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


def test_a_few_contradictory_bounds_give_way_to_the_best_estimate(tmp_path: Path) -> None:
    rows = [event(n, best=1) for n in range(3)] + [event(3, best=5, low=6, high=4)]
    release = read(write_events(tmp_path / MARCH, rows))
    assert [one(release, f"ged_sb{end}") for end in ("_low", "", "_high")] == [8, 8, 8]
    assert sum(release.dropped.values()) == 1
