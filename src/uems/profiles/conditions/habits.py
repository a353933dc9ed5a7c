"""Is it a habit, and in which order did they do things?"""

from collections.abc import Mapping
from collections.abc import Sequence as Many
from datetime import date, datetime, timedelta
from typing import Final

from uems.kernel.clock import day_of, start_of_day
from uems.kernel.filters import At, Grammar, Reading
from uems.kernel.sql import Sql, join
from uems.profiles.conditions.asking import Asking, Value
from uems.profiles.conditions.doing import deed_check, moments_of, read_doing, read_within, row_sql, write_doing, write_within
from uems.profiles.conditions.kind import Edge, PersonCheck, PersonKind, PersonRecord, a_count, an_object, keys_are
from uems.profiles.conditions.model import Calendar, Regular, Sequence

_UNITS: Final = ("day", "week", "month")
_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_MAX_SECONDS: Final = 366 * 86_400
MAX_STEPS: Final = 8


_UNIT_SQL: Final[Mapping[Calendar, Sql]] = {"day": Sql("day"), "week": Sql("toMonday(day)"), "month": Sql("toStartOfMonth(day)")}


class RegularKind(PersonKind[Regular]):
    """``{"regular": {"events", "where", "unit": "week", "at_least": 3, "out_of": 4}}``."""

    key = "regular"
    node = Regular

    def read(self, body: object, reading: Reading) -> Regular:
        given = an_object(body, reading)
        keys_are(given, ("events", "where", "unit", "at_least", "out_of"), reading)
        unit = given.get("unit", "week")
        if unit not in _UNITS:
            raise reading.inside(".unit").wrong(f"unknown unit {str(unit)[:40]!r}; one of {', '.join(_UNITS)}.")
        out_of = a_count(given, "out_of", reading, least=1, most=400)
        at_least = a_count(given, "at_least", reading, least=1, most=out_of)
        return Regular(doing=read_doing(given, reading), unit=unit, at_least=at_least, out_of=out_of)

    def write(self, node: Regular, grammar: Grammar) -> object:
        return {**write_doing(node.doing), "unit": node.unit, "at_least": node.at_least, "out_of": node.out_of}

    def ask(self, node: Regular, asking: Asking) -> Value:
        source = asking.source("events")
        first = asking.params.bind(first_day(node, asking.at), "Date")
        whole, cheap = row_sql(node.doing, None, asking)
        source.need(Sql(f"{cheap} AND day >= {first}"))
        flag = source.named(Sql(f"{whole} AND day >= {first}"))
        unit = source.named(_UNIT_SQL[node.unit])
        count = Sql(f"toInt64(uniqExactIf({unit}, {flag}))")
        return Value(source=source, sql=Sql(f"{count} >= {node.at_least}"), shown=count)

    def check(self, node: Regular, at: At, grammar: Grammar) -> PersonCheck:
        did, first = deed_check(node.doing, None, at), first_day(node, at)

        def holds(record: PersonRecord) -> bool:
            units = {unit_start(deed.day, node.unit) for deed in record.deeds if deed.day >= first and did(deed)}
            return len(units) >= node.at_least

        return holds

    def edges(self, node: Regular, asking: Asking) -> Many[Edge]:
        where, _ = row_sql(node.doing, None, asking)
        moment = start_of_day(first_day(node, asking.at), asking.at.zone)
        return (Edge(table="events", where=where, time=Sql("ts"), moments=(moment,)),)


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


class SequenceKind(PersonKind[Sequence]):
    """``{"sequence": {"steps": [{"events", "where"}, ...], "amount": 2, "unit": "hour", "within": {...}}}``."""

    key = "sequence"
    node = Sequence

    def read(self, body: object, reading: Reading) -> Sequence:
        given = an_object(body, reading)
        keys_are(given, ("steps", "amount", "unit", "within"), reading)
        steps, at = given.get("steps"), reading.inside(".steps")
        if not isinstance(steps, list) or not 2 <= len(steps) <= MAX_STEPS:
            raise at.wrong(f"must be a list of 2 to {MAX_STEPS} steps.")
        unit = given.get("unit", "day")
        if unit not in _SECONDS:
            raise reading.inside(".unit").wrong(f"unknown unit {str(unit)[:40]!r}; one of {', '.join(_SECONDS)}.")
        length = _SECONDS[unit]
        amount = a_count(given, "amount", reading, least=1, most=_MAX_SECONDS // length)
        made = []
        for i, step in enumerate(steps):
            inside = at.inside(f"[{i}]")
            keys_are(an_object(step, inside), ("events", "where"), inside)
            made.append(read_doing(an_object(step, inside), inside))
        return Sequence(steps=tuple(made), seconds=amount * length, within=read_within(given, reading))

    def write(self, node: Sequence, grammar: Grammar) -> object:
        unit, length = next((u, s) for u, s in reversed(_SECONDS.items()) if node.seconds % s == 0)
        steps = [write_doing(step) for step in node.steps]
        return {"steps": steps, "amount": node.seconds // length, "unit": unit, **write_within(node.within)}

    def ask(self, node: Sequence, asking: Asking) -> Value:
        source = asking.source("events")
        flags = []
        for step in node.steps:
            whole, cheap = row_sql(step, node.within, asking)
            source.need(cheap)
            flags.append(source.named(whole))
        ts = source.named(Sql("toUInt64(toUnixTimestamp64Milli(ts))"))
        funnel = Sql(f"windowFunnel({node.seconds * 1000}, 'strict_increase')({ts}, {join(Sql(', '), flags)})")
        return Value(source=source, sql=Sql(f"{funnel} >= {len(flags)}"), shown=Sql(f"toInt64({funnel})"))

    def check(self, node: Sequence, at: At, grammar: Grammar) -> PersonCheck:
        checks = [deed_check(step, node.within, at) for step in node.steps]
        window = timedelta(seconds=node.seconds)

        def holds(record: PersonRecord) -> bool:
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
        moments = moments_of(node.within, asking.at)
        if not moments:
            return ()
        wheres = [row_sql(step, None, asking)[0] for step in node.steps]
        return (Edge(table="events", where=Sql(f"({join(Sql(') OR ('), wheres)})"), time=Sql("ts"), moments=moments),)
