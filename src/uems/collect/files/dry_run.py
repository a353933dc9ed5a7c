"""What would this import do? The events it would make, every problem, how many people; nothing is written."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from uems.collect.files.batches import Step, steps
from uems.collect.files.mapping import Mapping
from uems.collect.files.model import Problems, Shape
from uems.collect.files.rows import Mapped, Target

Hashes: TypeAlias = npt.NDArray[np.uint64]

READ_ROWS = 200_000
SHOWN_EVENTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One event as it would be, and the row it comes from."""

    row: int
    event: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """complete: the whole file was read, so every figure is exact; else they are of the first ``rows_read`` rows.

    rows_total: rows of the file, estimated from its size where it was not read to the end. events: by name (type for those
    without one). people_estimated: different people in the whole file (Chao's lower bound, where it is not complete).
    repeated: events whose message id comes more than once; only the first of them would count.
    """

    previews: tuple[Preview, ...]
    problems: Problems
    rows_read: int
    rows_ok: int
    rows_bad: int
    rows_total: int
    complete: bool
    events: dict[str, int]
    people: int
    people_estimated: int
    repeated: int
    revenue_minor: dict[str, int]
    first_ts: int | None
    last_ts: int | None


class _Tally:
    def __init__(self) -> None:
        self.previews: list[Preview] = []
        self.problems = Problems(keep=500)
        self.read = self.ok = self.bad = 0
        self.events: dict[str, int] = {}
        self.revenue: dict[str, int] = {}
        self.people: list[Hashes] = []
        self.ids: list[Hashes] = []
        self.first: int | None = None
        self.last: int | None = None

    def add(self, step: Step) -> None:
        self.problems.merge(step.problems)
        self.read = step.read
        self.ok += step.rows_ok
        self.bad += step.rows_bad
        if step.mapped is not None and step.mapped.table.num_rows:
            self._count(step.mapped.table)
            self._show(step.mapped)

    def _count(self, table: pa.Table) -> None:
        names = pc.if_else(pc.equal(table["event"], ""), table["type"], table["event"])
        for entry in names.value_counts().to_pylist():
            self.events[entry["values"]] = self.events.get(entry["values"], 0) + entry["counts"]
        paid = table.filter(pc.is_valid(table["revenue_minor"]))
        for entry in paid.group_by("currency").aggregate([("revenue_minor", "sum")]).to_pylist():
            self.revenue[entry["currency"]] = self.revenue.get(entry["currency"], 0) + entry["revenue_minor_sum"]
        user = table["user_id"]
        person = pc.if_else(pc.equal(user, ""), table["anonymous_id"], user)
        self.people.append(_hashes(person))
        self.ids.append(_hashes(table["message_id"]))
        low, high = pc.min_max(table["ts"].cast(pa.int64())).as_py().values()
        self.first = low if self.first is None else min(self.first, low)
        self.last = high if self.last is None else max(self.last, high)

    def _show(self, mapped: Mapped) -> None:
        self.previews += previews_of(mapped, SHOWN_EVENTS - len(self.previews))


def previews_of(mapped: Mapped, most: int) -> list[Preview]:
    """The first events, as a person reads them."""
    found = []
    for row, number in zip(mapped.table.slice(0, most).to_pylist(), mapped.numbers.tolist(), strict=False):
        event = {name: value for name, value in row.items() if value not in ("", None) and name != "context"}
        event["ts"] = row["ts"].isoformat().replace("+00:00", "Z")
        event["properties"] = json.loads(row["properties"])
        found.append(Preview(row=number, event=event))
    return found


def _hashes(texts: pa.ChunkedArray) -> Hashes:
    encoded = texts.combine_chunks().dictionary_encode()
    values = encoded.dictionary.to_pylist()
    hashes = np.fromiter((xxhash.xxh3_64_intdigest(value.encode()) for value in values), np.uint64, len(values))
    found: Hashes = hashes[encoded.indices.to_numpy()]
    return found


def _estimate(people: Hashes, share: float) -> tuple[int, int]:
    """Different people seen, and a lower bound of those in the whole file.

    Chao, A. (1984), Nonparametric estimation of the number of classes in a population: seen + f1 (f1 - 1) / (2 (f2 + 1)), where f1 and
    f2 count those seen once and twice. Never more than if every further row brought people at the rate seen so far.
    """
    _, counts = np.unique(people, return_counts=True)
    seen = len(counts)
    if share >= 1 or not seen:
        return seen, seen
    once, twice = int((counts == 1).sum()), int((counts == 2).sum())
    more = once * (once - 1) / (2 * (twice + 1))
    return seen, round(min(seen + more, seen / share))


def dry_run(path: Path, shape: Shape, mapping: Mapping, target: Target, *, scratch: Path, most_rows: int = READ_ROWS) -> DryRun:
    """Read up to about ``most_rows`` rows. Raises ``mapping_mismatch`` and ``file_unreadable``."""
    tally = _Tally()
    for step in steps(path, shape, mapping, target, scratch=scratch, rows=most_rows):
        tally.add(step)
    complete, total = _extent(path, shape, tally.read, most_rows)
    nothing = np.zeros(0, np.uint64)
    people, estimated = _estimate(np.concatenate(tally.people) if tally.people else nothing, tally.read / max(1, total))
    ids = np.concatenate(tally.ids) if tally.ids else nothing
    return DryRun(
        previews=tuple(tally.previews),
        problems=tally.problems,
        rows_read=tally.read,
        rows_ok=tally.ok,
        rows_bad=tally.bad,
        rows_total=total,
        complete=complete,
        events=dict(sorted(tally.events.items(), key=lambda item: -item[1])[:200]),
        people=people,
        people_estimated=estimated,
        repeated=len(ids) - len(np.unique(ids)),
        revenue_minor=tally.revenue,
        first_ts=tally.first,
        last_ts=tally.last,
    )


def _extent(path: Path, shape: Shape, read: int, most_rows: int) -> tuple[bool, int]:
    """Was everything read, and how many rows are there?"""
    if shape.rows is not None:
        return read >= shape.rows, shape.rows
    if read < most_rows:
        return True, read
    # How far into the file the rows read so far reach is not known; the size of a row is, from its beginning.
    return False, max(read, round(shape.bytes_ / max(1.0, shape.row_bytes)))
