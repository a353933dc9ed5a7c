"""Which process may do this work now? A lease is held by one holder until it runs out, and numbers its holders.

``epoch`` grows each time the lease changes hands. A holder that was paused past its time may still believe in its lease;
``check`` in the transaction that writes the result tells it otherwise, so that two holders never both succeed.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, Column, ColumnElement, Connection, String, Table, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from uems.kernel.errors import UemsError
from uems.kernel.store import Store, UtcDateTime, metadata

KEPT: Final = timedelta(days=30)
"""How long the row of a lease that ran out stays, for whoever wonders who held it."""
_logger = logging.getLogger("uems.leases")

leases = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Proof of holding ``name`` until ``expires_at``; ``epoch`` is the fencing number."""

    name: str
    holder: str
    epoch: int
    expires_at: datetime


def acquire(store: Store, name: str, holder: str, ttl_seconds: float, now: datetime) -> Lease | None:
    """Take the lease if it is free, has run out, or is ours already; None when somebody else holds it.

    holder: unique for each process start, for instance a new id. Taking one's own lease again renews it and keeps the epoch
    as long as it has not run out.
    """
    expires_at = now + _ttl(ttl_seconds)
    with store.write(work=False) as conn:
        insert = sqlite.insert(leases) if store.dialect == "sqlite" else postgresql.insert(leases)
        made = insert.values(name=name, holder=holder, epoch=1, expires_at=expires_at)
        ours = (leases.c.holder == holder) & (leases.c.expires_at > now)
        # One statement decides and writes under the row's lock, so that two transactions cannot both win.
        taken = made.on_conflict_do_update(
            index_elements=[leases.c.name],
            set_={"holder": holder, "expires_at": expires_at, "epoch": leases.c.epoch + 1},
            where=leases.c.expires_at <= now,
        ).returning(leases.c.epoch)
        epoch = conn.execute(taken).scalar_one_or_none()
        if epoch == 1:
            # A new name: those of jobs come once and never again. Holders are unique, so that a row that starts anew fences out old ones.
            conn.execute(delete(leases).where(leases.c.expires_at < now - KEPT))
        elif epoch is None:
            again = update(leases).where(leases.c.name == name, ours).values(expires_at=expires_at).returning(leases.c.epoch)
            epoch = conn.execute(again).scalar_one_or_none()
    return None if epoch is None else Lease(name=name, holder=holder, epoch=int(epoch), expires_at=expires_at)


def renew(store: Store, lease: Lease, ttl_seconds: float, now: datetime) -> Lease | None:
    """Hold it longer; None when it was lost. A lease that ran out can be renewed as long as nobody took it: the epoch still stands."""
    expires_at = now + _ttl(ttl_seconds)
    with store.write(work=False) as conn:
        done = conn.execute(update(leases).where(_is(lease)).values(expires_at=expires_at))
    return Lease(name=lease.name, holder=lease.holder, epoch=lease.epoch, expires_at=expires_at) if done.rowcount else None


def release(store: Store, lease: Lease, now: datetime) -> None:
    """Give it up at once, so that the next holder need not wait; does nothing when it was lost already."""
    with store.write(work=False) as conn:
        # The row stays: a deleted one would start again at epoch 1 and let an old holder pass the fence.
        conn.execute(update(leases).where(_is(lease), leases.c.expires_at > now).values(expires_at=now))


class Hold:
    """The lease of one loop, taken and renewed as it goes along; not for several threads."""

    def __init__(self, store: Store, name: str, holder: str, ttl_seconds: float, clock: Callable[[], datetime]) -> None:
        self._store, self._name, self._holder, self._ttl_seconds, self._clock = store, name, holder, ttl_seconds, clock
        self._lease: Lease | None = None

    def take(self) -> Lease | None:
        """The lease, with half of its time left at least; None when another process has it."""
        now = self._clock()
        if self._lease is None or self._lease.expires_at - now < timedelta(seconds=self._ttl_seconds / 2):
            self._lease = acquire(self._store, self._name, self._holder, self._ttl_seconds, now)
        return self._lease

    def release(self) -> None:
        """Give it back at once, so that the next one need not wait."""
        lease, self._lease = self._lease, None
        if lease is not None:
            release(self._store, lease, self._clock())


@contextmanager
def keeping(store: Store, lease: Lease, ttl_seconds: float, clock: Callable[[], datetime]) -> Iterator[None]:
    """Renew the lease for the length of the block, whatever the work does meanwhile. Whether it was kept, ``check`` says."""
    over = threading.Event()

    def renewing() -> None:
        while not over.wait(ttl_seconds / 4):
            try:
                renew(store, lease, ttl_seconds, clock())
            except UemsError as error:
                _logger.warning("%s could not be kept (%s)", lease.name, error)

    thread = threading.Thread(target=renewing, name=f"lease {lease.name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def check(conn: Connection, lease: Lease) -> None:
    """Raise ``lease_lost`` (409) when somebody else has taken the lease; until this transaction ends, nobody can take it.

    Call it in the write transaction that records the result of the leased work.
    """
    # An update that changes nothing takes the row's lock on both databases.
    held = conn.execute(update(leases).where(_is(lease)).values(epoch=leases.c.epoch))
    if not held.rowcount:
        raise UemsError(
            "lease_lost",
            f"{lease.holder} no longer holds {lease.name!r} (epoch {lease.epoch}). Drop the work.",
            status=409,
        )


def _is(lease: Lease) -> ColumnElement[bool]:
    return (leases.c.name == lease.name) & (leases.c.holder == lease.holder) & (leases.c.epoch == lease.epoch)


def _ttl(seconds: float) -> timedelta:
    if seconds <= 0:
        raise UemsError("bad_ttl", f"ttl_seconds is {seconds}; must be more than 0. Use 30 for a worker.", status=500)
    return timedelta(seconds=seconds)
