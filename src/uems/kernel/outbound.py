"""How does the system call somebody else's server? One client: public addresses only, bounded in time and size, no secrets in logs.

Connectors, webhooks and channels all use it. A call gives an ``Answer`` or raises ``OutboundError``, which says whether a
retry is pointless. Addresses in messages are cut to scheme and host: a webhook's path is often its password.
"""

import hashlib
import hmac
import json as json_module
import logging
import ssl
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Final, Literal

import httpcore
import httpx

from uems.kernel._outbound_address import OutboundError, Resolve, host_of, is_allowed, resolve
from uems.kernel._outbound_dial import dial
from uems.kernel._outbound_wire import Transport, deadline, seconds_left
from uems.kernel.clock import utc_now
from uems.kernel.settings import Settings

__all__ = ["Answer", "Outbound", "OutboundError", "dial", "host_of", "is_allowed", "signature"]

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]

# httpx writes whole addresses at "info" and httpcore whole headers at "debug"; both may hold secrets.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_AGENT: Final = "uems"
_KEPT_HEADERS: Final = frozenset({"accept", "accept-encoding", "content-type", "content-length", "user-agent", "host", "connection"})
_RETRYABLE_STATUS: Final = frozenset({408, 425, 429})
_FINAL_STATUS: Final = frozenset({501, 505})
_MAX_WAIT_SECONDS: Final = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server said. address: where it came from in the end, without path. headers: lower-case names."""

    status: int
    address: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> object:
        """The decoded body; raises ``OutboundError`` when it is not JSON."""
        try:
            return json_module.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise OutboundError("outbound_bad_answer", f"{self.address} did not answer with JSON.", permanent=True) from error

    def require_ok(self) -> "Answer":
        """This answer if its status is 2xx; else raises ``OutboundError``, permanent unless the status says "later"."""
        if self.ok:
            return self
        later = self.status in _RETRYABLE_STATUS or (self.status >= 500 and self.status not in _FINAL_STATUS)
        raise OutboundError(
            "outbound_status",
            f"{self.address} answered {self.status}. " + ("Try again later." if later else "Check the address and the credentials."),
            permanent=not later,
            retry_after_seconds=_retry_after(self.headers.get("retry-after")) if later else None,
        )


def signature(secret: str, body: bytes, at: datetime) -> str:
    """What the header ``uems-signature`` says: ``t=<seconds>,v1=<hex>``, HMAC-SHA256 with the secret over ``<seconds>.<body>``."""
    seconds = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


class Outbound:
    """The client; one for the process, from any thread.

    tls: for a certificate authority of one's own. resolve_name: (host, port) → numeric addresses, for names of one's own.
    http2: for servers that speak nothing else.
    """

    def __init__(
        self, settings: Settings, *, tls: ssl.SSLContext | None = None, resolve_name: Resolve = resolve, http2: bool = False
    ) -> None:
        transport = Transport(resolve_name, private=settings.allow_private_outbound, tls=tls, http2=http2)
        self._client = httpx.Client(
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            # Not asked to compress: a small answer cannot turn out to be a large one. What is compressed anyway is bounded too.
            headers={"user-agent": _AGENT, "accept-encoding": "identity"},
        )

    def request(
        self,
        method: Method,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        json: object = None,
        seconds: float = 10.0,
        max_bytes: int = 1_000_000,
        max_redirects: int = 3,
    ) -> Answer:
        """Call ``url`` and read the whole answer, whatever its status; see ``Answer.require_ok``.

        seconds: for everything together, redirects included. max_bytes: of the body, decompressed. Headers with credentials do
        not follow a redirect to another host, and a body is only sent on where the redirect asks for it (307, 308).
        Raises ``OutboundError`` with code ``outbound_refused``, ``outbound_unknown_host``, ``outbound_timeout``,
        ``outbound_unreachable``, ``outbound_tls``, ``outbound_too_large``, ``outbound_redirects`` or ``outbound_bad_url``.
        """
        request = self._built(method, url, headers, content, json)
        token = deadline.set(time.monotonic() + seconds)
        try:
            for _ in range(max_redirects + 1):
                answer, following = self._once(request, max_bytes)
                if following is None:
                    return answer
                request = self._checked(following, request)
            raise OutboundError(
                "outbound_redirects",
                f"{_shown(request.url)} redirects more than {max_redirects} times. Use the final address.",
                permanent=True,
            )
        finally:
            deadline.reset(token)

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> "Outbound":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _built(self, method: Method, url: str, headers: Mapping[str, str] | None, content: bytes | None, json: object) -> httpx.Request:
        try:
            if content is None and json is not None:
                content = json_module.dumps(json, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
                headers = {"content-type": "application/json", **(headers or {})}
            request = self._client.build_request(method, url, headers=dict(headers or {}), content=content)
        except (httpx.InvalidURL, ValueError, TypeError):
            # The message of httpx may quote the address, so it is not passed on.
            raise OutboundError(
                "outbound_bad_url", "The address, a header or the body cannot be sent. Check them.", permanent=True
            ) from None
        return self._checked(request, request)

    def _checked(self, request: httpx.Request, before: httpx.Request) -> httpx.Request:
        url = request.url
        if url.scheme not in ("http", "https") or not url.host:
            raise OutboundError("outbound_bad_url", "The address must start with https:// or http:// and name a host.", permanent=True)
        if before.url.scheme == "https" and url.scheme == "http":
            raise OutboundError("outbound_refused", f"{_shown(before.url)} redirects from https to http; not followed.", permanent=True)
        if before.method not in ("GET", "HEAD") and request.method != before.method:
            raise OutboundError(
                "outbound_redirects", f"{_shown(before.url)} redirects and would drop the body. Use the final address.", permanent=True
            )
        if (url.scheme, url.host, url.port) != (before.url.scheme, before.url.host, before.url.port):
            for name in set(request.headers) - _KEPT_HEADERS:
                del request.headers[name]
        return request

    def _once(self, request: httpx.Request, max_bytes: int) -> tuple[Answer, httpx.Request | None]:
        shown = _shown(request.url)
        try:
            limits = httpx.Timeout(seconds_left())
            request.extensions = {**request.extensions, "timeout": limits.as_dict()}
            response = self._client.send(request, stream=True)
            try:
                following = response.next_request
                body = b"" if following is not None else _body(response, shown, max_bytes)
            finally:
                response.close()
        except OutboundError:
            raise
        except Exception as error:
            raise _translated(error, shown) from error
        found = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status_code, address=shown, headers=found, body=body), following


def _body(response: httpx.Response, shown: str, max_bytes: int) -> bytes:
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    raw = bytearray()
    for chunk in response.iter_raw():
        raw += chunk
        seconds_left()
        if len(raw) > max_bytes:
            raise _too_large(shown, max_bytes)
    if encoding in ("identity", ""):
        return bytes(raw)
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise OutboundError("outbound_bad_answer", f"{shown} answered in an encoding that was not asked for.", permanent=True)
    if not raw:
        return b""  # as to HEAD
    unpacker = zlib.decompressobj(47)
    body = unpacker.decompress(bytes(raw), max_bytes + 1)
    if len(body) > max_bytes:
        raise _too_large(shown, max_bytes)
    if not unpacker.eof:
        raise OutboundError("outbound_bad_answer", f"{shown} broke off in the middle of its answer. Try again.", permanent=False)
    return body


def _too_large(shown: str, max_bytes: int) -> OutboundError:
    return OutboundError("outbound_too_large", f"{shown} answered with more than {max_bytes} bytes; the rest was not read.", permanent=True)


def _translated(error: Exception, shown: str) -> OutboundError:
    """What an error of the transport means for a caller: once more, or never again."""
    causes = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None and isinstance(cause, Exception):
        causes.append(cause)
    for cause in causes:
        if isinstance(cause, OutboundError):
            return cause
        if isinstance(cause, ssl.SSLCertVerificationError):
            return OutboundError("outbound_tls", f"The certificate of {shown} is not valid: {cause.verify_message}.", permanent=True)
    unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    if any(isinstance(cause, httpx.TimeoutException | httpcore.TimeoutException | TimeoutError) for cause in causes):
        return OutboundError("outbound_timeout", f"{shown} did not answer in time. Try again.", permanent=False, unsent=unsent)
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol):
        return OutboundError(
            "outbound_bad_url", f"The request to {shown} cannot be sent: a header or the address is wrong.", permanent=True
        )
    if isinstance(error, httpx.TransportError):
        return OutboundError("outbound_unreachable", f"{shown} cannot be reached or broke off. Try again.", permanent=False, unsent=unsent)
    return OutboundError("outbound_bad_answer", f"{shown} gave an answer that cannot be read.", permanent=True)


def _retry_after(header: str | None) -> float | None:
    """Seconds to wait as the ``Retry-After`` header says, at most a day."""
    if not header:
        return None
    if header.strip().isdecimal():
        return min(float(header.strip()[:10]), _MAX_WAIT_SECONDS)
    try:
        at = parsedate_to_datetime(header)
    except (ValueError, TypeError):
        return None
    seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - utc_now()).total_seconds()
    return min(max(seconds, 0.0), _MAX_WAIT_SECONDS)


def _shown(url: httpx.URL) -> str:
    """Scheme, host and port: never user, path or query."""
    port = f":{url.port}" if url.port else ""
    return f"{url.scheme}://{url.host[:200]}{port}"
