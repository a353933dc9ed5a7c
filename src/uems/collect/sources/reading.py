"""What is new in a source since the last time? Rows behind the cursor, and those beside it that were not there before.

Rows that share the last cursor value are read again by the next run, since more of them may have come; the hashes of those that
are known are kept in ``source_tail``. A row is known by its key and cursor, or by all that is in it and how many rows before it
say the same. So no row is lost and none comes twice, whatever the cursor column is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, select, update

from uems.collect.files.cells import as_text, cells_of
from uems.collect.files.json_text import json_objects, json_values, quoted
from uems.collect.files.mapping import check_columns
from uems.collect.files.model import Problems
from uems.collect.files.reading import Batch
from uems.collect.files.rows import Target, map_batch
from uems.collect.imports.model import Run
from uems.collect.imports.work import Piece
from uems.collect.sources.model import CursorType, Reading, SourceRows
from uems.collect.sources.saved import load, opened
from uems.collect.sources.tables import source_tail, sources
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Store, upsert_many

CHUNK_ROWS = 10_000

Hashes = NDArray[np.int64]


@dataclass(slots=True, kw_only=True)
class _Identities:
    """Names the rows of one run, in the order of the cursor."""

    reading: Reading
    _same: dict[str, int] = field(default_factory=dict)

    def of(self, rows: SourceRows) -> list[str]:
        if self.reading.key:
            parts = [pc.fill_null(as_text(cells_of(rows.table, name)), "") for name in self.reading.key]
            texts = pc.binary_join_element_wise(*parts, pa.array(rows.texts, pa.string()), "\x1f")
            return [xxhash.xxh3_128_hexdigest(text.encode()) for text in texts.to_pylist()]
        named = []
        last = rows.texts[-1]
        here: set[str] = set()
        for text, place in zip(contents(rows.table).to_pylist(), rows.texts, strict=True):
            digest = xxhash.xxh3_128_hexdigest(text.encode())
            count = self._same.get(digest, 0)
            self._same[digest] = count + 1
            if place == last:
                here.add(digest)
            named.append(f"{digest}-{count}" if count else digest)
        # Rows that say the same have the same cursor value, so only those of the last value can meet another one.
        self._same = {digest: count for digest, count in self._same.items() if digest in here}
        return named


def contents(table: pa.Table) -> pa.Array:
    """Each row as one text that holds all its values."""
    columns = []
    for name in sorted(table.column_names):
        cells = cells_of(table, name)
        texts = cells.array if cells.json else json_values(cells.array)
        columns.append((name, texts if texts.type == pa.string() else quoted(texts)))
    return json_objects(columns, table.num_rows)


def _hashes(identities: Sequence[str]) -> Hashes:
    digest = xxhash.xxh3_64_intdigest
    return np.fromiter((digest(identity.encode()) for identity in identities), np.uint64, len(identities)).view(np.int64)


def _known(store: Store, source_id: str) -> Hashes:
    with store.read() as conn:
        found = conn.execute(select(source_tail.c.row_hash).where(source_tail.c.source_id == source_id)).scalars().all()
    return np.array(sorted(found), np.int64)


def source_pieces(house: House, scope: Scope, run: Run) -> Iterator[Piece]:
    """What is new in the source of this run. Raises ``source_failed``, ``source_unreachable``, ``mapping_mismatch``."""
    assert run.source_id is not None
    source, sealed = load(house.store, scope, run.source_id)
    if run.mapping.group is not None:
        raise UemsError("bad_mapping", "A source cannot group rows; write a query that gives one row an event.", status=422)
    known = _known(house.store, run.source_id)
    identities = _Identities(reading=source.reading)
    read = run.rows_read
    with opened(house.settings, source, sealed) as conn:
        columns, kind = conn.describe(source.reading)
        check_columns(run.mapping, columns)
        target = Target(zone=scope.zone, currency=scope.currency, key=source.source_id, now=run.created_at)
        for rows in conn.rows(source.reading, source.cursor, CHUNK_ROWS):
            names = identities.of(rows)
            hashes = _hashes(names)
            new = ~np.isin(hashes, known)
            numbers = np.arange(read + 1, read + len(names) + 1, dtype=np.int64)
            read += len(names)
            fresh = pa.array(new)
            batch = Batch(table=rows.table.filter(fresh), rows=numbers[new], identities=pa.array(names, pa.string()).filter(fresh))
            mapped = map_batch(run.mapping, batch, target)
            problems = Problems()
            problems.add(mapped.problems)
            yield Piece(
                table=mapped.table,
                problems=problems,
                rows_ok=mapped.rows_ok,
                rows_bad=mapped.rows_bad,
                rows_read=read,
                position=0,
                also=_Advance(source_id=source.source_id, rows=rows, hashes=hashes, kind=kind, overlap=source.reading.overlap),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Advance:
    """Moves the cursor of a source behind ``rows``, in the transaction that records them."""

    source_id: str
    rows: SourceRows
    hashes: Hashes
    kind: CursorType
    overlap: int

    def __call__(self, conn: Connection) -> None:
        of_source = source_tail.c.source_id == self.source_id
        place = int(self.rows.places[-1])
        if self.kind == "other":
            kept = np.array([text == self.rows.texts[-1] for text in self.rows.texts], bool)
            if not kept.all() or self._moved(conn):
                conn.execute(delete(source_tail).where(of_source))
        else:
            low = place - self.overlap * (1_000_000 if self.kind == "time" else 1)
            kept = self.rows.places >= low
            conn.execute(delete(source_tail).where(of_source, source_tail.c.place < low))
        tail = [
            {"source_id": self.source_id, "row_hash": row_hash, "place": at}
            for row_hash, at in zip(self.hashes[kept].tolist(), self.rows.places[kept].tolist(), strict=True)
        ]
        upsert_many(conn, source_tail, tail, ["source_id", "row_hash"], [])
        conn.execute(update(sources).where(sources.c.source_id == self.source_id).values(cursor=asdict(self.rows.last)))

    def _moved(self, conn: Connection) -> bool:
        cursor = conn.execute(select(sources.c.cursor).where(sources.c.source_id == self.source_id)).scalar()
        return bool(cursor != asdict(self.rows.last))
