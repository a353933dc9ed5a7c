"""Where is it kept who is who? Nodes, links and changes of person in the store; the warehouse only gets copies.

No foreign keys between these tables: they are written thousands of rows at a time, always together, under one lock.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, SmallInteger, String, Table, Text, text

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

# Comparing bytes, not a language: prefix ranges and the order of pages must not depend on the server's locale.
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")

LIVE = 0
REJECTED = 1
UNDONE = 2
_ODD = text("standing > 0")
_SAID = text("cause > 1")
UNSENT = text("sent = false")

identity_nodes = Table(
    "identity_nodes",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("node_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", _TEXT, nullable=False),
    Column("value", _TEXT, nullable=False),
    Column("search", _TEXT, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    # A shared id joins nobody; once it is known to be one, it stays so, whatever is taken back.
    Column("shared", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", UtcDateTime, nullable=False),
    Index("uq_identity_nodes_id", "workspace_id", "kind", "value", unique=True),
    Index("ix_identity_nodes_person", "workspace_id", "person_id", "kind"),
    Index("ix_identity_nodes_search", "workspace_id", "search"),
    sqlite_with_rowid=False,
)

identity_links = Table(
    "identity_links",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("a_node", BigInteger, primary_key=True, autoincrement=False),
    Column("b_node", BigInteger, primary_key=True, autoincrement=False),
    Column("ts_ms", BigInteger, nullable=False),
    Column("message_id", _TEXT, nullable=False),
    Column("cause", SmallInteger, nullable=False),
    Column("standing", SmallInteger, nullable=False),
    Column("reason", String(120), nullable=False),
    Column("undo_id", String(40)),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_identity_links_b", "workspace_id", "b_node", "a_node"),
    Index("ix_identity_links_time", "workspace_id", "ts_ms"),
    # The few that are not plainly applied: what decides whether the quick way may be taken, and what people look for.
    Index("ix_identity_links_odd_a", "workspace_id", "a_node", sqlite_where=_ODD, postgresql_where=_ODD),
    Index("ix_identity_links_odd_b", "workspace_id", "b_node", sqlite_where=_ODD, postgresql_where=_ODD),
    Index("ix_identity_links_odd_time", "workspace_id", "ts_ms", sqlite_where=_ODD, postgresql_where=_ODD),
    Index("ix_identity_links_said_time", "workspace_id", "ts_ms", sqlite_where=_SAID, postgresql_where=_SAID),
    sqlite_with_rowid=False,
)

# Every change of the person of a node, ever: the outbox to the warehouse, and the memory of where older rows stand.
identity_overrides = Table(
    "identity_overrides",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("node_id", BigInteger, nullable=False),
    Column("old_person_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("sent", Boolean, nullable=False, server_default=text("false")),
    Index("ix_identity_overrides_node", "workspace_id", "node_id"),
    Index("ix_identity_overrides_unsent", "workspace_id", "version", sqlite_where=UNSENT, postgresql_where=UNSENT),
    sqlite_with_rowid=False,
)

# What one merge by hand joined; its links bear its number too, unless they were known before.
identity_merges = Table(
    "identity_merges",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("merge_id", String(40), primary_key=True),
    Column("links", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(300), nullable=False),
    sqlite_with_rowid=False,
)

identity_undos = Table(
    "identity_undos",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("undo_id", String(40), primary_key=True),
    Column("merge_id", String(60), nullable=False),
    Column("links", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(300), nullable=False),
    Column("redone_at", UtcDateTime),
    sqlite_with_rowid=False,
)

identity_rules = Table(
    "identity_rules",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("rules", Json, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

# How far the user ids have been copied to the warehouse: nodes up to this number.
identity_flushed = Table(
    "identity_flushed",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("node_id", BigInteger, nullable=False),
)

# Who was erased, how far it has come, and by whom. The ids themselves stand here only until it is done, then hashes are all that is left.
identity_erasures = Table(
    "identity_erasures",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("erasure_id", String(40), primary_key=True),
    # The number that the person had then.
    Column("person_id", BigInteger, nullable=False),
    # Every number under which rows of theirs may stand, JSON lists of numbers.
    Column("numbers", Json, nullable=False),
    Column("stored", Json, nullable=False),
    # [[kind, value], ...] for as long as rooms need it to find what they wrote down by id; then an empty list.
    Column("ids", Json, nullable=False),
    # Log partition → the offset up to which events may have been resolved before.
    Column("heads", Json, nullable=False),
    # Rooms that have forgotten them; what went, by room and kind of thing.
    Column("done", Json, nullable=False),
    Column("counts", Json, nullable=False),
    # "running" or "done".
    Column("state", String(10), nullable=False),
    # How often it was looked again, after it was done, whether something late came in.
    Column("looks", SmallInteger, nullable=False),
    # What stood in the way of the last attempt; "" for nothing.
    Column("waiting", Text, nullable=False),
    Column("next_at", UtcDateTime),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("requested_by", String(300), nullable=False),
    Column("finished_at", UtcDateTime),
    Index("ix_identity_erasures_due", "next_at"),
    sqlite_with_rowid=False,
)

# Which numbers are nobody any more: old addresses say so, and ledgers that name them.
identity_erased_numbers = Table(
    "identity_erased_numbers",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("node_id", BigInteger, primary_key=True, autoincrement=False),
    Column("erasure_id", String(40), nullable=False),
    sqlite_with_rowid=False,
)

# Keyed hashes of the ids, so that what is old and comes again is known. returned_at: they identified themselves anew.
identity_tombstones = Table(
    "identity_tombstones",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("id_hash", String(48), primary_key=True),
    Column("erasure_id", String(40), nullable=False),
    Column("erased_at", UtcDateTime, nullable=False),
    Column("returned_at", UtcDateTime),
    sqlite_with_rowid=False,
)
