"""By whose clock? What a window and a day mean where every person has a time zone of their own, in SQL and of one record.

People without a zone that exists have the workspace's. All arithmetic of zones happens here in Python, by the same rules for
both evaluators: a statement only looks up bounds, and offsets from UTC, by the name of the person's zone.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, TypeVar

from uems.kernel.clock import day_of, zone_of
from uems.kernel.filters import At, Bounds, Field, Reading, Test, bounds_of, field_sql, window_of
from uems.kernel.sql import Param, Sql, join
from uems.profiles.conditions.asking import Asking, Source
from uems.profiles.conditions.doing import moments_of, row_sql
from uems.profiles.conditions.kind import Deed, PersonRecord
from uems.profiles.conditions.model import Doing, Zone

T = TypeVar("T")

ROW: Final = Sql("ifNull(zone, '')")
"""The zone beside a row of a zoned source."""
PERSON: Final = Sql("ifNull(any(zone), '')")
"""The same in an aggregate: all rows of a person have one zone."""
_AHEAD: Final = timedelta(days=366)
"""How far ahead of now an event may be dated, to be put on the right day by its person's clock."""


def read_zone(body: Mapping[str, object], reading: Reading) -> Zone:
    """``zone`` of a body; left out it is the workspace's."""
    zone = body.get("zone", "workspace")
    if zone == "workspace":
        return "workspace"
    if zone == "person":
        return "person"
    raise reading.inside(".zone").wrong("must be workspace or person.", "zone")


def write_zone(zone: Zone) -> dict[str, object]:
    return {} if zone == "workspace" else {"zone": zone}


def clocks(zone: Zone, asking: Asking) -> list[str]:
    """Every zone by which somebody's window may go."""
    return [asking.at.zone] if zone == "workspace" else [asking.at.zone, *asking.zones()]


def moments(test: Test | None, zone: Zone, asking: Asking) -> tuple[datetime, ...]:
    """The ends of the window now, by each of the clocks."""
    return tuple(m for name in clocks(zone, asking) for m in moments_of(test, At(now=asking.at.now, zone=name)))


def is_own(zone: Zone, asking: Asking) -> bool:
    """Whether people have to be told apart by their zones."""
    return zone == "person" and bool(asking.zones())


def by_clock(zone: Zone, at: At, make: Callable[[At], T]) -> Callable[[PersonRecord], T]:
    """What ``make`` gives for the clock of a record's person; made once for each zone."""
    made = {at.zone: make(at)}

    def found(record: PersonRecord) -> T:
        name = record.zone if zone == "person" and record.zone else at.zone
        if name not in made:
            made[name] = make(At(now=at.now, zone=name))
        return made[name]

    return found


def day_of_deed(zone: str) -> Callable[[Deed], date]:
    """The day of an event in a zone; "" for the business day that it has."""
    return (lambda deed: deed.day) if zone == "" else lambda deed: day_of(deed.ts, zone)


def bounds(test: Test, zone: Zone, name: Sql, asking: Asking, *, days: bool = False) -> Bounds:
    """The window of a time test for the person whose zone ``name`` gives; ``days``: also for texts that are bare days."""
    zones = asking.zones() if zone == "person" else []
    windows = [window_of(test, At(now=asking.at.now, zone=one)) for one in (*zones, asking.at.zone)]
    usual = windows[-1]
    if all(window == usual for window in windows):
        return bounds_of(usual, asking.params, days=days)

    def instant(ends: Sequence[datetime | None]) -> Sql | None:
        known = [round(end.timestamp() * 1_000_000) for end in ends if end is not None]
        return Sql(f"fromUnixTimestamp64Micro({_by_zone(name, zones, known, 'Int64', asking)}, 'UTC')") if known else None

    def day(ends: Sequence[date | None]) -> Sql | None:
        known = [end.isoformat() for end in ends if end is not None]
        return _by_zone(name, zones, known, "String", asking) if known and days else None

    # What has no end by one clock has none by any: the test decides it.
    return Bounds(
        low=instant([w.low for w in windows]),
        low_open=usual.low_open,
        high=instant([w.high for w in windows]),
        high_closed=usual.high_closed,
        low_day=day([w.low_day for w in windows]),
        high_day=day([w.high_day for w in windows]),
    )


def rows_of(doing: Doing, within: Test | None, zone: Zone, asking: Asking, source: Source | None = None) -> tuple[Source, Sql]:
    """(the source, the condition on its rows): which events count, each within the window of its person."""
    if not is_own(zone, asking):
        plain = source or asking.source("events")
        whole, cheap = row_sql(doing, within, asking)
        plain.need(cheap)
        return plain, plain.named(whole)
    zoned = source or asking.source("events", zoned=True)
    whole, cheap = row_sql(doing, None, asking)
    flag = zoned.named(whole)
    if within is None:
        zoned.need(cheap)
        return zoned, flag
    zoned.need(join(Sql(" AND "), [cheap, *_loosest(within, asking)]))
    mine = Field(sql=zoned.named(Sql("ts")), type="time")
    return zoned, Sql(f"({flag} AND {field_sql(within, mine, asking.params, asking.at, bounds(within, zone, ROW, asking))})")


