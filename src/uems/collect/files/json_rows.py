"""What are the rows of a JSON Lines file? One object a line; every value is kept as the JSON it was."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uems.collect.files.model import CHUNK_BYTES, JSON_TEXT, Chunk, Problem, Shape, shown
from uems.collect.files.text import UNREADABLE, lines_of, text_blocks

Row = dict[str, msgspec.Raw]

KEYS = 2_000
"""Most keys of one chunk that become columns; more means that keys are data, and the row is reported."""

_object = msgspec.json.Decoder(Row)
_encoder = msgspec.json.Encoder()
_ERRORS = (msgspec.DecodeError, msgspec.EncodeError, RecursionError, UnicodeEncodeError)
_NULL = msgspec.Raw(b"null")
_NEWLINE, _BRACE, _BRACKET = b"\n{["
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")  # half of a pair may stand alone, and then the text is not text


def parse(line: str) -> Row | str:
    """The object of a line, or why there is none."""
    try:
        return _object.decode(line)
    except _ERRORS as error:
        return str(error)


def canonical(raw: bytes) -> bytes:
    """A value written again, so that repeated keys inside it do not come through. Raises for what is not valid inside."""
    return _encoder.encode(msgspec.json.decode(raw))


def column_of(values: Sequence[msgspec.Raw]) -> pa.Array:
    """JSON texts as one Arrow column, ``null`` as null. Raises one of ``_ERRORS`` when a nested value is broken."""
    # Written as lines in one go and cut by numpy: a tenth of the time of taking every value to Python and back.
    data = np.frombuffer(_encoder.encode_lines(values), np.uint8)
    ends = np.flatnonzero(data == _NEWLINE)
    starts = np.concatenate(([0], ends[:-1] + 1)).astype(np.int64)
    offsets = np.concatenate(([0], ends - np.arange(len(ends)))).astype(np.int32)
    text = np.delete(data, ends)
    array = pa.StringArray.from_buffers(len(values), pa.py_buffer(offsets), pa.py_buffer(text))
    first = data[starts]
    doubtful = (first == _BRACE) | (first == _BRACKET)
    if _SURROGATE.search(text.tobytes()):
        doubtful |= np.fromiter((_SURROGATE.search(bytes(value)) is not None for value in values), bool, len(values))
    if doubtful.any():
        again = [canonical(bytes(values[i])) for i in np.flatnonzero(doubtful).tolist()]
        array = pc.replace_with_mask(array, pa.array(doubtful), pa.array(again, pa.binary()).cast(pa.string()))
    absent = pc.equal(array, "null")
    return pc.if_else(absent, pa.scalar(None, pa.string()), array) if pc.any(absent).as_py() else array


class _Building:
    """The chunk that is being filled."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.numbers: list[int] = []
        self.problems: list[Problem] = []
        self.characters = 0

    def add_block(self, first: int, block: str, lines: Sequence[str]) -> None:
        """All lines of a block at once where all are fine, else one by one."""
        self.characters += len(block)
        try:
            rows = [] if UNREADABLE in block else _object.decode_lines(block)
        except _ERRORS:
            rows = []
        if len(rows) == len(lines):
            self.rows += rows
            self.numbers += range(first, first + len(lines))
        else:
            for number, line in enumerate(lines, first):
                self._add_line(number, line)

    def _add_line(self, number: int, line: str) -> None:
        if UNREADABLE in line:
            self._problem(number, "unreadable_text", line.replace(UNREADABLE, "\ufffd"), "text in the encoding of the file")
            return
        row = parse(line)
        if isinstance(row, str):
            self._problem(number, "bad_json", f"{row} in {line}", "one JSON object a line")
        else:
            self.rows.append(row)
            self.numbers.append(number)

    def _problem(self, row: int, what: str, got: str, wanted: str) -> None:
        self.problems.append(Problem(row=row, column="", what=what, got=shown(got), wanted=wanted))

    @property
    def size(self) -> int:
        return len(self.rows) + len(self.problems)

    def _keep_valid(self) -> None:
        """Leave out the rows whose values cannot be written, and those that bring more keys than can be columns."""
        rows, numbers = self.rows, self.numbers
        self.rows, self.numbers = [], []
        keys: set[str] = set()
        for number, row in zip(numbers, rows, strict=True):
            try:
                for raw in row.values():
                    canonical(bytes(raw))
            except _ERRORS as error:
                self._problem(number, "bad_json", str(error), "valid JSON values")
                continue
            if len(keys | row.keys()) > KEYS:
                self._problem(
                    number, "too_many_keys", ", ".join(row), f"at most {KEYS} different keys; put what varies into a nested object"
                )
                continue
            keys |= row.keys()
            self.rows.append(row)
            self.numbers.append(number)

    def _columns(self) -> dict[str, pa.Array]:
        keys = dict.fromkeys(chain.from_iterable(dict.fromkeys(map(tuple, self.rows))))
        if len(keys) > KEYS:
            raise msgspec.DecodeError("too many keys")
        return {key: column_of([row.get(key, _NULL) for row in self.rows]) for key in keys}

    def chunk(self, next_row: int) -> Chunk:
        try:
            columns = self._columns()
        except _ERRORS:
            self._keep_valid()
            columns = self._columns()
        fields = [pa.field(key, pa.string(), metadata=JSON_TEXT) for key in columns]
        table = pa.table(list(columns.values()), schema=pa.schema(fields))
        bad = tuple(sorted(self.problems, key=lambda problem: problem.row))
        return Chunk(table=table, rows=np.array(self.numbers, np.int64), problems=bad, bad_rows=len(bad), next_row=next_row)


def read_json(path: Path, shape: Shape, *, start_row: int, chunk_rows: int) -> Iterator[Chunk]:
    """Chunks of up to ``chunk_rows`` rows after row ``start_row``; a column a top-level key, null where a row has none."""
    building = _Building()
    number = 0
    for block in text_blocks(path, shape.compression, shape.encoding):
        lines = [line for line in lines_of(block) if not line.isspace()]  # an empty line is nothing
        taken = max(0, min(len(lines), start_row - number))
        number += taken
        while taken < len(lines):
            part = lines[taken : taken + chunk_rows - building.size]
            building.add_block(number + 1, block if len(part) == len(lines) else "".join(part), part)
            taken += len(part)
            number += len(part)
            if building.size >= chunk_rows or building.characters >= CHUNK_BYTES:
                yield building.chunk(number)
                building = _Building()
    if building.size:
        yield building.chunk(number)
