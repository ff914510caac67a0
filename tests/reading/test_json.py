"""Pages of JSON: cells, nested fields, several pages, refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from riskkit.errors import SourceError
from riskkit.reading.json import Paging, read_pages
from riskkit.reading.sheets import Form, Sheet

FORM = Form(required=("year", "x"), optional=("country.id",))
PAGING = Paging(items=("items",), number=("page",), last=("maxPages",))


def read(folder: Path, answer: Any, form: Form = FORM, paging: Paging = PAGING) -> Sheet:
    path = folder / "page.json"
    data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    path.write_bytes(data)
    return read_pages(path, form, paging)


def page(number: int, last: int, *items: dict[str, Any]) -> dict[str, Any]:
    return {"page": number, "maxPages": last, "items": list(items)}


def write_pages(folder: Path, *pages: dict[str, Any]) -> Path:
    for number, answer in enumerate(pages, start=1):
        (folder / f"page{number}.json").write_text(json.dumps(answer))
    return folder


def test_cells_are_text_as_written(tmp_path: Path) -> None:
    data = (
        b'\xef\xbb\xbf{"items": [{"year": 2019, "x": 1.50, "country": {"id": "XA"}},'
        b'{"year": "2020", "x": true, "country": {"id": ""}}, {"year": null, "x": 123e400},'
        b'{"x": NaN, "year": [1, 2], "country": null}, {"x": "\\ud800", "year": {}}]}'
    )
    sheet = read(tmp_path, data)
    assert sheet.frame.rows() == [
        ("2019", "1.50", "XA"),
        ("2020", "true", None),
        (None, "123e400", None),
        ("['1', '2']", "NaN", None),
        ("{}", "?", None),
    ]
    assert sheet.place(2) == "item 3"


@pytest.mark.parametrize(
    ("answer", "items"),
    [([{"year": 1, "x": 2}], ()), ([{"page": 1}, [{"year": 1, "x": 2}]], (1,))],
)
def test_ways_to_the_items(tmp_path: Path, answer: Any, items: tuple[int, ...]) -> None:
    assert read(tmp_path, answer, paging=Paging(items)).frame.rows() == [("1", "2")]


def test_a_folder_of_pages_is_one_table(tmp_path: Path) -> None:
    pages = [page(1, 2, {"year": 1, "x": 1}), page(2, 2, {"year": 2, "x": 2, "country": {"id": 3}})]
    folder = write_pages(tmp_path, *pages)
    (folder / "rest.csv").write_text("year,x\n3,3\n")
    (folder / ".hidden").write_text("")
    sheet = read_pages(folder, FORM, PAGING)
    assert sheet.frame.rows() == [("1", "1", None), ("2", "2", "3"), ("3", "3", None)]
    assert [sheet.place(row) for row in (1, 2)] == ["page2.json, item 1", "rest.csv, line 2"]
    with pytest.raises(SourceError, match=r"page2.json, item 1, column 'x': wrong"):
        sheet.refuse("x", sheet.frame["x"] == "2", "wrong", "correct it")


def test_several_queries_may_lie_in_one_folder(tmp_path: Path) -> None:
    one = page(1, 1, {"year": 1, "x": 1})
    folder = write_pages(tmp_path, one, one, page(1, 2, {"year": 2, "x": 1}), page(2, 2))
    assert read_pages(folder, FORM, PAGING).frame.height == 3


@pytest.mark.parametrize("places", [[(2, 2)], [(1, 2)], [(1, 2), (1, 2), (2, 2)], [(1, 9_999_999)]])
def test_a_missing_page_is_refused(tmp_path: Path, places: list[tuple[int, int]]) -> None:
    pages = [page(*place, {"year": 1, "x": 1}) for place in places]
    folder = write_pages(tmp_path, *pages)
    with pytest.raises(SourceError, match=r"page \d of \d+ is missing; put all pages"):
        read_pages(folder, FORM, PAGING)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"error": "log in"}, r"no list of items \['items'\] .got .*log in.*refusal"),
        ({"items": {"year": 1}}, "no list of items"),
        ([1, 2], "no list of items"),
        ({"items": []}, "holds no rows"),
        ({"items": [{"year": 1, "x": 2}, 7]}, "page.json, item 2 is no object"),
        ({"items": [{"year": 1, "x": 2}, {"year": 2}]}, "item 2: field 'x' is missing"),
        ({"items": [{"year": 1}]}, "column 'x' is missing"),
        (page(3, 2, {"year": 1, "x": 2}), "does not say which page it is .got 'page 3 of 2'"),
        ({"page": "one", "maxPages": 2, "items": []}, "does not say which page"),
        (b'{"items": [{"year": 1,\n "x"', "page.json, line 2: this is not JSON"),
        (b'{"items": [{"x": 1, "x": 2}]}', "an object has the field 'x' twice"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"items": [{"year": "\xe9"}]}', "line 1: this is not utf-8"),
        ("{}".encode("utf-16"), "UTF-16"),
        (b"<!DOCTYPE html><html>Log in</html>", "web page"),
        (b"  \n", "is empty"),
    ],
)
def test_other_answers_are_refused(tmp_path: Path, answer: Any, message: str) -> None:
    with pytest.raises(SourceError, match=message) as refused:
        read(tmp_path, answer)
    assert "page.json" in str(refused.value)
    assert refused.value.hint


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is an empty folder"):
        read_pages(tmp_path, FORM, PAGING)
