"""Where is access kept? Tables of the store; tokens and passwords only as hashes."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, false

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

workspaces = Table(
    "workspaces",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("slug", String(63), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("zone", String(100), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("has_data", Boolean, nullable=False, server_default=false()),
    Column("created_at", UtcDateTime, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", String(40), primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("locale", String(2), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

memberships = Table(
    "memberships",
    metadata,
    Column("workspace_id", BigId, ForeignKey("workspaces.workspace_id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("account_id", String(40), ForeignKey("accounts.account_id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("role", String(10), nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

# Not called "sessions": that word belongs to the visits of users.
login_sessions = Table(
    "login_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", String(40), ForeignKey("accounts.account_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("address", String(64), nullable=False),
)

access_keys = Table(
    "access_keys",
    metadata,
    Column("key_id", String(40), primary_key=True),
    Column("workspace_id", BigId, ForeignKey("workspaces.workspace_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(5), nullable=False),
    Column("name", String(200), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("token", String(100)),  # not of API keys: the others stand in public pages anyway, and people need to copy them again
    Column("hint", String(20), nullable=False),
    Column("permissions", Json, nullable=False),
    # NULL: made on the command line. No ON DELETE: a key must not outgrow its maker by losing them.
    Column("created_by", String(40), ForeignKey("accounts.account_id")),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("last_used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

login_attempts = Table(
    "login_attempts",
    metadata,
    Column("bucket", String(100), primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("window_ends_at", UtcDateTime, nullable=False, index=True),
)

# No foreign keys: an entry outlives what it speaks of. Triggers in the migration refuse UPDATE and DELETE.
audit_entries = Table(
    "audit_entries",
    metadata,
    Column("entry_id", BigId, primary_key=True),
    Column("workspace_id", BigId),
    Column("at", UtcDateTime, nullable=False),
    Column("actor_kind", String(10), nullable=False),
    Column("actor_id", String(100), nullable=False),
    Column("actor_label", String(300), nullable=False),
    Column("address", String(64), nullable=False),
    Column("action", String(100), nullable=False),
    Column("target", String(500), nullable=False),
    Column("before", Json),
    Column("after", Json),
)
Index("ix_audit_entries_workspace_id_entry_id", audit_entries.c.workspace_id, audit_entries.c.entry_id)
