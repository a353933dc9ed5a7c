"""How does a request reach only judged addresses, and end in time? A transport whose sockets do both.

The deadline is one for the whole call, redirects and all: a server that sends a byte a second cannot hold a thread.
"""

import ssl
import time
from collections.abc import Iterable
from contextvars import ContextVar
from functools import cache
from typing import Any, Final

import httpcore
import httpx

from uems.kernel._outbound_address import OutboundError, Resolve, judged_addresses

deadline: Final[ContextVar[float | None]] = ContextVar("deadline", default=None)
"""Monotonic time at which the call of this thread must be over."""


def seconds_left(timeout: float | None = None) -> float | None:
    """The time that one step may take; raises a timeout when none is left."""
    end = deadline.get()
    if end is None:
        return timeout
    left = end - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the call took too long")
    return left if timeout is None else min(left, timeout)


class _Stream(httpcore.NetworkStream):
    """A connection whose every step is bounded by the deadline."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, seconds_left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, seconds_left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        # The name, not the pinned address, is what the certificate must show.
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, seconds_left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Network(httpcore.NetworkBackend):
    """Opens connections to judged addresses only."""

    def __init__(self, resolve: Resolve, *, private: bool) -> None:
        self._inner = httpcore.SyncBackend()
        self._resolve = resolve
        self._private = private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = judged_addresses(host, port, seconds_left(timeout), self._resolve, private=self._private)
        for last, address in enumerate(addresses, 1 - len(addresses)):
            try:
                return _Stream(self._inner.connect_tcp(address, port, seconds_left(timeout), local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if last == 0:
                    raise
        raise AssertionError

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.NetworkStream:
        raise OutboundError("outbound_refused", "Unix sockets are not called.", permanent=True)


@cache
def _trusting(*, http2: bool) -> ssl.SSLContext:
    """Trusts whom everybody trusts. Reading who that is takes 20 ms; one for each protocol, as a connection writes its protocol in."""
    return httpx.create_ssl_context(trust_env=False)


class Transport(httpx.HTTPTransport):
    """httpx over the sockets above; no proxies, no environment variables. http2: speak nothing else."""

    def __init__(self, resolve: Resolve, *, private: bool, tls: ssl.SSLContext | None, http2: bool = False) -> None:
        context = tls or _trusting(http2=http2)
        super().__init__(verify=context, trust_env=False)
        self._pool.close()
        # TRICKY: httpx has no way to pass a network backend; the pool behind it does.
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=30.0,
            http1=not http2,
            http2=http2,
            network_backend=_Network(resolve, private=private),
        )
