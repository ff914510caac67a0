"""YAML of people: words stay words, and what would surprise is refused with its line."""

from __future__ import annotations

from time import process_time

import pytest

from riskkit.errors import ConfigError
from riskkit.yaml_text import load_yaml

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("[on, off, yes, NO, y]", ["on", "off", "yes", "NO", "y"]),
        ("2021-02-30", "2021-02-30"),
        ("1:30", "1:30"),
        ("010", "010"),
        ("1_000", "1_000"),
        (".nan", ".nan"),
        ("[true, False, ~, null, '']", [True, False, None, None, ""]),
        ("[12, -3, 1e3, .5, 2., 1.5e-2]", [12, -3, 1000.0, 0.5, 2.0, 0.015]),
        ("['12', 'true']", ["12", "true"]),
        ("{2019: a, no: b, ~: c}", {"2019": "a", "no": "b", "~": "c"}),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("", None),
        (b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
    ],
)
def test_what_is_written_is_what_comes(text: str | bytes, value: object) -> None:
    assert load_yaml(text, "t") == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("seed: 1\nseed: 2", "line 2: 'seed' is given twice, first in line 1"),
        ("seed: !!int x", "line 1: write the value without the tag !!int"),
        ("!!python/object/apply:os.system [ls]", "without the tag !!python/object"),
        (f"seed: {'9' * 5000}", "a number of 5,000 digits"),
        ("a: 1e999", "too large"),
        ("[" * 50_000, "nested more than 30 deep"),
        ("{a: " * 5000, "nested more than 30 deep"),
        ("- " * 40_000, "nested more than 30 deep"),
        (BOMB, "grow without measure"),
        ("a: &a [*a]", "grow without measure"),
        ("a: " + ", ".join("[" + "x," * 99 + "x]" for _ in range(2)), "is not YAML in line 1"),
        ("[" + "x," * 60_000 + "]", "more than 20,000 values"),
        ("x" * 200_001, "is too long"),
        ("a: \0", r"no text does \(got 'U\+0000'\)"),
        (r'a: "\0"', "line 1: the text holds U\\+0000"),
        (r'a: "\ud800"', "line 1: the text holds U\\+D800"),
        (b"a: \xff", "is not UTF-8"),
        ("? [a]\n: b", "a key is a word"),
        ("a: {<<: {b: 1}}", "'<<' is not a setting"),
        ("a: [", "is not YAML in line 1, column 5"),
        ("a: 1\n--- 2", "is not YAML in line 2"),
        ("*x", "undefined alias"),
    ],
    ids=lambda value: str(value)[:30].encode("ascii", "backslashreplace").decode(),
)
def test_what_would_surprise_is_refused_at_once(text: str | bytes, told: str) -> None:
    start = process_time()
    with pytest.raises(ConfigError, match=rf"^the file.*{told}") as caught:
        load_yaml(text, "the file")
    assert process_time() - start < 1
    assert "\n" not in str(caught.value)
