"""How are events taken in while everything else is busy? By a process of their own, beside the one that does the rest.

Python lets one thread of a process run at a time, so a server that also decodes, judges and answers reports would keep clients
waiting. This process holds the port. What begins with ``/v1/`` it answers itself: it checks the key, writes to the event log and
answers when that is on disk. Any other connection it hands on, unanswered, to the process that started it.

It opens the store and the log and nothing else. It ends when that process ends, after the requests under way.
"""

import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from uems.cli import WithoutPandas
from uems.cli.handing import Giver
from uems.cli.logs import set_up_logging
from uems.kernel.ids import new_id
from uems.kernel.settings import Settings

GO, STOP = b"go", b"stop"
GRACE_SECONDS = 3
_OURS = b"/v1/"
_LONGEST_METHOD = 8


def is_ours(data: bytes) -> bool | None:
    """Whether the request that begins with ``data`` is one for this process; None while that cannot be told."""
    method, found, path = data[: _LONGEST_METHOD + 1 + len(_OURS)].partition(b" ")
    if len(method) > _LONGEST_METHOD or not (method.isalpha() or data == b""):
        return False
    start = path[: len(_OURS)]
    if found and (len(start) == len(_OURS) or not _OURS.startswith(start)):
        return start == _OURS
    return None


class _Connection(HttpToolsProtocol):
    """Answers what is ours, and lets go of the connection at the first request that is not."""

    giver: Giver
    _open = False  # a request is being read
    _held = b""  # the beginning of one that cannot be told yet

    def data_received(self, data: bytes) -> None:
        if not self._open and not self.pipeline and (self.cycle is None or self.cycle.response_complete):
            data, self._held = self._held + data, b""
            ours = is_ours(data)
            if ours is None:
                self._held = data
                return
            if not ours:
                self._unset_keepalive_if_required()
                self.giver.give(self.transport, data)
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        self._open = True
        super().on_message_begin()

    def on_message_complete(self) -> None:
        self._open = False
        super().on_message_complete()


class _Server(Server):
    """Ends when the process that started it says so or is gone."""

    def __init__(self, config: Config, end: socket.socket) -> None:
        super().__init__(config)
        threading.Thread(target=self._heed, args=(end,), name="uems-parent", daemon=True).start()

    def _heed(self, end: socket.socket) -> None:
        try:
            while end.recv(16) not in (b"", STOP):
                continue
        except OSError:
            pass
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        # Ctrl-C reaches the whole group; the process that started us says when. A service manager may end every process itself.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self.handle_exit)
        yield


async def _misdirected(scope: Any, receive: Any, send: Any) -> None:
    """Only a client that sends requests ahead of the answers, to us and to others over one connection, gets here."""
    request_id = new_id("req").encode()
    said = b"Send this request again, over a connection of its own."
    body = b'{"code":"misdirected","message":"%s","details":{},"request_id":"%s"}' % (said, request_id)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-request-id", request_id),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def run(settings: Settings, listening: socket.socket, end: socket.socket) -> None:
    """Take in events from ``listening`` until the process at the other end of ``end`` says stop or is gone."""
    from uems.collect import api as collect
    from uems.kernel.log import open_log
    from uems.kernel.store import open_store

    if end.recv(16) != GO:  # the tables are not there before
        return
    store = open_store(settings)
    try:
        log = open_log(settings, store)
        try:
            _serve(settings, collect.Ingest(store, log, settings.log_partitions), listening, end)
        finally:
            log.close()
    finally:
        store.close()


def _serve(settings: Settings, ingest: Any, listening: socket.socket, end: socket.socket) -> None:
    async def answer(scope: Any, receive: Any, send: Any) -> None:
        await (ingest if scope["path"].startswith("/v1/") else _misdirected)(scope, receive, send)

    giver = Giver(end)
    protocol = type("Connection", (_Connection,), {"giver": giver})
    config = Config(
        answer,
        loop="uvloop",
        http=protocol,
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning" if settings.log_level == "info" else settings.log_level,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        backlog=2048,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    _Server(config, end).run(sockets=[listening])
    giver.close()


def main() -> None:
    """The process: numbers of the two sockets on the command line, settings on standard input."""
    sys.meta_path.insert(0, WithoutPandas())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    listening, end = (socket.socket(fileno=int(number)) for number in sys.argv[1:3])
    settings = Settings(**json.load(sys.stdin))
    sys.stdin.close()
    listening.setblocking(False)
    set_up_logging(settings)
    run(settings, listening, end)
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
