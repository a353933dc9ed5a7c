"""Where does a simulation write? Into tables of its own in a folder that goes away, beside what it borrows of the real ones."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Table, event, insert, select, tuple_

from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.store import Store, insert_many, metadata, open_store, sequences
from uems.outreach.flows.definitions import Flow
from uems.outreach.flows.tables import flow_versions, flows
from uems.outreach.messages.deciding import WEEK
from uems.outreach.messages.reaching import Reached
from uems.outreach.tables import outreach_consents, outreach_messages, outreach_suppressions, outreach_templates

VERSION: Final = 1
_CHUNK: Final = 2_000


@contextmanager
def scratch_store() -> Iterator[Store]:
    """An empty store with the tables of flows and messages; gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="uems-simulation-") as folder:
        store = open_store(Settings(home=Path(folder)))
        try:
            event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
            ours = [table for table in metadata.sorted_tables if table.name.startswith(("flow", "outreach_")) or table is sequences]
            metadata.create_all(store.engine, tables=ours)
            yield store
        finally:
            store.close()


def publish(conn: Connection, scope: Scope, flow: Flow, since: datetime) -> None:
    """The draft of ``flow`` as if it had been published then; alone, with its own number and salt, so that it holds out the same people."""
    who = {"workspace_id": scope.workspace_id, "flow_id": flow.flow_id}
    graph = flow.graph.model_dump(mode="json")
    said = {"key": flow.key, "name": flow.name, "description": flow.description, "draft": graph, "salt": flow.salt}
    by = {"created_at": since, "changed_at": since, "changed_by": ""}
    conn.execute(insert(flows).values(**who, **said, **by, state="live", revision=1, version=VERSION, draining=False))
    conn.execute(insert(flow_versions).values(**who, version=VERSION, graph=graph, policy="pin", at=since, by=""))


class Lender:
    """What the decisions of a simulation need of the real store, copied when somebody is first written to.

    since, until: the stretch that is gone through. flow: its own messages of the real past are left out; the simulation has its own.
    """

    def __init__(self, house: House, scope: Scope, flow: Flow, since: datetime, until: datetime) -> None:
        self._store, self._scope, self._flow, self._since, self._until = house.store, scope, flow, since, until
        self._later: list[dict[str, Any]] = []
        self._lent: set[int] = set()
        self._known: set[str] = set()

    def lend_templates(self, scratch: Store) -> None:
        """All of them, for their channels and topics."""
        with self._store.read() as conn, scratch.write() as into:
            self._copy(conn, into, outreach_templates, outreach_templates.c.workspace_id == self._scope.workspace_id)

    def lend(self, scratch: Store, people: Sequence[Reached], now: datetime) -> None:
        """Consent, suppressed addresses, and what they were sent: until ``now`` at once, later things when their time comes."""
        numbers = sorted({number for person in people for number in person.numbers} - self._lent)
        addresses = sorted({address.lower() for person in people for address in person.addresses.values()} - self._known)
        self._lent.update(numbers)
        self._known.update(addresses)
        m = outreach_messages.c
        with self._store.read() as conn, scratch.write() as into:
            for part in _parts(numbers):
                mine = outreach_consents.c.workspace_id == self._scope.workspace_id
                self._copy(conn, into, outreach_consents, mine & outreach_consents.c.person_id.in_(part))
                sent = (m.workspace_id == self._scope.workspace_id) & m.person_id.in_(part)
                theirs = sent & (m.sent_at >= self._since - WEEK) & (m.sent_at < self._until)
                own = tuple_(m.origin_type, m.origin_id) == ("flow", str(self._flow.flow_id))
                self._later += [dict(row) for row in conn.execute(select(outreach_messages).where(theirs, ~own)).mappings()]
            for some in _parts(addresses):
                where = (outreach_suppressions.c.workspace_id == self._scope.workspace_id) & outreach_suppressions.c.address.in_(some)
                self._copy(conn, into, outreach_suppressions, where)
        self._later.sort(key=lambda row: row["sent_at"], reverse=True)
        self.catch_up(scratch, now)

    def catch_up(self, scratch: Store, now: datetime) -> None:
        """What they were really sent until ``now``, by everything but this flow, counts for their caps."""
        due = []
        while self._later and self._later[-1]["sent_at"] <= now:
            row = self._later.pop()
            # Numbers of the scratch store are its own, and nothing of it is taken up by a sender.
            due.append({**{name: value for name, value in row.items() if name != "message_id"}, "state": "accepted", "claimed_until": None})
        if due:
            with scratch.write() as into:
                insert_many(into, outreach_messages, due)

    @staticmethod
    def _copy(conn: Connection, into: Connection, table: Table, where: Any) -> None:
        insert_many(into, table, [dict(row) for row in conn.execute(select(table).where(where)).mappings()])


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))
