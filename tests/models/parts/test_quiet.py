"""Silence: nothing comes through while anyone is inside, and everything afterwards."""

import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from riskkit.models.parts.quiet import quiet


def test_a_warning_inside_is_dropped_and_one_afterwards_is_not():
    with quiet():
        warnings.warn("inside", RuntimeWarning, stacklevel=1)
    with pytest.warns(RuntimeWarning, match="afterwards"):
        warnings.warn("afterwards", RuntimeWarning, stacklevel=1)


def test_an_error_inside_restores_the_filters():
    with pytest.raises(ValueError, match="wrong"), quiet():
        raise ValueError("wrong")
    with pytest.warns(RuntimeWarning, match="afterwards"):
        warnings.warn("afterwards", RuntimeWarning, stacklevel=1)


def test_threads_that_overlap_leave_the_filters_as_they_were():
    """The one that entered first leaves first: what `catch_warnings` alone gets wrong."""
    before = list(warnings.filters)
    second_in, first_out = threading.Event(), threading.Event()

    def first() -> None:
        with quiet():
            assert second_in.wait(240)
        first_out.set()

    def second() -> None:
        with quiet():
            second_in.set()
            assert first_out.wait(240)
            np.nanmean(np.full(2, np.nan))

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(first), threads.submit(second)]:
            done.result()
    assert warnings.filters == before
