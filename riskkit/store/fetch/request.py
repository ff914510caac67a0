"""One request: redirects, time limits, and what an answer means, in riskkit's words."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from threading import Event
from time import monotonic
from typing import TypeVar

import httpx
import stamina
from stamina.instrumentation import get_on_retry_hooks, set_on_retry_hooks

from riskkit import __version__
from riskkit.errors import RiskkitError
from riskkit.sources import Credential
from riskkit.store.fetch.credentials import Secret, Veil

Result = TypeVar("Result")
_LOG = logging.getLogger(__name__)
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_GLANCE = 0.2
"""Seconds between two looks at whether the whole run was stopped."""
_STEPS = {("http", "http"), ("http", "https"), ("https", "https")}


@dataclass(frozen=True)
class Limits:
    """How long and how often to try. Times are in seconds.

    Attributes:
        attempts: Tries of one file.
        redirects: Redirects of one try.
        connect: Until the connection stands.
        answer: Until the answer begins, all redirects included.
        silence: Between two pieces of an answer.
        whole: For one file, all tries together.
        window: Over which the speed is measured.
        slowest: Bytes per second below which an answer is given up.
        wait: Before the second try; doubles from try to try.
        wait_most: Longest of these waits.
        wait_asked: Longest wait that a publisher may ask for (Retry-After).
    """

    attempts: int = 5
    redirects: int = 5
    connect: float = 20
    answer: float = 180
    silence: float = 60
    whole: float = 3600
    window: float = 60
    slowest: float = 500
    wait: float = 1
    wait_most: float = 30
    wait_asked: float = 120


class Refused(RiskkitError):  # noqa: N818 - reads as its messages do
    """An answer that another try would not better."""


class Passing(RiskkitError):  # noqa: N818 - reads as its messages do
    """A failure that may be gone at the next try, after `wait` seconds if that is given."""

    wait: float | None = None


@dataclass
class Session:
    """What all requests of one run share."""

    limits: Limits = field(default_factory=Limits)
    veil: Veil = field(default_factory=Veil)
    stopped: Event = field(default_factory=Event)


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Attributes:
        url: Address without secrets.
        credential: What the publisher wants to see.
        parts: The credential itself.
        form: Fields to send; then no redirect is followed.
    """

    url: str
    credential: Credential | None = None
    parts: tuple[Secret, ...] = ()
    form: Mapping[str, str] | None = field(default=None, repr=False)

    def give(self, sent: httpx.Request) -> None:
        """Put the credential in if the address is of the host that it belongs to, else take it out.

        The publisher may have repeated it in a redirect, and httpx carries headers along.
        """
        if not self.parts or not self.credential:
            return
        home, secret = httpx.URL(self.url), self.parts[0].reveal()
        is_home = (home.host, home.port) == (sent.url.host, sent.url.port)
        place, name = self.credential.place, self.credential.field
        if place == "query":
            sent.url = sent.url.copy_remove_param(name)
            sent.url = sent.url.copy_set_param(name, secret) if is_home else sent.url
            return
        if place == "token":
            name, secret = "Authorization", f"Bearer {secret}"
        sent.headers.pop(name, None)
        if is_home:
            sent.headers[name] = secret


@cache
def trust() -> ssl.SSLContext:
    """Certificates, loaded once."""
    return httpx.create_ssl_context()


def again_and_again(
    work: Callable[[], Awaitable[Result]], url: str, session: Session, most: float
) -> Result:
    """Do some work as often as may help, within `most` seconds.

    Raises:
        Passing: All tries failed.
        Refused: The answer cannot be used.
    """
    limits, ends = session.limits, monotonic() + most
    for attempt in stamina.retry_context(
        _again, attempts=limits.attempts, timeout=most, wait_initial=limits.wait,
        wait_max=limits.wait_most, wait_jitter=limits.wait,
    ):  # fmt: skip
        with attempt:
            return tried(work, url, session, ends)
    raise AssertionError("stamina ends with a result or an error")


def _again(error: Exception) -> bool | float:
    if not isinstance(error, Passing):
        return False
    return True if error.wait is None else error.wait


def tried(work: Callable[[], Awaitable[Result]], url: str, session: Session, ends: float) -> Result:
    """Do some work once, and turn the libraries' errors into riskkit's, which hold no secret.

    Raises:
        Passing: The connection failed or took too long.
        Refused: The answer cannot be used.
        RiskkitError: The run was stopped.
    """

    async def bounded() -> Result:
        async with asyncio.timeout(ends - monotonic()):
            working = asyncio.ensure_future(work())
            while not working.done():
                await asyncio.wait({working}, timeout=_GLANCE)
                if session.stopped.is_set() and working.cancel():
                    raise RiskkitError("stopped")
            return working.result()

    try:
        return asyncio.run(bounded())
    except (Passing, Refused):
        raise
    except TimeoutError:
        failure: RiskkitError = too_slow(url)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError) as error:
        failure = _told(error, url, session)
    raise failure  # outside of the handler: the library's error, which has the address, is let go


