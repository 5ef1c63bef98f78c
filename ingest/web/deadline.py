"""Connections read until a deadline: a server that drips a byte now and then is no timeout."""

from __future__ import annotations

import ssl
import time

import httpcore2


class Cut(Exception):
    """An answer ended early, took too long or is torn: it may be whole another time."""


class Deadline:
    """When the answer to a request must be there."""

    def __init__(self) -> None:
        self.at = float("inf")

    def check(self) -> None:
        """Say whether there is time left."""
        if time.monotonic() > self.at:
            raise Cut("it comes too slowly")


class TimedStream(httpcore2.NetworkStream):
    """A connection whose reading keeps to a deadline, TLS on top of it included."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read some bytes; see httpcore2."""
        self._deadline.check()
        return self._inner.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write bytes; see httpcore2."""
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        """Close the connection; see httpcore2."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        """Return this connection with TLS; see httpcore2."""
        inner = self._inner.start_tls(ssl_context, server_hostname, timeout)
        return TimedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> object:
        """Return what is known about the connection; see httpcore2."""
        return self._inner.get_extra_info(info)
