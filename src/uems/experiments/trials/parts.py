"""How are sums over millions of people taken? Some people at a time: what the engine keeps of each then stays near the processor.

With 33 numbers a person and five million people that takes a quarter less processor time than all at once.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pyarrow as pa

from uems.kernel.sql import Sql

Cell = tuple[int, str]
"""An arm by its place, and a group."""
Part = tuple[int, int]
"""People from the first number to before the second."""
PEOPLE_AT_ONCE: Final = 600_000
MOST_PARTS: Final = 16


def people_parts(count: int, first: int, last: int) -> Iterator[Part | None]:
    """Parts of ``count`` people with numbers from ``first`` to ``last``, about ``PEOPLE_AT_ONCE`` each; one None where they are fewer."""
    parts = min(MOST_PARTS, count // PEOPLE_AT_ONCE)
    if parts <= 1:
        yield None
        return
    edges = [first + (last + 1 - first) * part // parts for part in range(parts + 1)]
    yield from pairwise(edges)


def of_part(rows: Sql, part: Part | None) -> Sql:
    """Those of ``rows`` that are about people of the part."""
    return rows if part is None else Sql(f"(SELECT * FROM {rows} WHERE person >= {int(part[0])} AND person < {int(part[1])})")


def together(tables: Iterable[pa.Table]) -> dict[Cell, dict[str, Any]]:
    """The rows of several parts added up. Columns by their first letter: q, values of a quantile, of all parts one after another (an
    array); k and c, what is drawn and how many have it (a Counter under the name with k); all others are sums."""
    found: dict[Cell, dict[str, Any]] = {}
    for table in tables:
        for cell, row in _cells(table):
            mine = found.get(cell)
            found[cell] = row if mine is None else {name: _added(mine[name], value) for name, value in row.items()}
    return found


def _cells(table: pa.Table) -> Iterator[tuple[Cell, dict[str, Any]]]:
    arrays = [name for name in table.column_names if name.startswith("q")]
    for place, row in enumerate(table.drop_columns(arrays).to_pylist()):
        cell = int(row.pop("arm")), str(row.pop("g"))
        for name in [name for name in row if name.startswith("k")]:
            row[name] = Counter(dict(zip(row[name], row.pop(f"c{name[1:]}"), strict=True)))
        yield cell, row | {name: table.column(name)[place].values.to_numpy() for name in arrays}


def _added(one: Any, other: Any) -> Any:
    return np.concatenate([one, other]) if isinstance(one, np.ndarray) else one + other
