"""What is there to do in a run, step by step? The same for files and for sources."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from sqlalchemy import Connection, select

from uems.collect.files.batches import steps
from uems.collect.files.model import Problems
from uems.collect.files.rows import Target
from uems.collect.imports.model import Run
from uems.collect.imports.saved import shape_from_json
from uems.collect.imports.tables import import_files
from uems.collect.imports.vault import require, scratch_of
from uems.kernel.house import House
from uems.kernel.scope import Scope

KEY_DIGITS = 24
"""So much of a file's SHA-256 stands in its message ids: 96 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some events, and what became of the rows they come from. position: where to go on behind it.

    rows_read: rows read so far. also: what has to be written in the transaction that records this piece.
    """

    table: pa.Table | None
    problems: Problems
    rows_ok: int
    rows_bad: int
    rows_read: int
    position: int
    also: Callable[[Connection], None] | None = None


def file_pieces(house: House, scope: Scope, run: Run, tick: Callable[[], None]) -> Iterator[Piece]:
    """The work that is left of the import of a file; ``tick`` may end it by raising.

    Raises ``file_gone``, ``file_unreadable``, ``mapping_mismatch``.
    """
    with house.store.read() as conn:
        row = conn.execute(select(import_files).where(import_files.c.file_id == run.file_id)).mappings().one()
    path: Path = require(house.settings, row["sha256"])
    target = Target(zone=scope.zone, currency=scope.currency, key=row["sha256"][:KEY_DIGITS], now=run.created_at)
    scratch = scratch_of(house.settings, run.run_id)
    for step in steps(path, shape_from_json(row["shape"]), run.mapping, target, position=run.position, scratch=scratch, tick=tick):
        yield Piece(
            table=step.mapped.table if step.mapped else None,
            problems=step.problems,
            rows_ok=step.rows_ok,
            rows_bad=step.rows_bad,
            rows_read=step.read,
            position=step.position,
        )
