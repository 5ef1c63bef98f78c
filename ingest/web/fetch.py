"""One address asked: conditionally, with redirects, retries, robots.txt and a pause between."""

from __future__ import annotations

import contextlib
import re
import ssl
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from types import TracebackType
from urllib.parse import urljoin, urlsplit

import httpcore2
import tenacity

from index.types import Fetch
from ingest.errors import SourceRefused, SourceUnreadable
from ingest.settings import SourcesSettings
from ingest.sources.addresses import normalise_address
from ingest.web.body import ACCEPTED, ResponseBody, make_too_large
from ingest.web.deadline import Cut, Deadline
from ingest.web.guard import GuardedBackend, Resolve, resolve
from ingest.web.response import Response
from ingest.web.robots import Robots

AGENT = f"policy-chat/{version('policy-chat')}"
DELAY_SECONDS = 1.0
_MOST_REDIRECTS = 10
_TRIES = 3
_LONGEST_WAIT_SECONDS = 30.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})
_PASSING = frozenset({408, 425, 429})
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class _Redirect:
    location: str


class _Passing(Exception):
    """It may go better in a moment."""

    def __init__(self, reason: str, wait_seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.wait_seconds = wait_seconds


class Fetcher(AbstractContextManager["Fetcher"]):
    """Asks web servers, one after the other. Use in a `with`.

    Args:
        settings: What may be asked, and how patiently.
        resolve: Names to addresses.
        ssl_context: Whose certificates are believed; the system's by default.
        sleep: Waits so many seconds.
        longest_seconds: For one whole answer.
        delay_seconds: Between two requests to one host; a longer one in robots.txt is kept to.
    """

    def __init__(
        self,
        settings: SourcesSettings,
        resolve: Resolve = resolve,
        ssl_context: ssl.SSLContext | None = None,
        sleep: Callable[[float], None] = time.sleep,
        longest_seconds: float = 300.0,
        delay_seconds: float = DELAY_SECONDS,
    ) -> None:
        self._settings = settings
        self._sleep = sleep
        self._delay_seconds = delay_seconds
        self._longest_seconds = longest_seconds
        self._deadline = Deadline()
        self._asked_at: dict[str, float] = {}
        self._robots = Robots(AGENT, lambda url: self._follow(url, None, obeying=False))
        self._pool = httpcore2.ConnectionPool(
            ssl_context=ssl_context,
            max_connections=1,
            network_backend=GuardedBackend(settings.allow_private, self._deadline, resolve),
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close what is still connected."""
        self._pool.close()

    def fetch(self, url: str, before: Fetch | None = None) -> Response:
        """Ask for an address."""
        answer = self._follow(url, before, obeying=True)
        if answer.status == HTTPStatus.NOT_MODIFIED and before is None:
            raise SourceRefused("the server says 304 Not Modified, and nothing was there before")
        return answer

    def _follow(self, url: str, before: Fetch | None, obeying: bool) -> Response:
        for _ in range(_MOST_REDIRECTS + 1):
            if obeying:
                self._robots.check(url)
            answer = self._try(url, before)
            if isinstance(answer, Response):
                return answer
            url = normalise_address(_join(url, answer.location))
        raise SourceRefused(f"more than {_MOST_REDIRECTS} redirects; give the address they lead to")

    def _try(self, url: str, before: Fetch | None) -> Response | _Redirect:
        backoff = tenacity.wait_exponential(multiplier=1, max=_LONGEST_WAIT_SECONDS)

        def wait(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked_for = error.wait_seconds if isinstance(error, _Passing) else 0.0
            return max(backoff(state), min(asked_for, _LONGEST_WAIT_SECONDS))

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Passing),
            stop=tenacity.stop_after_attempt(_TRIES),
            wait=wait,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(self._ask, url, before)
        except _Passing as error:
            raise SourceUnreadable(f"{error}; it is tried again with the next run") from error

    def _ask(self, url: str, before: Fetch | None) -> Response | _Redirect:
        host = urlsplit(url).netloc
        self._pause(host, url)
        seconds = self._settings.timeout_seconds
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), seconds)
        self._deadline.at = time.monotonic() + self._longest_seconds
        try:
            with self._pool.stream(
                "GET", url, headers=_headers(url, before), extensions={"timeout": timeouts}
            ) as response:
                return self._receive(url, response)
        except httpcore2.TimeoutException as error:
            raise _Passing(f"no answer within {seconds:g} s") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, Cut) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise _Passing(f"the connection failed ({reason})") from error
        finally:
            self._asked_at[host] = time.monotonic()

    def _pause(self, host: str, url: str) -> None:
        delay = max(self._delay_seconds, self._robots.delay(url))
        waited = time.monotonic() - self._asked_at.get(host, -delay)
        if waited < delay:
            self._sleep(min(delay - waited, _LONGEST_WAIT_SECONDS))

    def _receive(self, url: str, response: httpcore2.Response) -> Response | _Redirect:
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in response.headers}
        status = response.status
        if status in _REDIRECTS and headers.get("location"):
            return _Redirect(headers["location"])
        if status in _GONE or status == HTTPStatus.NOT_MODIFIED:
            return Response(status, url)
        if status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _Passing(
                f"the server says {describe_status(status)}", _seconds(headers.get("retry-after"))
            )
        if status != HTTPStatus.OK:
            raise SourceRefused(
                f"the server says {describe_status(status)}; check the address in a browser"
            )
        content_type, charset = _read_kind(headers.get("content-type", ""))
        return Response(
            status,
            url,
            self._body(response, headers),
            content_type,
            charset,
            headers.get("etag", ""),
            headers.get("last-modified", ""),
        )

    def _body(self, response: httpcore2.Response, headers: dict[str, str]) -> bytes:
        most = self._settings.largest_megabytes * 1_000_000
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > most:
            raise make_too_large(most)
        encoding = headers.get("content-encoding", "").strip().lower()
        return ResponseBody(encoding, most).read(response.iter_stream())


def _join(url: str, location: str) -> str:
    """Return where a redirect leads; what is no address is left as it is, to be refused as one."""
    with contextlib.suppress(UnicodeDecodeError):
        # As browsers read it: many servers write UTF-8, which comes here as Latin-1.
        location = location.encode("latin-1").decode("utf-8")
    try:
        return urljoin(url, location)
    except ValueError:
        return location


def describe_status(status: int) -> str:
    """Return a status in words: ours, since a server may write anything there."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _headers(url: str, before: Fetch | None) -> list[tuple[bytes, bytes]]:
    headers = [
        ("Host", urlsplit(url).netloc),
        ("User-Agent", AGENT),
        ("Accept", "*/*"),
        ("Accept-Encoding", ACCEPTED.decode()),
    ]
    # The marks are of the content that came from there, not of what redirects to it.
    if before and before.final_url == url:
        if before.etag:
            headers.append(("If-None-Match", before.etag))
        if before.last_modified:
            headers.append(("If-Modified-Since", before.last_modified))
    # The marks are a server's and may be of any letters; they go back as the bytes that came.
    return [(name.encode(), value.encode("latin-1")) for name, value in headers]


def _read_kind(content_type: str) -> tuple[str, str]:
    """Return the media type and the charset that a server names, "" for what it does not."""
    kind, _, parameters = content_type.partition(";")
    charset = _CHARSET.search(f";{parameters}")
    return kind.strip().lower(), charset[1].lower() if charset else ""


def _seconds(retry_after: str | None) -> float:
    """Return how long a server asks us to wait; its other form, a date, is left to the backoff."""
    return float(retry_after) if retry_after and retry_after.isdecimal() else 0.0
