"""Which tables of the warehouse hold what people told of themselves? Every value ever told, and an index to find people by.

``traits`` only grows: the value now is the latest over the nodes of a person, so merges and undo need no rewriting.
``trait_index`` is in the order of values, so that a prefix is a short range of it; it also holds values that were replaced
since, and whoever searches checks what it finds against ``traits``.
"""

from uems.kernel.schema import Column, Migration, TableDef, ViewDef
from uems.kernel.sql import Sql

_LOW = "LowCardinality(String)"
_TIME = "DateTime64(3, 'UTC')"

NEEDLE = Sql("lowerUTF8(substringUTF8(if(startsWith(value, '\"'), JSONExtractString(value), value), 1, 200))")
"""What a value is found by: its text in lower case, the first 200 characters."""
FINDABLE = Sql("value != 'null' AND NOT startsWith(value, '{') AND NOT startsWith(value, '[')")
"""Which values can be found: texts, numbers, true and false."""

TRAITS = TableDef(
    name="traits",
    columns=(
        Column(name="workspace_id", type="UInt32"),
        Column(name="person_id", type="UInt64", codec="Delta, ZSTD(1)"),
        Column(name="node_id", type="UInt64", codec="Delta, ZSTD(1)"),
        Column(name="trait", type=_LOW),
        Column(name="value", type="String", codec="ZSTD(1)"),
        Column(name="ts", type=_TIME, codec="Delta, ZSTD(1)"),
        Column(name="message_id", type="String", codec="ZSTD(1)"),
        Column(name="log_offset", type="UInt64", codec="Delta, ZSTD(1)"),
        Column(name="log_index", type="UInt32", codec="ZSTD(1)"),
    ),
    order_by="workspace_id, person_id, node_id, trait, ts, log_offset, log_index",
    shard_by="cityHash64(workspace_id, person_id)",
    # Read for some people at a time, who lie far apart: the less a step of the index holds, the less is read for nothing.
    settings={"index_granularity": 512, "min_compress_block_size": 8192},
)

TRAIT_INDEX = TableDef(
    name="trait_index",
    columns=(
        Column(name="workspace_id", type="UInt32"),
        Column(name="needle", type="String", codec="ZSTD(1)"),
        Column(name="trait", type=_LOW),
        Column(name="node_id", type="UInt64", codec="ZSTD(1)"),
    ),
    engine="ReplacingMergeTree",
    order_by="workspace_id, needle, trait, node_id",
    shard_by="cityHash64(workspace_id, node_id)",
    indexes=("by_piece needle TYPE ngrambf_v1(3, 32768, 3, 0) GRANULARITY 1",),
)

_INDEX_VIEW = ViewDef(
    name="trait_index_view",
    to="trait_index",
    source="traits",
    select=Sql(f"SELECT workspace_id, {NEEDLE} AS needle, trait, node_id FROM traits WHERE {FINDABLE}"),
)

TAG_VALUES = TableDef(
    name="tag_values",
    columns=(
        Column(name="workspace_id", type="UInt32"),
        Column(name="tag", type=_LOW),
        Column(name="person_id", type="UInt64", codec="Delta, ZSTD(1)"),
        # JSON text; "" where the person has the tag no more.
        Column(name="value", type="String", codec="ZSTD(1)"),
        Column(name="confidence", type="Float32", default="1", codec="ZSTD(1)"),
        Column(name="evidence", type="String", codec="ZSTD(1)"),
        Column(name="computed_at", type=_TIME, codec="Delta, ZSTD(1)"),
        Column(name="version", type="UInt64", codec="Delta, ZSTD(1)"),
    ),
    engine="ReplacingMergeTree(version)",
    order_by="workspace_id, tag, person_id",
    shard_by="cityHash64(workspace_id, person_id)",
    # Read for some people at a time too, of whom each has a row under every tag.
    settings={"index_granularity": 512, "min_compress_block_size": 8192},
)

TAG_GIVEN = TableDef(
    name="tag_given",
    columns=(
        Column(name="workspace_id", type="UInt32"),
        Column(name="tag", type=_LOW),
        # The person at the time, and their number as a node, by which later merges and undo are followed.
        Column(name="person_id", type="UInt64", codec="Delta, ZSTD(1)"),
        Column(name="node_id", type="UInt64", codec="Delta, ZSTD(1)"),
        # 0 where only the latest counts; the batch where earlier ones must come back when a later one is undone.
        Column(name="slot", type="UInt64", codec="ZSTD(1)"),
        Column(name="batch", type="UInt64", codec="ZSTD(1)"),
        Column(name="value", type="String", codec="ZSTD(1)"),
        Column(name="confidence", type="Float32", default="1", codec="ZSTD(1)"),
        Column(name="evidence", type="String", codec="ZSTD(1)"),
        Column(name="given_at", type=_TIME, codec="Delta, ZSTD(1)"),
    ),
    engine="ReplacingMergeTree(batch)",
    order_by="workspace_id, tag, person_id, node_id, slot",
    shard_by="cityHash64(workspace_id, person_id)",
    settings={"index_granularity": 512, "min_compress_block_size": 8192},
)
"""What was given from outside and not computed: by hand, by import, by a model."""

