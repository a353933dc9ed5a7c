"""How is an answer that takes long followed? As a stream: what share is done as it goes on, at the end the answer.

Server-sent events, each with JSON: ``progress`` a share from 0 to 1, ``answer`` the answer as the plain route gives it, or ``error``
in the shape of every error. Whoever hangs up stops the work.
"""

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, Callable
from typing import Any, Final

from anyio import to_thread
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from uems.kernel import progress
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.waiting import Waiting, current

_logger: Final = logging.getLogger("uems.followed")
_AGAIN_SECONDS: Final = 0.5
"""A query that was on its way into the engine when it was stopped is not found there; so it is looked for again."""
_EVENT: Final = {
    "type": "object",
    "properties": {"event": {"enum": ["progress", "answer", "error"]}, "data": {"type": "string", "description": "JSON."}},
    "required": ["event", "data"],
}
FOLLOWED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/event-stream": {"schema": _EVENT}}, "description": "How far it is; at the end the answer."}
}
"""What the document of the API says of a route that is followed."""
_QUIET_SECONDS: Final = 15.0
"""After so long without a word one is sent, so that nothing on the way gives the connection up."""


def followed(house: House, work: Callable[[], BaseModel]) -> StreamingResponse:
    """The stream of ``work``, which runs in a thread of its own and says how far it is through ``progress``."""
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(events_of(house, work), media_type="text/event-stream", headers=headers)


async def events_of(house: House, work: Callable[[], BaseModel]) -> AsyncGenerator[str]:
    """The words of the stream."""
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[float | None] = asyncio.Queue()
    waiting, stopped = current.get(), asyncio.Event()
    said = 0.0

    def tell(share: float) -> None:
        if stopped.is_set():
            raise UemsError("warehouse_cancelled", "Whoever asked went away before the answer; ask again.", status=409)
        loop.call_soon_threadsafe(told.put_nowait, share)

    def run() -> BaseModel:
        with progress.heard(tell):
            return work()

    # Among the threads of plain routes: the few of the event loop are needed to take events in, and to stop what nobody waits for.
    task = asyncio.create_task(to_thread.run_sync(run))

    def over(finished: "asyncio.Task[BaseModel]") -> None:
        finished.exception()  # looked at, also where nobody waits for it any more
        told.put_nowait(None)

    task.add_done_callback(over)
    try:
        yield _event("progress", 0.0)
        while True:
            try:
                share = await asyncio.wait_for(told.get(), _QUIET_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if share is None:
                break
            # Parts that are worked on side by side may tell their shares out of order.
            if share >= said + 0.01:
                said = share
                yield _event("progress", round(share, 3))
        yield _last(task)
    finally:
        stopped.set()
        if not task.done() and waiting is not None:
            # What is cancelled may not wait; a thread stops what runs.
            loop.run_in_executor(None, _stop, house, waiting, task)


def _last(task: "asyncio.Task[BaseModel]") -> str:
    error = task.exception()
    if error is None:
        return _event("answer", task.result().model_dump(mode="json"))
    if isinstance(error, UemsError):
        return _event("error", {**error.as_json(), "status": error.status})
    _logger.error("what was followed failed", exc_info=error)
    return _event("error", {"code": "internal", "message": "Something went wrong on the server. Try again.", "status": 500})


def _event(name: str, data: object) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False, allow_nan=False)}\n\n"


def _stop(house: House, waiting: Waiting, task: "asyncio.Task[BaseModel]") -> None:
    while not task.done():
        for query_id in waiting.left():
            house.warehouse.cancel(query_id)
        time.sleep(_AGAIN_SECONDS)
