"""The table of addresses: every source is in it or says how to get it by hand."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from riskkit.registry import sources
from riskkit.sources import Address
from riskkit.store.fetch.addresses import BY_HAND, TABLE

ROWS = [(name, a) for name, offer in TABLE.items() for a in offer.addresses(date(2026, 11, 23))]
ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "fetching.md").read_text(encoding="utf-8")


def test_every_source_is_fetched_or_got_by_hand() -> None:
    assert {*TABLE} | {*BY_HAND} == {*sources()}
    assert not {*TABLE} & {*BY_HAND}


@pytest.mark.parametrize(("name", "address"), ROWS, ids=lambda v: getattr(v, "file", v))
def test_an_address_is_public_and_its_file_stays_in_its_folder(name: str, address: Address) -> None:
    parts = urlsplit(address.url)
    assert parts.scheme == "https"
    assert not parts.username
    assert not re.search(r"(?i)token|client_id|app_identifier|password|api_?key", parts.query)
    for file in filter(None, (address.file, address.member)):
        assert Path(file).name == file
        assert not file.startswith(".")
    assert 0 < address.most <= 1_000_000_000


@pytest.mark.parametrize("name", TABLE)
def test_files_of_a_source_have_names_of_their_own(name: str) -> None:
    addresses = TABLE[name].addresses(date(2026, 11, 23))
    assert len({a.member or a.file for a in addresses}) == len(addresses)
    singles = [a for a in addresses if not a.listing and not a.pages]
    assert len(singles) <= 1 or sources()[name].reads_folders or name == "idmc"


@pytest.mark.parametrize("sentence", BY_HAND.values(), ids=BY_HAND)
def test_a_sentence_says_how(sentence: str) -> None:
    assert "\n" not in sentence
    assert sentence[0].islower()
    assert (
        "https://" in sentence or "http://" in sentence or "add" in sentence or "docs" in sentence
    )


def test_conflict_events_are_asked_for_at_both_levels() -> None:
    """Countries in crisis have rows of districts only, which admin_level=0 leaves out."""
    queries = [
        dict(parse_qsl(urlsplit(a.url).query)) for a in TABLE["hapi"].addresses(date(2026, 4, 2))
    ]
    assert [q["admin_level"] for q in queries] == ["0", "2"]
    assert {q["limit"] for q in queries} == {"10000"}


def test_candidate_events_follow_the_yearly_release() -> None:
    files = [a.file for a in TABLE["ucdp-ged"].addresses(date(2026, 4, 2))]
    assert files == [
        "ged261-csv.zip", "GEDEvent_v26_0_1.csv", "GEDEvent_v26_0_2.csv", "GEDEvent_v26_0_3.csv",
        "GEDEvent_v26_01_26_03.csv",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [*TABLE, *BY_HAND])
def test_the_page_tells_of_every_source(name: str) -> None:
    assert f"| `{name}`" in PAGE or f"`{name}`" in PAGE


@pytest.mark.parametrize("host", sorted({urlsplit(a.url).hostname or "" for _, a in ROWS}))
def test_the_page_names_every_host(host: str) -> None:
    assert host in PAGE


@pytest.mark.parametrize("name", TABLE)
def test_an_address_that_names_a_version_says_how_to_find_the_next(name: str) -> None:
    offer = TABLE[name]
    versions = [a.vintage for a in offer.addresses(date(2026, 11, 23)) if a.vintage]
    numbered = versions or name == "unga"
    assert bool(offer.newer) == bool(numbered)
    assert "\n" not in offer.newer


def test_an_address_stands_beside_its_reader() -> None:
    text = (ROOT / "riskkit" / "store" / "fetch" / "addresses.py").read_text(encoding="utf-8")
    assert "http" not in text
