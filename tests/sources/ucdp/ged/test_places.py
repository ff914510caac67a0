"""The cells and countries in which events of UCDP count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from riskkit.errors import SourceError
from tests.sources.ged_rows import MARCH, event, one, read, values, write_events

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
