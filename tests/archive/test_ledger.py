"""The ledger only grows, and says by name what was changed in it."""

from __future__ import annotations

import hashlib

import pytest

from riskkit.archive.ledger import BEGINNING, LEDGER, appended, findings, head, holds, mean, read
from riskkit.errors import RiskkitError


def row(publication: str, value: float = 0.5, **more):
    return {"kind": "live", "publication": publication, "state": "graded", "value": value, **more}


def three() -> str:
    text = appended("", [row("2020-06"), row("2020-07", reason='a "reason", with commas')])
    return appended(text, [row("2020-08")])


def test_each_line_holds_the_hash_of_the_one_before():
    table = read(three())
    assert table.columns == list(LEDGER)
    assert table["line"].to_list() == [1, 2, 3]
    assert table["previous"].to_list() == [BEGINNING, *table["hash"].to_list()[:-1]]
    line = three().splitlines()[3]
    body, _, told = line.rpartition(",")
    assert told == hashlib.sha256(body.encode()).hexdigest()
    assert table["reason"][1] == 'a "reason", with commas'


def test_adding_leaves_what_was_there_as_it_was():
    before = three()
    assert appended(before, [row("2020-09")]).startswith(before)
    assert appended(before, []) == before


@pytest.mark.parametrize("publication", ["2020-06", "2020-07", "2020-08"])
def test_a_changed_line_is_named(publication):
    lines = three().splitlines(keepends=True)
    place = next(i for i, line in enumerate(lines) if publication in line)
    lines[place] = lines[place].replace("0.5", "0.4")
    (found,) = findings("".join(lines))
    assert found == f"line {place} of ledger.csv (publication {publication}) was changed"
    with pytest.raises(RiskkitError, match=f"publication {publication}"):
        appended("".join(lines), [row("2020-09")])


def test_a_forged_hash_breaks_the_next_line():
    lines = three().splitlines(keepends=True)
    body = lines[1].rpartition(",")[0].replace("0.5", "0.4")
    lines[1] = f"{body},{hashlib.sha256(body.encode()).hexdigest()}\n"
    assert findings("".join(lines)) == [
        "a line before line 2 of ledger.csv (publication 2020-07) is gone"
    ]


def test_a_removed_line_is_noticed():
    lines = three().splitlines(keepends=True)
    del lines[2]
    assert "publication 2020-08" in findings("".join(lines))[0]


def test_a_ledger_that_was_cut_short_lacks_its_known_head():
    known = head(three())
    assert holds(three(), known)
    assert holds(appended(three(), [row("2020-09")]), known)
    cut = "".join(three().splitlines(keepends=True)[:-1])
    assert findings(cut) == []
    assert not holds(cut, known)
    assert findings(three()[:-1]) == ["ledger.csv does not end with a whole line"]


def test_no_average_below_the_minimum():
    assert mean([1.0, 2.0], fewest=3) is None
    assert mean([1.0, 2.0, 6.0], fewest=3) == 3.0
