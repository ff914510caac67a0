"""The pages as people open them: quiet, alone, readable on a phone, by keyboard and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from riskkit.publish import publish
from tests.publish.browser import PATIENCE, Visit, browser, needs_chromium
from tests.publish.sample import told_publication

pytestmark = needs_chromium
PAGES = ("report.html", "units/XAA.html")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("pages") / "pub"
    before = tmp_path_factory.mktemp("before") / "pub"
    publish(told_publication(as_of=503, n_units=40, seed=2), before)
    publish(told_publication(n_units=40), out)
    return out


@pytest.fixture(scope="module")
def started() -> Iterator[Any]:
    with browser() as one:
        yield one


@pytest.mark.parametrize("width", [1280, 768, 360])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_nothing_asks_for_nothing_and_fits(started, folder, name, width):
    visit = Visit(started, folder / name, width)
    assert visit.said == []
    assert visit.asked == [(folder / name).as_uri()]
    assert visit.sideways() <= 0
    assert visit.findings() == []


def first_column(page: Any, column: int) -> list[str]:
    return page.locator(f"#rank tbody tr > :nth-child({column})").all_inner_texts()


def test_the_ranking_is_sorted_by_keyboard(started, folder):
    page = Visit(started, folder / "report.html", 1280).page
    ranks = first_column(page, 1)
    assert ranks == [str(i) for i in range(1, 41)]
    heading = page.locator("#rank thead th").nth(2)
    heading.locator("button").focus()
    page.keyboard.press("Enter")
    names = [text.split("\n")[0] for text in first_column(page, 3)]
    assert heading.get_attribute("aria-sort") == "ascending"
    assert names == page.evaluate(
        "names => names.slice().sort((a, b) => a.localeCompare(b))", names
    )
    assert page.locator("#rank thead th[aria-sort]").count() == 1
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    assert [text.split("\n")[0] for text in first_column(page, 3)] == names[::-1]


def test_the_report_is_readable_without_scripts(started, folder):
    context = started.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto((folder / "report.html").as_uri())
    assert page.locator("#rank tbody tr").count() == 40
    assert page.locator("svg.fan").count() == 20


def test_links_lead_to_the_pages_of_units_and_back(started, folder):
    page = Visit(started, folder / "report.html", 1280).page
    page.locator("#rank a").first.click()
    page.wait_for_url("**/units/*")
    page.get_by_text("All 40 in the report").click()
    page.wait_for_url("**/report.html#*")


def test_a_unit_is_printed_on_one_sheet(started, folder, tmp_path):
    for name, sheets in (("units/XAA.html", {1}), ("report.html", set(range(4, 30)))):
        page = Visit(started, folder / name, 1280).page
        page.pdf(path=tmp_path / "page.pdf", format="A4", print_background=True)
        printed = (tmp_path / "page.pdf").read_bytes()
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) in sheets
