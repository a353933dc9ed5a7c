"""Which rows of ``list_members`` are on a list? Those of its parts, under whose numbers they are stored.

An upload writes a part of its own, which nobody sees. When it is complete, one transaction makes it count, beside the other
parts of the list or in place of them: a list never shows half of a file.
"""

from sqlalchemy import Column, Index, Integer, Table, select

from uems.kernel.scope import Scope
from uems.kernel.store import BigId, Store, metadata

list_parts = Table(
    "list_parts",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("list_id", Integer, nullable=False),
    Index("ix_list_parts_list_id", "workspace_id", "list_id"),
)


def parts_of(store: Store, scope: Scope, list_id: int) -> list[int]:
    """The parts that count now, sorted; none for a list that is empty or not there."""
    c = list_parts.c
    query = select(c.part).where(c.workspace_id == scope.workspace_id, c.list_id == list_id).order_by(c.part)
    with store.read() as conn:
        return list(conn.execute(query).scalars())
