"""Does a report that is followed tell how far it is, give the same answer, and stop when nobody waits any more?"""

import json
import socket
import threading
from collections.abc import Iterator
from queue import Queue
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.responses import StreamingResponse

from tests.journeys.reports.world import DAY, Act, Town, town
from tests.support.web import operator_client
from uems.journeys.bodies import ReportAnswer
from uems.kernel import progress
from uems.kernel.errors import UemsError
from uems.kernel.followed import events_of
from uems.kernel.house import House
from uems.kernel.sql import Sql
from uems.kernel.waiting import current
from uems.kernel.warehouse import Limits
from uems.web.app import create_app
from uems.web.patience import Patience

__all__ = ["town"]

_MINUTES = Sql("SELECT count() AS n FROM numbers(1000000000000) WHERE sipHash64(number) = 1")
SPEC: dict[str, Any] = {"steps": [{"event": "A"}, {"event": "B"}], "first_day": "2025-11-04", "last_day": "2025-11-07"}


def events(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_it_tells_its_share_and_then_the_same_answer(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=n % 9 * DAY + n, user=f"u{n % 60}", event="AB"[n % 2], device="phone" if n % 3 else "desk") for n in range(400)])
    client = operator_client(create_app(town.house), town.house)
    address = f"/api/workspaces/{world.scope.slug}/reports/bottlenecks"
    plain = client.post(address, SPEC).json()
    told = events(client.post(f"{address}/progress", SPEC).text)
    *shares, (last, answer) = told
    assert {name for name, _ in shares} == {"progress"}
    values = [value for _, value in shares]
    assert values == sorted(values)
    assert values[0] == 0
    assert len([value for value in values if 0 < value < 1]) >= 3
    assert last == "answer"
    assert {**answer, "asked_at": "", "watermark": ""} == {**plain, "asked_at": "", "watermark": ""}


def test_what_cannot_be_asked_is_refused_before_and_what_fails_is_told_in_the_stream(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=0, user="u", event="A")])
    client = operator_client(create_app(town.house), town.house)
    address = f"/api/workspaces/{world.scope.slug}/reports"
    refused = client.post(f"{address}/bottlenecks/progress", {"steps": []})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_spec")
    assert client.post(f"{address}/nothing/progress", {}).status_code == 404
    [*_, (last, error)] = events(client.post(f"{address}/bottlenecks/progress", {**SPEC, "segment": "nowhere"}).text)
    assert (last, error["code"], error["status"]) == ("error", "not_found", 404)


class Served:
    """A stream whose work asks a query of minutes: ``ended`` hears what became of it."""

    def __init__(self, house: House) -> None:
        self.started: Queue[str] = Queue()
        self.ended: Queue[str] = Queue()
        self._house = house
        app = FastAPI()
        app.add_api_route("/api/asks", self.asks, methods=["POST"])
        app.add_api_route("/api/counts", self.counts, methods=["POST"])
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._server = uvicorn.Server(uvicorn.Config(Patience(app, stop=house.warehouse.cancel), log_level="error", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})
        self._thread.start()

    async def asks(self) -> StreamingResponse:
        return self._stream(lambda: self._house.warehouse.query(_MINUTES, limits=Limits(seconds=60)))

    async def counts(self) -> StreamingResponse:
        def work() -> None:
            for n in range(600):
                threading.Event().wait(0.1)
                progress.done(n / 600)

        return self._stream(work)

    def _stream(self, work: Any) -> StreamingResponse:
        waiting = current.get()
        assert waiting is not None
        waiting.only_asks()

        def heard() -> ReportAnswer:
            self.started.put("")
            try:
                work()
            except UemsError as error:
                self.ended.put(error.code)
                raise
            self.ended.put("done")
            raise AssertionError("nobody stopped it")

        return StreamingResponse(events_of(self._house, heard), media_type="text/event-stream")

    def leave(self, path: str) -> str:
        """Ask, hear the first word, hang up; what became of the work."""
        host, port = self._socket.getsockname()
        with httpx.stream("POST", f"http://{host}:{port}{path}", timeout=60, trust_env=False) as answer:
            assert next(answer.iter_text()).startswith("event: progress")
            self.started.get(timeout=60)
        return self.ended.get(timeout=60)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


@pytest.fixture
def served(town: Town) -> Iterator[Served]:
    found = Served(town.house)
    yield found
    found.stop()


@pytest.mark.parametrize("path", ["/api/asks", "/api/counts"])
def test_the_work_stops_when_nobody_waits_for_it(served: Served, path: str) -> None:
    assert served.leave(path) == "warehouse_cancelled"
