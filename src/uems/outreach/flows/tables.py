"""Where is it kept which flows there are, and where each person stands in them?"""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text, text

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

DUE = text("wake_at IS NOT NULL")

flows = Table(
    "flows",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("flow_id", Integer, primary_key=True, autoincrement=False),
    Column("key", String(100), nullable=False),
    Column("name", String(200), nullable=False),
    Column("description", Text, nullable=False),
    # draft (never published), live, paused, stopped (takes nobody in; those inside have left), archived.
    Column("state", String(10), nullable=False),
    # The graph being worked on; counts its own changes, so that two who edit at once are told.
    Column("draft", Json, nullable=False),
    Column("revision", Integer, nullable=False),
    # The published version that takes people in; 0 for none. draining: an older one that it waits for.
    Column("version", Integer, nullable=False),
    Column("draining", Boolean, nullable=False),
    # What people are hashed with; it stays, so that a holdout is the same people for ever.
    Column("salt", String(40), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(300), nullable=False),
    # Of a dry run the flow that it is of; nobody sees such a row as a flow.
    Column("dry_of", Integer),
    Index("uq_flows_key", "workspace_id", "key", unique=True),
)

flow_versions = Table(
    "flow_versions",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("flow_id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("graph", Json, nullable=False),
    # What became of those inside when it was published: pin, migrate or drain.
    Column("policy", String(10), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(300), nullable=False),
)

# One person's way through. TRICKY: on SQLite without a row id, so that a guarded move touches one tree and not two.
flow_runs = Table(
    "flow_runs",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("flow_id", Integer, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("entry_no", Integer, primary_key=True, autoincrement=False),
    # The number under which the person came in: after a merge is undone, the run goes back to them.
    Column("came_as", BigInteger, nullable=False),
    # What this run is about (an order, say); "" where runs are told apart by person alone.
    Column("entry_key", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    # new, before, active, holdout (is sent nothing and only watched), done; see ``steps.Run``.
    Column("state", String(8), nullable=False),
    # Where they stand; of a run that is done, where it ended.
    Column("node", String(40), nullable=False),
    # Microseconds since 1970; null while nothing but an event can wake it, while paused, and when done.
    Column("wake_at", BigInteger),
    # What woke it before its time, as JSON: {"kind", "event", "properties", "at"}; "" for the clock.
    # "parked" in front of it: held while the flow is paused.
    Column("signal", Text, nullable=False),
    # Counts the moves; a move is made only from the count that it was reckoned from.
    Column("seq", Integer, nullable=False),
    # JSON: the entering event, and what nodes noted.
    Column("context", Text, nullable=False),
    # What happened, as "seconds since entering|node|way" joined by line feeds.
    Column("path", Text, nullable=False),
    Column("reason", String(60), nullable=False),
    Column("entered_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("goal_at", BigInteger),
    Index("ix_flow_runs_due", "wake_at", sqlite_where=DUE, postgresql_where=DUE),
    sqlite_with_rowid=False,
    postgresql_with={"fillfactor": 80},
)

# How many went which way out of each node; node "" counts entries: "entered", "holdout", "again" (refused by the re-entry rule), ...
flow_counts = Table(
    "flow_counts",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("flow_id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("node", String(40), primary_key=True),
    Column("way", String(60), primary_key=True),
    Column("people", BigInteger, nullable=False),
)

# How far a scheduled or one-off entry has come: of a flow, by its slot (a day, "members", ...).
flow_slots = Table(
    "flow_slots",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("flow_id", Integer, primary_key=True, autoincrement=False),
    Column("slot", String(60), primary_key=True),
    Column("after", BigInteger, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("people", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# What a move does outside the store: done at least once, and by its key no more than once.
flow_effects = Table(
    "flow_effects",
    metadata,
    Column("effect_id", BigId, primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    Column("flow_id", Integer, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    # event: goes into the log under the key as its message id. webhook: is called, the answer wakes the run. task: waits for somebody.
    Column("kind", String(10), nullable=False),
    Column("key", String(200), nullable=False),
    Column("body", Json, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_flow_effects_kind_next_at", "kind", "next_at"),
)

# Who was given which variant of an A/B test, and whether they reached its goal in time. about: the test as it was set, hashed.
flow_trials = Table(
    "flow_trials",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("flow_id", Integer, primary_key=True, autoincrement=False),
    Column("node", String(40), primary_key=True),
    Column("about", String(16), primary_key=True),
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("entry_no", Integer, primary_key=True, autoincrement=False),
    Column("way", String(40), nullable=False),
    # Microseconds since 1970: when they came, until when the goal counts, and when it was reached.
    Column("at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("reached_at", BigInteger),
    # With which chance this way was given; null of those who came before that was written down.
    Column("probability", Float),
)

# What an A/B test has come to. looked_at: when it was reckoned last; winner: "" while there is none.
flow_tests = Table(
    "flow_tests",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("flow_id", Integer, primary_key=True, autoincrement=False),
    Column("node", String(40), primary_key=True),
    Column("about", String(16), primary_key=True),
    Column("looked_at", UtcDateTime, nullable=False),
    # JSON: way → {"people", "reached", "best"}, as of then.
    Column("found", Json, nullable=False),
    Column("winner", String(40), nullable=False),
    Column("decided_at", UtcDateTime),
)

# Who went through a rate limit lately, and who waits for which turn; changed only from the count that it was read with.
flow_gates = Table(
    "flow_gates",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("flow_id", Integer, primary_key=True, autoincrement=False),
    Column("node", String(40), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    # JSON: {"passed": [[microseconds, people], ...], "planned": [...]}.
    Column("state", Json, nullable=False),
)

# What a flow asked somebody of the team to do.
flow_tasks = Table(
    "flow_tasks",
    metadata,
    Column("task_id", BigId, primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    # What the run did at the node, for ever; the same again is the same task.
    Column("key", String(200), nullable=False),
    Column("flow_id", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("node", String(40), nullable=False),
    # Which run waits for it, and which of its visits to the node: see ``Run.visit``.
    Column("visit", String(400), nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("title", String(200), nullable=False),
    Column("instructions", Text, nullable=False),
    Column("outcomes", Json, nullable=False),
    # E-mail of a member; "" for whoever takes it.
    Column("assignee", String(300), nullable=False),
    # open, done, or over: nobody waits for it any more.
    Column("state", String(10), nullable=False),
    Column("outcome", String(40), nullable=False),
    Column("note", Text, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(300), nullable=False),
    Index("uq_flow_tasks_key", "workspace_id", "key", unique=True),
    Index("ix_flow_tasks_state", "workspace_id", "state", "due_at"),
)
