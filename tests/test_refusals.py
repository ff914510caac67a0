"""What pydantic finds is said without its words."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from riskkit.errors import ConfigError
from riskkit.refusals import MONTH, refusal


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    width: Annotated[float, Field(gt=0, lt=9)] = 1


class Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Literal["a", "b"] = "a"
    count: int = Field(default=1, ge=1, le=5)
    day: date | None = None
    on: bool = False
    word: str = Field(default="x", min_length=1, pattern="^[a-z]*$")
    month: str = Field(default="2020-01", pattern=MONTH)
    list: tuple[str, ...] = Field(default=(), max_length=2)
    part: Part | None = None
    parts: dict[Annotated[str, Field(pattern="^[a-z]+$")], Part] = Field(default_factory=dict)


@pytest.mark.parametrize(
    ("tree", "told"),
    [
        ({"cuont": 1}, "f: there is no key 'cuont'; did you mean 'count'?"),
        ({"zzz": 1}, "f: there is no key 'zzz'; known: kind, count, day, on, word, month, list"
            ", part, parts"),
        ({"parts": {"a": {"wide": 1}}}, "f: there is no key 'parts.a.wide'; did you mean 'width'?"),
        ({"kind": "c"}, "f: kind is one of: 'a' or 'b' (got 'c'); see p"),
        ({"count": 0}, "f: count is at least 1 (got 0); see p"),
        ({"count": 9}, "f: count is at most 5 (got 9); see p"),
        ({"count": "x"}, "f: count takes a whole number (got 'x'); see p"),
        ({"count": 1.5}, "f: count takes a whole number (got 1.5); see p"),
        ({"count": None}, "f: count takes a whole number and is empty; see p"),
        ({"day": "2021-02-30"}, "f: day takes a day, written YYYY-MM-DD (got '2021-02-30'); see p"),
        ({"on": "perhaps"}, "f: on takes true or false (got 'perhaps'); see p"),
        ({"word": ""}, "f: word is not empty (got ''); see p"),
        ({"word": "A"}, "f: word is of the form ^[a-z]*$ (got 'A'); see p"),
        ({"word": 3}, "f: word takes text (got 3); see p"),
        ({"list": "a"}, "f: list takes a list (got 'a'); see p"),
        ({"list": ["a", "b", "c"]}, "f: list has at most 2 entries (got ['a', 'b', 'c']); see p"),
        ({"part": 3}, "f: part takes a section, one `key: value` a line (got 3); see p"),
        ({"part": {"width": 0}}, "f: part.width is more than 0.0 (got 0); see p"),
        ({"part": {"width": 9}}, "f: part.width is less than 9.0 (got 9); see p"),
        ({"month": "2020-6"}, "f: month is a month, written 2021-12 (got '2020-6'); see p"),
        ({"parts": []}, "f: parts takes a section, one `key: value` a line (got []); see p"),
        ({"parts": {"A": {}}}, "f: parts.A is of the form ^[a-z]+$ (got 'A'); see p"),
    ],
)  # fmt: skip
def test_every_kind_has_its_words(tree: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as found:
        Whole.model_validate(tree)
    error = refusal(found.value, Whole, "f", "see p")
    assert isinstance(error, ConfigError)
    assert str(error) == told
