"""Whose sessions may be wrong? Those of whom events were stored since the marks, and those who became somebody else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from uems.access.api import Workspaces
from uems.collect import api as collect
from uems.identity import api as identity
from uems.journeys.rebuild import BEGINNING, TYPES, affected
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql
from uems.profiles import api as profiles

_RANGE: Final = Sql("log_partition = {partition:UInt32} AND log_offset > {after:UInt64} AND log_offset <= {through:UInt64}")


@dataclass(slots=True)
class Work:
    """What one round has to do. dirty: scope → person → time (ms) before which nothing of theirs changed. marks: where they then stand."""

    dirty: dict[Scope, dict[int, int]] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)

    def add(self, scope: Scope, people: Iterable[tuple[int, int]]) -> None:
        mine = self.dirty.setdefault(scope, {})
        for person, first in people:
            mine[person] = min(mine.get(person, first), first)


def work_since(house: House, workspaces: Workspaces, marks: Mapping[str, int]) -> Work | None:
    """The work of the next round; None when nothing happened, which costs two short reads of the store."""
    changes = {w: v for w, v in identity.last_changes(house.store).items() if v > marks.get(f"changes:{w}", 0)}
    done = {p: o for p, o in collect.done_offsets(house.store).items() if o > marks.get(f"receipts:{p}", 0)}
    if not changes and not done:
        return None
    work = Work()
    for workspace_id in changes:
        name = f"changes:{workspace_id}"
        people, work.marks[name] = identity.changed_people(house.store, workspace_id, marks.get(name, 0), profiles.RECEIPTS)
        scope = workspaces.scope(workspace_id)
        if scope is not None:
            work.add(scope, ((person, BEGINNING) for person in people))
    if changes:
        # What was read above must be in the warehouse before the sessions are computed by it.
        identity.flush_overrides(house.store, house.warehouse)
    for partition, last in done.items():
        name = f"receipts:{partition}"
        _add_receipts(house, workspaces, work, partition, marks.get(name, 0), last)
    return work


def _add_receipts(house: House, workspaces: Workspaces, work: Work, partition: int, after: int, last: int) -> None:
    through = profiles.range_end(house, partition, after, last)
    work.marks[f"receipts:{partition}"] = through
    found = house.warehouse.query(
        Sql(
            "SELECT workspace_id, person_id, min(toUnixTimestamp64Milli(ts)) AS first, max(toUnixTimestamp64Milli(ts)) AS last"
            f" FROM event_receipts WHERE {profiles.STORED} AND type IN {TYPES} GROUP BY workspace_id, person_id"
        ),
        {"partition": partition, "after": after, "through": through},
    )
    spans: dict[int, dict[int, tuple[int, int]]] = {}
    for workspace_id, *person in zip(*(column.to_pylist() for column in found.columns), strict=True):
        spans.setdefault(workspace_id, {})[person[0]] = (person[1], person[2])
    for workspace_id, people in spans.items():
        scope = workspaces.scope(workspace_id)
        if scope is None:
            continue
        moved = affected(house, scope, list(people))
        work.add(scope, ((person, first) for person, (first, _) in people.items() if person not in moved))
        if moved:
            span = min(people[p][0] for p in moved), max(people[p][1] for p in moved)
            work.add(scope, _owners(house, scope, moved, span, {"partition": partition, "after": after, "through": through}))


def _owners(house: House, scope: Scope, stored: set[int], span: tuple[int, int], place: Mapping[str, Param]) -> list[tuple[int, int]]:
    """(person now, time of their first event) of the new events that were stored under these people, who lost or gained ids."""
    where = Sql(
        f"person_id IN {{stored:Array(UInt64)}} AND {_RANGE} AND ts BETWEEN fromUnixTimestamp64Milli({{from:Int64}}, 'UTC')"
        " AND fromUnixTimestamp64Milli({to:Int64}, 'UTC')"
    )
    rows = identity.rows_of_people(house.store, scope, Sql("events"), ("ts",), where)
    params: dict[str, Param] = {**place, "stored": sorted(stored), "from": span[0], "to": span[1]}
    found = house.warehouse.query(Sql(f"SELECT person, min(toUnixTimestamp64Milli(ts)) AS first FROM {rows} GROUP BY person"), params)
    return list(zip(found.column("person").to_pylist(), found.column("first").to_pylist(), strict=True))
