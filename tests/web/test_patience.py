"""Is a question stopped when nobody waits for its answer any more, and a change never?"""

import socket
import threading
from collections.abc import Iterator
from queue import Queue

import pytest
import uvicorn
from fastapi import FastAPI

from tests.web.world import World
from uems.kernel.errors import UemsError
from uems.kernel.sql import Sql
from uems.kernel.waiting import Waiting, current
from uems.kernel.warehouse import Limits, Warehouse
from uems.web.patience import Patience

_MINUTES = Sql("SELECT count() AS n FROM numbers(1000000000000) WHERE sipHash64(number) = 1")
_BODY = b" HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
_A_MOMENT = Sql("SELECT sleep(1) AS n")


class Served:
    """An application that is left alone: ``started`` when a query begins, ``ended`` with what became of it."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.started: Queue[str] = Queue()
        self.ended: Queue[str] = Queue()
        self._warehouse = warehouse
        app = FastAPI()
        app.add_api_route("/api/asks", self.asks)
        app.add_api_route("/api/asks", self.asks_by_body, methods=["POST"])
        app.add_api_route("/api/changes", self.changes, methods=["POST"])
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._server = uvicorn.Server(uvicorn.Config(Patience(app, stop=warehouse.cancel), log_level="error", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})
        self._thread.start()

    def asks(self) -> None:
        waiting = current.get()
        assert waiting is not None
        waiting.only_asks()
        self._run(_MINUTES)

    def asks_by_body(self, spec: dict[str, str]) -> None:
        self.asks()

    def changes(self, body: dict[str, str]) -> None:
        self._run(_A_MOMENT)

    def _run(self, sql: Sql) -> None:
        self.started.put("")
        try:
            self._warehouse.query(sql, limits=Limits(seconds=60))
            self.ended.put("done")
        except UemsError as error:
            self.ended.put(error.code)

    def ask_and_go(self, request: bytes) -> str:
        """Send a request, hang up when its query runs; what became of the query."""
        with socket.create_connection(self._socket.getsockname(), timeout=60) as client:
            client.sendall(request)
            self.started.get(timeout=60)
        return self.ended.get(timeout=60)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


@pytest.fixture
def served(warehouse: Warehouse) -> Iterator[Served]:
    found = Served(warehouse)
    yield found
    found.stop()


def test_a_question_ends_when_nobody_waits_for_it(served: Served) -> None:
    assert served.ask_and_go(b"GET /api/asks HTTP/1.1\r\nHost: x\r\n\r\n") == "warehouse_cancelled"
    assert served.ask_and_go(b"POST /api/asks" + _BODY) == "warehouse_cancelled"


def test_a_change_is_done_to_its_end_all_the_same(served: Served) -> None:
    assert served.ask_and_go(b"POST /api/changes" + _BODY) == "done"


def test_no_query_begins_for_somebody_who_left() -> None:
    waiting = Waiting()
    waiting.only_asks()
    with waiting.running(None) as first, waiting.running("of-their-own") as second:
        assert waiting.left() == {first, second}
        assert second == "of-their-own"
    assert waiting.left() == frozenset()
    with pytest.raises(UemsError) as refused, waiting.running(None):
        raise AssertionError
    assert refused.value.code == "warehouse_cancelled"


@pytest.mark.parametrize(("method", "path", "asks"), [("GET", "segments", True), ("POST", "keys", False)])
def test_only_routes_that_read_are_questions(world: World, monkeypatch: pytest.MonkeyPatch, method: str, path: str, asks: bool) -> None:
    marked: list[bool] = []
    monkeypatch.setattr(Waiting, "only_asks", lambda waiting: marked.append(True))
    answer = world.members["owner"].send(
        method, f"/api/workspaces/gamma/{path}", json=None if method == "GET" else {"name": "a", "kind": "write"}
    )
    assert answer.status_code < 300, answer.text
    assert bool(marked) == asks
