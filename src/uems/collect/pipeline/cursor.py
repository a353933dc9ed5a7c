"""Where does the consumer of a partition stand, and what was it about to do? Read and moved under the partition's lease."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from uems.collect.tables import pipeline_cursors as cursors
from uems.kernel import leases
from uems.kernel.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """``done_offset``: all up to here is stored. The intent is the range that was begun; None when none is under way."""

    done_offset: int
    intent_first: int | None
    intent_last: int | None
    watermark: datetime | None
    events: int


_START = Cursor(done_offset=0, intent_first=None, intent_last=None, watermark=None, events=0)


def read(store: Store, partition: int) -> Cursor:
    """Where the partition stands; the very beginning if nothing was consumed yet."""
    with store.read() as conn:
        row = conn.execute(select(cursors).where(cursors.c.log_partition == partition)).one_or_none()
    if row is None:
        return _START
    return Cursor(
        done_offset=row.done_offset,
        intent_first=row.intent_first,
        intent_last=row.intent_last,
        watermark=row.watermark,
        events=row.events,
    )


def done_offsets(store: Store) -> dict[int, int]:
    """partition → the offset up to which everything is stored, of those partitions that ever had a record."""
    with store.read() as conn:
        return {row.log_partition: row.done_offset for row in conn.execute(select(cursors.c.log_partition, cursors.c.done_offset))}


def intend(store: Store, lease: leases.Lease, partition: int, first: int, last: int) -> None:
    """Write down the range before anything of it is inserted. Raises ``lease_lost`` when another consumer took over."""
    with store.write() as conn:
        leases.check(conn, lease)
        insert = sqlite.insert(cursors) if store.dialect == "sqlite" else postgresql.insert(cursors)
        statement = insert.values(log_partition=partition, done_offset=0, intent_first=first, intent_last=last, events=0)
        conn.execute(
            statement.on_conflict_do_update(index_elements=[cursors.c.log_partition], set_={"intent_first": first, "intent_last": last})
        )


def finish(
    store: Store, lease: leases.Lease, partition: int, last: int, watermark: datetime, events: int, also: Callable[[Connection], None]
) -> None:
    """Close the batch: the cursor moves, the intent is fulfilled. Raises ``lease_lost`` when another consumer took over.

    also: what else happens in the same transaction, and so exactly once for each batch.
    """
    with store.write() as conn:
        leases.check(conn, lease)
        also(conn)
        conn.execute(
            update(cursors)
            .where(cursors.c.log_partition == partition)
            .values(done_offset=last, intent_first=None, intent_last=None, watermark=watermark, events=cursors.c.events + events)
        )
