"""Did the person do it: how often, how much, when first and when last?"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final, cast

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
    names_sql,
    read_doing,
    read_within,
    row_sql,
    write_doing,
    write_within,
)
from uems.profiles.conditions.kind import EVENT_FIELDS, Deed, Edge, PersonCheck, PersonKind, PersonRecord, an_object, keys_are
from uems.profiles.conditions.model import MEASURES, OF_PROPERTY, OF_TIME, REVENUE, Did, MeasureOf
from uems.profiles.conditions.zones import (
    PERSON,
    bounds,
    by_clock,
    clocks,
    day_of_deed,
    day_sql,
    is_own,
    moments,
    read_zone,
    rows_of,
    write_zone,
)

_KEYS: Final = ("events", "where", "within", "zone", "measure", "property", "op", "value")
_NUMBER_OPS: Final = ("equals", "not_equals", "in", "not_in", "gt", "gte", "lt", "lte", "between")
_TIME_OPS: Final = ("before", "after", "between")
_FROM_NOTHING: Final = ("count", "days", "sum", "distinct")
"""Measures that are 0 of nothing; the others are missing."""
_EPOCH: Final = date(1970, 1, 1)
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
            known = ", ".join(MEASURES)
            message = f"unknown measure {str(of)[:40]!r}; one of {known}."
            raise reading.inside(".measure").wrong(message, "unknown", got=str(of)[:40], known=known)
        return Did(
            doing=read_doing(given, reading),
            within=read_within(given, reading),
            zone=read_zone(given, reading),
            of=of,
            name=_property(given, of, reading),
            test=_test(given, of, reading),
        )

    def write(self, node: Did, grammar: Grammar) -> object:
        body: dict[str, object] = {**write_doing(node.doing), **write_within(node.within), **write_zone(node.zone)}
        if node.of != "count" or node.test != AT_LEAST_ONCE:
            body |= write_test(node.test) if node.of == "count" else {"measure": node.of, **write_test(node.test)}
        if node.name:
            body["property"] = node.name
        return body

    def ask(self, node: Did, asking: Asking) -> Value:
        source, measured = measure(node, asking)
        field = _field(node, measured)
        theirs = bounds(node.test, node.zone, PERSON, asking) if node.of in OF_TIME and is_own(node.zone, asking) else None
        return Value(
            source=source,
            sql=field_sql(node.test, field, asking.params, asking.at, theirs),
            empty=field_check(node.test, field, asking.at)(0 if node.of in _FROM_NOTHING else None),
            quote=measured,
        )

    def check(self, node: Did, at: At, grammar: Grammar) -> PersonCheck:
        measured = measured_of(node, at)
        field = _field(node, Sql(""))
        test = by_clock(node.zone, at, lambda mine: field_check(node.test, field, mine))
        return lambda record: test(record)(measured(record))

    def edges(self, node: Did, asking: Asking) -> Sequence[Edge]:
        times = moments(node.within, node.zone, asking)
        times += moments(node.test, node.zone, asking) if node.of in OF_TIME else ()
        where, _ = row_sql(node.doing, None, asking)
        return (Edge(table="events", where=where, time=Sql("ts"), moments=times),) if times else ()


def _property(given: Mapping[str, object], of: MeasureOf, reading: Reading) -> str:
    name = given.get("property", "")
    at = reading.inside(".property")
    if of not in OF_PROPERTY:
        if name:
            raise at.wrong(f"{of} measures no property; leave it out.", "property")
        return ""
    if not isinstance(name, str) or not 1 <= len(name) <= 200:
        raise at.wrong(f"{of} needs the name of a property, or {REVENUE!r} for the revenue.", "property")
    return name if name == REVENUE else check_json_name(name, at)


def _test(given: Mapping[str, object], of: MeasureOf, reading: Reading) -> Test:
    if "op" not in given and "value" not in given and of in ("count", "days"):
        return AT_LEAST_ONCE
    test = read_test({key: given[key] for key in ("op", "value") if key in given}, reading)
    if of in OF_TIME:
        if not is_time(test):
            raise reading.wrong(f"{test.op} does not test a time; use one of {', '.join(_TIME_OPS)} with days or times.", "time")
    elif test.op not in _NUMBER_OPS or is_time(test) or not _numbers(test):
        raise reading.wrong(f"{of} is a number; use one of {', '.join(_NUMBER_OPS)} with numbers.", "number")
    return test


def _numbers(test: Test) -> bool:
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    return all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)


def _field(node: Did, sql: Sql) -> Field:
    return Field(sql=sql, type="time" if node.of in OF_TIME else "number", nullable=node.of not in _FROM_NOTHING)


def measure(node: Did, asking: Asking) -> tuple[Source, Sql]:
    """(source, aggregate over a person's rows): the measure itself, without its test."""
    source, row = rows_of(node.doing, node.within, node.zone, asking)
    return source, _AGGREGATES[node.of](node, source, row, asking)


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
    day = day_sql(source, node.zone, _first_of(node, asking), asking)
    return Sql(f"toInt64(uniqExactIf({day}, {flag}))")


def _first_of(node: Did, asking: Asking) -> date:
    """A day before which no event counts by any clock."""
    if not is_own(node.zone, asking):
        return _EPOCH
    starts = [window_of(node.within, At(now=asking.at.now, zone=zone)).low for zone in clocks(node.zone, asking)] if node.within else []
    known = [start.date() for start in starts if start is not None]
    return min(known) if known else asking.oldest_day()


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
    check = by_clock(node.zone, at, lambda mine: deed_check(node.doing, node.within, mine))
    day = by_clock(node.zone, at, lambda mine: day_of_deed(mine.zone if mine.zone != at.zone else ""))

    def found(record: PersonRecord) -> object:
        counts = check(record)
        mine = [deed for deed in record.deeds if counts(deed)]
        if node.of == "count":
            return len(mine)
        if node.of == "days":
            return len(set(map(day(record), mine)))
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
