"""Which actions leave those in peace whom they harm, and who is that? Asked by whoever decides about messages, in their transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np
from sqlalchemy import Connection, delete, insert, select

from uems.access.api import Access, audit
from uems.kernel.lookup import lookup
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.store import Store, lock
from uems.prediction.tables import uplift_guards, uplift_harmed
from uems.prediction.uplift_trials import Trial
from uems.profiles.api import People

Origin: TypeAlias = tuple[str, str]
"""("flow" or "campaign", as messages name who asked for them)."""
_ROWS: Final = 10_000
_g, _h = uplift_guards.c, uplift_harmed.c


def guarded(store: Store, scope: Scope) -> set[tuple[str, str]]:
    """(kind, key) of the actions whose guard is on."""
    with store.read() as conn:
        query = select(_g.kind, _g.key).where(_g.workspace_id == scope.workspace_id)
        return {(row.kind, row.key) for row in conn.execute(query)}


def set_guard(store: Store, access: Access, kind: str, key: str, origin: str, *, on: bool) -> None:
    """From now on send, or do not send, what the action asks for to those whom it harms. Audited; the same again changes nothing."""
    workspace_id = access.scope.workspace_id
    mine = (_g.workspace_id == workspace_id, _g.kind == kind, _g.key == key)
    with store.write() as conn:
        lock(conn, f"outreach:{workspace_id}")  # whoever decides about messages decides before this, or after it
        before = conn.execute(select(_g.key).where(*mine)).first() is not None
        if before == on:
            return
        if on:
            row = {"workspace_id": workspace_id, "kind": kind, "key": key, "origin": origin}
            conn.execute(insert(uplift_guards).values(**row, at=access.now, by=access.actor.label[:300]))
        else:
            conn.execute(delete(uplift_guards).where(*mine))
        audit(conn, access, "uplift.guard_changed", f"{kind}:{key}"[:200], {"on": before}, {"on": on})


def keep_harmed(conn: Connection, scope: Scope, found: Sequence[tuple[Trial, People]]) -> None:
    """Whom each action harms, as of now; who was harmed by any before is not any more. Actions that send nothing are left out."""
    conn.execute(delete(uplift_harmed).where(_h.workspace_id == scope.workspace_id))
    rows = [
        {"workspace_id": scope.workspace_id, "person_id": person, "kind": trial.kind, "origin": trial.origin}
        for trial, people in found
        if trial.origin
        for person in people.tolist()
    ]
    for start in range(0, len(rows), _ROWS):
        conn.execute(insert(uplift_harmed), rows[start : start + _ROWS])


def left_in_peace(store: Store, scope: Scope, trial: Trial) -> tuple[int, People] | None:
    """(since when the guard of the action is on, milliseconds since 1970; whom it leaves in peace, sorted); None where it is off."""
    with store.read() as conn:
        mine = (_g.workspace_id == scope.workspace_id, _g.kind == trial.kind, _g.key == trial.key)
        since = conn.execute(select(_g.at).where(*mine)).scalar()
        if since is None:
            return None
        those = (_h.workspace_id == scope.workspace_id, _h.kind == trial.kind, _h.origin == trial.origin)
        people = conn.execute(select(_h.person_id).where(*those).order_by(_h.person_id)).scalars().all()
    return round(since.timestamp() * 1000), np.array(people, np.uint64)


def read_guards(conn: Connection, workspace_id: int) -> frozenset[Origin]:
    """Of which actions those whom they harm are left in peace."""
    return frozenset((row.kind, row.origin) for row in conn.execute(select(_g.kind, _g.origin).where(_g.workspace_id == workspace_id)))


def harmed_by(conn: Connection, scope: Scope, guards: Collection[Origin], owner: Mapping[int, int]) -> dict[int, set[Origin]]:
    """person → the guarded actions that harm them. owner: each number that they ever had → who they are now."""
    if not guards:
        return {}
    numbers: Iterable[tuple[int]] = [(number,) for number in owner]
    pick, where = Sql("t.person_id, t.kind, t.origin"), Sql("t.person_id = s.n")
    found: dict[int, set[Origin]] = {}
    for number, kind, origin in lookup(conn, scope.workspace_id, pick, Sql("uplift_harmed"), where, {"n": "bigint"}, numbers):
        if (kind, origin) in guards:
            found.setdefault(owner[number], set()).add((kind, origin))
    return found
