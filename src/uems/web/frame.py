"""What surrounds every request? A request id, a look at the body, security headers, a line in the log.

And an answer in the one shape even when a room breaks.
"""

import logging
import re
import time
from collections.abc import Callable, Sequence

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from uems.kernel.edge import check_json
from uems.kernel.errors import UemsError, invalid
from uems.kernel.ids import new_id
from uems.web.errors import error_response

requests = logging.getLogger("uems.requests")
failures = logging.getLogger("uems.failures")

_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")
# A Vite bundle has no inline scripts; Ant Design writes its styles into <style> elements, ECharts draws images from data and blobs.
_CSP = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


_SHARED = re.compile(r"(/api)?/(shared|letters|inbox)/[^/]+")
"""What a link opens: its address is its password, so it must not be searched, told to other pages, or logged."""
_HEADERS_OF_SHARED = {"X-Robots-Tag": "noindex, nofollow, noarchive", "Referrer-Policy": "no-referrer"}

_FOR_PAGES = re.compile(r"/api/(inbox|push)(/|$)")
"""What pages of other sites call, without a cookie; they may read errors too, so that a browser knows when to stop."""
_HEADERS_FOR_PAGES = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}

MAX_BODY_BYTES = 8 * 1024 * 1024
"""Largest body of a request, but for routes that take uploads."""

Uploads = Sequence[tuple[re.Pattern[str], int]]
_WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")


class Frame:
    """ASGI middleware around the whole application.

    https: add Strict-Transport-Security. uploads: gives the addresses that take more than 8 MB, with their limits in bytes; asked once,
    when the first request with a body comes.
    """

    def __init__(self, app: ASGIApp, *, https: bool, uploads: Callable[[], Uploads]) -> None:
        self.app = app
        self._uploads: Uploads | None = None
        self._ask_uploads = uploads
        self.headers = {**_HEADERS, "Strict-Transport-Security": "max-age=31536000"} if https else _HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent = Headers(scope=scope)
        given = sent.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else new_id("req")
        scope["uems_request_id"] = request_id
        started, status = time.perf_counter(), 0

        async def framed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(MutableHeaders(scope=message), scope["path"], request_id)
            await send(message)

        try:
            _check_address(scope)
            most = self._most(scope)
            _check_length(sent, most)
            await self.app(scope, _checked(receive, most, json=_is_json(sent)), framed)
        except UemsError as error:
            await _answer(error, request_id, status, scope, receive, framed)
        except Exception:
            failures.exception("request %s failed: %s %s", request_id, scope["method"], _shown(scope["path"]))
            await _answer(_internal(request_id), request_id, status, scope, receive, framed)
        finally:
            # Never the query string or a header: they carry search words, e-mails and keys.
            milliseconds = (time.perf_counter() - started) * 1000
            requests.info("%s %s %d %.1fms %s", scope["method"], _shown(scope["path"]), status, milliseconds, request_id)

    def _most(self, scope: Scope) -> int:
        if scope["method"] in _WITHOUT_BODY:
            return MAX_BODY_BYTES
        if self._uploads is None:
            self._uploads = self._ask_uploads()
        return next((limit for address, limit in self._uploads if address.match(scope["path"])), MAX_BODY_BYTES)

    def _add_headers(self, headers: MutableHeaders, path: str, request_id: str) -> None:
        headers["X-Request-Id"] = request_id
        if _SHARED.match(path):
            headers.update(_HEADERS_OF_SHARED)
        if _FOR_PAGES.match(path):
            headers.update(_HEADERS_FOR_PAGES)
        for name, value in self.headers.items():
            headers.setdefault(name, value)
        if path.startswith("/api/"):
            headers.setdefault("Cache-Control", "no-store")


class _BadBody(UemsError, HTTPException):
    """What a body must not hold.

    TRICKY: FastAPI answers "There was an error parsing the body" to every exception while it reads one, except its own kind.
    """

    def __init__(self, error: UemsError) -> None:
        UemsError.__init__(self, error.code, error.message, status=error.status, details=error.details)
        self.status_code, self.detail, self.headers = error.status, error.message, None


def _internal(request_id: str) -> UemsError:
    return UemsError("internal", f"Something broke on our side. Tell the operator the request id {request_id}.", status=500)


async def _answer(error: UemsError, request_id: str, status: int, scope: Scope, receive: Receive, send: Send) -> None:
    if status:
        return  # half of another answer is out already; the server cuts the connection
    await error_response(error, request_id)(scope, receive, send)


def _is_json(headers: Headers) -> bool:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _check_length(headers: Headers, most: int) -> None:
    length = headers.get("content-length", "")
    if length.isdecimal() and (len(length) > 18 or int(length) > most):
        raise _too_large(most)


def _too_large(most: int) -> UemsError:
    message = f"The body is larger than {most:,} bytes, the most that this address takes. Send less at once."
    return UemsError("too_large", message, status=413, details={"max_bytes": most})


def _checked(receive: Receive, most: int, *, json: bool) -> Receive:
    """A receiver that counts the bytes, and looks at a JSON body as a whole before anybody parses it."""
    parts: list[bytes] = []
    size = 0

    async def checked() -> Message:
        nonlocal size
        message = await receive()
        if message["type"] == "http.request":
            part = message.get("body", b"")
            size += len(part)
            if size > most:
                raise _BadBody(_too_large(most))
            if json:
                parts.append(part)
                if not message.get("more_body", False):
                    _check_json(b"".join(parts))
        return message

    return checked


def _check_json(body: bytes) -> None:
    try:
        check_json(body)
    except UemsError as error:
        raise _BadBody(error) from error


def _check_address(scope: Scope) -> None:
    if "\x00" in scope["path"] or b"%00" in scope.get("query_string", b"") or b"\x00" in scope.get("query_string", b""):
        raise invalid("address", "an address with a NUL character", "must not contain NUL; nothing here has one in its name.")


def _shown(path: str) -> str:
    return _SHARED.sub(r"\1/shared/(token)", path, count=1)[:300].encode("unicode_escape").decode()
