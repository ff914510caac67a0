"""One request: redirects, time limits, and what an answer means, in riskkit's words."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from threading import Event, Timer
from time import monotonic
from typing import Any, TypeVar

import httpx

from riskkit import __version__
from riskkit.errors import RiskkitError
from riskkit.store.fetch.credentials import Credential, Secret, Veil

Result = TypeVar("Result")
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_MOVED = {301, 302, 303, 307, 308}
_CONNECTED = ("connect_tcp.complete", "start_tls.complete")


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


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Attributes:
        url: Address without secrets.
        credential: What the publisher wants to see.
        parts: The credential itself.
        register: What to do when it is refused.
    """

    url: str
    credential: Credential | None = None
    parts: tuple[Secret, ...] = ()

    def addressed(self, url: httpx.URL, extra: Mapping[str, str]) -> tuple[httpx.URL, Any]:
        """Put the credential in if the address is of the host that it belongs to.

        Returns:
            The address and the headers. Elsewhere a parameter of its name is taken out, in case
            that the publisher repeated it in a redirect.
        """
        headers = dict(extra)
        if not self.parts or not self.credential:
            return url, headers
        place, name = self.credential.place, self.credential.field
        home = _same_host(httpx.URL(self.url), url)
        if place == "query":
            url = url.copy_remove_param(name)
            url = url.copy_set_param(name, self.parts[0].reveal()) if home else url
        elif home and place == "header":
            headers[name] = self.parts[0].reveal()
        elif home:
            headers["Authorization"] = f"Bearer {self.parts[0].reveal()}"
        return url, headers


@dataclass
class Session:
    """What all requests of one run share."""

    limits: Limits = field(default_factory=Limits)
    veil: Veil = field(default_factory=Veil)
    stopped: Event = field(default_factory=Event)


@cache
def trust() -> ssl.SSLContext:
    """Certificates, loaded once."""
    return httpx.create_ssl_context()


class Watch:
    """Cuts a connection when its time is up, wherever the other side dawdles."""

    def __init__(self, ends: float) -> None:
        self.ends = ends
        self.cut = False
        self._stream: Any = None
        self._timer: Timer | None = None

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Remember the connection; httpx calls this at every step of a request."""
        if event.endswith(_CONNECTED):
            self._stream = info["return_value"]

    def within(self, seconds: float) -> None:
        """Start the clock anew: so much time, but never beyond the end."""
        self.stop()
        left = min(seconds, self.ends - monotonic())
        self._timer = Timer(max(left, 0.001), self._cut)
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> None:
        """Stop the clock."""
        if self._timer:
            self._timer.cancel()

    def _cut(self) -> None:
        self.cut = True
        if self._stream is not None:
            connection = self._stream.get_extra_info("socket")
            try:  # the method of plain sockets: that of encrypted ones is not for two threads
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
            except OSError:
                return


def tried(work: Callable[[Watch], Result], url: str, session: Session, ends: float) -> Result:
    """Do one request and turn the libraries' errors into riskkit's, which hold no secret.

    Raises:
        Passing: The connection failed or took too long.
        Refused: The answer cannot be used.
    """
    watch = Watch(ends)
    try:
        return work(watch)
    except (Passing, Refused):
        raise
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError) as error:
        failure = _told(error, watch, url, session)
    except (OSError, ValueError) as error:
        if not watch.cut:
            raise
        failure = _told(error, watch, url, session)
    finally:
        watch.stop()
    raise failure  # outside of the handler: the library's error, which has the address, is let go


def _told(error: Exception, watch: Watch, url: str, session: Session) -> RiskkitError:
    limits = session.limits
    if watch.cut:
        return too_slow(url)
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


@contextmanager
def opened(
    request: Request, headers: Mapping[str, str], session: Session, watch: Watch
) -> Iterator[httpx.Response]:
    """Send a request, follow redirects, and yield the last answer before its body is read.

    Raises:
        Refused: Too many redirects, or one that leads where nobody should follow.
    """
    limits, url = session.limits, httpx.URL(request.url)
    extra = {"User-Agent": f"riskkit/{__version__}", "Accept-Encoding": "identity", **headers}
    timeout = httpx.Timeout(limits.silence, connect=limits.connect)
    watch.within(limits.answer)
    for _ in range(limits.redirects + 1):
        address, full = request.addressed(url, extra)
        with httpx.Client(verify=trust(), timeout=timeout) as client:
            sent = client.build_request(
                "GET", address, headers=full, extensions={"trace": watch.trace}
            )
            response = client.send(sent, stream=True)
            try:
                if response.status_code not in _MOVED or "location" not in response.headers:
                    watch.within(limits.whole)
                    yield response
                    return
                url = next_address(url, response.headers["location"], request.url)
            finally:
                response.close()
    raise Refused(
        f"{request.url}: more than {limits.redirects} redirects in a row",
        hint="the address may have moved: see the publisher's page",
    )


def next_address(here: httpx.URL, location: str, asked: str) -> httpx.URL:
    """Where a redirect leads.

    Raises:
        Refused: To something else than http(s), or from an encrypted to an open connection.
    """
    there = here.join(location)
    kind = there.scheme or "nowhere"
    steps = {("http", "http"), ("http", "https"), ("https", "https")}
    if (here.scheme, there.scheme) not in steps or not there.host or there.userinfo:
        raise Refused(
            f"{asked}: the redirect from {here.scheme} to {kind} is not followed",
            hint="see the publisher's page for the address",
        )
    return there


def _same_host(home: httpx.URL, there: httpx.URL) -> bool:
    return (home.host, home.port) == (there.host, there.port)


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
    if status in {200, 206, 304, 416}:
        return
    if status == 204:
        raise Refused(f"{url}: the answer is empty", hint=_by_hand(page))
    if status in {401, 403}:
        raise Refused(f"{url}: access denied ({status})", hint=_access(request, page))
    if status in {404, 410}:
        raise Refused(f"{url}: the file has moved ({status})", hint=_by_hand(page))
    if status in _PASSING:
        failure = Passing(f"{url}: the publisher's server failed ({status})", hint="try later")
        failure.wait = _asked_wait(response, url, limits)
        raise failure
    raise Refused(f"{url}: the server answers {status}", hint=_by_hand(page))


def _by_hand(page: str) -> str:
    return f"download the file by hand from {page} and add it with `riskkit data add`"


def _access(request: Request, page: str) -> str:
    if not request.credential:
        return _by_hand(page)
    names = " and ".join(request.credential.variables)
    return f"check {names}; {request.credential.register}"


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
