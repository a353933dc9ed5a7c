"""A worker that dies by SIGKILL after so many dealings with the store and the log: ``python -m ... HOME COUNT``."""

import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection

from uems.collect.files import batches
from uems.collect.imports.runner import Runner
from uems.kernel.clock import utc_now
from uems.kernel.house import House
from uems.kernel.log import Log, open_log
from uems.kernel.settings import Settings
from uems.kernel.store import Store, open_store


def main(home: str, count: str) -> None:
    batches.STEP_EVENTS = 50
    left = int(count)

    def dealing() -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    real_write, real_append = Store.write, Log.append

    def write(self: Store, *, work: bool = True) -> AbstractContextManager[Connection]:
        dealing()
        return real_write(self, work=work)

    def append(self: Log, partition: int, body: bytes, events: int) -> "Future[int]":
        dealing()
        waiter = real_append(self, partition, body, events)
        waiter.result()
        dealing()
        return waiter

    cast(Any, Store).write = write
    cast(Any, Log).append = append
    settings = Settings(home=Path(home))
    store = open_store(settings)
    house = House(settings=settings, warehouse=cast(Any, None), store=store, log=open_log(settings, store))
    # The successor of a killed process may go on at once, as in an embedded installation.
    step: Callable[[], bool] = Runner(house, "embedded", utc_now).step
    while step():
        continue
    house.log.close()
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
