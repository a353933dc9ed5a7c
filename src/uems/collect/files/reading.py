"""What does each event of a batch say, column by column, and which rows cannot become one? The memory of one mapping pass."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from uems.collect.files.cells import Cells, Mask, as_text, cells_of, mask_of, present, raw_text
from uems.collect.files.mapping import FieldMap, Said
from uems.collect.files.model import Problem, shown
from uems.collect.files.values import as_integers, as_numbers

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows to be mapped. ``rows[i]`` is the number of line i.

    starts: the first line of each event, where lines are grouped; else None. identities: what stands for each row in message
    ids, where rows have no lasting number (those of a source).
    """

    table: pa.Table
    rows: NDArray[np.int64]
    starts: Indices | None = None
    identities: pa.Array | None = None

    @property
    def events(self) -> int:
        return len(self.rows) if self.starts is None else len(self.starts)


class Reading:
    """One pass over a batch. ``bad`` grows as problems are found; a row with one becomes no event."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.lines = batch.table
        self.size = batch.events
        self.starts = batch.starts
        self.heads = batch.table if batch.starts is None else batch.table.take(pa.array(batch.starts))
        self.numbers = batch.rows if batch.starts is None else batch.rows[batch.starts]
        self.bad: Mask = np.zeros(self.size, bool)
        self.problems: list[Problem] = []

    def cells(self, column: str) -> Cells:
        """The column, one value an event (of its first line)."""
        return cells_of(self.heads, column)

    def line_cells(self, column: str) -> Cells:
        """The column, one value a line."""
        return cells_of(self.lines, column)

    def text(self, column: str | None) -> pa.Array:
        """The column as trimmed text, null where absent; all null for no column."""
        return pa.nulls(self.size, pa.string()) if column is None else as_text(self.cells(column))

    def said(self, said: Said | None) -> pa.Array:
        """The column, or the constant where it is empty."""
        if said is None:
            return pa.nulls(self.size, pa.string())
        constant = said.constant.strip() or None
        if said.column is None:
            return pa.repeat(pa.scalar(constant, pa.string()), self.size)
        text = self.text(said.column)
        return text if constant is None else pc.fill_null(text, constant)

    def per_event(self, lines: Mask) -> Mask:
        """Which events have a line in the mask."""
        if self.starts is None:
            return lines
        return np.logical_or.reduceat(lines, self.starts) if self.size else np.zeros(0, bool)

    def refuse(self, where: Mask, column: str, what: str, wanted: str, got: Cells | None = None) -> None:
        """Report a problem for the events in ``where`` and leave them out. ``got``: one value an event, or a line."""
        if where.any():
            self._report(where, column, what, wanted, got)
            self.bad |= where

    def note(self, where: Mask, column: str, what: str, wanted: str, got: Cells | None = None) -> None:
        """Report a problem without leaving the event out."""
        if where.any():
            self._report(where, column, what, wanted, got)

    def _report(self, where: Mask, column: str, what: str, wanted: str, got: Cells | None) -> None:
        indices = np.flatnonzero(where)
        texts = [""] * len(indices)
        if got is not None:
            texts = [
                shown("" if text is None else text)
                for text in raw_text(Cells(array=got.array.take(pa.array(indices)), json=got.json)).to_pylist()
            ]
        for index, text in zip(indices, texts, strict=True):
            self.problems.append(Problem(row=int(self.numbers[index]), column=column, what=what, got=text, wanted=wanted))

    def refuse_lines(self, where: Mask, column: str, what: str, wanted: str, got: Cells) -> None:
        """As ``refuse``, for lines: the whole event goes, half an order would be a wrong one."""
        if not where.any():
            return
        rows = self.batch.rows
        indices = np.flatnonzero(where)
        texts = raw_text(Cells(array=got.array.take(pa.array(indices)), json=got.json)).to_pylist()
        self.problems += [
            Problem(row=int(rows[i]), column=column, what=what, got=shown("" if text is None else text), wanted=wanted)
            for i, text in zip(indices, texts, strict=True)
        ]
        self.bad |= self.per_event(where)

    def aggregate(self, field: FieldMap, *, decimal_comma: bool) -> Cells:
        """The lines of each event made one value, as ``field.aggregate`` says. Only for grouped rows."""
        assert self.starts is not None
        cells = self.line_cells(field.column)
        if field.aggregate == "first" or not self.size:
            return self.cells(field.column)
        if field.aggregate == "last":
            ends = np.append(self.starts[1:], len(self.batch.rows)) - 1
            return Cells(array=cells.array.take(pa.array(ends)), json=cells.json)
        if field.aggregate == "count":
            counts = np.add.reduceat(present(as_text(cells)).astype(np.int64), self.starts)
            return Cells(array=pa.array(counts))
        whole = field.type == "integer"
        numbers, bad = as_integers(cells, decimal_comma=decimal_comma) if whole else as_numbers(cells, decimal_comma=decimal_comma)
        self.refuse_lines(bad, field.column, "bad_number", "a number to add up", cells)
        return Cells(array=self.folded(numbers, field.aggregate))

    def folded(self, numbers: pa.Array, how: str) -> pa.Array:
        """Numbers of lines as one an event: "sum", "min" or "max"; null where no line has one."""
        whole = pa.types.is_integer(numbers.type)
        starts = self.starts
        assert starts is not None
        there = present(numbers)
        none = {"sum": 0, "min": np.iinfo(np.int64).max if whole else np.inf, "max": np.iinfo(np.int64).min if whole else -np.inf}[how]
        values = np.asarray(numbers.fill_null(0).to_numpy(zero_copy_only=False))
        values = np.where(there, values, none)
        fold = {"sum": np.add, "min": np.minimum, "max": np.maximum}[how]
        folded = fold.reduceat(values, starts)
        if not whole and how == "sum":
            folded = np.round(folded, 9)  # 1.1 + 2.2 is 3.3 to whoever reads it
        return pa.array(folded, mask=~self.per_event(there))

    def counted(self) -> Iterator[tuple[bool, int]]:
        """(is bad, lines) of each event."""
        lines = np.ones(self.size, np.int64) if self.starts is None else np.diff(np.append(self.starts, len(self.batch.rows)))
        return zip(self.bad.tolist(), lines.tolist(), strict=True)

    def longer(self, array: pa.Array, most: int) -> Mask:
        """Where a text has more characters than it may."""
        return mask_of(pc.greater(pc.utf8_length(array), most))
