"""What did each person do, in order? The events of a report as arrays sorted by person and time, some people at a time.

The order of a person's events is (ts, log_offset, log_index, log_partition): the time they happened, to the millisecond, and
within one millisecond the order of arrival, which for events of one call is the order in the call. It never changes afterwards.

Rows come unsorted, which is several times faster than asking the engine to sort them; and as they come in runs, sorting here
costs little. The columns that decide ties are read only for people who have ties that matter.
"""

import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from uems.identity import api as identity
from uems.journeys.reports._arrays import different
from uems.journeys.reports._ask import MS, Ask, Query, numbers
from uems.journeys.reports._hours import milliseconds
from uems.journeys.reports._spec import Step
from uems.kernel import progress
from uems.kernel.clock import day_of
from uems.kernel.sql import Sql, ident, join
from uems.kernel.warehouse import Limits, default_limits

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of an event: a whole number of at most so many bits, not negative; 64 bits may be negative too."""

    sql: Sql
    bits: int


Wanted: TypeAlias = Callable[[Query], tuple[Mapping[str, Column], Sql]]
"""Makes the columns and the condition of the rows for one statement."""

ROWS_AT_ONCE: Final = 1_000_000
"""About how many rows are held at once; twice as many while two parts are worked on. Arrays of a few megabytes are given back to this
process and taken again; larger ones go to the system and come back as pages to be zeroed, which took a third of the time."""
WORTH_TWO: Final = 300_000
"""From so many rows on, two parts worked on at once take less time than one."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Some people, [low, high), and a stretch of time, in milliseconds [start, end)."""

    low: int
    high: int
    start: datetime
    end: datetime

    @property
    def first_ms(self) -> int:
        return milliseconds(self.start)

    @property
    def time_bits(self) -> int:
        return (milliseconds(self.end) - self.first_ms).bit_length()

    @property
    def person_bits(self) -> int:
        return (self.high - self.low).bit_length()


def each_part(asked: Ask, wanted: Wanted, steps: Iterable[Step], start: datetime, end: datetime, work: Callable[[Stories], T]) -> list[T]:
    """What ``work`` makes of every part of the people, in order of their numbers. A person is in one part, with all their events.

    wanted: which columns of which events of [start, end). steps: whose numbers say into how many parts the people are cut.
    """
    parts = list(_parts(asked, steps, start, end))
    halves = itertools.count(1)  # each part is read, and worked on

    def one(part: _Part) -> T:
        told = _read(asked, wanted, part)
        progress.done(next(halves) / (2 * len(parts)))
        found = work(told)
        progress.done(next(halves) / (2 * len(parts)))
        return found

    if len(parts) == 1:
        return [one(parts[0])]
    # While numpy works on one part, the engine reads the next. Each knows for whom it works, so that it ends when they go away.
    with ThreadPoolExecutor(2, "report") as threads:
        begun = [threads.submit(copy_context().run, one, part) for part in parts]
        if any(part.exception() for part in wait_for(begun, return_when=FIRST_EXCEPTION).done):
            threads.shutdown(wait=False, cancel_futures=True)  # there will be no answer, so what has not begun need not be read
        return [part.result() for part in begun]


def expected_rows(asked: Ask, steps: Iterable[Step], start: datetime, end: datetime) -> float:
    """About how many rows will be read, filters left out of account."""
    query = asked.query()
    names = {step.event for step in steps}
    which = Sql("event != ''") if None in names else Sql(f"event IN {query.bind(sorted(filter(None, names)), 'Array(String)')}")
    first, last = day_of(start, asked.scope.zone), day_of(end - timedelta(milliseconds=1), asked.scope.zone)
    days = Sql(f"day BETWEEN {query.bind(first, 'Date')} AND {query.bind(last, 'Date')}")
    [row] = query.run(
        Sql(f"SELECT toInt64(sum(events)) AS n FROM event_daily WHERE workspace_id = {asked.scope.workspace_id} AND {days} AND {which}")
    ).to_pylist()
    return float(row["n"] * (asked.spec.sample_percent or 100) / 100)


