"""Up to which round has everything been written, so that it can be read in order?

Rounds are numbered before they write, and in a cluster the rows of one round appear shard by shard. Whoever follows the changes
therefore reads up to the last settled round only; else what appears behind their place would be passed over.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from uems.kernel.house import House
from uems.kernel.sql import Sql
from uems.kernel.store import upsert_many
from uems.segments.tables import segment_marks

_PREFIX = "settled:"


def settle(conn: Connection, rounds: Mapping[int, int]) -> None:
    """Workspace → the round whose rows, and those of all rounds before it, are written."""
    rows = [{"name": f"{_PREFIX}{workspace_id}", "value": version} for workspace_id, version in rounds.items()]
    if rows:
        upsert_many(conn, segment_marks, rows, ["name"])


def settled(conn: Connection, workspace_id: int) -> int:
    """The last round that may be read; 0 before the first."""
    name = f"{_PREFIX}{workspace_id}"
    return conn.execute(select(segment_marks.c.value).where(segment_marks.c.name == name)).scalar() or 0


def settled_ever(conn: Connection) -> int:
    """A number that grows whenever anything is settled anywhere."""
    total = select(func.sum(segment_marks.c.value)).where(segment_marks.c.name.startswith(_PREFIX, autoescape=True))
    return int(conn.execute(total).scalar() or 0)


def written(house: House) -> dict[int, int]:
    """Workspace → the last round of which rows are there: what a keeper that takes over settles, as nobody else writes any more."""
    query = Sql("SELECT workspace_id, max(version) AS version FROM segment_changes GROUP BY workspace_id")
    return {row["workspace_id"]: row["version"] for row in house.warehouse.query(query).to_pylist()}
