"""How do an import's events reach the log without pushing aside those that are arriving now?"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uems.collect.partition import partition_of
from uems.collect.records import MAX_ROWS, encode_columns
from uems.kernel.errors import UemsError
from uems.kernel.house import House

RECORD_BYTES = 16_000_000
"""A record of an import is no larger before compression, so that one batch of the pipeline stays small in memory."""
WAITING_EVENTS = 300_000
"""An import pauses while more events than this wait in the log: what arrives live must not queue behind a whole file."""
_PAUSE_SECONDS = 0.05

Wait = Callable[[float], None]
"""Sleeps so many seconds; raises when the run is to end."""


def append(house: House, workspace_id: int, *, source: str, run_id: str, table: pa.Table, now: datetime, wait: Wait) -> dict[int, int]:
    """Append the events durably; partition → last offset. Waits while the log is full or busy."""
    _hold_back(house, wait)
    received_at = int(now.timestamp() * 1000)
    marks: dict[int, int] = {}
    for partition, share in _shares(table, workspace_id, house.settings.log_partitions):
        for piece in _pieces(share):
            body = encode_columns(workspace_id, received_at, source=source, run_id=run_id, table=piece)
            marks[partition] = max(marks.get(partition, 0), _taken(house, partition, body, piece.num_rows, wait).result())
    return marks


def _hold_back(house: House, wait: Wait) -> None:
    while house.log.backlog().events > WAITING_EVENTS:
        wait(_PAUSE_SECONDS)


def _taken(house: House, partition: int, body: bytes, events: int, wait: Wait) -> "Future[int]":
    while True:
        try:
            return house.log.append(partition, body, events)
        except UemsError as error:
            if error.code != "log_full":
                raise
            seconds = error.details.get("retry_after_seconds", 1)
            wait(float(seconds) if isinstance(seconds, int | float) else 1.0)


def _shares(table: pa.Table, workspace_id: int, partitions: int) -> Iterator[tuple[int, pa.Table]]:
    """The table cut by partition, as events over HTTP are."""
    if partitions == 1:
        yield 0, table
        return
    user, anonymous = table["user_id"], table["anonymous_id"]
    keys = pc.if_else(pc.equal(user, ""), anonymous, user).combine_chunks().dictionary_encode()
    of_key = np.array([partition_of(workspace_id, key, partitions) for key in keys.dictionary.to_pylist()], np.int64)
    of_row = of_key[keys.indices.to_numpy()]
    for partition in np.unique(of_row).tolist():
        yield partition, table.filter(pa.array(of_row == partition))


def _pieces(table: pa.Table) -> Iterator[pa.Table]:
    rows = min(MAX_ROWS, max(1, int(table.num_rows * RECORD_BYTES / max(1, table.nbytes))))
    for start in range(0, table.num_rows, rows):
        yield table.slice(start, rows)
