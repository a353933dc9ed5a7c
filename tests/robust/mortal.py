"""A process that collects and processes events until it is killed, at a moment that its arguments choose.

usage: python -m tests.robust.mortal HOME ROUND MOMENT     prints "acked N" after each durable append

MOMENT is "after:SECONDS", or "before:K" / "behind:K": in front of or right behind the K-th step that writes something for
good (an insert into the warehouse, the intent, the closing transaction, new ids), or "never": drain the log and end.
"""

import faulthandler
import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from uems import app
from uems.collect.pipeline import cursor
from uems.collect.records import Entry, encode_entries
from uems.identity.api import Resolver
from uems.kernel.log import Log
from uems.kernel.settings import load_settings
from uems.stages import pipeline

EVENTS_PER_APPEND = 40


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


def main(home: str, round_: int, moment: str) -> None:
    faulthandler.dump_traceback_later(150)  # a round that hangs shows where
    settings = load_settings(home=Path(home))
    house = app.build(settings)
    count = Count(moment)
    for owner, name in ((type(house.warehouse), "insert"), (cursor, "intend"), (cursor, "finish"), (Resolver, "_write")):
        count.wrap(owner, name)
    loop = pipeline(house, f"process-{os.getpid()}")
    stop = threading.Event()
    if moment.startswith("after:"):
        threading.Timer(float(moment[6:]), lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
    os.write(1, b"ready\n")
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


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
