"""Which tables of the warehouse know of merges? The current person of every node that ever changed hands, and two short sets.

The store is the truth; these are copies, brought by the outbox. Rows may come twice without harm.
"""

from uems.kernel.schema import Column, Migration, TableDef, ViewDef
from uems.kernel.sql import Sql

_SET = "AggregateFunction(groupBitmap, UInt64)"

PERSON_OVERRIDES = TableDef(
    name="person_overrides",
    columns=(
        Column(name="workspace_id", type="UInt32"),
        Column(name="node_id", type="UInt64", codec="Delta, ZSTD(1)"),
        Column(name="old_person_id", type="UInt64", codec="ZSTD(1)"),
        Column(name="person_id", type="UInt64", codec="ZSTD(1)"),
        Column(name="version", type="UInt64", codec="ZSTD(1)"),
    ),
    engine="ReplacingMergeTree(version)",
    order_by="workspace_id, node_id",
    shard_by="cityHash64(workspace_id, node_id)",
)

PERSON_AFFECTED = TableDef(
    name="person_affected",
    columns=(
        Column(name="workspace_id", type="UInt32"),
        Column(name="people", type=_SET),
    ),
    engine="AggregatingMergeTree",
    order_by="workspace_id",
    shard_by="cityHash64(workspace_id)",
)

PERSON_USERS = TableDef(
    name="person_users",
    columns=(
        Column(name="workspace_id", type="UInt32"),
        Column(name="node_id", type="UInt64", codec="Delta, ZSTD(1)"),
        Column(name="person_id", type="UInt64", codec="ZSTD(1)"),
    ),
    engine="ReplacingMergeTree",
    order_by="workspace_id, node_id",
    shard_by="cityHash64(workspace_id, node_id)",
)

PERSON_IDENTIFIED = TableDef(
    name="person_identified",
    columns=(
        Column(name="workspace_id", type="UInt32"),
        Column(name="people", type=_SET),
    ),
    engine="AggregatingMergeTree",
    order_by="workspace_id",
    shard_by="cityHash64(workspace_id)",
)

_AFFECTED_VIEW = ViewDef(
    name="person_affected_view",
    to="person_affected",
    source="person_overrides",
    select=Sql(
        "SELECT workspace_id, groupBitmapState(person) AS people FROM person_overrides"
        " ARRAY JOIN [old_person_id, person_id] AS person GROUP BY workspace_id"
    ),
)
_IDENTIFIED_VIEW = ViewDef(
    name="person_identified_view",
    to="person_identified",
    source="person_users",
    select=Sql("SELECT workspace_id, groupBitmapState(person_id) AS people FROM person_users GROUP BY workspace_id"),
)

MIGRATIONS = (
    Migration(
        number=10,
        room="identity",
        name="merges",
        steps=(PERSON_OVERRIDES, PERSON_AFFECTED, PERSON_USERS, PERSON_IDENTIFIED, _AFFECTED_VIEW, _IDENTIFIED_VIEW),
    ),
)
"""person_users: node of each user id, with the person it had at first; person_identified: those persons as a set."""
