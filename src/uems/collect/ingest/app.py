"""What does a Segment client see? The endpoints, the answers and the headers, exactly as the known clients need them.

200 always means: durable on disk. What became of each event is in its receipt.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

import msgspec

from uems.access import api as access
from uems.collect.ingest import bodies
from uems.collect.ingest.commit import GroupCommit
from uems.collect.partition import split
from uems.collect.records import Endpoint, Entry
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.log import Log
from uems.kernel.store import Store

AsgiScope = dict[str, object]
Receive = Callable[[], Awaitable[dict[str, object]]]
Send = Callable[[dict[str, object]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_logger = logging.getLogger("uems.collect")

_ENDPOINTS: dict[str, Endpoint] = {
    "batch": "batch", "import": "batch", "b": "batch",
    "track": "track", "t": "track",
    "page": "page", "p": "page",
    "screen": "screen", "s": "screen",
    "identify": "identify", "i": "identify",
    "group": "group", "g": "group",
    "alias": "alias", "a": "alias",
}  # fmt: skip
_PIXEL = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
_JSON: Headers = [(b"content-type", b"application/json"), (b"access-control-allow-origin", b"*"), (b"cache-control", b"no-store")]
_OK = b'{"success":true}'
_PREFLIGHT: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-allow-headers", b"authorization, content-type, content-encoding, x-retry-count"),
    (b"access-control-max-age", b"86400"),
    (b"access-control-expose-headers", b"retry-after"),
]


class Ingest:
    """The ASGI application for ``/v1/*``. It holds one group commit a partition."""

    def __init__(self, store: Store, log: Log, partitions: int) -> None:
        self._store = store
        self._partitions = partitions
        self._commits = [GroupCommit(log, p) for p in range(partitions)]

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """One request. Every answer, an error too, is JSON with CORS headers, since clients index error bodies unguarded."""
        try:
            await self._route(scope, receive, send)
        except UemsError as error:
            await _send_error(send, error)
        except Exception:
            _logger.exception("collect: a request failed")
            await _send_error(send, UemsError("internal", "Something broke on our side. Send the event again.", status=500))

    async def _route(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        method, path = str(scope["method"]), str(scope["path"])
        if method == "OPTIONS":
            await _send(send, 204, b"", _PREFLIGHT)
            return
        parts = path.strip("/").split("/")
        if len(parts) == 4 and parts[1] == "projects" and parts[3] == "settings" and method in ("GET", "HEAD"):
            await _send(send, 200, _browser_settings(parts[2]))
        elif len(parts) == 3 and parts[1] == "pixel" and parts[2] in ("track", "page", "identify", "screen", "group", "alias"):
            await self._pixel(scope, _ENDPOINTS[parts[2]], send)
        elif len(parts) == 2 and parts[1] == "m":
            await _read(receive, bodies.MAX_WIRE_BYTES)  # the browser client's own metrics: taken and not kept
            await _send(send, 200, _OK)
        elif len(parts) == 2 and parts[1] in _ENDPOINTS:
            if method != "POST":
                raise UemsError("method_not_allowed", f"{path[:80]} takes POST, got {method[:10]}.", status=405)
            await self._post(scope, receive, send, _ENDPOINTS[parts[1]])
        else:
            raise UemsError(
                "not_found",
                f"Nothing at {path[:80]!r}. Send events to /v1/track, identify, page, screen, group, alias or batch.",
                status=404,
            )

    async def _post(self, scope: AsgiScope, receive: Receive, send: Send, endpoint: Endpoint) -> None:
        headers = dict(scope["headers"])  # type: ignore[call-overload]  # a list of byte pairs by the ASGI specification
        wire = await _read(receive, bodies.MAX_WIRE_BYTES)
        body = bodies.decompress(wire, headers.get(b"content-encoding", b"").decode("latin-1").strip().lower())
        body, key, events = bodies.read_envelope(body, endpoint)
        key = bodies.basic_key(headers.get(b"authorization", b"").decode("latin-1")) or key
        await self._accept(key, endpoint, body, events)
        await _send(send, 200, _OK)

    async def _pixel(self, scope: AsgiScope, endpoint: Endpoint, send: Send) -> None:
        query = parse_qs(bytes(scope["query_string"]).decode("latin-1"))  # type: ignore[call-overload]  # bytes by the ASGI specification
        body, key, events = bodies.read_envelope(bodies.pixel_body(query.get("data", [""])[0]), endpoint)
        await self._accept(key or query.get("writeKey", [""])[0], endpoint, body, events)
        await _send(send, 200, _PIXEL, [(b"content-type", b"image/gif"), (b"cache-control", b"no-store")])

    async def _accept(self, key: str, endpoint: Endpoint, body: bytes, events: int) -> None:
        to = await access.write_key_async(self._store, key)
        if to is None:
            raise UemsError(
                "unauthorized",
                "The write key is missing, unknown or revoked. Send it as Basic user name or as `writeKey`; keys are made under Settings.",
                status=401,
            )
        if events == 0:
            return
        entry = Entry(to.workspace_id, time.time_ns() // 1_000_000, endpoint, body)
        if self._partitions == 1:
            await self._commits[0].append(entry, events)
            return
        # All shares must be durable before the answer; after a failure the client sends all again and messageId drops the repeats.
        for number, (share, count) in split(entry, self._partitions).items():
            await self._commits[number].append(share, count)


async def _read(receive: Receive, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise UemsError("disconnected", "The connection closed before the body was whole.", status=400)
        chunk = bytes(message.get("body", b""))  # type: ignore[call-overload]  # bytes by the ASGI specification
        size += len(chunk)
        if size > limit:
            raise bodies.too_large(size)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks) if len(chunks) > 1 else chunks[0]


async def _send(send: Send, status: int, body: bytes, headers: Headers = _JSON) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


async def _send_error(send: Send, error: UemsError) -> None:
    headers = list(_JSON)
    after = error.details.get("retry_after_seconds")
    if isinstance(after, int | float):
        headers.append((b"retry-after", str(max(1, round(after))).encode()))
    await _send(send, error.status, msgspec.json.encode({"success": False, **error.as_json()}), headers)


def _browser_settings(write_key: str) -> bytes:
    """What ``@segment/analytics-next`` asks for before it sends; the key is only echoed, so an unknown one learns nothing."""
    return msgspec.json.encode(
        {
            "integrations": {"Segment.io": {"apiKey": write_key[:100], "unbundledIntegrations": [], "addBundledMetadata": True}},
            "plan": {"track": {"__default": {"enabled": True}}},
            "edgeFunction": {},
            "middlewareSettings": {},
            "metrics": {"sampleRate": 0},
            "remotePlugins": [],
        }
    )


def ingest_app(house: House) -> Ingest:
    """The application that serves ``/v1``."""
    return Ingest(house.store, house.log, house.settings.log_partitions)
