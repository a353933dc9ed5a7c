"""What do flag clients see? The payload, the stream of its changes, and remote evaluation; in front of the web framework, for speed.

    GET  /api/features/{key}              the payload that GrowthBook clients evaluate
    GET  /sub/{key}                       the same as events, now and whenever it changes
    POST /ofrep/v1/evaluate/flags         all flags, evaluated here (OpenFeature remote evaluation protocol)
    POST /ofrep/v1/evaluate/flags/{flag}  one flag

The key may stand in a public page: it reads flags and does nothing else. With remote evaluation it comes as ``Authorization: Bearer`` or
``X-API-Key``.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from datetime import datetime
from typing import Any, Final, TypeAlias

import msgspec

from uems.access import api as access
from uems.experiments.flags.loaded import Payloads
from uems.experiments.flags.remote import Remote
from uems.experiments.flags.streams import Streams
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.ids import new_id
from uems.kernel.scope import Scope

AsgiScope: TypeAlias = Mapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Any]]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]
Headers: TypeAlias = list[tuple[bytes, bytes]]

FEATURES: Final = "/api/features/"
SUB: Final = "/sub/"
OFREP: Final = "/ofrep/"
OURS: Final = (FEATURES, SUB, OFREP)
"""How the addresses begin that are answered here."""
MAX_BODY_BYTES: Final = 256 * 1024
_logger = logging.getLogger("uems.flags")
_CORS: Final[Headers] = [(b"access-control-allow-origin", b"*"), (b"cross-origin-resource-policy", b"cross-origin")]
_EXPOSED: Final = (b"access-control-expose-headers", b"etag, retry-after, x-sse-support")
_SAFE: Final = (b"x-content-type-options", b"nosniff")
_JSON: Final = (b"content-type", b"application/json")
_PAYLOAD: Final[Headers] = [
    *_CORS,
    _EXPOSED,
    _SAFE,
    _JSON,
    (b"x-sse-support", b"enabled"),
    (b"cache-control", b"public, max-age=0, must-revalidate"),
    (b"vary", b"accept-encoding"),
]
_STREAM: Final[Headers] = [
    *_CORS,
    _SAFE,
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
_PRIVATE: Final[Headers] = [*_CORS, _EXPOSED, _SAFE, _JSON, (b"cache-control", b"private, no-cache")]
_PREFLIGHT: Final[Headers] = [
    *_CORS,
    (b"access-control-allow-methods", b"GET, HEAD, POST, OPTIONS"),
    (b"access-control-allow-headers", b"authorization, content-type, if-none-match, x-api-key, x-exposures, last-event-id, cache-control"),
    (b"access-control-max-age", b"86400"),
]


class FlagDoor:
    """The ASGI application for ``OURS``. One a process; ``close`` ends what goes on for as long as somebody listens."""

    def __init__(self, house: House, clock: Callable[[], datetime]) -> None:
        self._store = house.store
        self._payloads = Payloads(house.store)
        self._streams = Streams(self._payloads)
        self._remote = Remote(house, self._payloads, clock)

    def close(self) -> None:
        self._streams.close()

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """One request. Errors too carry CORS headers, so that a page can say what is wrong."""
        try:
            await self._route(scope, receive, send)
        except UemsError as error:
            await _send_error(send, error)
        except Exception:
            _logger.exception("flags: a request failed")
            await _send_error(send, UemsError("internal", "Something broke on our side. Ask again.", status=500))

    async def _route(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        if method == "OPTIONS":
            await _send(send, 204, b"", _PREFLIGHT)
        elif path.startswith(FEATURES):
            await self._payload(method, path[len(FEATURES) :], scope, send)
        elif path.startswith(SUB):
            await self._stream(method, path[len(SUB) :], scope, receive, send)
        else:
            await self._evaluate(method, path[len(OFREP) :], scope, receive, send)

    async def _payload(self, method: str, key: str, scope: AsgiScope, send: Send) -> None:
        _only(method, ("GET", "HEAD"))
        found = await self._payloads.of((await self._scope(key)).workspace_id)
        sent = _headers(scope, b"if-none-match", b"accept-encoding")
        headers = [*_PAYLOAD, (b"etag", found.etag)]
        if found.etag in sent.get(b"if-none-match", b""):
            await _send(send, 304, b"", headers)
        elif found.packed is not None and b"gzip" in sent.get(b"accept-encoding", b""):
            await _send(send, 200, found.packed, [*headers, (b"content-encoding", b"gzip")], head=method == "HEAD")
        else:
            await _send(send, 200, found.body, headers, head=method == "HEAD")

    async def _stream(self, method: str, key: str, scope: AsgiScope, receive: Receive, send: Send) -> None:
        _only(method, ("GET",))
        workspace_id = (await self._scope(key)).workspace_id
        client = scope.get("client")
        changes = self._streams.changes(workspace_id, client[0] if client else "local")
        gone = asyncio.create_task(_gone(receive))
        begun = False
        try:
            async with aclosing(changes):
                while True:
                    step = asyncio.ensure_future(anext(changes, None))
                    await asyncio.wait({step, gone}, return_when=asyncio.FIRST_COMPLETED)
                    if not step.done():
                        step.cancel()
                        with suppress(asyncio.CancelledError):
                            await step
                        return
                    said = step.result()
                    if not begun:
                        begun = True
                        await send({"type": "http.response.start", "status": 200, "headers": _STREAM})
                    # A revoked key hears no more, within the time in which it dies everywhere.
                    if said is None or await access.flags_key_async(self._store, key) is None:
                        break
                    await send({"type": "http.response.body", "body": said, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()

    async def _evaluate(self, method: str, path: str, scope: AsgiScope, receive: Receive, send: Send) -> None:
        sent = _headers(scope, b"authorization", b"x-api-key", b"if-none-match", b"x-exposures")
        parts = path.split("/", 3)
        if parts[:3] != ["v1", "evaluate", "flags"]:
            raise UemsError("not_found", f"Nothing at {scope['path'][:80]!r}. Ask /ofrep/v1/evaluate/flags.", status=404)
        _only(method, ("POST",))
        key = sent.get(b"authorization", b"").decode("latin-1").removeprefix("Bearer ").strip() or sent.get(b"x-api-key", b"").decode(
            "latin-1"
        )
        workspace = await self._scope(key)
        body = await _read(receive)
        told = sent.get(b"x-exposures", b"").lower() != b"off"
        answer = await self._remote.answer(workspace, body, parts[3] if len(parts) > 3 else None, told)
        headers = [*_PRIVATE, (b"etag", answer.etag)] if answer.etag else _PRIVATE
        if answer.etag and answer.etag in sent.get(b"if-none-match", b""):
            await _send(send, 304, b"", headers)
        else:
            await _send(send, answer.status, answer.body, headers)

    async def _scope(self, key: str) -> Scope:
        found = await access.flags_key_async(self._store, key)
        if found is None:
            message = "The flags key is missing, unknown or revoked. Make one of the kind flags under Settings, Keys."
            raise UemsError("unauthorized", message, status=401)
        return found


def _headers(scope: AsgiScope, *wanted: bytes) -> dict[bytes, bytes]:
    return {name: value for name, value in scope["headers"] if name in wanted}


def _only(method: str, allowed: tuple[str, ...]) -> None:
    if method not in allowed:
        raise UemsError("method_not_allowed", f"This address takes {', '.join(allowed)}, got {method[:10]}.", status=405)


async def _gone(receive: Receive) -> None:
    """Until whoever listens went away."""
    while (await receive())["type"] != "http.disconnect":
        continue


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise UemsError("disconnected", "The connection closed before the body was whole.", status=400)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BODY_BYTES:
            raise UemsError("too_large", f"The body is larger than {MAX_BODY_BYTES:,} bytes. Send fewer attributes.", status=413)
        if not message.get("more_body", False):
            return b"".join(parts)


async def _send(send: Send, status: int, body: bytes, headers: Headers, *, head: bool = False) -> None:
    if status not in (204, 304):
        headers = [*headers, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body})


async def _send_error(send: Send, error: UemsError) -> None:
    headers = [*_CORS, _EXPOSED, _SAFE, _JSON, (b"cache-control", b"no-store")]
    after = error.details.get("retry_after_seconds")
    if isinstance(after, int | float):
        headers.append((b"retry-after", b"%d" % max(1, round(after))))
    await _send(send, error.status, msgspec.json.encode({**error.as_json(), "request_id": new_id("req")}), headers)
