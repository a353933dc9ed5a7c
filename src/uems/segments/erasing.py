"""What does this room forget of a person? In which segments they were, ever; sizes say what they would without them."""

from datetime import datetime
from typing import Final

from uems.kernel.erasure import RoomEraser, Subject, WarehouseRows, params_of
from uems.kernel.house import House
from uems.kernel.sql import Sql
from uems.segments.definitions import set_sizes

_MINE: Final = Sql("workspace_id = {workspace:UInt32}")


def _shrink(house: House, subject: Subject, now: datetime) -> bool:
    """Sizes of the segments that they are in, before their rows go: the keeper does the same when it meets them, or has nothing to do."""
    within = Sql(f"SELECT segment_id FROM segment_members WHERE {_MINE} AND person_id IN {{numbers:Array(UInt64)}}")
    query = Sql(
        "SELECT segment_id, toInt64(countIf(entered AND NOT has({numbers:Array(UInt64)}, person_id))) AS size FROM segment_members FINAL"
        f" WHERE {_MINE} AND segment_id GLOBAL IN ({within}) GROUP BY segment_id"
    )
    rows = house.warehouse.query(query, params_of(subject, query)).to_pylist()
    if rows:
        with house.store.write() as conn:
            set_sizes(conn, subject.scope.workspace_id, {row["segment_id"]: row["size"] for row in rows}, now)
    return True


ERASER: Final = RoomEraser(
    key="segments",
    steps=(_shrink,),
    warehouse=(
        WarehouseRows(table="segment_changes", what="memberships"),
        WarehouseRows(table="segment_members", handed_out=False),
        WarehouseRows(table="person_segments", handed_out=False),
    ),
    # Up to which number a receiver has been sent the members: a place in their order, whoever stands there.
    more={"segment_syncs.person_id": "kept"},
)
