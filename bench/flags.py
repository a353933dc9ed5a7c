"""How fast are flags? The payload from a running server, and what one flag costs where it is evaluated."""

import asyncio
import json
import time
import urllib.request
from typing import Any

from bench import server
from bench.load import Load, _Connection
from bench.rows import Row
from uems.experiments.api import Subject, compile_payload

FLAGS = 20
REQUESTS = 5_000
CONNECTIONS = 32
SECONDS = 10.0
_US_OR_CA = {"trait": {"name": "country", "op": "in", "value": ["US", "CA"]}}


def spec(number: int) -> dict[str, Any]:
    """A flag as they usually are: some countries get it, and half of the others are in an experiment."""
    arms = [{"key": key, "name": key, "value": at, "weight": 50} for at, key in enumerate(("control", "treatment"))]
    return {
        "value_type": "number",
        "default": -1,
        "rules": [
            {"kind": "force", "id": "there", "value": 9, "condition": _US_OR_CA},
            {"kind": "split", "id": "test", "experiment": f"test-{number}", "arms": arms, "percent": 50},
        ],
    }


def flags_case() -> list[Row]:
    """The payload of 20 flags by kept-alive requests, load generator included; then each flag for thousands of people in one thread."""
    with server.workspace() as target:
        key = json.loads(server.command(target.home, "key", "create", "--kind", "flags", "--workspace", "bench", "--format", "json"))[
            "token"
        ]
        for number in range(FLAGS):
            _put(target, f"flags/flag-{number}", {"name": f"Flag {number}", "spec": spec(number)})
            target.post(f"flags/flag-{number}/state", {"state": "on"})
        with urllib.request.urlopen(f"{target.url}/api/features/{key}", timeout=30) as answer:
            payload = json.load(answer)
        asyncio.run(_ask(target.port, key, 2.0))
        found = asyncio.run(_ask(target.port, key, SECONDS))
    rate = found.statuses.get(200, 0) / found.seconds
    micro, people = _evaluated(payload["features"])
    return [
        Row(
            what=f"payload of {FLAGS} flags",
            figure=f"{rate:,.0f} requests/s",
            wanted=f">= {REQUESTS:,}",
            met=rate >= REQUESTS,
            note=f"p99 {found.percentile(0.99):.1f} ms, {found.statuses}",
        ),
        Row(
            what="one flag, evaluated here", figure=f"{micro:.1f} us", wanted="< 5", met=micro < 5, note=f"{people:,} people, {FLAGS} flags"
        ),
    ]


def _put(target: server.Server, path: str, body: object) -> None:
    headers = {"authorization": f"Bearer {target.token}", "content-type": "application/json"}
    address = f"{target.url}/api/workspaces/bench/{path}"
    request = urllib.request.Request(address, data=json.dumps(body).encode(), headers=headers, method="PUT")
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer.read()


async def _ask(port: int, key: str, seconds: float) -> Load:
    loop, load = asyncio.get_running_loop(), Load()
    request = f"GET /api/features/{key} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode()
    start = time.perf_counter()

    async def one(transport: asyncio.Transport, protocol: _Connection) -> None:
        while (sent := time.perf_counter()) - start < seconds:
            protocol.answer = loop.create_future()
            transport.write(request)
            status = await protocol.answer
            load.latencies.append(time.perf_counter() - sent)
            load.statuses[status] = load.statuses.get(status, 0) + 1

    made = [await loop.create_connection(_Connection, "127.0.0.1", port) for _ in range(CONNECTIONS)]
    await asyncio.gather(*(one(transport, protocol) for transport, protocol in made))
    load.seconds = time.perf_counter() - start
    for transport, _ in made:
        transport.close()
    return load


def _evaluated(features: dict[str, Any]) -> tuple[float, int]:
    """Microseconds a flag, the median of five rounds; and over how many people."""
    flags, people = compile_payload(features), 5_000
    rounds = []
    for _ in range(5):
        begun = time.perf_counter()
        for number in range(people):
            subject = Subject(attributes={"id": f"user-{number}", "country": "DE", "plan": "free"})
            for key in features:
                flags.evaluate(key, subject)
        rounds.append((time.perf_counter() - begun) / people / len(features) * 1e6)
    return sorted(rounds)[2], people
