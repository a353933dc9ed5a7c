"""What are the rows of a delimited text file? Quoted fields may hold line ends; a broken row costs that row only.

A file is cut into blocks that end where a row ends. Arrow reads a block as a whole; where it refuses one, the block is read
again row by row, and what is wrong is reported.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from uems.collect.files.model import CHUNK_BYTES, Chunk, Problem, Shape, shown
from uems.collect.files.text import UNREADABLE, lines_of, text_blocks

FIELD_CHARACTERS = 131_072
"""A quoted field this long, where rows are read one by one, is a quote that was never closed."""

DELIMITERS = (",", "\t", ";", "|", "\x01", "^")
_OPEN_CHARACTERS = 4 << 20

csv.field_size_limit(FIELD_CHARACTERS)


def _row_blocks(path: Path, shape: Shape) -> Iterator[str]:
    """Blocks whose quotes are closed, so that none ends inside a row; a quote still open after 4 MB is taken for a stray one."""
    waiting = ""
    for block in text_blocks(path, shape.compression, shape.encoding):
        waiting += block
        cut = _last_row_end(waiting) or (len(waiting) if len(waiting) > _OPEN_CHARACTERS else 0)
        if cut:
            yield waiting[:cut]
            waiting = waiting[cut:]
    if waiting:
        yield waiting


def _last_row_end(text: str) -> int:
    """Behind the last line feed that has an even number of quotes before it; 0 where there is none."""
    quotes, end = text.count('"'), len(text)
    while True:
        place = text.rfind("\n", 0, end) + 1
        if place == 0:
            return 0
        quotes -= text.count('"', place, end)
        if quotes % 2 == 0:
            return place
        end = place - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Rows in file order; ``last`` is the number of the last one, readable or not."""

    table: pa.Table
    numbers: np.ndarray[tuple[int], np.dtype[np.int64]]
    problems: tuple[Problem, ...]
    last: int


def _as_table(rows: Sequence[Sequence[str]], names: Sequence[str]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pa.table([pa.array(column, pa.string()) for column in columns], names=list(names))


def _whole(block: str, names: Sequence[str], delimiter: str) -> pa.Table | None:
    """The block as Arrow reads it, or None where any row of it is odd."""
    if UNREADABLE in block or block.count('"') % 2:
        return None
    data = block.encode()
    try:
        return arrow_csv.read_csv(
            pa.BufferReader(data),
            read_options=arrow_csv.ReadOptions(column_names=list(names), block_size=len(data) + 1, use_threads=False),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values='"' in block),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowException:
        return None


def _rows(block: str, delimiter: str) -> Iterator[list[str] | csv.Error]:
    """Row by row; after a quote that never closes, on with the next line."""
    lines = list(lines_of(block))
    at = 0
    while at < len(lines):
        reader = csv.reader(islice(lines, at, None), delimiter=delimiter)
        done = 0
        try:
            for row in reader:
                yield row
                done = reader.line_num
            return
        except csv.Error as error:
            yield error
            at += done + 1


def _fitted(row: list[str], width: int) -> list[str] | None:
    if len(row) > width and not any(row[width:]):
        return row[:width]  # spreadsheets append empty cells
    return row if len(row) == width else None


def _one_by_one(block: str, names: Sequence[str], delimiter: str, first: int, skip_header: bool) -> _Part:
    good: list[list[str]] = []
    numbers: list[int] = []
    problems: list[Problem] = []

    def report(what: str, got: str, wanted: str) -> None:
        problems.append(Problem(row=number, column="", what=what, got=shown(got), wanted=wanted))

    number = first - 1
    for row in _rows(block, delimiter):
        if row == []:
            continue  # an empty line is nothing
        if skip_header:
            skip_header = False
            continue
        number += 1
        if isinstance(row, csv.Error):
            report("broken_row", str(row), "a row whose quotes are closed")
            continue
        fitted = _fitted(row, len(names))
        text = delimiter.join(row)
        if fitted is None:
            report("wrong_width", f"{len(row)} values: {text}", f"{len(names)} values")
        elif UNREADABLE in text:
            report("unreadable_text", text.replace(UNREADABLE, "\ufffd"), "text in the encoding of the file")
        else:
            good.append(fitted)
            numbers.append(number)
    return _Part(table=_as_table(good, names), numbers=np.array(numbers, np.int64), problems=tuple(problems), last=number)


def _parts(path: Path, shape: Shape) -> Iterator[_Part]:
    first, skip_header = 1, shape.header
    for block in _row_blocks(path, shape):
        table = _whole(block, shape.names, shape.delimiter)
        if table is None:
            part = _one_by_one(block, shape.names, shape.delimiter, first, skip_header)
        else:
            table = table.slice(1) if skip_header and table.num_rows else table
            last = first + table.num_rows - 1
            part = _Part(table=table, numbers=np.arange(first, last + 1, dtype=np.int64), problems=(), last=last)
        # A file may open with empty lines; they must be very many to fill a block.
        skip_header = skip_header and block.isspace()
        first = part.last + 1
        yield part


def _cut(part: _Part, after: int, through: int) -> _Part:
    """The rows of a part with ``after`` < number <= ``through``."""
    low, high = np.searchsorted(part.numbers, [after, through], side="right")
    problems = tuple(problem for problem in part.problems if after < problem.row <= through)
    return _Part(table=part.table.slice(low, high - low), numbers=part.numbers[low:high], problems=problems, last=min(part.last, through))


def _chunk(parts: Sequence[_Part]) -> Chunk:
    problems = tuple(problem for part in parts for problem in part.problems)
    return Chunk(
        table=pa.concat_tables([part.table for part in parts]),
        rows=np.concatenate([part.numbers for part in parts]),
        problems=problems,
        bad_rows=len(problems),
        next_row=parts[-1].last,
    )


def read_csv(path: Path, shape: Shape, *, start_row: int, chunk_rows: int) -> Iterator[Chunk]:
    """Chunks of up to ``chunk_rows`` rows after row ``start_row`` (0: from the beginning); all columns are text, "" where empty."""
    parts: list[_Part] = []
    begin = done = start_row
    size = 0
    for part in _parts(path, shape):
        while done < part.last:
            through = min(part.last, begin + chunk_rows)
            piece = _cut(part, done, through)
            parts.append(piece)
            size += piece.table.get_total_buffer_size() * len(piece.numbers) // max(1, len(part.numbers))
            done = through
            if done - begin >= chunk_rows or size >= CHUNK_BYTES:
                yield _chunk(parts)
                parts, begin, size = [], done, 0
    if parts:
        yield _chunk(parts)
