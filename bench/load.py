"""What does a busy client look like? Batches of events over kept-alive connections, as fast as answers come or at a steady rate.

Bodies are made from a template, so that the generator takes little of the processor that it shares with the server.
"""

import asyncio
import base64
import json
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

EVENTS = ("Product Viewed", "Product Added", "Cart Viewed", "Order Completed", "Page Scrolled", "Search Used")


@dataclass(slots=True)
class Load:
    """What came back. latencies: seconds from the first byte sent to the answer read, one a request."""

    events: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    def percentile(self, share: float) -> float:
        """The latency in milliseconds that ``share`` of the requests stayed under."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else 0.0


def templates(count: int, batch: int, people: int, seed: int = 7) -> list[bytes]:
    """Bodies of ``batch`` events with ``@@@@@@@@`` where a number makes each messageId unique; a shop's usual mixture."""
    chance = random.Random(seed)
    found = []
    now = datetime.now(UTC)
    for number in range(count):
        items = []
        for index in range(batch):
            name = chance.choice(EVENTS)
            properties: dict[str, object] = {
                "product_id": f"p-{chance.randrange(5000)}",
                "category": chance.choice(("grocery", "drinks", "home", "garden", "toys")),
                "price": chance.randrange(100, 20_000) / 100,
                "quantity": chance.randrange(1, 5),
            }
            if name == "Order Completed":
                properties |= {"order_id": f"o-{number}-{index}", "revenue": chance.randrange(500, 50_000) / 100, "currency": "USD"}
            items.append(
                {
                    "type": "track",
                    "event": name,
                    "userId": f"user-{chance.randrange(people)}",
                    "messageId": f"@@@@@@@@-{index}",
                    "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                    "properties": properties,
                    "context": {
                        "library": {"name": "analytics-node", "version": "3.1.0"},
                        "page": {"path": f"/p/{chance.randrange(500)}", "url": f"https://shop.example/p/{chance.randrange(500)}"},
                        "locale": "en-US",
                    },
                }
            )
        found.append(json.dumps({"batch": items, "sentAt": now.isoformat()}).encode())
    return found


class _Connection(asyncio.Protocol):
    """One kept-alive connection: a request goes out, the status of its answer comes back."""

    def __init__(self) -> None:
        self.transport: asyncio.BaseTransport | None = None
        self.answer: asyncio.Future[int] | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        lower = head.lower()
        at = lower.find(b"content-length:")
        length = int(lower[at + 15 :].split(b"\r\n", 1)[0])
        if len(rest) >= length and self.answer is not None:
            self._buffer = rest[length:]
            answer, self.answer = self.answer, None
            answer.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(exc or ConnectionResetError("the server closed the connection"))


async def run(port: int, key: str, bodies: list[bytes], *, batch: int, connections: int, seconds: float, rate: float = 0.0) -> Load:
    """Send for ``seconds``. rate: events a second in all, spread evenly; 0: each connection sends as soon as it was answered."""
    loop = asyncio.get_running_loop()
    token = base64.b64encode(f"{key}:".encode()).decode()
    load = Load()
    serial = random.randrange(1 << 24) << 8
    start = time.perf_counter()
    due = start

    async def one(transport: asyncio.Transport, protocol: _Connection) -> None:
        nonlocal serial, due
        while True:
            now = time.perf_counter()
            if rate:
                at, due = due, due + batch / rate
                if at - start >= seconds:
                    return
                if at > now:
                    await asyncio.sleep(at - now)
            elif now - start >= seconds:
                return
            serial += 1
            body = bodies[serial % len(bodies)].replace(b"@@@@@@@@", b"%012x" % serial)
            head = (
                f"POST /v1/batch HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Basic {token}\r\n"
                f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
            ).encode()
            protocol.answer = loop.create_future()
            sent = time.perf_counter()
            transport.write(head + body)
            status = await protocol.answer
            load.latencies.append(time.perf_counter() - sent)
            load.statuses[status] = load.statuses.get(status, 0) + 1
            if status == 200:
                load.events += batch
            elif status == 429:
                await asyncio.sleep(1.0)

    made = [await loop.create_connection(_Connection, "127.0.0.1", port) for _ in range(connections)]
    try:
        await asyncio.gather(*(one(t, p) for t, p in made))
    finally:
        for transport, _ in made:
            transport.close()
    load.seconds = time.perf_counter() - start
    return load
