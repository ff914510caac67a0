"""Errors: one line, whole after crossing a process border."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from riskkit.errors import RiskkitError, SourceError


def refuse() -> None:
    raise SourceError("line 3 is broken", got="x", hint="mend it")


def test_text_is_one_line() -> None:
    assert str(RiskkitError("a\nb", got="c", hint="d")) == "a b (got 'c'); d"


def test_errors_survive_a_process_border() -> None:
    with (
        ProcessPoolExecutor(1, get_context("spawn")) as pool,
        pytest.raises(SourceError, match=r"line 3 is broken \(got 'x'\); mend it"),
    ):
        pool.submit(refuse).result()
