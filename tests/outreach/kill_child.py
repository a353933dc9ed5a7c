"""Who is it that gets killed? A worker that moves people through a flow, releases a campaign and sends what both of them say.

Started once; it forks its workers for every line of JSON on its standard input, so that a life costs no start of Python. A worker ends
itself by SIGKILL before its so-manieth step (a statement, a commit, a letter before and after it is handed over), or a timer kills it after
so much of its own work, whatever else the machine does. How each ended, its steps and its work go to standard output.
"""

import itertools
import json
import mmap
import os
import signal
import struct
import sys
from collections.abc import Collection
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final

import psycopg  # noqa: F401  imported before the fork, or every life pays for it
from sqlalchemy import event

from uems.access.api import Workspaces
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.store import open_store
from uems.outreach.campaigns.definitions import get_campaign
from uems.outreach.campaigns.releasing import release
from uems.outreach.channel import Handed, Letter
from uems.outreach.channels import email, outbox
from uems.outreach.flows.engine import Engine
from uems.outreach.messages import news, sender
from uems.outreach.messages.reaching import Reached
from uems.outreach.messages.sender import Sender

BATCH: Final = 8
"""Runs, people and messages that a worker takes at once."""


class Doom:
    """Counts the steps of a worker, where its parent can read them, and ends it before number ``at``."""

    def __init__(self, steps: mmap.mmap, at: int | None) -> None:
        self._steps, self._at, self._made = steps, at, itertools.count(1)

    def step(self, *_: object) -> None:
        made = next(self._made)
        self._steps[:8] = struct.pack("q", made)
        if made == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


def reach_by_number(house: House, scope: Scope, numbers: Collection[int]) -> dict[int, Reached]:
    """Everybody under their number alone: who people are lives in a warehouse, which is not what is killed here."""
    return {n: Reached(person_id=n, numbers=(n,), zone="UTC", language="en", addresses=_addresses(n)) for n in numbers}


def _addresses(number: int) -> dict[str, str]:
    return {"address": str(number), "email": f"p{number}@example.com"}


class Provider:
    """The other side: keeps a line for every letter that it was handed, whatever becomes of whoever handed it over."""

    def __init__(self, file: int, doom: Doom) -> None:
        self._file, self._doom = file, doom

    async def send(self, letter: Letter) -> Handed:
        self._doom.step()
        os.write(self._file, letter.key.encode() + b"\n")
        self._doom.step()
        return Handed(provider_id=letter.key)


def live(said: dict[str, Any], doom: Doom) -> None:
    """Work until there is nothing left to do."""
    settings = Settings(home=said["home"], store_url=said["url"])
    store = open_store(settings)
    for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(store.engine, name, doom.step)
    provider = Provider(os.open(said["provider"], os.O_WRONLY | os.O_APPEND), doom)
    outbox._Kept.send = email._Kept.send = lambda self, letter: provider.send(letter)  # type: ignore[assignment,method-assign]
    patched: Any = sender
    patched.reach, patched.BATCH = reach_by_number, BATCH
    patched = news
    patched.tell = lambda house, scopes, now: 0  # the log is killed in tests of its own
    warehouse: Any = SimpleNamespace(engine="chdb")  # says that a worker on SQLite is the only one
    house = House(settings=settings, warehouse=warehouse, store=store, log=None)  # type: ignore[arg-type]
    now = datetime.fromisoformat(said["now"])
    places = Workspaces(store)
    scope = places.look(1)
    assert scope is not None
    campaign = get_campaign(store, scope, "c")
    engine, sending = Engine(house, places, lambda: now, batch=BATCH), Sender(house, places, lambda: now)
    while any([engine.step(), release(house, scope, campaign, 1, now, batch=BATCH) > 0, sending.step()]):
        continue


def life(said: dict[str, Any]) -> list[tuple[bool, int, float]]:
    """(killed, steps, seconds of work) of each worker."""
    counters, children = [], []
    for number in range(said["workers"]):
        steps = mmap.mmap(-1, 8)
        counters.append(steps)
        child = os.fork()
        if not child:
            code = 1
            try:
                if said["seconds"] is not None:
                    # Nobody handles its signal, so that it ends the process in the middle of whatever it does.
                    signal.setitimer(signal.ITIMER_PROF, said["seconds"][number])
                live(said, Doom(steps, said["at_step"] if number == 0 else None))
                code = 0
            except BaseException:
                sys.excepthook(*sys.exc_info())
            finally:
                os._exit(code)
        children.append(child)
    ended = []
    for child, steps in zip(children, counters, strict=True):
        _, status, used = os.wait4(child, 0)
        if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status):
            raise SystemExit("a worker broke; what it said stands above")
        ended.append((os.WIFSIGNALED(status), int(struct.unpack("q", steps[:8])[0]), used.ru_utime + used.ru_stime))
    return ended


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(life(json.loads(line))), flush=True)
