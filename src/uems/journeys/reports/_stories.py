"""What did each person do, in order? The events of a report as arrays sorted by person and time, some people at a time.

The order of a person's events is (ts, log_offset, log_index, log_partition): the time they happened, to the millisecond, and
within one millisecond the order of arrival, which for events of one call is the order in the call. It never changes afterwards.

Rows come unsorted, which is several times faster than asking the engine to sort them; and as they come in runs, sorting here
costs little. The columns that decide ties are read only for people who have ties that matter.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from uems.identity import api as identity
from uems.journeys.reports._ask import MS, Ask, Query, numbers
from uems.journeys.reports._hours import milliseconds
from uems.journeys.reports._spec import Step
from uems.kernel.clock import day_of
from uems.kernel.sql import Sql, ident, join

T = TypeVar("T")
Wanted: TypeAlias = Callable[[Query], tuple[Mapping[str, Sql], Sql]]
"""Makes the columns, all of them whole numbers, and the condition of the rows for one statement."""

ROWS_AT_ONCE: Final = 4_000_000
"""About how many rows are held at once; twice as many while two parts are worked on."""
_TIED_PEOPLE: Final = 20_000
"""Up to so many people are asked for once more by their numbers, else all of them are."""
_ORDER: Final = ("log_partition", "log_index", "log_offset")
"""What decides among events of one millisecond, the last first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stories:
    """Events sorted by person, then in the order of each person. All arrays have the same length; at: milliseconds since 1970."""

    person: npt.NDArray[np.uint64]
    at: npt.NDArray[np.int64]
    columns: Mapping[str, npt.NDArray[Any]]

    def take(self, rows: npt.NDArray[Any]) -> "Stories":
        """Some of the rows, by a mask or by their places."""
        return Stories(person=self.person[rows], at=self.at[rows], columns={name: one[rows] for name, one in self.columns.items()})

    def __len__(self) -> int:
        return len(self.person)


def each_part(asked: Ask, wanted: Wanted, steps: Iterable[Step], start: datetime, end: datetime, work: Callable[[Stories], T]) -> list[T]:
    """What ``work`` makes of every part of the people, in order of their numbers. A person is in one part, with all their events.

    wanted: which columns of which events of [start, end). steps: whose numbers say into how many parts the people are cut.
    """
    ranges = list(_ranges(asked, steps, start, end))

    def one(people: tuple[int, int]) -> T:
        return work(_read(asked, wanted, start, end, people))

    if len(ranges) == 1:
        return [one(ranges[0])]
    # While numpy works on one part, the engine reads the next.
    with ThreadPoolExecutor(2, "report") as threads:
        return list(threads.map(one, ranges))


_MANY: Final = 2**62


