"""Who is it that gets killed? A process that appends to the event log and says what was acknowledged.

Started once; it forks for every line ``settings-json`` on its standard input, so that a round costs no start of Python.
The child's process id and then ``partition offset payload`` of every acknowledged append go to standard output.
"""

import os
import sys
import threading
from concurrent.futures import Future
from functools import partial
from itertools import count

import psycopg  # noqa: F401  imported before the fork, or every round pays for it

import uems.kernel._log_postgres
import uems.kernel._log_sqlite  # noqa: F401
from uems.kernel.log import open_log
from uems.kernel.settings import Settings
from uems.kernel.store import open_store

THREADS = 3
TRIMMED = 1
"""The partition that the child trims as it goes; the others keep everything."""


def say(line: str) -> None:
    os.write(1, line.encode() + b"\n")  # one write: the lines of several threads never mix


def acknowledge(partition: int, payload: str, done: Future[int]) -> None:
    say(f"{partition} {done.result()} {payload}")


def append_for_ever(settings: Settings, round_number: int) -> None:
    log = open_log(settings, open_store(settings))

    def run(thread: int) -> None:
        for number in count():
            partition = (thread + number) % 3
            payload = f"{round_number}/{thread}/{number}"
            body = payload.encode() + b" " * (number * 997 % 30_000)
            done = log.append(partition, body, 1)
            done.add_done_callback(partial(acknowledge, partition, payload))
            if number % 5 == 0:
                offset = done.result()
                if partition == TRIMMED and offset > 20:
                    log.trim(TRIMMED, offset - 20)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    for number, line in enumerate(sys.stdin):
        child = os.fork()
        if child == 0:
            append_for_ever(Settings.model_validate_json(line), number)
        say(f"child {child}")
        os.waitpid(child, 0)
        say("gone")


if __name__ == "__main__":
    main()
