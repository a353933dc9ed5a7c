"""What did a pass change? New values against the stored ones; only the differences are written, a value that is gone as ""."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql
from uems.kernel.warehouse import Limits
from uems.profiles.conditions.asking import Flags, People
from uems.profiles.tags.columns import TagColumn

_ROWS: Final = 300_000
_SAME: Final = 1e-6
_EMPTY: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One tag as it was: people sorted, shape (n,); values and evidence as JSON texts, without those who have none."""

    people: People
    values: pa.Array
    confidence: pa.Array
    evidence: pa.Array


NOBODY: Final = Stored(
    people=np.zeros(0, np.uint64),
    values=pa.array([], pa.string()),
    confidence=pa.array([], pa.float32()),
    evidence=pa.array([], pa.string()),
)


def read_stored(
    house: House, scope: Scope, tags: Sequence[str], people: Collection[int] | None, limits: Limits | None = None
) -> dict[str, Stored]:
    """tag → its values now, of these people or of everybody."""
    if not tags:
        return {}
    params: dict[str, Param] = {"workspace": scope.workspace_id, "tags": list(tags)}
    where = Sql("workspace_id = {workspace:UInt32} AND tag IN {tags:Array(String)}")
    if people is not None:
        where = Sql(f"{where} AND person_id IN {{people:Array(UInt64)}}")
        params["people"] = sorted(int(person) for person in people)
    rows = house.warehouse.query(
        Sql(
            f"SELECT toString(tag) AS tag, person_id, value, confidence, evidence FROM tag_values FINAL WHERE {where} AND value != ''"
            " ORDER BY tag, person_id"
        ),
        params,
        limits=limits,
    ).combine_chunks()
    if not rows.num_rows:
        return {}
    column = {name: _array(rows.column(name)) for name in rows.column_names}
    encoded = pc.dictionary_encode(column["tag"])
    codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False))
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    ends = [*starts[1:].tolist(), len(codes)]
    names = encoded.dictionary.to_pylist()
    found = {}
    for start, end in zip(starts.tolist(), ends, strict=True):
        size = end - start
        found[names[codes[start]]] = Stored(
            people=np.asarray(column["person_id"].slice(start, size).to_numpy(), np.uint64),
            values=column["value"].slice(start, size),
            confidence=column["confidence"].slice(start, size),
            evidence=column["evidence"].slice(start, size),
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What is to be written of one tag. moved: which rows have another value than before; the others only other evidence.

    gained, lost: how many got a first value, and how many have none any more.
    """

    tag: str
    people: People
    before: pa.Array
    values: pa.Array
    confidence: pa.Array
    evidence: pa.Array
    moved: Flags
    gained: int
    lost: int

    @property
    def changed(self) -> People:
        """Those whose value is another one now."""
        return self.people[self.moved]


def difference(tag: str, people: People, column: TagColumn, stored: Stored) -> Difference:
    """``people`` (sorted, with their new values) against what was stored; whoever is stored and not among them loses the tag."""
    place = np.searchsorted(stored.people, people)
    place[place == len(stored.people)] = 0
    known = (stored.people[place] == people) if len(stored.people) else np.zeros(len(people), np.bool_)
    index = pa.array(place, mask=~known)
    before = pc.fill_null(stored.values.take(index), _EMPTY)
    values = pc.fill_null(_array(column.values), _EMPTY)
    evidence = pc.fill_null(_array(column.evidence), _EMPTY) if column.evidence is not None else pa.repeat(_EMPTY, len(people))
    confidence = np.ones(len(people), np.float32) if column.confidence is None else np.asarray(column.confidence, np.float32)
    some = _flags(pc.not_equal(values, _EMPTY))
    moved = _flags(pc.not_equal(values, before))
    was = np.asarray(pc.fill_null(stored.confidence.take(index), 1.0).to_numpy(zero_copy_only=False))
    other = some & ((np.abs(was - confidence) > _SAME) | _flags(pc.not_equal(evidence, pc.fill_null(stored.evidence.take(index), _EMPTY))))
    rows = np.flatnonzero(moved | other)
    gone = np.flatnonzero(~np.isin(stored.people, people, assume_unique=True))
    taken = pa.array(rows)
    # A value that is gone has no evidence either.
    kept = pc.if_else(pa.array(some), evidence, _EMPTY).take(taken)
    return Difference(
        tag=tag,
        people=np.concatenate([people[rows], stored.people[gone]]),
        before=pa.concat_arrays([_array(before.take(taken)), _array(stored.values.take(pa.array(gone)))]),
        values=pa.concat_arrays([_array(values.take(taken)), pa.repeat(_EMPTY, len(gone))]),
        confidence=pa.array(np.concatenate([np.where(some, confidence, 1)[rows], np.ones(len(gone))]).astype(np.float32)),
        evidence=pa.concat_arrays([_array(kept), pa.repeat(_EMPTY, len(gone))]),
        moved=np.concatenate([moved[rows], np.ones(len(gone), np.bool_)]),
        gained=int((some & ~known).sum()),
        lost=int((known & ~some).sum()) + len(gone),
    )


class Writer:
    """Writes the differences of one pass, many tags in one block. version: of all rows; ``close`` writes what is left."""

    def __init__(self, house: House, scope: Scope, version: int, now: datetime) -> None:
        self._house = house
        self._scope = scope
        self._version = version
        self._now = now
        self._parts: list[pa.Table] = []
        self._changes: list[pa.Table] = []
        self._rows = 0
        self._blocks = 0

    def add(self, found: Difference, *, history: bool) -> None:
        size = len(found.people)
        if not size:
            return
        common = {
            "workspace_id": pa.array(np.full(size, self._scope.workspace_id, np.uint32)),
            "tag": pa.repeat(found.tag, size),
            "person_id": pa.array(found.people),
            "value": found.values,
            "version": pa.array(np.full(size, self._version, np.uint64)),
        }
        at = pa.repeat(pa.scalar(self._now, pa.timestamp("ms", "UTC")), size)
        self._parts.append(pa.table({**common, "confidence": found.confidence, "evidence": found.evidence, "computed_at": at}))
        if history:
            changes = pa.table({**common, "before": found.before, "changed_at": at})
            self._changes.append(changes.filter(pa.array(found.moved)))
        self._rows += size
        if self._rows >= _ROWS:
            self.close()

    def close(self) -> None:
        """Write what was added; safe to call again."""
        for table, parts in (("tag_values", self._parts), ("tag_changes", self._changes)):
            rows = pa.concat_tables(parts) if parts else None
            for start in range(0, rows.num_rows if rows is not None else 0, _ROWS):
                assert rows is not None
                self._blocks += 1
                token = f"{table}:{self._scope.workspace_id}:{self._version}:{self._blocks}"
                self._house.warehouse.insert(table, rows.slice(start, _ROWS), token=token)
        self._parts, self._changes, self._rows = [], [], 0


def _flags(found: pa.Array | pa.ChunkedArray) -> Flags:
    return np.asarray(_array(found).to_numpy(zero_copy_only=False), np.bool_)


def _array(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
