"""Does the door take what clients really send, answer as they need it, and give back everything else with a clear error?"""

import base64
import gzip
import json
import os
from collections.abc import Iterator

import httpx
import pytest

from tests.support.access import a_workspace_with_a_write_key
from uems.collect.api import ingest_app
from uems.collect.records import Entry, decode
from uems.kernel.house import House
from uems.kernel.log import open_log
from uems.kernel.settings import Settings
from uems.kernel.store import Store

TRACK = {"type": "track", "event": "e", "userId": "u"}


class Door:
    """The ingest application over a real log, and what it wrote there."""

    def __init__(self, house: House, key: str) -> None:
        self.house = house
        self.key = key
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app=ingest_app(house)), base_url="http://uems.test")  # type: ignore[arg-type]

    async def post(self, path: str, content: bytes | str, **headers: str) -> httpx.Response:
        return await self.client.post(path, content=content, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def entries(self) -> list[Entry]:
        found: list[Entry] = []
        for record in self.house.log.read(0, 0, 100_000_000):
            content = decode(record.body)
            assert isinstance(content, list)
            found.extend(content)
        return found


@pytest.fixture
def door(settings: Settings, sqlite_store: Store) -> Iterator[Door]:
    key = a_workspace_with_a_write_key(sqlite_store)
    log = open_log(settings, sqlite_store)
    yield Door(House(settings=settings, warehouse=None, store=sqlite_store, log=log), key)  # type: ignore[arg-type]  # the door never asks it
    log.close()


def basic(key: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_a_batch_is_durable_before_200(door: Door) -> None:
    answer = await door.post("/v1/batch", json.dumps({"batch": [TRACK, TRACK]}), authorization=basic(door.key))
    assert answer.status_code == 200
    assert answer.json() == {"success": True}
    [entry] = door.entries()
    assert json.loads(entry.body)["batch"] == [TRACK, TRACK]


@pytest.mark.parametrize("path", ["batch", "import", "b"])
async def test_batch_has_three_names(door: Door, path: str) -> None:
    answer = await door.post(f"/v1/{path}", json.dumps({"batch": [TRACK], "writeKey": door.key}))
    assert answer.status_code == 200
    assert [e.endpoint for e in door.entries()] == ["batch"]


@pytest.mark.parametrize("name", ["track", "page", "screen", "identify", "group", "alias"])
async def test_single_calls_have_long_and_short_names(door: Door, name: str) -> None:
    for path in (name, name[0]):
        answer = await door.post(f"/v1/{path}", json.dumps({**TRACK, "writeKey": door.key}), content_type="text/plain")
        assert answer.status_code == 200
    assert [e.endpoint for e in door.entries()] == [name, name]


async def test_the_key_may_come_in_any_of_the_known_ways(door: Door) -> None:
    body = json.dumps({"batch": [TRACK]})
    bare = "Basic " + base64.b64encode(door.key.encode()).decode()
    for header in (basic(door.key), bare, f"Bearer {door.key}"):
        assert (await door.post("/v1/batch", body, authorization=header)).status_code == 200


async def test_gzip_is_read_with_and_without_its_header(door: Door) -> None:
    packed = gzip.compress(json.dumps({"batch": [TRACK], "writeKey": door.key}).encode())
    assert (await door.post("/v1/batch", packed, content_encoding="gzip")).status_code == 200
    assert (await door.post("/v1/batch", packed, content_type="application/x-www-form-urlencoded")).status_code == 200


async def test_a_pixel_counts_and_answers_with_an_image(door: Door) -> None:
    data = base64.urlsafe_b64encode(json.dumps({**TRACK, "writeKey": door.key}).encode()).decode().rstrip("=")
    answer = await door.client.get("/v1/pixel/track", params={"data": data})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/gif"
    assert len(door.entries()) == 1


async def test_the_browser_client_finds_its_settings_and_may_cross_origins(door: Door) -> None:
    answer = await door.client.get(f"/v1/projects/{door.key}/settings")
    assert answer.json()["integrations"]["Segment.io"]["apiKey"] == door.key
    preflight = await door.client.options("/v1/t", headers={"origin": "https://shop.example"})
    assert preflight.status_code == 204
    assert {"authorization", "content-type", "x-retry-count"} <= set(preflight.headers["access-control-allow-headers"].split(", "))


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "bad_json"),
        (b"{", 400, "bad_json"),
        (b"[1]", 400, "bad_body"),
        (b'{"batch": 5}', 400, "bad_body"),
        (b'{"no": "batch"}', 400, "bad_body"),
        (b"\xff\xfe", 400, "bad_json"),
        (b"\x1f\x8bnot gzip", 400, "bad_gzip"),
        (b'{"batch":' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, "too_deep"),
        (gzip.compress(b"0" * 50_000_000), 413, "body_too_large"),
        (b" " * 8_000_001, 413, "body_too_large"),
        (b'{"batch":[' + b",".join([b"{}"] * 10_001) + b"]}", 413, "batch_too_long"),
    ],
)
async def test_bad_bodies_get_a_clear_error(door: Door, body: bytes, status: int, code: str) -> None:
    answer = await door.post("/v1/batch", body, authorization=basic(door.key))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert door.entries() == []


async def test_nan_and_half_surrogates_are_mended_not_refused(door: Door) -> None:
    body = b'{"batch":[{"type":"track","event":"e","userId":"u","properties":{"a":NaN,"b":"x\\ud800y","c":Infinity}}]}'
    assert (await door.post("/v1/batch", body, authorization=basic(door.key))).status_code == 200
    [item] = json.loads(door.entries()[0].body)["batch"]
    assert item["properties"] == {"a": None, "b": "x\ufffdy", "c": None}


async def test_an_unknown_key_is_401_and_writes_nothing(door: Door) -> None:
    for header in ("", "Basic !!!", basic("wk_wrong"), "Bearer x"):
        answer = await door.post("/v1/batch", json.dumps({"batch": [TRACK]}), authorization=header)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert door.entries() == []


async def test_unknown_paths_and_methods_are_json_errors(door: Door) -> None:
    assert (await door.client.get("/v1/nothing")).json()["code"] == "not_found"
    assert (await door.client.get("/v1/track")).status_code == 405


async def test_a_full_log_answers_429_with_retry_after(settings: Settings, sqlite_store: Store) -> None:
    key = a_workspace_with_a_write_key(sqlite_store)
    log = open_log(settings.model_copy(update={"log_max_bytes": 1_000_000}), sqlite_store)
    door = Door(House(settings=settings, warehouse=None, store=sqlite_store, log=log), key)  # type: ignore[arg-type]  # the door never asks it
    big = json.dumps({"batch": [{**TRACK, "properties": {"x": base64.b64encode(os.urandom(20_000)).decode()}}]})
    statuses = []
    for _ in range(120):
        answer = await door.post("/v1/batch", big, authorization=basic(key))
        statuses.append(answer.status_code)
    log.close()
    assert statuses[0] == 200
    assert statuses[-1] == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 300
