"""Who starts the process that takes in events, and starts it again should it end? The server, for as long as it runs."""

import asyncio
import json
import logging
import socket
import subprocess
import sys
import threading
from contextlib import suppress

from uvicorn.server import Server

from uems.cli.handing import Taker, channel
from uems.cli.intake import GO, GRACE_SECONDS, STOP
from uems.kernel.settings import Settings

_logger = logging.getLogger("uems.intake")
_PAUSE_SECONDS = 1.0
_BACKLOG = 2048


class IntakeProcess:
    """The process that holds the port ``listening``. Connections that are not for it come back to the server of ``go``."""

    def __init__(self, settings: Settings, listening: socket.socket) -> None:
        self._settings = settings
        self._listening = listening
        self._ending = threading.Event()
        self._server: Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watcher: threading.Thread | None = None
        self._start()

    def _start(self) -> None:
        self._end, other = channel()
        with other:
            numbers = (self._listening.fileno(), other.fileno())
            self._process = subprocess.Popen(
                [sys.executable, "-m", "uems.cli.intake", *map(str, numbers)], pass_fds=numbers, stdin=subprocess.PIPE
            )
        assert self._process.stdin is not None
        with suppress(BrokenPipeError), self._process.stdin as given:
            given.write(json.dumps(self._settings.model_dump(mode="json")).encode())

    def go(self, server: Server) -> None:
        """Begin: stores and log are ready, and ``server`` is answering. Called once, on its event loop."""
        # Whoever is told of the server connects at once; until the other process gets round to accepting, they wait in the queue.
        self._listening.listen(_BACKLOG)
        self._server, self._loop = server, asyncio.get_running_loop()
        self._connect()
        self._watcher = threading.Thread(target=self._watch, name="uems-intake")
        self._watcher.start()

    def _connect(self) -> None:
        assert self._server is not None
        assert self._loop is not None
        with suppress(OSError):  # it is gone already: the watcher sees to it
            self._end.sendall(GO)
            Taker(self._end, self._server).start(self._loop)

    def _watch(self) -> None:
        """New connections wait in the queue of the port meanwhile."""
        assert self._loop is not None
        while True:
            code = self._process.wait()
            if self._ending.is_set():
                return
            _logger.error("the process that takes in events ended (code %d); it is started again", code)
            if self._ending.wait(_PAUSE_SECONDS):
                return
            self._start()
            self._loop.call_soon_threadsafe(self._connect)

    def refuse(self) -> None:
        """Take no new connection any more; returns at once."""
        self._ending.set()
        with suppress(OSError):
            self._end.sendall(STOP)

    def stop(self) -> None:
        """Returns when the process has answered what it was asked, and ended. Twice is fine."""
        self.refuse()
        if self._server is None:  # it still waits to begin
            self._process.kill()
        try:
            self._process.wait(GRACE_SECONDS + 1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._watcher is not None:
            self._watcher.join()
        if self._process.poll() is None:  # started again just now
            self._process.kill()
            self._process.wait()
        self._end.close()
