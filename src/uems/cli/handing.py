"""How does one process give an open connection to another? With what it read of it so far, over a socket between the two.

The one that gives has answered everything it was asked on that connection, or nothing was asked yet; so the other begins at the
start of a request and the client notices nothing.
"""

import asyncio
import logging
import os
import queue
import socket
import threading
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import Server

_logger = logging.getLogger("uems.handing")

_PART = 64_000  # bytes in a message; a socket between processes takes about 200,000 at once
_MORE, _LAST = b"\x00", b"\x01"


def channel() -> tuple[socket.socket, socket.socket]:
    """Two ends that keep the borders between messages."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


class Giver:
    """Sends connections through ``end`` in a thread of its own, so that nobody waits for a receiver that is busy."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._queue: queue.SimpleQueue[tuple[int, bytes] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="uems-handing", daemon=True)
        self._thread.start()

    def give(self, transport: asyncio.Transport, data: bytes) -> None:
        """Let go of the connection of ``transport``, of which ``data`` was read and not yet answered."""
        transport.pause_reading()
        copy = os.dup(transport.get_extra_info("socket").fileno())
        transport.abort()  # closes our number of it only; the connection lives on in the copy
        self._queue.put((copy, data))

    def close(self) -> None:
        """Returns when everything that was given is on its way."""
        self._queue.put(None)
        self._thread.join(5)

    def _run(self) -> None:
        while (one := self._queue.get()) is not None:
            number, data = one
            try:
                self._send(number, data)
            except OSError as error:
                _logger.warning("a connection could not be handed on (%s); its client has to connect again", error)
            finally:
                os.close(number)

    def _send(self, number: int, data: bytes) -> None:
        parts = [data[at : at + _PART] for at in range(0, len(data), _PART)] or [b""]
        for place, part in enumerate(parts):
            mark = _LAST if place == len(parts) - 1 else _MORE
            if place == 0:
                socket.send_fds(self._end, [mark + part], [number])
            else:
                self._end.sendall(mark + part)


class _Received(HttpToolsProtocol):
    """A connection that came with the beginning of its first request."""

    begun = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        super().connection_made(transport)
        if self.begun:
            self.data_received(self.begun)


class Taker:
    """Takes connections from ``end`` into ``server``, on the event loop of ``start``."""

    def __init__(self, end: socket.socket, server: Server) -> None:
        end.setblocking(False)
        self._end = end
        self._server = server
        self._parts: list[bytes] = []
        self._connection: socket.socket | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Until the other side is gone."""
        loop.add_reader(self._end.fileno(), self._read, loop)

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            data, numbers, _, _ = socket.recv_fds(self._end, _PART + 1, 1)
        except BlockingIOError:
            return
        except OSError:
            data, numbers = b"", []
        if not data:
            loop.remove_reader(self._end.fileno())
            self._forget()
            return
        if numbers:
            self._forget()
            self._connection = socket.socket(fileno=numbers[0])
            self._connection.setblocking(False)
        self._parts.append(data[1:])
        if data[:1] == _LAST and self._connection is not None:
            connection, begun = self._connection, b"".join(self._parts)
            self._connection, self._parts = None, []
            task = loop.create_task(self._connect(loop, connection, begun))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _connect(self, loop: asyncio.AbstractEventLoop, connection: socket.socket, begun: bytes) -> None:
        def made() -> asyncio.Protocol:
            protocol = _Received(config=self._server.config, server_state=self._server.server_state, app_state={})
            protocol.begun = begun
            return protocol

        try:
            await loop.connect_accepted_socket(made, connection)
        except OSError as error:
            _logger.debug("a connection ended before it was taken over (%s)", error)
            connection.close()

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._parts = None, []
