"""Of whom was anything stored, or who became somebody else, since a loop last looked? For loops that follow the pipeline."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from uems.collect import api as collect
from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.sql import Sql
from uems.profiles.tags.passes import last_passes, retagged_since

RECEIPTS: Final = 200_000
"""About as many receipts of one partition, or changes of person of one workspace, are taken up in a round."""
_OFFSETS: Final = 50_000
STORED: Final[Sql] = Sql(
    "log_partition = {partition:UInt32} AND log_offset > {after:UInt64} AND log_offset <= {through:UInt64}"
    " AND status IN ('accepted', 'warned')"
)
"""The receipts of what was stored in a range of a partition; binds partition, after, through."""


@dataclass(slots=True, kw_only=True)
class Touched:
    """people: workspace → numbers under which something was stored, that lost or gained an id, or whose tags somebody changed.

    marks: where the follower then stands.
    """

    people: dict[int, set[int]] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)


def marks_now(house: House) -> dict[str, int]:
    """The marks of a follower to whom all that has happened so far is known."""
    found = {f"changes:{workspace}": version for workspace, version in identity.last_changes(house.store).items()}
    found |= {f"receipts:{partition}": offset for partition, offset in collect.done_offsets(house.store).items()}
    return found | {f"tags:{workspace}": number for workspace, number in last_passes(house.store).items()}


def touched_since(house: House, marks: Mapping[str, int]) -> Touched | None:
    """What happened since the marks, a bounded part of it; None when nothing did, which costs three short reads of the store."""
    changes = {w: v for w, v in identity.last_changes(house.store).items() if v > marks.get(f"changes:{w}", 0)}
    done = {p: o for p, o in collect.done_offsets(house.store).items() if o > marks.get(f"receipts:{p}", 0)}
    retagged, passes = retagged_since(house, marks)
    if not changes and not done and not passes:
        return None
    found = Touched(people=retagged, marks=passes)
    for workspace_id in changes:
        name = f"changes:{workspace_id}"
        people, found.marks[name] = identity.changed_people(house.store, workspace_id, marks.get(name, 0), RECEIPTS)
        found.people.setdefault(workspace_id, set()).update(people)
    if changes:
        # What was read above must be in the warehouse before anything is computed by it.
        identity.flush_overrides(house.store, house.warehouse)
    for partition, last in done.items():
        name = f"receipts:{partition}"
        after = marks.get(name, 0)
        found.marks[name] = through = range_end(house, partition, after, last)
        rows = house.warehouse.query(
            Sql(f"SELECT workspace_id, groupUniqArray(person_id) AS people FROM event_receipts WHERE {STORED} GROUP BY workspace_id"),
            {"partition": partition, "after": after, "through": through},
        )
        for workspace_id, stored in zip(rows.column("workspace_id").to_pylist(), rows.column("people").to_pylist(), strict=True):
            found.people.setdefault(workspace_id, set()).update(stored)
    return found


def range_end(house: House, partition: int, after: int, last: int) -> int:
    """How far a round goes, so that it stays small however much waits."""
    through = min(last, after + _OFFSETS)
    [row] = house.warehouse.query(
        Sql(
            "SELECT minIf(log_offset, total >= {most:UInt64}) AS cut FROM ("
            "SELECT log_offset, sum(n) OVER (ORDER BY log_offset) AS total FROM ("
            f"SELECT log_offset, count() AS n FROM event_receipts WHERE {STORED} GROUP BY log_offset))"
        ),
        {"partition": partition, "after": after, "through": through, "most": RECEIPTS},
    ).to_pylist()
    return row["cut"] or through
