"""Which small worlds do these tests look at, and what is in them, event by event?"""

import json
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

import pyarrow as pa

from uems.simulate.api import Effect, Running, World, lines, tables

START = date(2026, 1, 5)
Message = dict[str, Any]


def world(people: int = 400, days: int = 40, seed: int = 5, effects: tuple[Effect, ...] = (), **more: Any) -> World:
    return World(people=people, days=days, start=START, seed=seed, effects=effects, **more)


def whole(of: World) -> tuple[pa.Table, Running]:
    """All its messages in one table, and its truth."""
    running = Running(of)
    return pa.concat_tables(list(tables(running))), running


@lru_cache(maxsize=4)
def messages(of: World) -> tuple[list[Message], Running]:
    """All its messages as a client would send them, and its truth."""
    running = Running(of)
    return [json.loads(line) for table in tables(running) for line in lines(table).to_pylist()], running


def named(found: list[Message], event: str) -> Iterator[Message]:
    return (message for message in found if message.get("event") == event)
