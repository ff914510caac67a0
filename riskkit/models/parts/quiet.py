"""Silence around a library that warns where a result is checked anyway."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager


class _Silence:
    """The filters of all threads: set by the first that enters, restored by the last that leaves.

    `warnings.catch_warnings` alone restores those of whichever thread came last, so that warnings
    come through, or stay off for good.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._restore = ExitStack()

    def enter(self) -> None:
        with self._lock:
            if not self._inside:
                self._restore.enter_context(warnings.catch_warnings())
                warnings.simplefilter("ignore")
            self._inside += 1

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._restore.close()


_SILENCE = _Silence()


@contextmanager
def quiet() -> Iterator[None]:
    """Drop warnings while inside, in threads too."""
    _SILENCE.enter()
    try:
        yield
    finally:
        _SILENCE.leave()
