"""Whom is a sync told of next? A batch of changes behind its place, in their order, with what is known of each person now.

The place is a version and, within it, a person: everything up to there has arrived. A new sync may begin with those who are in
("members", by number, of whom nothing changed since the version it began at), and then follows the changes behind that version.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.ids import new_id
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql
from uems.segments.exports.columns import Wanted, rows_of
from uems.segments.syncs.definitions import LAST, head_of
from uems.segments.syncs.model import Pending, Phase, Sync, What


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One change. change_id: known again when it is told twice."""

    what: What
    person_id: int
    at: datetime
    cause: str
    version: int

    @property
    def change_id(self) -> str:
        return f"{self.version}-{self.person_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far a sync has been told."""

    phase: Phase
    version: int
    person_id: int


def next_batch(house: House, scope: Scope, sync: Sync) -> tuple[Pending | None, Place | None]:
    """(what to send next, where the sync may stand already although nothing is sent); both None where nothing is new."""
    if sync.phase == "members":
        rows = _members(house, scope, sync, None)
        if rows:
            return _pending("members", sync.version, rows[-1].person_id), None
        return None, Place(phase="changes", version=sync.version, person_id=LAST)
    head = head_of(house, scope, sync.segment_id)
    if head < sync.version or (head == sync.version and sync.person_id == LAST):
        return None, None
    rows = _changes(house, scope, sync, head, LAST)
    if rows:
        return _pending("changes", rows[-1].version, rows[-1].person_id), None
    return None, Place(phase="changes", version=head, person_id=LAST)


def told_of(house: House, scope: Scope, sync: Sync, pending: Pending) -> list[Told]:
    """The changes of a batch."""
    if pending.phase == "members":
        return _members(house, scope, sync, pending.person_id)
    return _changes(house, scope, sync, pending.version, pending.person_id)


def payload(
    house: House, scope: Scope, sync: Sync, key: str, told: Sequence[Told], delivery_id: str, now: datetime, *, test: bool = False
) -> dict[str, Any]:
    """What is sent. Each person as known now, under the number that they have now."""
    owners = identity.people_of(house.store, scope, [one.person_id for one in told])
    table = rows_of(house, scope, [one.person_id for one in told], sync.wanted)
    known = {row["person_id"]: _person(row, sync.wanted) for row in table.to_pylist()}
    items = []
    for one in told:
        number = owners[one.person_id].person_id if one.person_id in owners else one.person_id
        items.append(
            {
                "event": f"segment.{one.what}",
                "change_id": one.change_id,
                "at": _time(one.at),
                "cause": one.cause,
                "person": known.get(number, {"person_id": number}),
            }
        )
    body: dict[str, Any] = {"delivery_id": delivery_id, "workspace": scope.slug, "segment": key, "sent_at": _time(now), "items": items}
    return {**body, "test": True} if test else body


def sample(house: House, scope: Scope, sync: Sync, now: datetime) -> list[Told]:
    """One member, or nobody's name, to try an address with."""
    rows = house.warehouse.query(
        Sql(
            "SELECT person_id FROM segment_members FINAL WHERE workspace_id = {workspace:UInt32} AND segment_id = {segment:UInt32}"
            " AND entered ORDER BY person_id LIMIT 1"
        ),
        {"workspace": scope.workspace_id, "segment": sync.segment_id},
    )
    people: list[int] = rows.column("person_id").to_pylist()
    return [Told(what="entered", person_id=person, at=now, cause="test", version=0) for person in people]


def _person(row: dict[str, Any], wanted: Wanted) -> dict[str, Any]:
    """A row of columns as nested JSON."""
    person: dict[str, Any] = {"person_id": row["person_id"], "ids": {kind: row[kind] for kind in wanted.ids if row[kind]}}
    if wanted.traits:
        person["traits"] = {name: row[f"trait.{name}"] for name in wanted.traits if row[f"trait.{name}"] is not None}
    if wanted.tags:
        person["tags"] = {name: row[f"tag.{name}"] for name, _ in wanted.tags if row[f"tag.{name}"] is not None}
    if wanted.totals:
        numbers = {name: row[name] for name in ("events", "orders", "revenue_minor", "currency")}
        person["totals"] = numbers | {name: _time(row[name]) if row[name] else None for name in ("first_seen", "last_seen")}
    return person


def _pending(phase: Phase, version: int, person_id: int) -> Pending:
    return Pending(delivery_id=new_id("delivery"), phase=phase, version=version, person_id=person_id, attempts=0)


def _members(house: House, scope: Scope, sync: Sync, through: int | None) -> list[Told]:
    params: dict[str, Param] = {
        "workspace": scope.workspace_id,
        "segment": sync.segment_id,
        "head": sync.version,
        "after": sync.person_id,
        "through": LAST if through is None else through,
        "limit": sync.batch,
    }
    rows = house.warehouse.query(
        Sql(
            "SELECT person_id, entered, at, cause, version FROM segment_members FINAL"
            " WHERE workspace_id = {workspace:UInt32} AND segment_id = {segment:UInt32} AND person_id > {after:UInt64}"
            " AND person_id <= {through:UInt64} AND version <= {head:UInt64} AND entered ORDER BY person_id LIMIT {limit:UInt32}"
        ),
        params,
    )
    return _told(rows)


def _changes(house: House, scope: Scope, sync: Sync, version: int, person_id: int) -> list[Told]:
    params: dict[str, Param] = {
        "workspace": scope.workspace_id,
        "segment": sync.segment_id,
        "after": sync.version,
        "after_person": sync.person_id,
        "through": version,
        "through_person": person_id,
        "entered": "entered" in sync.what,
        "left": "left" in sync.what,
        "limit": sync.batch,
    }
    rows = house.warehouse.query(
        Sql(
            "SELECT person_id, entered, at, cause, version FROM segment_changes"
            " WHERE workspace_id = {workspace:UInt32} AND segment_id = {segment:UInt32}"
            " AND version >= {after:UInt64} AND version <= {through:UInt64}"
            " AND (version, person_id) > ({after:UInt64}, {after_person:UInt64})"
            " AND (version, person_id) <= ({through:UInt64}, {through_person:UInt64})"
            " AND if(entered, {entered:Bool}, {left:Bool}) ORDER BY version, person_id LIMIT {limit:UInt32}"
        ),
        params,
    )
    return _told(rows)


def _told(rows: pa.Table) -> list[Told]:
    return [
        Told(
            what="entered" if row["entered"] else "left",
            person_id=row["person_id"],
            at=row["at"].astimezone(UTC),
            cause=row["cause"],
            version=row["version"],
        )
        for row in rows.to_pylist()
    ]


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
