"""What must be known of a buyer to say what comes next? Repeat purchases, when the last one was, and since when they are known.

Buyers with the same three numbers are one row with a count, so that a million people cost what their different histories cost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from uems.kernel.errors import invalid
from uems.prediction.metrics import Floats

Rows = npt.NDArray[np.int64]
_MOST_KEY: Final = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Histories:
    """Different purchase histories, each of shape (n,). Times in one unit of the caller's choice.

    x: purchases after the first. last: time from the first purchase to the last one, 0 without repeats. age: time from the
    first purchase to now. count: how many people have this history.
    """

    x: Floats
    last: Floats
    age: Floats
    count: Floats

    @property
    def people(self) -> float:
        return float(self.count.sum())

    def part(self, rows: Rows | npt.NDArray[np.bool_]) -> "Histories":
        """Some of the rows, with their counts."""
        return Histories(x=self.x[rows], last=self.last[rows], age=self.age[rows], count=self.count[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """The histories that differ, and for each person the row of theirs."""

    histories: Histories
    row_of: Rows


def grouped(x: Floats, last: Floats, age: Floats) -> Grouped:
    """People, each of shape (people,), by their histories. Raises ``invalid`` (422) for numbers that no purchase history has."""
    if not len(x) == len(last) == len(age):
        raise invalid("x", len(x), f"must be as many as last ({len(last)}) and age ({len(age)}).")
    for name, values in (("x", x), ("last", last), ("age", age)):
        wrong = ~np.isfinite(values) | (values < 0)
        if wrong.any():
            raise invalid(name, float(values[wrong][0]), "must be a number from 0 on.")
    for name, wrong in (("last", last > age), ("x", (x == 0) != (last == 0)), ("x", x != np.floor(x))):
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            got = f"x {x[row]:g}, last {last[row]:g}, age {age[row]:g}"
            raise invalid(name, got, "x is a whole number, last is 0 exactly when x is, and at most age. Merge purchases of one day.")
    first, row_of, counts = distinct([x, last, age])
    return Grouped(
        histories=Histories(x=x[first].astype(np.float64), last=last[first] * 1.0, age=age[first] * 1.0, count=counts.astype(np.float64)),
        row_of=row_of,
    )


def distinct(columns: Sequence[Floats]) -> tuple[Rows, Rows, Rows]:
    """Of rows made of columns: (a row of each different one, for each row which of those it is, how many there are of each)."""
    key = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        ranks = _ranks(column)
        size = int(ranks.max()) + 1 if len(ranks) else 1
        if len(key) and int(key.max() + 1) * size >= _MOST_KEY:
            key = _ranks(key)
        key = key * size + ranks
    _, first, row_of, counts = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    return first, row_of, counts


def _ranks(column: "npt.NDArray[np.float64] | Rows") -> Rows:
    """The values as small numbers in their order: the values themselves where they are small whole numbers."""
    if len(column) and column.max() < 2**20:
        whole = column.astype(np.int64)
        if (whole == column).all():
            return whole
    found: Rows = np.unique(column, return_inverse=True)[1]
    return found
