import re
from datetime import date

import dataframely as dy
import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.publish import _table as t


class Sample(dy.Schema):
    name = t.words("A name.", primary_key=True)
    value = t.amount("A value.")
    note = t.words("A note.", nullable=True)
    day = dy.Date(metadata=t.note("A day."))


ROWS = pl.DataFrame(
    {
        "name": ['a "quoted", name', "plain", "Élan"],
        "value": [0.29, 1_000_000.07, 2.0],
        "note": [None, "x", "y"],
        "day": [date(2021, 1, 1)] * 3,
    }
)


def test_bytes(tmp_path):
    t.write_csv(ROWS, Sample, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == (
        'name,value,note,day\n"a ""quoted"", name",0.29,,2021-01-01\n'
        "plain,1000000.07,x,2021-01-01\nÉlan,2.00,y,2021-01-01\n"
    ).encode()


def test_round_trip(tmp_path):
    t.write_csv(ROWS, Sample, tmp_path / "a.csv")
    assert t.read_csv(tmp_path / "a.csv", Sample).equals(ROWS)


def test_rounding_follows_the_note():
    frame = t.rounded(ROWS.with_columns(value=pl.lit(1 / 3)), Sample)
    assert frame["value"].to_list() == [0.33] * 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,value\n", "a.csv has other columns than its schema"),
        ("name,value,note,day\na,x,,2021-01-01\n", "cannot read a.csv as its schema says"),
        ("name,value,note,day\na,-1,,2021-01-01\n", r"a.csv breaks the rules.*value\|min': 1"),
        ("name,value,note,day\n,1,,2021-01-01\n", r"a.csv breaks the rules.*name\|nullab"),
        ("name,value,note,day\n=a,1,,2021-01-01\n", r"a.csv breaks the rules.*name\|regex': 1"),
        ("name,value,note,day\na,1,,2021-01-01\na,1,,2021-01-01\n", "'primary_key': 2"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, text, message):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(RiskkitError, match=message):
        t.read_csv(tmp_path / "a.csv", Sample)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_unreadable_files_are_named(tmp_path, content):
    if content:
        (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(RiskkitError, match=r"cannot read a.csv"):
        t.read_csv(tmp_path / "a.csv", Sample)


def test_fields():
    name, value, note, day = t.fields(Sample)
    assert name["constraints"] == {"required": True, "pattern": t.SAFE_TEXT[1:-1]}
    assert (value["type"], value["constraints"]["minimum"]) == ("number", 0)
    assert note["constraints"]["required"] is False
    assert day["type"] == "date"


UNSAFE = (
    "=1+1", "+1", "-1", "@x", " x", "\tx", "two\nlines", "two\rlines", "a\r", "\ra", "a\r\nb",
    "a\x00b", "a\x1b[31mb", "a\x07", "a\x7f", "a\x85b", "a\x9b31m", "a\tb", "a\u2028b", "a\u2029b",
    "\u202eilaM", "a\u202a", "a\u202b", "a\u202c", "a\u202d", "a\u2066b", "a\u2067b", "a\u2068b",
    "a\u2069b", "\ufeffMali", "Mali\ufeff", "",
)  # fmt: skip
SAFE = (
    "Mali",
    "Cote d'Ivoire",
    "Côte d’Ivoire",
    "中国",
    "افغانستان",
    "می‌خواهم",
    "S\u00e3o Tom\u00e9",
    "a=b",
)


@pytest.mark.parametrize("text", SAFE)
def test_names_of_any_script_are_text(text):
    frame = ROWS.with_columns(note=pl.lit(text))
    assert t.checked(frame, Sample, "a.csv").height == ROWS.height
    assert re.fullmatch(t.SAFE_TEXT, text)


@pytest.mark.parametrize("text", UNSAFE, ids=ascii)
def test_formulas_and_what_is_not_seen_are_not_text(text):
    assert not re.fullmatch(t.SAFE_TEXT, text)
    frame = ROWS.with_columns(note=pl.lit(text))
    with pytest.raises(RiskkitError, match=r"note\|regex"):
        t.checked(frame, Sample, "a.csv")
