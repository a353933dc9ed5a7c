"""What if whoever asked goes away before the answer? Then what was begun for them is stopped, and the machine is free for others."""

import asyncio
import logging
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from uems.kernel.errors import UemsError
from uems.kernel.waiting import Waiting, current

_logger = logging.getLogger("uems.requests")
_WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")
_AGAIN_SECONDS = 0.5
"""A query that was on its way into the engine when it was stopped is not found there; so it is looked for again."""


class Patience:
    """ASGI middleware. stop: ends the query of an id; called from a thread."""

    def __init__(self, app: ASGIApp, *, stop: Callable[[str], None]) -> None:
        self.app = app
        self._stop = stop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self.app(scope, receive, send)
            return
        waiting = Waiting()
        before = current.set(waiting)
        ear = _Ear(receive, whole=scope["method"] in _WITHOUT_BODY)
        watch = asyncio.create_task(self._watch(ear, waiting))
        try:
            await self.app(scope, ear.receive, send)
        finally:
            watch.cancel()
            current.reset(before)

    async def _watch(self, ear: "_Ear", waiting: Waiting) -> None:
        try:
            await ear.gone()
        except UemsError:
            return  # a body that is refused where the application reads it
        while True:
            for query_id in waiting.left():
                try:
                    await asyncio.to_thread(self._stop, query_id)
                except UemsError as error:
                    _logger.warning("a query that nobody waits for could not be stopped: %s", error.message)
            await asyncio.sleep(_AGAIN_SECONDS)


class _Ear:
    """Listens for the end of a connection without taking from the application what was sent to it."""

    def __init__(self, receive: Receive, *, whole: bool) -> None:
        self._receive = receive
        self._whole = asyncio.Event()
        self._kept: list[Message] = []
        if whole:
            self._whole.set()

    async def receive(self) -> Message:
        message = self._kept.pop(0) if self._kept else await self._receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            self._whole.set()
        return message

    async def gone(self) -> None:
        """Returns when nobody is there any more; never before the application has read the whole body."""
        await self._whole.wait()
        while (message := await self._receive())["type"] != "http.disconnect":
            self._kept.append(message)
        self._kept.append(message)