def _parts(asked: Ask, steps: Iterable[Step], start: datetime, end: datetime) -> Iterator[_Part]:
    """Parts that hold about ``ROWS_AT_ONCE`` rows each."""
    expected = expected_rows(asked, steps, start, end)
    count = max(2 if expected > WORTH_TWO else 1, round(expected / ROWS_AT_ONCE))
    newest = identity.newest_people(asked.house.store, asked.scope, before=None, limit=1)
    people = newest[0] + 1 if newest else 1
    for part in range(count):
        yield _Part(low=people * part // count, high=people * (part + 1) // count, start=start, end=end)


def _limits(asked: Ask) -> Limits | None:
    """Those of the settings, but each of the two parts that are read at once has half of this machine: the engine would take all of it
    for both, which costs a fifth more processor time. An engine elsewhere knows better."""
    if asked.house.warehouse.engine != "chdb":
        return None
    usual = default_limits(asked.house.settings)
    return replace(usual, threads=max(1, (usual.threads or os.cpu_count() or 1) // 2))


def _read(asked: Ask, wanted: Wanted, part: _Part) -> Stories:
    query = asked.query()
    columns, where = wanted(query)
    places = _packed(part, columns)
    rows = _rows(query, part, columns, where, places)
    names = list(columns)
    found, tied = _unpacked(rows, part, columns, places) if places is not None else _apart(rows, names)
    return found if not len(tied) else _settled(asked, wanted, part, found, tied)


def _packed(part: _Part, columns: Mapping[str, Column]) -> dict[str, int] | None:
    """At which bit of one 64-bit number each column begins, below the time and the person; wide ones are left out. None: no room."""
    free = 64 - part.person_bits - part.time_bits
    if free < 0:
        return None
    places: dict[str, int] = {}
    used = 0
    for name, column in columns.items():
        if used + column.bits <= free:
            places[name] = used
            used += column.bits
    return places


def _rows(
    query: Query,
    part: _Part,
    columns: Mapping[str, Column],
    where: Sql,
    places: Mapping[str, int] | None,
    only: npt.NDArray[np.uint64] | None = None,
    *,
    ordered: bool = False,
) -> pa.Table:
    """The rows of a part: ``packed``, one number for person, time and small columns, which is fast to hand over and to sort; or apart."""
    order = {f"o_{name}": ident(name) for name in _ORDER} if ordered else {}
    expressions = {"at_ms": MS, **{name: column.sql for name, column in columns.items()}, **order}
    rows = query.events_sql(expressions, where, part.start, part.end)
    parts = [Sql(f"person >= {query.bind(part.low, 'UInt64')} AND person < {query.bind(part.high, 'UInt64')}")]
    if only is not None:
        parts.append(Sql(f"person IN {query.bind(only.tolist(), 'Array(UInt64)')}"))
    picked = [ident(name) for name in ("person", "at_ms", *columns, *order)]
    if places is not None:
        picked = [_packed_sql(part, columns, places), *(ident(name) for name in columns if name not in places)]
    return query.run(Sql(f"SELECT {join(Sql(', '), picked)} FROM {rows} WHERE {join(Sql(' AND '), parts)}"), _limits(query.ask))


def _packed_sql(part: _Part, columns: Mapping[str, Column], places: Mapping[str, int]) -> Sql:
    used = int(_used(columns, places))
    pieces = [
        Sql(f"bitShiftLeft(toUInt64(person - {int(part.low)}), {used + int(part.time_bits)})"),
        Sql(f"bitShiftLeft(toUInt64(at_ms - {int(part.first_ms)}), {used})"),
        *(Sql(f"bitShiftLeft(toUInt64({ident(name)}), {int(place)})") for name, place in places.items()),
    ]
    return Sql(f"{join(Sql(' + '), pieces)} AS packed")


def _used(columns: Mapping[str, Column], places: Mapping[str, int]) -> int:
    """How many bits lie below the time."""
    return sum(columns[name].bits for name in places)


def _unpacked(
    rows: pa.Table, part: _Part, columns: Mapping[str, Column], places: Mapping[str, int]
) -> tuple[Stories, npt.NDArray[np.uint64]]:
    """The rows in order, and the people with ties that matter."""
    packed = numbers(rows, "packed", np.uint64)
    wide = {name: rows.column(name).to_numpy() for name in columns if name not in places}
    if wide:
        # TRICKY: the stable sort sees the sorted runs in which the engine hands its parts over, and is several times faster for it.
        order = np.argsort(packed, kind="stable")
        packed, wide = packed[order], {name: column[order] for name, column in wide.items()}
    else:
        packed = np.sort(packed)
    used = _used(columns, places)
    moment = packed >> np.uint64(used)
    person = (moment >> np.uint64(part.time_bits)) + np.uint64(part.low)
    found = Stories(
        person=person,
        at=(moment & np.uint64((1 << part.time_bits) - 1)).astype(np.int64) + part.first_ms,
        columns={
            **wide,
            **{name: _bits_of(packed, place, columns[name].bits) for name, place in places.items()},
        },
    )
    same = moment[1:] == moment[:-1]
    if not same.any():
        return found, person[:0]
    differ = packed[1:] != packed[:-1]
    for column in wide.values():
        differ |= column[1:] != column[:-1]
    return found, different(person[1:][same & differ])


def _bits_of(packed: npt.NDArray[np.uint64], place: int, bits: int) -> npt.NDArray[Any]:
    found = (packed >> np.uint64(place)) & np.uint64((1 << bits) - 1)
    return found.astype(np.uint8 if bits <= 8 else np.uint16 if bits <= 16 else np.uint32 if bits <= 32 else np.uint64)


def _apart(rows: pa.Table, names: Sequence[str]) -> tuple[Stories, npt.NDArray[np.uint64]]:
    """The same for rows that came column by column."""
    found = _stories(rows, names)
    found = found.take(np.lexsort((found.at, found.person)))
    same = (found.person[1:] == found.person[:-1]) & (found.at[1:] == found.at[:-1])
    differ = np.zeros(len(same), np.bool_)
    for column in found.columns.values():
        differ |= column[1:] != column[:-1]
    return found, different(found.person[1:][same & differ])


def _stories(rows: pa.Table, names: Sequence[str]) -> Stories:
    return Stories(
        person=numbers(rows, "person", np.uint64),
        at=numbers(rows, "at_ms", np.int64),
        columns={name: rows.column(name).to_numpy() for name in names},
    )


def _settled(asked: Ask, wanted: Wanted, part: _Part, found: Stories, tied: npt.NDArray[np.uint64]) -> Stories:
    """The same rows with those of people who have ties in the right order."""
    few = len(tied) <= _TIED_PEOPLE
    query = asked.query()
    columns, where = wanted(query)
    rows = _rows(query, part, columns, where, None, tied if few else None, ordered=True)
    again = _stories(rows, list(columns))
    again = again.take(np.lexsort((*(numbers(rows, f"o_{name}", np.uint64) for name in _ORDER), again.at, again.person)))
    if not few:
        return again
    mine = _rows_of(found, tied)
    if np.array_equal(found.person[mine], again.person):
        # The same events in another order, so they go where they were; everything else stays.
        found.at[mine] = again.at
        for name, column in found.columns.items():
            column[mine] = again.columns[name]
        return found
    rest = found.take(~np.isin(found.person, tied))
    both = Stories(
        person=np.concatenate([rest.person, again.person]),
        at=np.concatenate([rest.at, again.at]),
        columns={name: np.concatenate([rest.columns[name], again.columns[name]]) for name in columns},
    )
    return both.take(np.argsort(both.person, kind="stable"))


def _rows_of(found: Stories, people: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """The places of all rows of some people, in order. people: sorted."""
    starts, ends = np.searchsorted(found.person, people, "left"), np.searchsorted(found.person, people, "right")
    sizes = ends - starts
    before = np.cumsum(sizes) - sizes
    return np.repeat(starts - before, sizes) + np.arange(int(sizes.sum()))


def segments(*keys: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    """The number of the run of equal keys in which each row stands: 0, 0, 1, 2, 2, ... for sorted rows."""
    changes = np.zeros(len(keys[0]), np.bool_)
    for key in keys:
        changes[1:] |= key[1:] != key[:-1]
    return np.cumsum(changes, dtype=np.int32)