TAG_CHANGES = TableDef(
    name="tag_changes",
    columns=(
        Column(name="workspace_id", type="UInt32"),
        Column(name="tag", type=_LOW),
        Column(name="person_id", type="UInt64", codec="Delta, ZSTD(1)"),
        Column(name="before", type="String", codec="ZSTD(1)"),
        Column(name="value", type="String", codec="ZSTD(1)"),
        Column(name="changed_at", type=_TIME, codec="Delta, ZSTD(1)"),
        Column(name="version", type="UInt64", codec="Delta, ZSTD(1)"),
    ),
    engine="ReplacingMergeTree",
    order_by="workspace_id, tag, changed_at, person_id, version",
    partition_by="toYYYYMM(changed_at)",
    shard_by="cityHash64(workspace_id, person_id)",
)
"""How the values of some tags went: who moved from what to what, and when."""

TAG_CUTS = TableDef(
    name="tag_cuts",
    columns=(
        Column(name="workspace_id", type="UInt32"),
        Column(name="tag", type=_LOW),
        # Percent of the top; negative for the lowest.
        Column(name="share", type="Float64"),
        Column(name="cut", type="Float64"),
        Column(name="version", type="UInt64"),
    ),
    order_by="workspace_id, tag, share, version",
    shard_by="cityHash64(workspace_id)",
)

LIST_MEMBERS = TableDef(
    name="list_members",
    columns=(
        Column(name="workspace_id", type="UInt32"),
        Column(name="list_id", type="UInt32"),
        Column(name="person_id", type="UInt64", codec="Delta, ZSTD(1)"),
        Column(name="node_id", type="UInt64", codec="Delta, ZSTD(1)"),
    ),
    engine="ReplacingMergeTree",
    order_by="workspace_id, list_id, person_id, node_id",
    shard_by="cityHash64(workspace_id, person_id)",
)

_RELATION_COLUMNS = (
    Column(name="workspace_id", type="UInt32"),
    Column(name="kind", type=_LOW),
    Column(name="person_id", type="UInt64", codec="Delta, ZSTD(1)"),
    Column(name="node_id", type="UInt64", codec="Delta, ZSTD(1)"),
    Column(name="other_person_id", type="UInt64", codec="ZSTD(1)"),
    Column(name="other_node_id", type="UInt64", codec="ZSTD(1)"),
    Column(name="ts", type=_TIME, codec="Delta, ZSTD(1)"),
    Column(name="message_id", type="String", codec="ZSTD(1)"),
)
RELATIONS = TableDef(
    name="relations",
    columns=_RELATION_COLUMNS,
    engine="ReplacingMergeTree",
    order_by="workspace_id, person_id, node_id, other_node_id, kind, message_id",
    shard_by="cityHash64(workspace_id, person_id)",
)
RELATIONS_BACK = TableDef(
    name="relations_back",
    columns=_RELATION_COLUMNS,
    engine="ReplacingMergeTree",
    order_by="workspace_id, person_id, node_id, other_node_id, kind, message_id",
    shard_by="cityHash64(workspace_id, person_id)",
)
_BACK_VIEW = ViewDef(
    name="relations_back_view",
    to="relations_back",
    source="relations",
    select=Sql(
        "SELECT workspace_id, kind, r.other_person_id AS person_id, r.other_node_id AS node_id, r.person_id AS other_person_id,"
        " r.node_id AS other_node_id, ts, message_id FROM relations AS r"
    ),
)
"""person has the relation to other: person invited other. The back table holds the same rows seen from the other."""

MIGRATIONS = (
    Migration(number=20, room="profiles", name="traits", steps=(TRAITS, TRAIT_INDEX, _INDEX_VIEW)),
    Migration(
        number=21,
        room="profiles",
        name="tags and relations",
        steps=(TAG_VALUES, TAG_GIVEN, TAG_CHANGES, TAG_CUTS, LIST_MEMBERS, RELATIONS, RELATIONS_BACK, _BACK_VIEW),
    ),
)
