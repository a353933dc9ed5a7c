"""Did the person do it: how often, how much, when first and when last?"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from uems.kernel.filters import (
    At,
    Field,
    Grammar,
    Reading,
    Scalars,
    Test,
    check_json_name,
    field_check,
    field_sql,
    find,
    read_test,
    window_of,
    write_test,
)
from uems.kernel.sql import Sql, join
from uems.profiles.conditions.asking import Asking, Source, Value
from uems.profiles.conditions.doing import (
    TS,
    deed_check,
    is_time,
    moments_of,
    names_sql,
    read_doing,
    read_within,
    row_sql,
    write_doing,
    write_within,
)
from uems.profiles.conditions.kind import EVENT_FIELDS, Deed, Edge, PersonCheck, PersonKind, PersonRecord, an_object, keys_are
from uems.profiles.conditions.model import MEASURES, OF_PROPERTY, OF_TIME, REVENUE, Did, MeasureOf

_KEYS: Final = ("events", "where", "within", "zone", "measure", "property", "op", "value")
_NUMBER_OPS: Final = ("equals", "not_equals", "in", "not_in", "gt", "gte", "lt", "lte", "between")
_TIME_OPS: Final = ("before", "after", "between")
_FROM_NOTHING: Final = ("count", "days", "sum", "distinct")
"""Measures that are 0 of nothing; the others are missing."""
AT_LEAST_ONCE: Final = Test(op="gte", value=1)


class DidKind(PersonKind[Did]):
    """``{"did": {"events", "where", "within", "zone", "measure", "property", "op", "value"}}``; without a test: at least once."""

    key = "did"
    node = Did

    def read(self, body: object, reading: Reading) -> Did:
        given = an_object(body, reading)
        keys_are(given, _KEYS, reading)
        of = given.get("measure", "count")
        if of not in MEASURES:
            raise reading.inside(".measure").wrong(f"unknown measure {str(of)[:40]!r}; one of {', '.join(MEASURES)}.")
        zone = given.get("zone", "workspace")
        if zone not in ("workspace", "person"):
            raise reading.inside(".zone").wrong("must be workspace or person.")
        return Did(
            doing=read_doing(given, reading),
            within=read_within(given, reading),
            zone=zone,
            of=of,
            name=_property(given, of, reading),
            test=_test(given, of, reading),
        )

    def write(self, node: Did, grammar: Grammar) -> object:
        body: dict[str, object] = {**write_doing(node.doing), **write_within(node.within)}
        if node.zone != "workspace":
            body["zone"] = node.zone
        if node.of != "count" or node.test != AT_LEAST_ONCE:
            body |= write_test(node.test) if node.of == "count" else {"measure": node.of, **write_test(node.test)}
        if node.name:
            body["property"] = node.name
        return body

    def ask(self, node: Did, asking: Asking) -> Value:
        source, measured = measure(node, asking)
        field = _field(node, measured)
        return Value(
            source=source,
            sql=field_sql(node.test, field, asking.params, asking.at),
            empty=field_check(node.test, field, asking.at)(0 if node.of in _FROM_NOTHING else None),
            shown=measured,
        )

    def check(self, node: Did, at: At, grammar: Grammar) -> PersonCheck:
        measured = measured_of(node, at)
        test = field_check(node.test, _field(node, Sql("")), at)
        return lambda record: test(measured(record))

    def edges(self, node: Did, asking: Asking) -> Sequence[Edge]:
        moments: tuple[Any, ...] = ()
        for zone in _zones(node, asking):
            at = At(now=asking.at.now, zone=zone)
            moments += moments_of(node.within, at) + (moments_of(node.test, at) if node.of in OF_TIME else ())
        where, _ = row_sql(node.doing, None, asking)
        return (Edge(table="events", where=where, time=Sql("ts"), moments=moments),) if moments else ()


def _zones(node: Did, asking: Asking) -> list[str]:
    return [asking.at.zone] if node.zone == "workspace" else [asking.at.zone, *asking.zones()]


def _property(given: Mapping[str, object], of: MeasureOf, reading: Reading) -> str:
    name = given.get("property", "")
    at = reading.inside(".property")
    if of not in OF_PROPERTY:
        if name:
            raise at.wrong(f"{of} measures no property; leave it out.")
        return ""
    if not isinstance(name, str) or not 1 <= len(name) <= 200:
        raise at.wrong(f"{of} needs the name of a property, or {REVENUE!r} for the revenue.")
    return name if name == REVENUE else check_json_name(name, at)


def _test(given: Mapping[str, object], of: MeasureOf, reading: Reading) -> Test:
    if "op" not in given and "value" not in given and of in ("count", "days"):
        return AT_LEAST_ONCE
    test = read_test({key: given[key] for key in ("op", "value") if key in given}, reading)
    if of in OF_TIME:
        if not is_time(test):
            raise reading.wrong(f"{test.op} does not test a time; use one of {', '.join(_TIME_OPS)} with days or times.")
    elif test.op not in _NUMBER_OPS or is_time(test) or not _numbers(test):
        raise reading.wrong(f"{of} is a number; use one of {', '.join(_NUMBER_OPS)} with numbers.")
    return test


def _numbers(test: Test) -> bool:
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    return all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)


def _field(node: Did, sql: Sql) -> Field:
    return Field(sql=sql, type="time" if node.of in OF_TIME else "number", nullable=node.of not in _FROM_NOTHING)


def measure(node: Did, asking: Asking) -> tuple[Source, Sql]:
    """(source, aggregate over a person's rows): the measure itself, without its test."""
    source = asking.source("events", zoned=node.zone == "person")
    whole, cheap = row_sql(node.doing, node.within if node.zone == "workspace" else None, asking)
    source.need(cheap)
    row = source.named(whole)
    if node.zone == "workspace" or node.within is None:
        return source, _AGGREGATES[node.of](node, source, row, asking)
    theirs = Sql(f"({row} AND {_in_their_window(node.within, source, asking)})")
    return source, _AGGREGATES[node.of](node, source, theirs, asking)


def _in_their_window(within: Test, source: Source, asking: Asking) -> Sql:
    """The window by each person's own calendar; those without a zone that exists have the workspace's."""
    zones = asking.zones()
    ts = Sql(f"toUnixTimestamp64Micro({source.named(Sql('toDateTime64(ts, 6)'))})")
    windows = [window_of(within, At(now=asking.at.now, zone=zone)) for zone in (*zones, asking.at.zone)]
    parts: list[Sql] = []
    low, high = _bound_of([w.low for w in windows], zones, asking), _bound_of([w.high for w in windows], zones, asking)
    if low is not None:
        parts.append(Sql(f"{ts} > {low}") if windows[0].low_open else Sql(f"{ts} >= {low}"))
    if high is not None:
        parts.append(Sql(f"{ts} <= {high}") if windows[0].high_closed else Sql(f"{ts} < {high}"))
    return join(Sql(" AND "), parts) if parts else Sql("1")


def _bound_of(bounds: Sequence[datetime | None], zones: Sequence[str], asking: Asking) -> Sql | None:
    """Microseconds of the bound for the person's zone; the last of ``bounds`` is the workspace's."""
    known = [round(b.timestamp() * 1_000_000) for b in bounds if b is not None]
    if len(known) != len(bounds):
        return None
    usual = asking.params.bind(known[-1], "Int64")
    if not zones:
        return usual
    names, values = asking.params.bind(list(zones), "Array(String)"), asking.params.bind(known[:-1], "Array(Int64)")
    return Sql(f"transform(ifNull(zone, ''), {names}, {values}, {usual})")


def _number_row(name: str, source: Source, asking: Asking) -> Sql:
    if name == REVENUE:
        mine = asking.params.bind(asking.scope.currency, "String")
        return source.named(Sql(f"if(currency = {mine}, toFloat64(revenue_minor), NULL)"))
    return source.named(number_of(_scalars(name, asking)))


def _scalars(name: str, asking: Asking) -> Scalars:
    assert EVENT_FIELDS.properties is not None
    return EVENT_FIELDS.properties.value(name, asking.params).scalars


def number_of(scalars: Scalars) -> Sql:
    """The number that a JSON value is, as Nullable(Float64)."""
    parts = [Sql(f"toFloat64({n})") for n in (*scalars.integers, *scalars.floats)]
    return Sql(f"coalesce({join(Sql(', '), parts)})")


def text_of(scalars: Scalars) -> Sql:
    """A scalar JSON value as text: numbers in plain digits, booleans as true and false."""
    parts = [Sql(f"toString({n})") for n in (*scalars.integers, *scalars.floats, *([scalars.boolean] if scalars.boolean else []))]
    return Sql(f"coalesce({join(Sql(', '), [*([scalars.text] if scalars.text else []), *parts])})")


def _count(node: Did, source: Source, flag: Sql, asking: Asking) -> Sql:
    return Sql(f"toInt64(countIf({flag}))")


def _days(node: Did, source: Source, flag: Sql, asking: Asking) -> Sql:
    return Sql(f"toInt64(uniqExactIf({source.named(Sql('day'))}, {flag}))")


def _sum(node: Did, source: Source, flag: Sql, asking: Asking) -> Sql:
    # Rounded: the order in which doubles are added must not decide a test.
    return Sql(f"round(ifNull(sumIf({_number_row(node.name, source, asking)}, {flag}), 0), 6)")


def _average(node: Did, source: Source, flag: Sql, asking: Asking) -> Sql:
    return Sql(f"round(avgOrNullIf({_number_row(node.name, source, asking)}, {flag}), 6)")


def _lowest(node: Did, source: Source, flag: Sql, asking: Asking) -> Sql:
    return Sql(f"minOrNullIf({_number_row(node.name, source, asking)}, {flag})")


def _highest(node: Did, source: Source, flag: Sql, asking: Asking) -> Sql:
    return Sql(f"maxOrNullIf({_number_row(node.name, source, asking)}, {flag})")


def _distinct(node: Did, source: Source, flag: Sql, asking: Asking) -> Sql:
    value = _number_row(node.name, source, asking) if node.name == REVENUE else source.named(text_of(_scalars(node.name, asking)))
    return Sql(f"toInt64(uniqExactIf({value}, {flag}))")


def _first(node: Did, source: Source, flag: Sql, asking: Asking) -> Sql:
    return Sql(f"minOrNullIf({source.named(Sql('ts'))}, {flag})")


def _last(node: Did, source: Source, flag: Sql, asking: Asking) -> Sql:
    return Sql(f"maxOrNullIf({source.named(Sql('ts'))}, {flag})")


_AGGREGATES: Final[Mapping[MeasureOf, Callable[[Did, Source, Sql, Asking], Sql]]] = {
    "count": _count,
    "days": _days,
    "sum": _sum,
    "average": _average,
    "min": _lowest,
    "max": _highest,
    "distinct": _distinct,
    "first_at": _first,
    "last_at": _last,
}


def measured_of(node: Did, at: At) -> Callable[[PersonRecord], object]:
    """The measure as a function of a record."""
    fixed = deed_check(node.doing, node.within, at)

    def deeds(record: PersonRecord) -> list[Deed]:
        if node.zone == "person" and record.zone:
            mine = deed_check(node.doing, node.within, At(now=at.now, zone=record.zone))
            return [deed for deed in record.deeds if mine(deed)]
        return [deed for deed in record.deeds if fixed(deed)]

    def found(record: PersonRecord) -> object:
        mine = deeds(record)
        if node.of == "count":
            return len(mine)
        if node.of == "days":
            return len({deed.day for deed in mine})
        if node.of in OF_TIME:
            times = [deed.ts for deed in mine]
            return (min(times) if node.of == "first_at" else max(times)) if times else None
        values = [v for v in (_value(node, deed) for deed in mine) if v is not None]
        return _summary(node.of, values)

    return found


def _value(node: Did, deed: Deed) -> object:
    if node.name == REVENUE:
        return deed.record.columns.get("own_revenue_minor")
    value = find(deed.record.properties, node.name)
    if node.of == "distinct":
        return _text(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value) if isinstance(value, str | int) else None


def _summary(of: MeasureOf, values: list[object]) -> object:
    if of == "distinct":
        return len(set(values))
    numbers = cast("list[float]", values)
    if of == "sum":
        return round(float(sum(numbers)), 6)
    if not numbers:
        return None
    if of == "average":
        return round(sum(numbers) / len(numbers), 6)
    return float(min(numbers) if of == "min" else max(numbers))


__all__ = ["AT_LEAST_ONCE", "TS", "DidKind", "measure", "measured_of", "names_sql", "number_of", "text_of"]
