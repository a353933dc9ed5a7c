"""How is an erasure carried out, although the process may die at any moment? Room by room; what was done is written down with the lease.

First the pipeline has to be past everything that it may have resolved to the old numbers. Then every room forgets. Half a minute, ten
minutes and a day later the rooms are asked once more: something that was under way in another process may have come in late.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import Connection, RowMapping, delete, select, update

from uems.collect import api as collect
from uems.identity.erasures import set_heads
from uems.identity.outbox import flush_overrides
from uems.identity.tables import identity_erasures, identity_overrides
from uems.kernel import leases
from uems.kernel.erasure import Eraser, Subject
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.loops import Loop
from uems.kernel.scope import Scope

_logger = logging.getLogger("uems.erasure")
_E, _O = identity_erasures.c, identity_overrides.c

LEASE_SECONDS: Final = 60.0
LOOKS: Final = (timedelta(seconds=30), timedelta(minutes=10), timedelta(days=1))
"""How long after it was done the rooms are asked again."""
_IDLE_SECONDS: Final = 2.0
_WAIT: Final = timedelta(seconds=1)


class Scopes(Protocol):
    """Which workspaces there are."""

    def scope(self, workspace_id: int) -> Scope | None:
        """None for one that does not exist any more."""
        ...


class Forgetter:
    """The loop of one process. ``start`` and ``stop`` once each; ``step`` does one round by hand. holder: unique for the process."""

    def __init__(self, house: House, workspaces: Scopes, erasers: Sequence[Eraser], holder: str, clock: Callable[[], datetime]) -> None:
        self._house, self._workspaces, self._erasers = house, workspaces, erasers
        self._holder, self._clock = holder, clock
        self._loop = Loop("erasure", self.step, store=house.store, pause=lambda worked, took: 0.0 if worked else _IDLE_SECONDS)

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End after the room under way; the next process goes on from there."""
        self._loop.stop()

    def step(self) -> bool:
        """The next room of the erasure that has waited longest; whether anything was done."""
        now = self._clock()
        due = select(identity_erasures).where(_E.next_at <= now).order_by(_E.next_at).limit(20)
        with self._house.store.read() as conn:
            rows = conn.execute(due).mappings().all()
        for row in rows:
            scope = self._workspaces.scope(row["workspace_id"])
            lease = leases.acquire(self._house.store, f"erasure:{row['erasure_id']}", self._holder, LEASE_SECONDS, now)
            if scope is None or lease is None:
                continue
            with leases.keeping(self._house.store, lease, LEASE_SECONDS, self._clock):
                worked = self._go_on(scope, row["erasure_id"], lease, now)
            if worked:
                return True
        return False

    def _go_on(self, scope: Scope, erasure_id: str, lease: leases.Lease, now: datetime) -> bool:
        mine = (_E.workspace_id == scope.workspace_id, _E.erasure_id == erasure_id)
        with self._house.store.read() as conn:
            row = conn.execute(select(identity_erasures).where(*mine)).mappings().one()  # as it is under the lease
        if row["next_at"] is None or row["next_at"] > now:
            return False
        if not row["heads"]:
            heads = {place: self._house.log.head(place) for place in range(self._house.settings.log_partitions)}
            with self._house.store.write() as conn:
                leases.check(conn, lease)
                set_heads(conn, scope.workspace_id, erasure_id, heads)
            return True
        behind = self._behind(row["heads"])
        if row["state"] == "running" and behind:
            return self._wait(scope, erasure_id, lease, "log", now)
        left = [one for one in self._erasers if one.key not in row["done"]]
        if not left:
            self._close(scope, row, lease, now)
            return True
        subject = _subject(scope, row)
        try:
            ended = left[0].erase(self._house, subject, now)
        except UemsError as error:
            _logger.error("erasure %s: %s has not forgotten yet (%s)", erasure_id, left[0].key, error)
            return self._wait(scope, erasure_id, lease, left[0].key, now)
        if not ended:
            return self._wait(scope, erasure_id, lease, left[0].key, now)
        self._write(scope, erasure_id, lease, {"done": [*row["done"], left[0].key], "waiting": ""})
        return True

    def _behind(self, heads: Mapping[str, int]) -> bool:
        """Whether the pipeline still has to read what came in before: it may have been resolved to the old numbers."""
        done = collect.done_offsets(self._house.store)
        return any(done.get(int(place), 0) < offset for place, offset in heads.items())

    def _wait(self, scope: Scope, erasure_id: str, lease: leases.Lease, what: str, now: datetime) -> bool:
        self._write(scope, erasure_id, lease, {"waiting": what, "next_at": now + _WAIT})
        return False

    def _close(self, scope: Scope, row: RowMapping, lease: leases.Lease, now: datetime) -> None:
        """All rooms were asked: done; or, of a later look, done for good. The ids themselves are forgotten with the first."""
        look = int(row["looks"])
        begun = row["finished_at"] or now
        following = begun + LOOKS[look] if look < len(LOOKS) else None
        changes: dict[str, Any] = {"state": "done", "ids": [], "finished_at": begun, "waiting": "", "next_at": following, "looks": look + 1}
        if following is not None:
            changes["done"] = []  # for the look to come; readers of a done erasure do not ask for it
        self._write(scope, row["erasure_id"], lease, changes, self._forget_changes(row) if following is None else None)

    def _forget_changes(self, row: RowMapping) -> Callable[[Connection], None]:
        """The word that told the followers; by now all of them have heard it."""

        def forget(conn: Connection) -> None:
            for start in range(0, len(row["numbers"]), 500):
                part = row["numbers"][start : start + 500]
                conn.execute(delete(identity_overrides).where(_O.workspace_id == row["workspace_id"], _O.node_id.in_(part), _O.sent))

        return forget

    def _write(
        self,
        scope: Scope,
        erasure_id: str,
        lease: leases.Lease,
        values: Mapping[str, Any],
        also: Callable[[Connection], None] | None = None,
    ) -> None:
        with self._house.store.write() as conn:
            leases.check(conn, lease)
            mine = (_E.workspace_id == scope.workspace_id, _E.erasure_id == erasure_id)
            conn.execute(update(identity_erasures).where(*mine).values(**values))
            if also is not None:
                also(conn)


def _subject(scope: Scope, row: RowMapping) -> Subject:
    return Subject(
        scope=scope, numbers=tuple(row["numbers"]), stored=tuple(row["stored"]), ids=tuple((kind, value) for kind, value in row["ids"])
    )


def finish_now(house: House, workspaces: Scopes, erasers: Sequence[Eraser], holder: str, now: datetime, rounds: int = 200) -> bool:
    """Carry out by hand whatever is asked for, for tests and for the command line of a house without workers; whether nothing is left."""
    forgetter = Forgetter(house, workspaces, erasers, holder, lambda: now)
    for _ in range(rounds):
        if not forgetter.step():
            break
    flush_overrides(house.store, house.warehouse)
    with house.store.read() as conn:
        return conn.execute(select(_E.erasure_id).where(_E.state == "running").limit(1)).first() is None
