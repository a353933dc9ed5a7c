"""What was given from outside, by whom, and how is it taken back? Tags set by hand, imports, and the scores of models.

Whatever is given is kept with the node of a person, so that it goes with them through merges and back through undo. A batch
that is undone counts no more, and what was given before it counts again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy import RowMapping, insert, select, update

from uems.access.api import Access, audit
from uems.identity import api as identity
from uems.kernel.errors import UemsError, not_found
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.store import Store, allocate, dump_json
from uems.profiles.tables import tag_batches as t
from uems.profiles.tags.config import bad_tag, value_problem
from uems.profiles.tags.definitions import definition
from uems.profiles.tags.model import Kind, SavedTag

BatchKind: TypeAlias = Literal["manual", "imported"]
_ROWS = 300_000
MAX_PEOPLE = 100_000
"""How many people one action by hand may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One action. value: what was set; None where it was taken away, and for imports. unknown: ids that belong to nobody."""

    batch: int
    key: str
    kind: BatchKind
    value: object
    people: int
    unknown: int
    note: str
    made_at: datetime
    made_by: str
    undone_at: datetime | None
    undone_by: str | None


def set_tag(house: House, access: Access, key: str, people: Sequence[int], value: object, *, note: str = "") -> Batch:
    """Give these people a tag by hand; a value of None takes it away. Audited. ``refresh`` of the people puts it into force.

    Raises ``not_found`` for an unknown tag or person, ``bad_tag`` for a tag that is not set by hand or a value that it cannot have.
    """
    saved = _given(house.store, access.scope, key, "manual")
    problem = value_problem(saved.tag, value) if value is not None else ""
    if problem:
        raise bad_tag(key, problem)
    if not 1 <= len(people) <= MAX_PEOPLE:
        raise bad_tag(key, f"{len(people)} people; one action takes 1 to {MAX_PEOPLE}. Use an imported tag for more.")
    owners = identity.people_of(house.store, access.scope, people)
    missing = [number for number in people if number not in owners]
    if missing:
        raise not_found("person", str(missing[0]))
    nodes = np.array(sorted({owner.person_id for owner in owners.values()}), np.uint64)
    text = "" if value is None else dump_json(value)
    return _write(house, access, saved, "manual", nodes, nodes, pa.repeat(text, len(nodes)), value, 0, note)


def import_values(house: House, access: Access, key: str, kind: str, rows: Sequence[tuple[str, object]], *, note: str = "") -> Batch:
    """Give a tag by ids of a kind ("user_id", "email" ...), as a file lists them: (id, value). Audited.

    A later row of one id wins; ids that belong to nobody are counted and left out. Raises ``bad_tag`` with the number of the
    first row whose value the tag cannot have, and then nothing is taken.
    """
    saved = _given(house.store, access.scope, key, "imported")
    latest: dict[str, object] = {}
    for number, (id_, value) in enumerate(rows, 1):
        problem = value_problem(saved.tag, value)
        if problem:
            raise bad_tag(key, f"row {number}: {problem}")
        latest[id_] = value
    ids = list(latest)
    found: list[int | None] = []
    for start in range(0, len(ids), 50_000):
        found += identity.find_nodes(house.store, access.scope, [(kind, id_) for id_ in ids[start : start + 50_000]])
    known = [(node, id_) for node, id_ in zip(found, ids, strict=True) if node is not None]
    known.sort(key=lambda pair: pair[0])
    nodes = np.array([node for node, _ in known], np.uint64)
    people = _people_of(house, access.scope, nodes)
    values = pa.array([dump_json(latest[id_]) for _, id_ in known], pa.string())
    return _write(house, access, saved, "imported", people, nodes, values, None, len(ids) - len(known), note)


def undo_batch(house: House, access: Access, batch: int, *, undo: bool = True) -> tuple[Batch, list[int]]:
    """Take an action back, or (``undo`` False) let it count again. Audited. Gives the people whose tags have to be refreshed.

    Raises ``not_found``, and ``already_done`` (409) when it is so already.
    """
    workspace = access.scope.workspace_id
    with house.store.write() as conn:
        row = conn.execute(select(t).where(t.c.workspace_id == workspace, t.c.batch == batch)).mappings().first()
        if row is None:
            raise not_found("tag action", str(batch))
        if (row["undone_at"] is not None) == undo:
            raise UemsError("already_done", f"Action {batch} is {'undone' if undo else 'in force'} already.", status=409)
        values = {"undone_at": access.now if undo else None, "undone_by": access.actor.label[:300] if undo else None}
        conn.execute(update(t).where(t.c.workspace_id == workspace, t.c.batch == batch).values(**values))
        audit(conn, access, "tag_action.undone" if undo else "tag_action.redone", f"tag:{row['key']}", {"batch": batch}, None)
    found = house.warehouse.query(
        Sql(
            "SELECT DISTINCT person_id FROM tag_given WHERE workspace_id = {workspace:UInt32} AND tag = {tag:String}"
            " AND batch = {batch:UInt64} ORDER BY person_id"
        ),
        {"workspace": workspace, "tag": row["key"], "batch": batch},
    )
    return _batch({**row, **values}), found.column("person_id").to_pylist()


def batches_of(store: Store, scope: Scope, key: str | None = None, *, before: int | None = None, limit: int = 50) -> list[Batch]:
    """What was given by hand and imported, the newest first; of one tag, or of all."""
    query = select(t).where(t.c.workspace_id == scope.workspace_id).order_by(t.c.batch.desc()).limit(limit)
    if key is not None:
        query = query.where(t.c.key == key)
    if before is not None:
        query = query.where(t.c.batch < before)
    with store.read() as conn:
        return [_batch(row) for row in conn.execute(query).mappings()]


def undone_batches(store: Store, scope: Scope) -> dict[str, list[int]]:
    """tag → its batches that count no more."""
    found: dict[str, list[int]] = {}
    query = select(t.c.key, t.c.batch).where(t.c.workspace_id == scope.workspace_id, t.c.undone_at.is_not(None))
    with store.read() as conn:
        for row in conn.execute(query):
            found.setdefault(row.key, []).append(row.batch)
    return found


def next_batch(store: Store, scope: Scope) -> int:
    """The number of a batch that is about to be written."""
    with store.write() as conn:
        return allocate(conn, f"tag_batches:{scope.workspace_id}")


def write_given(
    house: House,
    scope: Scope,
    tag: str,
    batch: int,
    people: npt.NDArray[np.uint64],
    nodes: npt.NDArray[np.uint64],
    values: pa.Array,
    now: datetime,
    *,
    slot: int,
    confidence: npt.NDArray[np.float32] | None = None,
    evidence: pa.Array | None = None,
) -> None:
    """Store what was given. values: JSON texts, "" takes away. slot: 0 forgets what was given before, the batch keeps it."""
    size = len(people)
    table = pa.table(
        {
            "workspace_id": pa.array(np.full(size, scope.workspace_id, np.uint32)),
            "tag": pa.repeat(tag, size),
            "person_id": pa.array(people),
            "node_id": pa.array(nodes),
            "slot": pa.array(np.full(size, slot, np.uint64)),
            "batch": pa.array(np.full(size, batch, np.uint64)),
            "value": values,
            "confidence": pa.array(np.ones(size, np.float32) if confidence is None else confidence.astype(np.float32)),
            "evidence": pa.repeat("", size) if evidence is None else evidence,
            "given_at": pa.repeat(pa.scalar(now, pa.timestamp("ms", "UTC")), size),
        }
    )
    for start in range(0, size, _ROWS):
        house.warehouse.insert("tag_given", table.slice(start, _ROWS), token=f"tag_given:{scope.workspace_id}:{batch}:{start}")


def _given(store: Store, scope: Scope, key: str, kind: Kind) -> SavedTag:
    saved = definition(store, scope, key)
    if saved.tag.kind != kind:
        raise bad_tag(key, f"it is a {saved.tag.kind} tag, and not {'set by hand' if kind == 'manual' else 'imported'}.")
    return saved


def _write(
    house: House,
    access: Access,
    saved: SavedTag,
    kind: BatchKind,
    people: npt.NDArray[np.uint64],
    nodes: npt.NDArray[np.uint64],
    values: pa.Array,
    value: object,
    unknown: int,
    note: str,
) -> Batch:
    """The rows first: a batch without its entry has the highest number and would count, so it is undone until the entry is there."""
    batch = next_batch(house.store, access.scope)
    key = saved.tag.key
    row: dict[str, Any] = {
        "workspace_id": access.scope.workspace_id,
        "batch": batch,
        "key": key,
        "kind": kind,
        "value": value,
        "people": len(set(people.tolist())),
        "unknown": unknown,
        "note": note[:500],
        "made_at": access.now,
        "made_by": access.actor.label[:300],
        "undone_at": access.now,
        "undone_by": "",
    }
    with house.store.write() as conn:
        conn.execute(insert(t).values(**row))
    write_given(house, access.scope, key, batch, people, nodes, values, access.now, slot=batch)
    row |= {"undone_at": None, "undone_by": None}
    with house.store.write() as conn:
        mine = (t.c.workspace_id == access.scope.workspace_id, t.c.batch == batch)
        conn.execute(update(t).where(*mine).values(undone_at=None, undone_by=None))
        facts = {"batch": batch, "value": value, "people": row["people"], "unknown": unknown, "first": people[:100].tolist()}
        audit(conn, access, "tag.set" if kind == "manual" else "tag.imported", f"tag:{key}", None, facts)
    return _batch(row)


def _people_of(house: House, scope: Scope, nodes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Who has each node now."""
    owners: dict[int, int] = {}
    numbers = nodes.tolist()
    for start in range(0, len(numbers), 20_000):
        part = numbers[start : start + 20_000]
        owners |= {node: one.person_id for node, one in identity.people_of(house.store, scope, part).items()}
    return np.array([owners[node] for node in numbers], np.uint64)


def _batch(row: RowMapping | dict[str, Any]) -> Batch:
    return Batch(**{name: row[name] for name in Batch.__dataclass_fields__})