def _ranges(asked: Ask, steps: Iterable[Step], start: datetime, end: datetime) -> Iterator[tuple[int, int]]:
    """Stretches of person numbers, [low, high), that hold about ``ROWS_AT_ONCE`` rows each."""
    query = asked.query()
    names = {step.event for step in steps}
    which = Sql("event != ''") if None in names else Sql(f"event IN {query.bind(sorted(filter(None, names)), 'Array(String)')}")
    first, last = day_of(start, asked.scope.zone), day_of(end - timedelta(milliseconds=1), asked.scope.zone)
    days = Sql(f"day BETWEEN {query.bind(first, 'Date')} AND {query.bind(last, 'Date')}")
    [row] = query.run(
        Sql(f"SELECT toInt64(sum(events)) AS n FROM event_daily WHERE workspace_id = {asked.scope.workspace_id} AND {days} AND {which}")
    ).to_pylist()
    expected = row["n"] * (asked.spec.sample_percent or 100) / 100
    parts = max(1, round(expected / ROWS_AT_ONCE))
    newest = identity.newest_people(asked.house.store, asked.scope, before=None, limit=1)
    step = -(-(newest[0] + 1 if newest else 1) // parts)
    for part in range(parts):
        yield part * step, (part + 1) * step if part + 1 < parts else _MANY


def _read(asked: Ask, wanted: Wanted, start: datetime, end: datetime, people: tuple[int, int]) -> Stories:
    rows = _rows(asked, wanted, start, end, people)
    names = [name for name in rows.column_names if name not in ("person", "at_ms")]
    found = _stories(rows, names)
    key = _key(found, start, end)
    found = found.take(np.argsort(key, kind="stable")) if key is not None else found.take(np.lexsort((found.at, found.person)))
    tied = _tied(found)
    return found if not len(tied) else _settled(asked, wanted, start, end, people, found, tied, names)


def _rows(
    asked: Ask,
    wanted: Wanted,
    start: datetime,
    end: datetime,
    people: tuple[int, int],
    only: npt.NDArray[np.uint64] | None = None,
    *,
    ordered: bool = False,
) -> pa.Table:
    query = asked.query()
    columns, where = wanted(query)
    order = {f"o_{name}": ident(name) for name in _ORDER} if ordered else {}
    rows = query.events_sql({"at_ms": MS, **columns, **order}, where, start, end)
    low, high = people
    parts = [Sql(f"person >= {query.bind(low, 'UInt64')} AND person < {query.bind(high, 'UInt64')}")]
    if only is not None:
        parts.append(Sql(f"person IN {query.bind(only.tolist(), 'Array(UInt64)')}"))
    names = join(Sql(", "), [ident(name) for name in ("person", "at_ms", *columns, *order)])
    return query.run(Sql(f"SELECT {names} FROM {rows} WHERE {join(Sql(' AND '), parts)}"))


def _stories(rows: pa.Table, names: list[str]) -> Stories:
    return Stories(
        person=numbers(rows, "person", np.uint64),
        at=numbers(rows, "at_ms", np.int64),
        columns={name: rows.column(name).to_numpy() for name in names},
    )


def _key(found: Stories, start: datetime, end: datetime) -> npt.NDArray[np.uint64] | None:
    """Person and time in one number, which sorts much faster than two; None where they do not fit."""
    if not len(found):
        return np.zeros(0, np.uint64)
    first = milliseconds(start)
    bits = (milliseconds(end) - first).bit_length()
    low = found.person.min()
    if int(found.person.max() - low).bit_length() + bits > 63:
        return None
    moments: npt.NDArray[np.uint64] = (found.at - first).astype(np.uint64)
    return np.asarray(((found.person - low) << np.uint64(bits)) | moments)


def _tied(found: Stories) -> npt.NDArray[np.uint64]:
    """People with events of one millisecond that are not all alike: their order matters and is not known yet."""
    same = (found.person[1:] == found.person[:-1]) & (found.at[1:] == found.at[:-1])
    if not same.any():
        return np.zeros(0, np.uint64)
    differ = np.zeros(len(same), np.bool_)
    for column in found.columns.values():
        differ |= column[1:] != column[:-1]
    return np.unique(found.person[1:][same & differ])


def _settled(
    asked: Ask,
    wanted: Wanted,
    start: datetime,
    end: datetime,
    people: tuple[int, int],
    found: Stories,
    tied: npt.NDArray[np.uint64],
    names: list[str],
) -> Stories:
    """The same rows with those of people who have ties in the right order."""
    few = len(tied) <= _TIED_PEOPLE
    rows = _rows(asked, wanted, start, end, people, tied if few else None, ordered=True)
    again = _stories(rows, names)
    order = np.lexsort((*(numbers(rows, f"o_{name}", np.uint64) for name in _ORDER), again.at, again.person))
    again = again.take(order)
    if not few:
        return again
    rest = found.take(~np.isin(found.person, tied))
    both = Stories(
        person=np.concatenate([rest.person, again.person]),
        at=np.concatenate([rest.at, again.at]),
        columns={name: np.concatenate([rest.columns[name], again.columns[name]]) for name in names},
    )
    return both.take(np.argsort(both.person, kind="stable"))


def segments(*keys: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """The number of the run of equal keys in which each row stands: 0, 0, 1, 2, 2, ... for sorted rows."""
    size = len(keys[0])
    changes = np.zeros(size, np.bool_)
    for key in keys:
        changes[1:] |= key[1:] != key[:-1]
    return np.cumsum(changes)
