"""How do the events of a world reach a running system? Through the public API, in bulk or at the pace of life."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uems.kernel.errors import UemsError
from uems.kernel.money import exponent
from uems.simulate.days import Running
from uems.simulate.wire import Words, lines

BODY_EVENTS: Final = 5_000
_ATOMIC_EVENTS: Final = 9_000
WAITING_EVENTS: Final = 300_000
"""While more events than this wait in the log, no more are sent: what others send must not queue behind them."""
_LOOK_EVENTS: Final = 50_000
_PAUSE_SECONDS: Final = 0.2
_TICK_SECONDS: Final = 0.5

Progress = Callable[[int, int], None]
"""Called with days done and days in all."""
Sleep = Callable[[float], None]


class Api(Protocol):
    """The HTTP API, as the command line has it: raises ``UemsError`` with the server's own code and message."""

    def get(self, path: str) -> Any: ...
    def post(self, path: str, body: object = None) -> Any: ...
    def request(self, method: str, path: str, **options: Any) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to send to. workspace: its address in the API. write_key: of that workspace."""

    api: Api
    workspace: str
    write_key: str


def tables(running: Running, *, endless: bool = False) -> Iterator[pa.Table]:
    """Each day's messages, in the columns of ``wire.TABLE``, in the order of time. Once. endless: the days after the last one too."""
    world = running.world
    words = Words(world.name, world.currency, exponent(world.currency), running.people)
    for happened in running.days(endless=endless):
        yield words.table(happened)


def send(target: Target, running: Running, sleep: Sleep, progress: Progress = lambda done, total: None) -> int:
    """Send a whole world and wait until every report shows it; how many events.

    What is sent twice within the days in which repetitions are recognised counts once. The last day goes in one body, if it is
    small enough, so that it is there only when everything is.
    """
    days, sent, looked = running.world.days, 0, 0
    waiting: list[pa.Array] = []
    for day, table in enumerate(tables(running)):
        waiting.append(lines(table))
        sent += table.num_rows
        if sum(len(part) for part in waiting) >= BODY_EVENTS or day >= days - 2:
            post_all(target, pa.chunked_array(waiting, pa.string()).combine_chunks(), sleep, at_once=day == days - 1)
            waiting = []
        if sent - looked >= _LOOK_EVENTS:
            looked = sent
            _wait_below(target, WAITING_EVENTS, sleep)
        progress(day + 1, days + 1)
    _wait_below(target, 0, sleep)
    progress(days + 1, days + 1)
    return sent


def post_all(target: Target, messages: pa.Array, sleep: Sleep, *, at_once: bool = False) -> None:
    """Send messages, as ``wire.lines`` gives them, in bodies that a server takes."""
    size = _ATOMIC_EVENTS if at_once and len(messages) <= _ATOMIC_EVENTS else BODY_EVENTS
    for start in range(0, len(messages), size):
        _post(target, messages.slice(start, size), sleep)


def _post(target: Target, messages: pa.Array, sleep: Sleep) -> None:
    """One body, repeated until it is taken: an answer that asks for patience gets it."""
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(messages)], pa.int32()), messages), ",")
    body = b'{"batch":[' + joined[0].as_buffer().to_pybytes() + b"]}"
    # In the header, since whoever holds the connection has put the key of an operator there.
    key = base64.b64encode(f"{target.write_key}:".encode()).decode()
    headers = {"Content-Type": "application/json", "Authorization": f"Basic {key}"}
    while True:
        try:
            target.api.request("POST", "/v1/batch", content=body, headers=headers)
            return
        except UemsError as error:
            if error.status not in (429, 503) or error.code == "server_gone":
                raise
            seconds = error.details.get("retry_after_seconds", 1)
            sleep(float(seconds) if isinstance(seconds, int | float) else 1.0)


def _wait_below(target: Target, most: int, sleep: Sleep) -> None:
    while target.api.get(f"{target.workspace}/health")["backlog_events"] > most:
        sleep(_PAUSE_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The clock of a live world. begin: the instant from which on its events are sent. speed: its seconds a second of ours.

    It never runs ahead of the real clock: a world that began in the past catches up, and from then on goes at the pace of life.
    endless: it goes on after its last day.
    """

    begin: datetime
    speed: float
    clock: Callable[[], datetime]
    sleep: Sleep
    endless: bool = False


def live(target: Target, running: Running, pace: Pace, told: Callable[[int, datetime], None] = lambda sent, at: None) -> int:
    """Send each event when its time comes, until the last day is over; how many. told: events so far, and the time in the world."""
    started = pace.clock()
    sent = 0

    def world_now() -> datetime:
        now = pace.clock()
        return min(now, pace.begin + (now - started) * pace.speed)

    for table in tables(running, endless=pace.endless):
        ts = table.column("ts").cast(pa.int64()).to_numpy()
        messages = lines(table)
        done = int(np.searchsorted(ts, _ms(pace.begin)))
        while True:
            now = world_now()
            due = max(done, int(np.searchsorted(ts, _ms(now), side="right")))
            if due > done:
                post_all(target, messages.slice(done, due - done), pace.sleep)
                sent += due - done
                done = due
            told(sent, now)
            if done >= len(ts):
                break
            pace.sleep(_TICK_SECONDS)
    return sent


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
