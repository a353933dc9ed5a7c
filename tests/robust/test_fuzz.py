"""Can a hundred thousand broken events do any harm? No answer is a 5xx, every item gets a receipt, and the good ones are counted."""

import base64
import gzip
import json
import random
import string
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support import houses
from tests.support.access import a_workspace_with_a_write_key
from uems.collect.api import Consumer, ingest_app
from uems.kernel.clock import utc_now
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.stages import stages_of

BROKEN = 100_000
PER_BODY = 250

ODD: tuple[object, ...] = (
    None, True, False, 0, -1, 1e308, -1e308, 2**63, -(2**63), 2**64, 10**30, 1.5, "", " ", "\x00", "a\x00b", "null", "0", "undefined",
    "[object Object]", "😀", "中文", "\u202e", "\ufeff", "a" * 600, "'; DROP TABLE events --", "{{7*7}}", [], {}, [[]], [None], {"a": {}},
    {"": ""}, {"a.b": 1, "a": {"b": 2}}, {"workspace_id": 7, "person_id": 9, "ts": "x"}, "0000-00-00", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999Z", "2026-02-30", "2026-03-02T09:30:00", 1e400, "١٢٣",
)  # fmt: skip
FIELDS = (
    "type", "event", "userId", "anonymousId", "messageId", "timestamp", "originalTimestamp", "sentAt", "properties", "traits",
    "context", "groupId", "previousId", "name", "category", "integrations",
)  # fmt: skip


def good(chance: random.Random, serial: int) -> dict[str, object]:
    return {"type": "track", "event": "Canary", "userId": f"u{chance.randrange(500)}", "messageId": f"canary-{serial}"}


def broken(chance: random.Random, serial: int) -> object:
    """An event with something wrong, in one of the ways that clients, bugs and attackers find."""
    way = chance.randrange(8)
    event: dict[str, object] = {"type": "track", "event": "Fuzz", "userId": f"u{chance.randrange(500)}", "messageId": f"f{serial}"}
    if way == 0:
        return chance.choice(ODD)
    if way == 1:
        for _ in range(chance.randrange(1, 4)):
            event[chance.choice(FIELDS)] = chance.choice(ODD)
    elif way == 2:
        event["properties"] = {chance.choice(("a", "a.b", "ts", "event", "", "名", "%2E", "`", '"')): chance.choice(ODD) for _ in range(3)}
    elif way == 3:
        event["context"] = {
            name: chance.choice(ODD)
            for name in ("page", "campaign", "library", "device", "os", "userAgent", "locale", "externalIds", "active")
        }
    elif way == 4:
        deep: object = 1
        for _ in range(chance.randrange(2, 120)):
            deep = {"d": deep} if chance.random() < 0.5 else [deep]
        event["properties"] = {"deep": deep}
    elif way == 5:
        event["type"] = chance.choice(("identify", "group", "alias", "page", "screen", "TRACK", "dance"))
        event["traits"] = {"email": chance.choice(ODD), "phone": chance.choice(ODD), "x": chance.choice(ODD)}
    elif way == 6:
        event["properties"] = {"revenue": chance.choice(ODD), "currency": chance.choice((*ODD, "USD", "JPY", "XXX"))}
    else:
        event["context"] = {"externalIds": [{"id": chance.choice(ODD), "type": chance.choice(ODD)}], "page": {"url": chance.choice(ODD)}}
        event["anonymousId"] = chance.choice(ODD)
    return event


def bodies(chance: random.Random) -> Iterator[tuple[bytes, int, list[str]]]:
    """(body, items, ids of the good ones)."""
    serial = 0
    sent = 0
    while sent < BROKEN:
        items: list[object] = []
        canaries: list[str] = []
        for _ in range(PER_BODY):
            serial += 1
            items.append(broken(chance, serial))
        for _ in range(5):
            serial += 1
            items.append(good(chance, serial))
            canaries.append(f"canary-{serial}")
        sent += PER_BODY
        chance.shuffle(items)
        yield json.dumps({"batch": items}).encode(), len(items), canaries


def mutilated(chance: random.Random, body: bytes) -> bytes:
    """The body with bytes changed, lost or added: what a broken line or a hostile sender makes of it."""
    data = bytearray(body[:4000])
    for _ in range(chance.randrange(1, 6)):
        where = chance.randrange(len(data))
        way = chance.randrange(3)
        if way == 0:
            data[where] = chance.randrange(256)
        elif way == 1:
            del data[where : where + chance.randrange(1, 20)]
        else:
            data[where:where] = bytes(chance.choices(string.printable.encode() + bytes(range(128, 256)), k=3))
        if not data:
            break
    return gzip.compress(bytes(data)) if chance.random() < 0.2 else bytes(data)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = houses.build(Settings(home=tmp_path / "home"))
    yield house
    house.close()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.timeout(900)
async def test_broken_events_harm_nobody(house: House) -> None:
    chance = random.Random(41)
    key = a_workspace_with_a_write_key(house.store)
    header = {"authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=ingest_app(house)), base_url="http://uems.test")  # type: ignore[arg-type]  # plain ASGI
    received = 0
    canaries: list[str] = []
    for body, items, ids in bodies(chance):
        answer = await client.post("/v1/batch", content=body, headers=header)
        assert answer.status_code == 200, answer.text
        received += items
        canaries.extend(ids)
        torn = await client.post("/v1/batch", content=mutilated(chance, body), headers=header)
        assert torn.status_code in (200, 400, 413), torn.text
        if torn.status_code != 200:
            assert {"code", "message"} <= torn.json().keys()
    await client.aclose()

    consumer = Consumer(house, stages_of(house), 0, "test")
    while consumer.hold(utc_now()) and consumer.step(utc_now()):
        continue
    assert house.log.head(0) > 0

    def number(sql: str) -> int:
        return int(house.warehouse.query(Sql(sql)).column(0)[0].as_py())

    assert number("SELECT count() FROM event_receipts") >= received
    stored = house.warehouse.query(Sql("SELECT message_id FROM events WHERE event = 'Canary'")).column(0).to_pylist()
    assert sorted(stored) == sorted(canaries)
    assert number("SELECT count() FROM events") == number("SELECT countIf(status = 'accepted') FROM event_receipts")
    assert number("SELECT count() FROM dead_letters") == number("SELECT countIf(status = 'invalid') FROM event_receipts")
    assert number("SELECT countIf(person_id = 0 OR reason != '') FROM event_receipts WHERE status = 'accepted'") == 0
    assert number("SELECT countIf(reason = '') FROM event_receipts WHERE status = 'invalid'") == 0
