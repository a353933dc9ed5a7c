"""What is kept of imports? Uploaded files, saved mappings, and every run with how far it has come."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

import_files = Table(
    "import_files",
    metadata,
    Column("file_id", String(40), primary_key=True),
    Column("workspace_id", BigId, ForeignKey("workspaces.workspace_id", ondelete="CASCADE"), nullable=False),
    Column("name", String(500), nullable=False),
    # The content itself lies in the folder of files under this name, once for all who uploaded it.
    Column("sha256", String(64), nullable=False, index=True),
    Column("shape", Json, nullable=False),
    Column("created_by", String(300), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # Deleted after a while; the row stays, so that a run still says what it read.
    Column("deleted_at", UtcDateTime),
    Index("ix_import_files_recent", "workspace_id", "created_at"),
)

import_mappings = Table(
    "import_mappings",
    metadata,
    Column("mapping_id", String(40), primary_key=True),
    Column("workspace_id", BigId, ForeignKey("workspaces.workspace_id", ondelete="CASCADE"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    Column("mapping", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("workspace_id", "name"),
)

import_runs = Table(
    "import_runs",
    metadata,
    Column("run_id", String(40), primary_key=True),
    Column("workspace_id", BigId, ForeignKey("workspaces.workspace_id", ondelete="CASCADE"), nullable=False),
    # One of the two: what is read.
    Column("file_id", String(40)),
    Column("source_id", String(40)),
    Column("name", String(500), nullable=False),
    Column("mapping_id", String(40)),
    Column("mapping_version", Integer),
    # The mapping as it was when the run was made; a later change of the saved one changes no run.
    Column("mapping", Json, nullable=False),
    # The same for every run that would make the same events: the file and the kind of event.
    Column("same_as", String(100), nullable=False),
    Column("state", String(10), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("rows_total", BigInteger),
    Column("rows_read", BigInteger, nullable=False),
    Column("rows_ok", BigInteger, nullable=False),
    Column("rows_bad", BigInteger, nullable=False),
    Column("events", BigInteger, nullable=False),
    # [[column, what, count], ...]; the problems themselves are a file, written up to ``problem_bytes``.
    Column("problems", Json, nullable=False),
    Column("problem_bytes", BigInteger, nullable=False),
    # Log partition → last offset appended; when the pipeline is past them all, everything can be queried.
    Column("marks", Json, nullable=False),
    Column("error", Json),
    Column("created_by", String(300), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Index("ix_import_runs_recent", "workspace_id", "created_at"),
    Index("ix_import_runs_state", "state", "created_at"),
    Index("ix_import_runs_same", "workspace_id", "same_as"),
)
