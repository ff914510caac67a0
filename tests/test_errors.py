"""Errors: one line, whole after crossing a process border."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from riskkit.config import settings_tree
from riskkit.errors import RiskkitError
from riskkit.months import parse_month


def test_text_is_one_line() -> None:
    assert str(RiskkitError("a\nb", got="c", hint="d")) == "a b (got 'c'); d"


def test_text_shows_on_a_terminal_as_it_is() -> None:
    assert str(RiskkitError("a\r\x1b[31m\u2028b", got="\x07")) == "a  [31m b (got '\\x07')"


def test_long_values_are_shortened() -> None:
    text = str(RiskkitError("x" * 1_000_000, got=["y" * 1_000_000], hint="mend it"))
    assert text.endswith("yyy']); mend it")
    assert len(text) < 2_300


@pytest.mark.parametrize(
    ("refuse", "argument"), [(parse_month, "2021-13"), (settings_tree, ["nothing"])]
)
def test_errors_survive_a_process_border(
    refuse: Callable[[object], object], argument: object
) -> None:
    with pytest.raises(RiskkitError, match=r"\(got ") as here:
        refuse(argument)
    with (
        ProcessPoolExecutor(1, get_context("spawn")) as pool,
        pytest.raises(type(here.value), match=re.escape(str(here.value))),
    ):
        pool.submit(refuse, argument).result()
