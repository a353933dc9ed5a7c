"""Does the process that takes in events answer what is its own, hand on the rest unharmed, and live as long as the server?"""

import asyncio
import base64
import contextlib
import http.client
import json
import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st

from tests.support import houses
from tests.support.cli import Server, Uems
from uems.cli import serving
from uems.cli.intake import is_ours
from uems.cli.intake_process import IntakeProcess
from uems.kernel.settings import Settings

METHODS = st.sampled_from(["GET", "POST", "OPTIONS", "DELETE", "PATCH"])


@given(
    method=METHODS,
    path=st.sampled_from(["/v1/track", "/v1/b", "/v2/x", "/", "/v1", "/healthz", "/api/session", "*"]),
    cut=st.integers(0, 30),
)
def test_the_beginning_of_a_request_is_never_judged_wrongly(method: str, path: str, cut: int) -> None:
    request = f"{method} {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode()
    assert is_ours(request) == path.startswith("/v1/")
    assert is_ours(request[:cut]) in (None, path.startswith("/v1/"))


@pytest.mark.parametrize("data", [b"\r\nGET / HTTP/1.1", b"\x16\x03\x01", b"PRI * HTTP/2.0\r\n", b"A" * 40, b"123 /v1/track"])
def test_what_is_no_request_of_ours_is_handed_on(data: bytes) -> None:
    assert is_ours(data) is False


class Served:
    """A server, and a client that counts how often it had to connect."""

    def __init__(self, server: Server, key: str) -> None:
        self.server = server
        self.port = int(server.url.rsplit(":", 1)[1])
        self.key = base64.b64encode(f"{key}:".encode()).decode()

    def event(self, name: str) -> bytes:
        body = json.dumps({"event": name, "userId": "u", "messageId": name}).encode()
        head = f"POST /v1/track HTTP/1.1\r\nhost: x\r\nauthorization: Basic {self.key}\r\ncontent-length: {len(body)}\r\n\r\n"
        return head.encode() + body

    def intake(self) -> psutil.Process:
        (found,) = psutil.Process(self.server.process.pid).children()
        return found

    def arrived(self, name: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        path = f"/api/workspaces/shop/receipts/{name}"
        connection.request("GET", path, headers={"authorization": f"Bearer {self.server.token}"})
        status = connection.getresponse().status
        connection.close()
        return status == 200


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("intake") / "home"
    houses.prepare(home)
    uems = Uems(home=home)
    assert uems.run("workspace", "create", "shop", "--zone", "UTC").code == 0
    server = uems.serve()
    key = uems.run("key", "create", "--workspace", "shop", "--kind", "write", "--name", "T", "--format", "json").json()["token"]
    yield Served(server, key)
    assert server.stop() == 0


def answer(connection: socket.socket) -> tuple[int, bytes]:
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status, response.read()


def test_one_connection_serves_events_and_everything_else(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as connection:
        for name in ("mixed-1", "mixed-2"):
            connection.sendall(served.event(name))
            assert answer(connection) == (200, b'{"success":true}')
            connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            status, body = answer(connection)
            assert status == 200
            assert json.loads(body)["status"] == "ok"
    until(lambda: served.arrived("mixed-1") and served.arrived("mixed-2"))


def test_a_request_may_come_byte_by_byte(served: Served) -> None:
    for request in (served.event("slowly"), b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", served.port), timeout=30) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for place in range(len(request)):
                connection.sendall(request[place : place + 1])
                time.sleep(0.001)
            assert answer(connection)[0] == 200


def test_a_large_request_is_handed_on_whole(served: Served) -> None:
    text = json.dumps({"name": "n" * 700_000}).encode()
    head = f"POST /api/workspaces HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {served.server.token}\r\n"
    head += f"content-type: application/json\r\ncontent-length: {len(text)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as connection:
        connection.sendall(head.encode() + text)
        status, body = answer(connection)
    # It was read to its end: what is told is the length of the name, not that something is missing or malformed.
    assert status == 422, body
    assert b"name" in body


def test_whoever_does_not_wait_for_answers_is_told_to_connect_again(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as connection:
        connection.sendall(served.event("ahead") + b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        told = b""
        while more := connection.recv(10_000):  # until it is closed
            told += more
    assert told.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 421 " in told
    assert re.search(rb'"request_id":"req_\w+"', told)


def test_nobody_is_refused_while_it_is_slow_to_begin(tmp_path: Path) -> None:
    """Whoever learns that the server is ready connects that instant, and the other process may not have run since."""
    settings = Settings(home=tmp_path, port=0)
    with contextlib.closing(serving.listen(settings)) as bound:
        intake = IntakeProcess(settings, bound)
        (process,) = (found for found in psutil.Process().children() if "uems.cli.intake" in found.cmdline())
        process.suspend()

        async def begin() -> None:
            intake.go(uvicorn.Server(uvicorn.Config(app=None)))  # type: ignore[arg-type]  # no request reaches it

        try:
            asyncio.run(begin())
            socket.create_connection(bound.getsockname(), timeout=30).close()
        finally:
            process.kill()
            intake.stop()


def test_it_is_started_again_when_it_ends(served: Served) -> None:
    first = served.intake()
    first.kill()
    until(lambda: not first.is_running() and bool(psutil.Process(served.server.process.pid).children()))
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as connection:
        connection.sendall(served.event("again"))
        assert answer(connection)[0] == 200
    assert served.intake().pid != first.pid
    assert "it is started again" in served.server.log.read_text()
    until(lambda: served.arrived("again"))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_the_server(tmp_path: Path, number: int) -> None:
    houses.prepare(tmp_path / "home")
    server = Uems(home=tmp_path / "home").serve()
    (intake,) = psutil.Process(server.process.pid).children()
    os.kill(server.process.pid, number)
    server.process.wait(30)
    intake.wait(30)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(server.url.rsplit(":", 1)[1])), timeout=5).close()
