"""How is a measure of what somebody did asked of everybody at once? One aggregate a tag, over rows that many tags share."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

import numpy as np
import pyarrow as pa

from uems.kernel.clock import day_of
from uems.kernel.filters import Test
from uems.kernel.sql import Sql
from uems.profiles.conditions.asking import Asking, Source, Value
from uems.profiles.conditions.doing import row_sql
from uems.profiles.conditions.model import Doing
from uems.profiles.roles.model import Roles
from uems.profiles.tags.ask import ORDER
from uems.profiles.tags.columns import float_of, instants, lists, numbers, texts
from uems.profiles.tags.config import ComputedConfig, Which
from uems.profiles.tags.model import TagDef
from uems.profiles.tags.properties import numbers_in, text_column, texts_in

_NOBODY: Final = Doing(events=("",))


def doing_of(which: Which, roles: Roles) -> Doing:
    """The events meant, with those of the roles as they are mapped now; roles that nothing plays mean no event at all."""
    if not which.roles:
        return which.doing
    events = tuple(dict.fromkeys((*which.doing.events, *roles.events(*which.roles))))
    return replace(which.doing, events=events) if events else _NOBODY


def ask_computed(config: ComputedConfig, tag: TagDef, roles: Roles, asking: Asking) -> Value:
    """The question whose answer is the tag."""
    source = asking.source("events")
    if doing_of(config.which, roles).events and (config.among is None or doing_of(config.among, roles).events):
        source = source.part("named")
    if config.measure == "trend":
        return Value(source=source, sql=_trend(config, roles, source, asking), kind="number")
    flag = _rows(config.which, config.within, roles, source, asking)
    if config.measure == "share":
        assert config.among is not None
        return Value(source=source, sql=_share(config, flag, roles, source, asking), kind="number")
    sql = _AGGREGATES[config.measure](config, tag, source, flag, asking)
    kind = "text" if config.measure in ("most_frequent", "first", "last", "unique_list", "first_at", "last_at") else "number"
    return Value(source=source, sql=sql, kind="text" if kind == "text" else "number")


def conclude_computed(config: ComputedConfig, tag: TagDef, column: pa.Array) -> pa.Array:
    """The answers as JSON texts; count and sum of nothing are 0."""
    if config.measure in ("first_at", "last_at"):
        return instants(column)
    if config.measure == "unique_list":
        return lists(column)
    if config.measure in ("most_frequent", "first", "last") and tag.value_type == "text":
        return texts(column)
    values = float_of(column)
    if config.measure in ("count", "days", "sum", "distinct"):
        values = np.nan_to_num(values)
    return numbers(values, config.digits)


def _rows(which: Which, within: Test | None, roles: Roles, source: Source, asking: Asking) -> Sql:
    """A named flag over rows of events."""
    whole, cheap = row_sql(doing_of(which, roles), within, asking)
    source.need(cheap)
    return source.named(whole)


def _numbers(config: ComputedConfig, source: Source, asking: Asking) -> Sql:
    return source.named(numbers_in(config.property, asking))


def _texts(config: ComputedConfig, source: Source, asking: Asking) -> Sql:
    return source.named(texts_in(config.property, asking))


def _count(config: ComputedConfig, tag: TagDef, source: Source, flag: Sql, asking: Asking) -> Sql:
    return Sql(f"toFloat64(countIf({flag}))")


def _days(config: ComputedConfig, tag: TagDef, source: Source, flag: Sql, asking: Asking) -> Sql:
    return Sql(f"toFloat64(uniqExactIf({source.named(Sql('day'))}, {flag}))")


def _sum(config: ComputedConfig, tag: TagDef, source: Source, flag: Sql, asking: Asking) -> Sql:
    return Sql(f"sumArrayIf({_numbers(config, source, asking)}, {flag})")


# TRICKY: OrNull before Array looks at elements; after it, a row with an empty array would count as a value.
def _average(config: ComputedConfig, tag: TagDef, source: Source, flag: Sql, asking: Asking) -> Sql:
    return Sql(f"avgOrNullArrayIf({_numbers(config, source, asking)}, {flag})")


def _least(config: ComputedConfig, tag: TagDef, source: Source, flag: Sql, asking: Asking) -> Sql:
    return Sql(f"minOrNullArrayIf({_numbers(config, source, asking)}, {flag})")


def _most(config: ComputedConfig, tag: TagDef, source: Source, flag: Sql, asking: Asking) -> Sql:
    return Sql(f"maxOrNullArrayIf({_numbers(config, source, asking)}, {flag})")


def _distinct(config: ComputedConfig, tag: TagDef, source: Source, flag: Sql, asking: Asking) -> Sql:
    return Sql(f"toFloat64(uniqExactArrayIf({_texts(config, source, asking)}, {flag}))")


def _values(config: ComputedConfig, tag: TagDef, source: Source, asking: Asking) -> Sql:
    return _numbers(config, source, asking) if tag.value_type == "number" else _texts(config, source, asking)


def _most_frequent(config: ComputedConfig, tag: TagDef, source: Source, flag: Sql, asking: Asking) -> Sql:
    """Of equally frequent ones the first by its order, so that the answer is one."""
    values = _values(config, tag, source, asking)
    counted = Sql(f"sumMapIf({values}, arrayMap(x -> toUInt64(1), {values}), {flag})")
    best = Sql(f"arraySort((v, n) -> (-toInt64(n), v), ({counted}).1, ({counted}).2)[1]")
    return Sql(f"if(empty(({counted}).1), NULL, {best})")


def _first(config: ComputedConfig, tag: TagDef, source: Source, flag: Sql, asking: Asking) -> Sql:
    return _end(Sql("argMinIf"), config, tag, source, flag, asking)


def _last(config: ComputedConfig, tag: TagDef, source: Source, flag: Sql, asking: Asking) -> Sql:
    return _end(Sql("argMaxIf"), config, tag, source, flag, asking)


def _end(chosen: Sql, config: ComputedConfig, tag: TagDef, source: Source, flag: Sql, asking: Asking) -> Sql:
    """The first value of the first, or last, event that has any."""
    column = text_column(config.property)
    if column is not None and tag.value_type == "text":
        text = source.named(column)
        found = Sql(f"{chosen}({text}, {source.named(ORDER)}, {flag} AND {text} != '')")
        return Sql(f"nullIf({found}, '')")
    values = _values(config, tag, source, asking)
    found = Sql(f"{chosen}({values}, {source.named(ORDER)}, {flag} AND notEmpty({values}))")
    return Sql(f"if(empty({found}), NULL, ({found})[1])")


def _unique_list(config: ComputedConfig, tag: TagDef, source: Source, flag: Sql, asking: Asking) -> Sql:
    found = Sql(f"groupUniqArrayArrayIf({_texts(config, source, asking)}, {flag})")
    return Sql(f"arraySlice(arraySort({found}), 1, {config.limit})")


def _days_since(config: ComputedConfig, tag: TagDef, source: Source, flag: Sql, asking: Asking) -> Sql:
    today = asking.params.bind(day_of(asking.at.now, asking.scope.zone), "Date")
    return Sql(f"toFloat64({today} - maxOrNullIf({source.named(Sql('day'))}, {flag}))")


def _first_at(config: ComputedConfig, tag: TagDef, source: Source, flag: Sql, asking: Asking) -> Sql:
    return Sql(f"minOrNullIf({source.named(Sql('ts'))}, {flag})")


def _last_at(config: ComputedConfig, tag: TagDef, source: Source, flag: Sql, asking: Asking) -> Sql:
    return Sql(f"maxOrNullIf({source.named(Sql('ts'))}, {flag})")


def _share(config: ComputedConfig, part: Sql, roles: Roles, source: Source, asking: Asking) -> Sql:
    """How much of ``among`` is in ``which``: of the events, or of the sum of a property."""
    assert config.among is not None
    whole = _rows(config.among, config.within, roles, source, asking)
    both = Sql(f"{part} AND {whole}")
    if not config.property:
        return Sql(f"if(countIf({whole}) = 0, NULL, countIf({both}) / countIf({whole}))")
    values = _numbers(config, source, asking)
    return Sql(f"if(sumArrayIf({values}, {whole}) = 0, NULL, sumArrayIf({values}, {both}) / sumArrayIf({values}, {whole}))")


def _trend(config: ComputedConfig, roles: Roles, source: Source, asking: Asking) -> Sql:
    """Periods of whole days that end with yesterday."""
    doing = doing_of(config.which, roles)
    periods = 2 if config.style == "change" else config.periods
    today = day_of(asking.at.now, asking.scope.zone)
    first = asking.params.bind(today - timedelta(days=config.days * periods), "Date")
    until = asking.params.bind(today, "Date")
    whole, cheap = row_sql(doing, None, asking)
    window = Sql(f"day >= {first} AND day < {until}")
    source.need(Sql(f"{cheap} AND {window}"))
    flag = source.named(Sql(f"{whole} AND {window}"))
    # The number of the period of each row: 0 is the oldest.
    place = source.named(Sql(f"toFloat64(intDiv(toInt32(day - {first}), {config.days}))"))
    size = Sql(f"arraySum({_numbers(config, source, asking)})") if config.property else Sql("1.")
    if config.style == "change":
        this, before = Sql(f"sumIf({size}, {flag} AND {place} = 1)"), Sql(f"sumIf({size}, {flag} AND {place} = 0)")
        return Sql(f"if({before} = 0, NULL, ({this} - {before}) / {before})")
    # Least squares over the sums of the periods, which is linear in the rows: sum of size times (place - mean), by the spread.
    middle = asking.params.bind((periods - 1) / 2, "Float64")
    spread = asking.params.bind(sum((n - (periods - 1) / 2) ** 2 for n in range(periods)), "Float64")
    return Sql(f"if(countIf({flag}) = 0, NULL, sumIf({size} * ({place} - {middle}), {flag}) / {spread})")


_AGGREGATES: Final[Mapping[str, Callable[[ComputedConfig, TagDef, Source, Sql, Asking], Sql]]] = {
    "count": _count,
    "days": _days,
    "sum": _sum,
    "average": _average,
    "min": _least,
    "max": _most,
    "distinct": _distinct,
    "most_frequent": _most_frequent,
    "first": _first,
    "last": _last,
    "unique_list": _unique_list,
    "days_since": _days_since,
    "first_at": _first_at,
    "last_at": _last_at,
}
