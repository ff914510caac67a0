"""What libraries log while a file is fetched holds no secret, and goes to logs only."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from riskkit.store.fetch.credentials import Veil

_LATE = ("connection", "http11", "http2", "proxy", "socks")
"""Loggers of httpcore that appear with the first request only."""

_LIBRARIES = ("httpx", "httpcore", "h11", "stamina", "filelock")


class _Hiding(logging.Filter):
    def __init__(self, veil: Veil) -> None:
        super().__init__()
        self._veil = veil

    def filter(self, record: logging.LogRecord) -> bool:
        """Write the message out and take the secrets from it."""
        record.msg, record.args = self._veil.over(record.getMessage()), ()
        return True


@contextmanager
def hushed(veil: Veil) -> Iterator[None]:
    """Veil the loggers of the libraries that see addresses and headers.

    httpx logs whole addresses, httpcore the headers of answers. Retries are reported by stamina to
    structlog where that is installed, which prints to stdout: they are left out.
    """
    from stamina.instrumentation import get_on_retry_hooks, set_on_retry_hooks

    hiding, hooks = _Hiding(veil), get_on_retry_hooks()
    loggers = [logging.getLogger(name) for name in _names()]
    for logger in loggers:
        logger.addFilter(hiding)
    set_on_retry_hooks(())
    try:
        yield
    finally:
        set_on_retry_hooks(hooks)
        for logger in loggers:
            logger.removeFilter(hiding)


def _names() -> list[str]:
    known = [*logging.root.manager.loggerDict, *_LIBRARIES, *(f"httpcore.{n}" for n in _LATE)]
    return sorted({name for name in known if name.partition(".")[0] in _LIBRARIES})
