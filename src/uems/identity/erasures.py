"""Who is to be erased, what would go, and how far is it? The request is one transaction: from its end on the person is nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, RowMapping, and_, delete, insert, or_, select, update

from uems.access.api import Access, audit
from uems.identity import _rows
from uems.identity._apply import record, resettle
from uems.identity._bulk import take_turn
from uems.identity.erasure.tombstones import hashed, tombstone_key, write_tombstones
from uems.identity.people import read_ids, read_person
from uems.identity.rules import read_rules, touch_rules
from uems.identity.tables import identity_erased_numbers, identity_erasures, identity_links, identity_nodes, identity_overrides
from uems.kernel.erasure import Eraser, Subject
from uems.kernel.errors import UemsError, not_found
from uems.kernel.house import House
from uems.kernel.ids import new_id
from uems.kernel.scope import Scope
from uems.kernel.store import insert_many

_E, _L, _N, _O = identity_erasures.c, identity_links.c, identity_nodes.c, identity_overrides.c
_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """One request. done: rooms that have forgotten the person. counts: room → kind of thing → how many went, as counted before.
    waiting: what it waits for; "" for nothing."""

    erasure_id: str
    person_id: int
    state: Literal["running", "done"]
    done: Sequence[str]
    rooms: int
    counts: Mapping[str, Mapping[str, int]]
    waiting: str
    requested_at: datetime
    requested_by: str
    finished_at: datetime | None


def subject_of(house: House, scope: Scope, person_id: int) -> Subject:
    """The person who has this number now, with every id that merges brought together. Raises ``not_found`` and ``person_erased``."""
    with house.store.read() as conn:
        return _subject(conn, scope, person_id)


def _subject(conn: Connection, scope: Scope, person_id: int) -> Subject:
    person = read_person(conn, scope.workspace_id, person_id)
    ids = read_ids(conn, scope.workspace_id, [person.person_id])[person.person_id]
    return Subject(scope=scope, numbers=person.node_ids, stored=tuple(sorted({*person.stored_ids, *person.node_ids})), ids=_pairs(ids))


def _pairs(ids: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((one.kind, one.value) for one in ids)


def preview_erasure(house: House, scope: Scope, person_id: int, erasers: Sequence[Eraser]) -> tuple[Subject, dict[str, dict[str, int]]]:
    """(who it is, room → kind of thing → how many would go). Changes nothing. Raises as ``subject_of``."""
    subject = subject_of(house, scope, person_id)
    return subject, _counts(house, subject, erasers)


def _counts(house: House, subject: Subject, erasers: Sequence[Eraser]) -> dict[str, dict[str, int]]:
    found = {one.key: dict(one.count(house, subject)) for one in erasers}
    return {room: counts for room, counts in found.items() if counts}


def request_erasure(house: House, access: Access, person_id: int, confirmed: int, erasers: Sequence[Eraser]) -> Erasure:
    """Make the person nobody, at once and for good, and have the job forget the rest. Audited without anything of the person.

    confirmed: the number again, as somebody typed it. Raises ``not_confirmed`` (422), and as ``subject_of``; a second request for the
    same person therefore gets ``person_erased``.
    """
    if confirmed != person_id:
        text = f"confirm is {confirmed}; must be {person_id}, the number of the person. Type it again: an erasure cannot be undone."
        raise UemsError("not_confirmed", text, status=422)
    scope, erasure_id, key = access.scope, new_id("erasure"), tombstone_key(house.settings)
    _, counts = preview_erasure(house, scope, person_id, erasers)
    with house.store.write() as conn:
        take_turn(conn, scope.workspace_id)
        subject = _subject(conn, scope, person_id)
        row = {
            "workspace_id": scope.workspace_id,
            "erasure_id": erasure_id,
            "person_id": min(subject.numbers),
            "numbers": list(subject.numbers),
            "stored": list(subject.stored),
            "ids": [list(one) for one in subject.ids],
            # Whatever was resolved to these numbers before is at or before these places of the log.
            "heads": {},
            "done": [],
            "counts": counts,
            "state": "running",
            "looks": 0,
            "waiting": "",
            "next_at": access.now,
            "requested_at": access.now,
            "requested_by": access.actor.label[:300],
        }
        conn.execute(insert(identity_erasures).values(**row))
        write_tombstones(conn, scope.workspace_id, key, erasure_id, subject.ids, access.now)
        numbers = [{"workspace_id": scope.workspace_id, "node_id": number, "erasure_id": erasure_id} for number in subject.numbers]
        insert_many(conn, identity_erased_numbers, numbers)
        _part(conn, scope, subject, access.now)
        touch_rules(conn, scope.workspace_id, access.now)
        marks = sorted(hashed(key, scope.workspace_id, *one) for one in subject.ids)
        audit(conn, access, "person.erased", f"erasure:{erasure_id}", None, {"ids": marks, "counts": counts})
        return read_erasure(conn, scope.workspace_id, erasure_id, len(erasers))


def _part(conn: Connection, scope: Scope, subject: Subject, now: datetime) -> None:
    """Take the person out of the graph. Whoever had a link with them that was refused is resolved anew, without it."""
    workspace_id, numbers = scope.workspace_id, set(subject.numbers)
    near: set[int] = set()
    for part in _parts(subject.numbers):
        ends = and_(_L.workspace_id == workspace_id, or_(_L.a_node.in_(part), _L.b_node.in_(part)))
        near |= {end for row in conn.execute(select(_L.a_node, _L.b_node).where(ends)) for end in row}
        conn.execute(delete(identity_links).where(ends))
        conn.execute(delete(identity_nodes).where(_N.workspace_id == workspace_id, _N.node_id.in_(part)))
        conn.execute(delete(identity_overrides).where(_O.workspace_id == workspace_id, _O.node_id.in_(part)))
    _, rules = read_rules(conn, workspace_id)
    others = {node.person for node in _rows.nodes_by_number(conn, workspace_id, near - numbers).values()}
    changes, before = resettle(conn, workspace_id, rules, others)
    record(conn, workspace_id, changes, before, now)
    # Told like a merge, so that whoever follows those looks at the number once more and finds nobody.
    person = min(subject.numbers)
    same = dict.fromkeys(subject.numbers, person)
    record(conn, workspace_id, same, same, now)


def _parts(numbers: Sequence[int]) -> list[Sequence[int]]:
    return [numbers[start : start + _CHUNK] for start in range(0, len(numbers), _CHUNK)]


def read_erasure(conn: Connection, workspace_id: int, erasure_id: str, rooms: int) -> Erasure:
    """Raises ``not_found``."""
    mine = (_E.workspace_id == workspace_id, _E.erasure_id == erasure_id)
    row = conn.execute(select(identity_erasures).where(*mine)).mappings().first()
    if row is None:
        raise not_found("erasure", erasure_id)
    return _erasure(row, rooms)


def erasure_of(house: House, scope: Scope, erasure_id: str, rooms: int) -> Erasure:
    """How far it is. Raises ``not_found``."""
    with house.store.read() as conn:
        return read_erasure(conn, scope.workspace_id, erasure_id, rooms)


def erasures(house: House, scope: Scope, *, before: str | None, limit: int, rooms: int) -> list[Erasure]:
    """The latest first; before: the last of the page before."""
    query = select(identity_erasures).where(_E.workspace_id == scope.workspace_id)
    if before is not None:
        query = query.where(_E.erasure_id < before)
    with house.store.read() as conn:
        return [_erasure(row, rooms) for row in conn.execute(query.order_by(_E.erasure_id.desc()).limit(limit)).mappings()]


def _erasure(row: RowMapping, rooms: int) -> Erasure:
    return Erasure(
        erasure_id=row["erasure_id"],
        person_id=row["person_id"],
        state=row["state"],
        done=row["done"],
        rooms=rooms,
        counts=row["counts"],
        waiting=row["waiting"],
        requested_at=row["requested_at"],
        requested_by=row["requested_by"],
        finished_at=row["finished_at"],
    )


def set_heads(conn: Connection, workspace_id: int, erasure_id: str, heads: Mapping[int, int]) -> None:
    """Up to where the log has to be read before anything is deleted; the first word holds."""
    mine = (_E.workspace_id == workspace_id, _E.erasure_id == erasure_id)
    conn.execute(update(identity_erasures).where(*mine).values(heads={str(place): offset for place, offset in heads.items()}))
