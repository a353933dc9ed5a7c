"""What must the collect room remember that is not an event? Where each consumer stands, and what it was about to do."""

from sqlalchemy import BigInteger, Column, Integer, Table

from uems.collect.imports.tables import import_files, import_mappings, import_runs
from uems.collect.plan.tables import tracking_plans
from uems.collect.sources.tables import source_tail, sources
from uems.kernel.store import UtcDateTime, metadata

__all__ = ["import_files", "import_mappings", "import_runs", "pipeline_cursors", "source_tail", "sources", "tracking_plans"]

pipeline_cursors = Table(
    "pipeline_cursors",
    metadata,
    Column("log_partition", Integer, primary_key=True, autoincrement=False),
    # Everything up to and including this offset is in the warehouse.
    Column("done_offset", BigInteger, nullable=False),
    # The range that a consumer has begun to insert; both null when none is under way.
    Column("intent_first", BigInteger),
    Column("intent_last", BigInteger),
    # Arrival time up to which everything of this partition can be queried.
    Column("watermark", UtcDateTime),
    Column("events", BigInteger, nullable=False),
)
"""One row a partition of the event log, written in the closing transaction of each batch."""
