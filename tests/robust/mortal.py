"""Processes that collect and process events until they are killed, each at a moment that it is told.

usage: python -m tests.robust.mortal HOME     reads lines "ROUND MOMENT"; prints "acked N" after each durable append of the round,
and "ended CODE" when it is over, CODE as subprocess gives it, or "ended hanging"

MOMENT is "after:SECONDS", or "before:K" / "behind:K": in front of or right behind the K-th step that writes something for
good (an insert into the warehouse, the intent, the closing transaction, new ids), or "never": drain the log and end. In rounds
with an odd number every batch is judged while the one before it is stored, which otherwise happens to large ones only.

Starting Python and reading all the modules takes longer than a round, so it is done once: each round is a fork of this process,
which itself never starts the engine, because that would not survive a fork.
"""

import ctypes
import faulthandler
import json
import os
import random
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from uems import app
from uems.collect.pipeline import consume, cursor
from uems.collect.records import Entry, encode_entries
from uems.identity.api import Resolver
from uems.kernel.log import Log
from uems.kernel.settings import load_settings
from uems.stages import pipeline

EVENTS_PER_APPEND = 40
ROUND_SECONDS = 240.0
_PR_SET_PDEATHSIG = 1


class Count:
    """Counts calls that write, and dies at the chosen one."""

    def __init__(self, moment: str) -> None:
        self.side, _, number = moment.partition(":")
        self.fatal = int(number) if self.side in ("before", "behind") else -1
        self.calls = 0
        self.turn = threading.Lock()

    def wrap(self, owner: Any, name: str) -> None:
        whole: Callable[..., Any] = getattr(owner, name)

        def counted(*args: Any, **named: Any) -> Any:
            with self.turn:
                self.calls += 1
                mine = self.calls == self.fatal
            if mine and self.side == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = whole(*args, **named)
            if mine:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        setattr(owner, name, counted)


def body(round_: int, number: int) -> bytes:
    """Tracks with revenue, identifies, and people that turn out to be one: over three months, so that inserts make many parts."""
    chance = random.Random(f"{round_}-{number}")
    now = time.time()
    items: list[dict[str, object]] = []
    for index in range(EVENTS_PER_APPEND):
        person = chance.randrange(60)
        item: dict[str, object] = {
            "messageId": f"r{round_}-{number}-{index}",
            "userId": f"u{person}",
            "timestamp": int((now - chance.randrange(7_000_000)) * 1000),
        }
        if index % 10 == 0:
            item |= {"type": "identify", "anonymousId": f"a{chance.randrange(200)}", "traits": {"plan": chance.choice("abc"), "n": number}}
        elif index % 10 == 1:
            item = {"type": "dance", "messageId": item["messageId"], "userId": "u1"}
        else:
            item |= {"type": "track", "event": f"E{person % 4}", "properties": {"revenue": 1, "currency": "USD", "n": number}}
        items.append(item)
    return json.dumps({"batch": items}).encode()


def send(log: Log, round_: int, stop: threading.Event) -> None:
    number = 0
    while not stop.is_set():
        entry = Entry(1, int(time.time() * 1000), "batch", body(round_, number))
        log.append(0, encode_entries([entry]), EVENTS_PER_APPEND).result()
        # Only what is on disk is promised; the parent reads these lines after the kill.
        os.write(1, f"acked {number}\n".encode())
        number += 1
        stop.wait(0.01)


def play(home: str, round_: int, moment: str) -> None:
    """One round, in a process of its own."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    faulthandler.dump_traceback_later(ROUND_SECONDS - 60)  # a round that hangs shows where
    if round_ % 2:
        consume.SMALL_EVENTS = 0
    settings = load_settings(home=Path(home))
    house = app.build(settings)
    count = Count(moment)
    for owner, name in ((type(house.warehouse), "insert"), (cursor, "intend"), (cursor, "finish"), (Resolver, "_write")):
        count.wrap(owner, name)
    loop = pipeline(house, f"process-{os.getpid()}")
    stop = threading.Event()
    if moment.startswith("after:"):
        threading.Timer(float(moment[6:]), lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
    sender = threading.Thread(target=send, args=(house.log, round_, stop), daemon=True)
    if moment != "never":
        sender.start()
    loop.start()
    deadline = time.monotonic() + (60 if moment != "never" else 120)
    while time.monotonic() < deadline:
        time.sleep(0.05)
        if moment == "never" and house.log.backlog().records == 0:
            break
    stop.set()
    loop.stop()
    house.close()


def play_in_fork(home: str, round_: int, moment: str) -> int | None:
    """How the round ended; None when it had to be ended from here."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            play(home, round_, moment)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    deadline = time.monotonic() + ROUND_SECONDS
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def main(home: str) -> None:
    for line in sys.stdin:
        round_, moment = line.split()
        code = play_in_fork(home, int(round_), moment)
        os.write(1, f"ended {'hanging' if code is None else code}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1])