def _told(error: Exception, url: str, session: Session) -> RiskkitError:
    limits = session.limits
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return Passing(f"{url}: no connection within {limits.connect:g} seconds")
    if isinstance(error, httpx.TimeoutException):
        return Passing(f"{url}: not a byte came for {limits.silence:g} seconds")
    detail = session.veil.over(str(error))[:200] or type(error).__name__
    if isinstance(error, httpx.ConnectError):
        hint = "check the network; `--offline` shows what is there"
        return Passing(f"{url}: no connection", got=detail, hint=hint)
    if isinstance(error, httpx.TransportError):
        return Passing(f"{url}: the answer broke off or is no HTTP", got=detail)
    return Refused(f"{url}: the answer is not understood", got=detail)


def too_slow(url: str) -> Passing:
    """The error of an answer that takes too long."""
    return Passing(f"{url}: the answer was too slow and was given up", hint="try again later")


@asynccontextmanager
async def opened(
    request: Request, headers: Mapping[str, str], session: Session
) -> AsyncIterator[httpx.Response]:
    """Send a request, follow redirects, and yield the last answer before its body is read.

    Raises:
        Refused: Too many redirects, or one that leads where nobody should follow.
    """
    _LOG.info("asking for %s", request.url)
    limits = session.limits
    timeout = httpx.Timeout(limits.silence, connect=limits.connect)
    own = {"User-Agent": f"riskkit/{__version__}", "Accept-Encoding": "identity", **headers}
    async with httpx.AsyncClient(verify=trust(), timeout=timeout, headers=own) as client:
        async with asyncio.timeout(limits.answer):
            response = await _last_answer(client, request, limits)
        try:
            yield response
        finally:
            await response.aclose()


async def _last_answer(
    client: httpx.AsyncClient, request: Request, limits: Limits
) -> httpx.Response:
    method = "GET" if request.form is None else "POST"
    sent = client.build_request(method, request.url, data=request.form)
    for _ in range(limits.redirects + 1):
        request.give(sent)
        response = await client.send(sent, stream=True)
        if response.next_request is None or request.form is not None:
            return response
        await response.aclose()
        check_step(sent.url, response.next_request.url, request.url)
        sent = response.next_request
    raise Refused(
        f"{request.url}: more than {limits.redirects} redirects in a row",
        hint="the address may have moved: see the publisher's page",
    )


def check_step(here: httpx.URL, there: httpx.URL, asked: str) -> None:
    """Look where a redirect leads before it is followed.

    Raises:
        Refused: To something else than http(s), or from an encrypted to an open connection.
    """
    if (here.scheme, there.scheme) not in _STEPS or not there.host or there.userinfo:
        raise Refused(
            f"{asked}: the redirect from {here.scheme} to {there.scheme or 'nowhere'} is not "
            "followed",
            hint="see the publisher's page for the address",
        )


@contextmanager
def hushed() -> Iterator[None]:
    """Keep the libraries from logging meanwhile: addresses and headers hold secrets.

    Retries are reported by stamina to structlog where that is installed, which prints to stdout.
    """
    logs = [name for name in logging.root.manager.loggerDict if name.startswith("httpcore.")]
    loggers = {logging.getLogger(name) for name in ("httpx", "httpcore", *logs)}
    levels, hooks = {logger: logger.level for logger in loggers}, get_on_retry_hooks()
    set_on_retry_hooks(())
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        set_on_retry_hooks(hooks)
        for logger, level in levels.items():
            logger.setLevel(level)


def check_status(response: httpx.Response, request: Request, page: str, limits: Limits) -> None:
    """Let pass the answers that bring data (2xx), or say that nothing is new (304).

    Args:
        response: The answer.
        request: What was asked for.
        page: The publisher's page for people.
        limits: How long a publisher may ask to wait.

    Raises:
        Passing: Another try may help.
        Refused: It would not.
    """
    status, url = response.status_code, request.url
    by_hand = f"download the file by hand from {page} and add it with `riskkit data add`"
    if status in {200, 206, 304, 416}:
        return
    if status in _PASSING:
        failure = Passing(f"{url}: the publisher's server failed ({status})", hint="try later")
        failure.wait = _asked_wait(response, url, limits)
        raise failure
    if status in {401, 403} and request.credential:
        names = " and ".join(request.credential.variables)
        by_hand = f"check {names}; {request.credential.register}"
    meaning = {
        204: "the answer is empty",
        401: "access denied (401)",
        403: "access denied (403)",
        404: "the file has moved (404)",
        410: "the file has moved (410)",
    }
    raise Refused(f"{url}: {meaning.get(status, f'the server answers {status}')}", hint=by_hand)


def _asked_wait(response: httpx.Response, url: str, limits: Limits) -> float | None:
    """Seconds that the server asks to wait; at least a moment.

    Raises:
        Refused: It asks for more than anybody wants to sit and wait.
    """
    text = response.headers.get("retry-after", "").strip()
    try:
        if text.isascii() and text.isdigit():
            seconds = float(text)
        else:
            until = parsedate_to_datetime(text)
            seconds = (until.astimezone(UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, OverflowError, TypeError):
        return None
    if seconds > limits.wait_asked:
        raise Refused(
            f"{url}: the server asks to wait ({response.status_code})",
            hint=f"try again {_moment(seconds)}",
        )
    return max(seconds, 0.01)


def _moment(seconds: float) -> str:
    if seconds > 366 * 24 * 3600:
        return "another day"
    return f"after {datetime.now(UTC) + timedelta(seconds=seconds):%Y-%m-%d %H:%M} UTC"
