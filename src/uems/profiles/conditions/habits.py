"""Is it a habit, and in which order did they do things?"""

from collections.abc import Mapping
from collections.abc import Sequence as Many
from datetime import date, datetime, timedelta
from typing import Final

from uems.kernel.clock import day_of, start_of_day
from uems.kernel.filters import At, Grammar, Reading
from uems.kernel.sql import Sql, join
from uems.profiles.conditions.asking import Asking, Value
from uems.profiles.conditions.doing import deed_check, read_doing, read_within, row_sql, write_doing, write_within
from uems.profiles.conditions.kind import Edge, PersonCheck, PersonKind, PersonRecord, a_count, an_object, keys_are
from uems.profiles.conditions.model import Calendar, Regular, Sequence
from uems.profiles.conditions.zones import (
    by_clock,
    clocks,
    day_of_deed,
    day_sql,
    first_day_sql,
    is_own,
    moments,
    read_zone,
    rows_of,
    write_zone,
)

_UNITS: Final = ("day", "week", "month")
_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_MAX_SECONDS: Final = 366 * 86_400
MAX_STEPS: Final = 8


_UNIT_SQL: Final[Mapping[Calendar, Sql]] = {"day": Sql("toDate"), "week": Sql("toMonday"), "month": Sql("toStartOfMonth")}


class RegularKind(PersonKind[Regular]):
    """``{"regular": {"events", "where", "unit": "week", "at_least": 3, "out_of": 4, "zone"}}``."""

    key = "regular"
    node = Regular

    def read(self, body: object, reading: Reading) -> Regular:
        given = an_object(body, reading)
        keys_are(given, ("events", "where", "unit", "at_least", "out_of", "zone"), reading)
        unit = given.get("unit", "week")
        if unit not in _UNITS:
            known = ", ".join(_UNITS)
            message = f"unknown unit {str(unit)[:40]!r}; one of {known}."
            raise reading.inside(".unit").wrong(message, "unknown", got=str(unit)[:40], known=known)
        out_of = a_count(given, "out_of", reading, least=1, most=400)
        at_least = a_count(given, "at_least", reading, least=1, most=out_of)
        zone = read_zone(given, reading)
        return Regular(doing=read_doing(given, reading), unit=unit, at_least=at_least, out_of=out_of, zone=zone)

    def write(self, node: Regular, grammar: Grammar) -> object:
        habit = {"unit": node.unit, "at_least": node.at_least, "out_of": node.out_of}
        return {**write_doing(node.doing), **habit, **write_zone(node.zone)}

    def ask(self, node: Regular, asking: Asking) -> Value:
        days = {zone: first_day(node, At(now=asking.at.now, zone=zone)) for zone in clocks(node.zone, asking)}
        if is_own(node.zone, asking):
            return self._by_their_clocks(node, days, asking)
        source = asking.source("events")
        first = asking.params.bind(days[asking.at.zone], "Date")
        whole, cheap = row_sql(node.doing, None, asking)
        source.need(Sql(f"{cheap} AND day >= {first}"))
        flag = source.named(Sql(f"{whole} AND day >= {first}"))
        unit = source.named(Sql(f"{_UNIT_SQL[node.unit]}(day)"))
        count = Sql(f"toInt64(uniqExactIf({unit}, {flag}))")
        return Value(source=source, sql=Sql(f"{count} >= {node.at_least}"), quote=count)

    def _by_their_clocks(self, node: Regular, days: Mapping[str, date], asking: Asking) -> Value:
        source = asking.source("events", zoned=True)
        whole, cheap = row_sql(node.doing, None, asking)
        # A day begins at most 26 hours earlier or later elsewhere.
        source.need(Sql(f"{cheap} AND day >= {asking.params.bind(min(days.values()) - timedelta(days=2), 'Date')}"))
        day = day_sql(source, node.zone, min(days.values()), asking)
        flag = Sql(f"({source.named(whole)} AND {day} >= {first_day_sql(days, node.zone, asking)})")
        count = Sql(f"toInt64(uniqExactIf({_UNIT_SQL[node.unit]}({day}), {flag}))")
        return Value(source=source, sql=Sql(f"{count} >= {node.at_least}"), quote=count)

    def check(self, node: Regular, at: At, grammar: Grammar) -> PersonCheck:
        did = deed_check(node.doing, None, at)
        calendar = by_clock(node.zone, at, lambda mine: (day_of_deed(mine.zone if mine.zone != at.zone else ""), first_day(node, mine)))

        def holds(record: PersonRecord) -> bool:
            day_in, first = calendar(record)
            days = {day_in(deed) for deed in record.deeds if did(deed)}
            return len({unit_start(day, node.unit) for day in days if day >= first}) >= node.at_least

        return holds

    def edges(self, node: Regular, asking: Asking) -> Many[Edge]:
        where, _ = row_sql(node.doing, None, asking)
        starts = tuple(start_of_day(first_day(node, At(now=asking.at.now, zone=zone)), zone) for zone in clocks(node.zone, asking))
        return (Edge(table="events", where=where, time=Sql("ts"), moments=starts),)