def _loosest(within: Test, asking: Asking) -> list[Sql]:
    """Bounds on ``ts`` that hold by every clock."""
    windows = [window_of(within, At(now=asking.at.now, zone=name)) for name in clocks("person", asking)]
    lows, highs = [w.low for w in windows if w.low is not None], [w.high for w in windows if w.high is not None]
    found = [Sql(f"ts >= {asking.params.bind(min(lows), _INSTANT)}")] if lows else []
    return [*found, Sql(f"ts <= {asking.params.bind(max(highs), _INSTANT)}")] if highs else found


_INSTANT: Final = "DateTime64(6, 'UTC')"


def day_sql(source: Source, zone: Zone, since: date, asking: Asking) -> Sql:
    """The day of a row by its person's calendar, as a Date; right for rows from the day ``since`` on. source: of ``rows_of``."""
    day = source.named(Sql("day"))
    if not is_own(zone, asking):
        return day
    zones = asking.zones()
    first = datetime(since.year, since.month, since.day, tzinfo=UTC) - timedelta(days=2)
    found = [_offsets(name, first, asking.at.now + _AHEAD) for name in zones]
    ts = Sql(f"toUnixTimestamp({source.named(Sql('ts'))})")
    names = asking.params.bind(list(zones), "Array(String)")
    which = Sql(f"greatest(indexOf({names}, {ROW}), 1)")
    changes = Sql(f"arrayElement({asking.params.bind([list(at) for at, _ in found], 'Array(Array(Int64))')}, {which})")
    offsets = Sql(f"arrayElement({asking.params.bind([list(by) for _, by in found], 'Array(Array(Int64))')}, {which})")
    passed = Sql(f"arrayCount(_c -> _c <= {ts}, {changes})")
    local = Sql(f"toDate(toInt32(intDiv(toInt64({ts}) + arrayElement({offsets}, {passed} + 1), 86400)))")
    return Sql(f"if(has({names}, {ROW}), {local}, {day})")


def first_day_sql(days: Mapping[str, date], zone: Zone, asking: Asking) -> Sql:
    """The day of the person's zone, of the days by zone, as a Date."""
    if not is_own(zone, asking):
        return asking.params.bind(days[asking.at.zone], "Date")
    zones = asking.zones()
    epoch = date(1970, 1, 1)
    known = [(days[name] - epoch).days for name in (*zones, asking.at.zone)]
    return Sql(f"toDate(toInt32({_by_zone(ROW, zones, known, 'Int64', asking)}))")


def _by_zone(name: Sql, zones: Sequence[str], values: Sequence[int] | Sequence[str], type_: str, asking: Asking) -> Sql:
    """The value for the zone; the last of ``values`` is that of everybody else."""
    usual = asking.params.bind(values[-1], type_)
    names = asking.params.bind(list(zones), "Array(String)")
    theirs: list[Param] = list(values[:-1])
    return Sql(f"transform({name}, {names}, {asking.params.bind(theirs, f'Array({type_})')}, {usual})")


def _offsets(zone: str, first: datetime, last: datetime) -> tuple[list[int], list[int]]:
    """(when the zone's offset from UTC changes between two instants, the offsets before and after each change), in seconds."""
    start = round(first.timestamp())
    changes = [c for year in range(first.year, last.year + 1) for c in _changes_of(zone, year)]
    later = [(at, offset) for at, offset in changes if at > start]
    return [at for at, _ in later], [_offset(zone, start), *(offset for _, offset in later)]


@lru_cache(maxsize=50_000)
def _changes_of(zone: str, year: int) -> tuple[tuple[int, int], ...]:
    """(the second, the offset from then on) of every change of a UTC year."""
    day, end = (round(datetime(y, 1, 1, tzinfo=UTC).timestamp()) for y in (year, year + 1))
    found, before = [], _offset(zone, day)
    while day < end:
        after = _offset(zone, day + 86_400)
        if after != before:
            low, high = day, day + 86_400
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if _offset(zone, middle) != before else (middle, high)
            found.append((high, after))
        day, before = day + 86_400, after
    return tuple(found)


def _offset(zone: str, second: int) -> int:
    offset = datetime.fromtimestamp(second, zone_of(zone)).utcoffset()
    assert offset is not None
    return round(offset.total_seconds())
