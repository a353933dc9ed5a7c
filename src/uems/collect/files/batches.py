"""What is the next piece of work of an import? The one loop behind the dry run and the real run, resumable at each step."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from uems.collect.files.grouping import Dealt, buckets_for
from uems.collect.files.mapping import Mapping, check_columns
from uems.collect.files.model import Chunk, Problems, Shape
from uems.collect.files.reader import read
from uems.collect.files.reading import Batch
from uems.collect.files.rows import Mapped, Target, map_batch
from uems.collect.records import MAX_ROWS

STEP_EVENTS = MAX_ROWS
"""Most events of one step: as many as one record of the log takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Events that belong together in one append. ``position``: hand it back to go on behind this step.

    read: rows of the file read so far. The counts and problems are those of this step alone.
    """

    mapped: Mapped | None
    problems: Problems
    rows_ok: int
    rows_bad: int
    read: int
    position: int


def _most_events(mapping: Mapping) -> int:
    return STEP_EVENTS if mapping.type == "identify" or not (mapping.traits or mapping.email or mapping.phone) else STEP_EVENTS // 2


def steps(
    path: Path,
    shape: Shape,
    mapping: Mapping,
    target: Target,
    *,
    position: int = 0,
    scratch: Path,
    rows: int | None = None,
    tick: Callable[[], None] = lambda: None,
) -> Iterator[Step]:
    """The work behind ``position`` (0: from the start). Raises ``mapping_mismatch`` and ``file_unreadable``.

    scratch: folder for buckets of grouped rows; deleted at the end. rows: stop after about so many rows of the file. tick: called
    now and then between steps; what it raises ends the work.
    """
    if shape.format != "jsonl":  # a JSON line may lack any key
        check_columns(mapping, shape.names)
    if mapping.group is None:
        yield from _row_by_row(path, shape, mapping, target, position, rows)
    else:
        yield from _grouped(path, shape, mapping, target, position, scratch, rows, tick)


def _row_by_row(path: Path, shape: Shape, mapping: Mapping, target: Target, position: int, rows: int | None) -> Iterator[Step]:
    only = None if mapping.rest else _heads(mapping, shape)
    for chunk in read(path, shape, start_row=position, chunk_rows=_most_events(mapping), only=only):
        mapped = map_batch(mapping, Batch(table=chunk.table, rows=chunk.rows), target)
        problems = Problems()
        problems.add(chunk.problems)
        problems.add(mapped.problems)
        yield Step(
            mapped=mapped,
            problems=problems,
            rows_ok=mapped.rows_ok,
            rows_bad=mapped.rows_bad + chunk.bad_rows,
            read=chunk.next_row,
            position=chunk.next_row,
        )
        if rows is not None and chunk.next_row >= rows:
            return


def _grouped(
    path: Path,
    shape: Shape,
    mapping: Mapping,
    target: Target,
    position: int,
    scratch: Path,
    rows: int | None,
    tick: Callable[[], None],
) -> Iterator[Step]:
    """Position 1 is behind the dealing out, 1 + n behind the first n events."""
    assert mapping.group is not None
    dealt = Dealt(scratch, 1 if rows is not None else buckets_for(shape), mapping.group.key, mapping.columns())

    def chunks() -> Iterator[Chunk]:
        for chunk in read(path, shape, only=_heads(mapping, shape)):
            tick()
            yield chunk
            if rows is not None and chunk.next_row >= rows:
                return

    try:
        dealt.deal(chunks())
        if position == 0:
            yield Step(mapped=None, problems=dealt.problems, rows_ok=0, rows_bad=dealt.bad_rows, read=dealt.rows, position=1)
        for batch, done in dealt.batches(max(0, position - 1), _most_events(mapping)):
            mapped = map_batch(mapping, batch, target)
            problems = Problems()
            problems.add(mapped.problems)
            yield Step(
                mapped=mapped, problems=problems, rows_ok=mapped.rows_ok, rows_bad=mapped.rows_bad, read=dealt.rows, position=done + 1
            )
    finally:
        dealt.close()


def _heads(mapping: Mapping, shape: Shape) -> set[str]:
    """The top-level columns that the mapping reads."""
    names = set(shape.names)
    found = set()
    for column in mapping.columns():
        parts = column.split(".")
        found |= {head for count in range(1, len(parts) + 1) if (head := ".".join(parts[:count])) in names}
    return found
