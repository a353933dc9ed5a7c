"""What must the prediction room remember? Models, every version with its backtest and its file, and the work on them."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

_WORKSPACE = "workspaces.workspace_id"

models = Table(
    "models",
    metadata,
    Column("workspace_id", BigId, ForeignKey(_WORKSPACE, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    # Also the name of the tag that it writes.
    Column("key", String(60), primary_key=True),
    Column("definition", Json, nullable=False),
    # The version in use; NULL: the rule stands in, or nothing is written.
    Column("version", Integer),
    Column("template", String(60)),
    Column("created_by", String(300), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    # When it is to be trained, and scored, by itself; NULL: only when somebody says so.
    Column("train_at", UtcDateTime),
    Column("score_at", UtcDateTime),
    Column("deleted_at", UtcDateTime),
)

model_versions = Table(
    "model_versions",
    metadata,
    Column("workspace_id", BigId, ForeignKey(_WORKSPACE, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("key", String(60), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    # "refused", "candidate", "promoted" or "retired".
    Column("state", String(10), nullable=False),
    Column("algorithm", String(20), nullable=False),
    Column("definition", Json, nullable=False),
    Column("vocabulary", Json, nullable=False),
    Column("features", Json, nullable=False),
    Column("backtest", Json, nullable=False),
    Column("baseline", Json, nullable=False),
    # The trained model; ``sha256`` says whether it is still what was stored.
    Column("content", LargeBinary, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("trained_at", UtcDateTime, nullable=False),
    Column("promoted_at", UtcDateTime),
    Column("promoted_by", String(300)),
    Column("forced", String(500)),
)

model_runs = Table(
    "model_runs",
    metadata,
    Column("run_id", String(40), primary_key=True),
    Column("workspace_id", BigId, ForeignKey(_WORKSPACE, ondelete="CASCADE"), nullable=False),
    Column("key", String(60), nullable=False),
    # "train" or "score".
    Column("kind", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("step", String(40), nullable=False),
    Column("progress", Float, nullable=False),
    Column("result", Json),
    Column("error", Json),
    Column("created_by", String(300), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Index("ix_model_runs_recent", "workspace_id", "key", "created_at"),
    Index("ix_model_runs_state", "state", "created_at"),
)

# One row for each kind of forecast that a workspace has: what it asks for, and what was found last.
forecasts = Table(
    "forecasts",
    metadata,
    Column("workspace_id", BigId, ForeignKey(_WORKSPACE, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("key", String(40), primary_key=True),
    Column("settings", Json, nullable=False),
    # NULL until the first run that came to something.
    Column("result", Json),
    Column("result_at", UtcDateTime),
    # When it is to be made anew by itself.
    Column("run_at", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
    # "" for the system.
    Column("updated_by", String(300), nullable=False),
)

# Of which actions those whom they harm are sent nothing.
uplift_guards = Table(
    "uplift_guards",
    metadata,
    Column("workspace_id", BigId, ForeignKey(_WORKSPACE, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    # "flow" or "campaign".
    Column("kind", String(20), primary_key=True),
    Column("key", String(200), primary_key=True),
    # As messages name who asked for them: a flow by its number, a campaign by its key.
    Column("origin", String(200), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(300), nullable=False),
)

# Who is harmed by which action, as the newest run found; guarded or not.
uplift_harmed = Table(
    "uplift_harmed",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(20), primary_key=True),
    Column("origin", String(200), primary_key=True),
)