def unit_start(day: date, unit: Calendar) -> date:
    """The first day of the day's week (Monday) or month; the day itself."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day


def first_day(node: Regular, at: At) -> date:
    """The first day of the first of the units that count."""
    start = unit_start(day_of(at.now, at.zone), node.unit)
    back = node.out_of - 1
    if node.unit == "month":
        months = start.year * 12 + start.month - 1 - back
        return date(max(months // 12, 1970), months % 12 + 1, 1)
    return start - timedelta(days=back * (7 if node.unit == "week" else 1))


def _deed(ts: Sql, step: int, flag: Sql) -> Sql:
    """When an event was and which step it is; step 0 is none."""
    return Sql(f"({ts}, toUInt8({step} * {flag}))")


def _reached(ts: Sql, flags: Many[Sql], window: int) -> Sql:
    """How many steps a person did one after another, each later than the one before and all within ``window`` ms of the first.

    windowFunnel forgets an earlier start when one event is both the next step and a new start, as in "the same thing twice". Here each
    step keeps (start, last time) of the chain that began latest; of one instant the later steps come first, so that none follows itself.
    """
    size = len(flags)
    deeds = join(Sql(", "), [_deed(ts, n, flag) for n, flag in enumerate(flags, 1)])
    ordered = Sql(f"arraySort(d -> (d.1, {size} - d.2), groupArrayArray(arrayFilter(d -> d.2 > 0, [{deeds}])))")
    goes_on = Sql(f"s[d.2 - 1].1 > 0 AND s[d.2 - 1].2 < d.1 AND d.1 <= s[d.2 - 1].1 + {window}")
    one_more = Sql("arrayConcat(arraySlice(s, 1, d.2 - 1), [(if(d.2 = 1, d.1, s[d.2 - 1].1), d.1)], arraySlice(s, d.2 + 1))")
    nothing = Sql(f"arrayResize(emptyArrayUInt64(), {size})")
    chains = Sql(f"arrayFold((s, d) -> if(d.2 = 1 OR ({goes_on}), {one_more}, s), {ordered}, arrayMap(n -> (n, n), {nothing}))")
    return Sql(f"arrayCount(s -> s.1 > 0, {chains})")


class SequenceKind(PersonKind[Sequence]):
    """``{"sequence": {"steps": [{"events", "where"}, ...], "amount": 2, "unit": "hour", "within": {...}, "zone"}}``."""

    key = "sequence"
    node = Sequence

    def read(self, body: object, reading: Reading) -> Sequence:
        given = an_object(body, reading)
        keys_are(given, ("steps", "amount", "unit", "within", "zone"), reading)
        steps, at = given.get("steps"), reading.inside(".steps")
        if not isinstance(steps, list) or not 2 <= len(steps) <= MAX_STEPS:
            raise at.wrong(f"must be a list of 2 to {MAX_STEPS} steps.", "steps", least=2, most=MAX_STEPS)
        unit = given.get("unit", "day")
        if unit not in _SECONDS:
            known = ", ".join(_SECONDS)
            message = f"unknown unit {str(unit)[:40]!r}; one of {known}."
            raise reading.inside(".unit").wrong(message, "unknown", got=str(unit)[:40], known=known)
        length = _SECONDS[unit]
        amount = a_count(given, "amount", reading, least=1, most=_MAX_SECONDS // length)
        made = []
        for i, step in enumerate(steps):
            inside = at.inside(f"[{i}]")
            keys_are(an_object(step, inside), ("events", "where"), inside)
            made.append(read_doing(an_object(step, inside), inside))
        within, zone = read_within(given, reading), read_zone(given, reading)
        return Sequence(steps=tuple(made), seconds=amount * length, within=within, zone=zone)

    def write(self, node: Sequence, grammar: Grammar) -> object:
        unit, length = next((u, s) for u, s in reversed(_SECONDS.items()) if node.seconds % s == 0)
        steps = [write_doing(step) for step in node.steps]
        return {"steps": steps, "amount": node.seconds // length, "unit": unit, **write_within(node.within), **write_zone(node.zone)}

    def ask(self, node: Sequence, asking: Asking) -> Value:
        source, flags = asking.source("events"), []
        for step in node.steps:
            source, flag = rows_of(step, node.within, node.zone, asking)
            flags.append(flag)
        ts = source.named(Sql("toUInt64(toUnixTimestamp64Milli(ts))"))
        reached = _reached(ts, flags, node.seconds * 1000)
        return Value(source=source, sql=Sql(f"{reached} >= {len(flags)}"), quote=Sql(f"toInt64({reached})"))

    def check(self, node: Sequence, at: At, grammar: Grammar) -> PersonCheck:
        steps = by_clock(node.zone, at, lambda mine: [deed_check(step, node.within, mine) for step in node.steps])
        window = timedelta(seconds=node.seconds)

        def holds(record: PersonRecord) -> bool:
            checks = steps(record)
            # For each step the latest start of a chain that has come so far, with the time of its last step.
            best: list[tuple[datetime, datetime] | None] = [None] * len(checks)
            for ts in sorted({deed.ts for deed in record.deeds}):
                now = [deed for deed in record.deeds if deed.ts == ts]
                done = [any(check(deed) for deed in now) for check in checks]
                for n in range(len(checks) - 1, 0, -1):
                    before = best[n - 1]
                    if done[n] and before is not None and before[1] < ts <= before[0] + window:
                        best[n] = (before[0], ts)
                if done[0]:
                    best[0] = (ts, ts)
                if best[-1] is not None:
                    return True
            return False

        return holds

    def edges(self, node: Sequence, asking: Asking) -> Many[Edge]:
        times = moments(node.within, node.zone, asking)
        if not times:
            return ()
        wheres = [row_sql(step, None, asking)[0] for step in node.steps]
        return (Edge(table="events", where=Sql(f"({join(Sql(') OR ('), wheres)})"), time=Sql("ts"), moments=times),)
