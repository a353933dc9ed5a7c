"""What passes between a reader, the mapping and whoever asked? Chunks of rows, and the problems found in them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Format = Literal["csv", "jsonl", "parquet"]
Compression = Literal["", "gzip", "zstd"]
ColumnType = Literal["text", "integer", "number", "boolean", "datetime", "json"]

JSON_TEXT = {b"uems": b"json"}
"""Metadata of a text field whose values are JSON as it stood in the file: fragments that need no encoding again."""

CHUNK_ROWS = 20_000
CHUNK_BYTES = 32_000_000
"""A chunk ends at whichever comes first, so memory stays constant however wide the rows are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a row was left out. ``row`` counts data rows from 1 (a header line is not one); ``what`` is a stable word the UI translates."""

    row: int
    column: str
    what: str
    got: str
    wanted: str


KEPT_PROBLEMS = 10_000


@dataclass(slots=True, kw_only=True)
class Problems:
    """Every problem counted by (column, what), the first ``keep`` of them kept."""

    keep: int = KEPT_PROBLEMS
    listed: list[Problem] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.counts[problem.column, problem.what] += 1
            if len(self.listed) < self.keep:
                self.listed.append(problem)

    def merge(self, other: "Problems") -> None:
        self.counts.update(other.counts)
        self.listed += other.listed[: max(0, self.keep - len(self.listed))]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column as the user sees it: its name, what its values look like, and a few of them."""

    name: str
    type: ColumnType
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a file is to be read: detected once, then fixed, so that a resumed run reads the same rows.

    rows: exact for Parquet, None for text. bytes_: size on disk. row_bytes: about what one row of text takes there.
    """

    format: Format
    compression: Compression
    encoding: str
    delimiter: str
    header: bool
    columns: tuple[Column, ...]
    rows: int | None
    bytes_: int
    row_bytes: float = 1.0

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some rows of a file in file order. ``rows[i]`` is the number of row i of ``table``.

    next_row: the number of the last row that is done; reading goes on behind it.
    """

    table: pa.Table
    rows: NDArray[np.int64]
    problems: tuple[Problem, ...]
    bad_rows: int
    next_row: int


def shown(value: object, most: int = 120) -> str:
    """A value as a problem shows it: one line, cut, never a lone surrogate."""
    text = str(value).encode("utf-8", "replace").decode().replace("\n", "\\n").replace("\r", "\\r").replace("\x00", "\\0")
    return text if len(text) <= most else text[: most - 3] + "..."
