"""How is a test written in SQL, so that it says what ``_filters_match`` says? Every value bound; 0 or 1, never NULL."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from uems.kernel._filters_fields import Field, JsonValue, Params, Scalars
from uems.kernel._filters_model import COMPARISONS, NEGATIONS, At, Test
from uems.kernel._filters_time import DAY_PATTERN, TIME_PATTERN, Window, window_of
from uems.kernel._filters_values import DECIMAL_PATTERN, HIGHEST, Alike, alike, lower_ascii
from uems.kernel.sql import Param, Sql, join

NEVER: Final = Sql("0")
_INT64_HIGHEST: Final = 2**63 - 1
_DIGITS: Final = frozenset("0123456789-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A ``Window`` as expressions, for rows that do not all have the same one. low, high: instants; low_day, high_day: texts of days."""

    low: Sql | None = None
    low_open: bool = False
    high: Sql | None = None
    high_closed: bool = False
    low_day: Sql | None = None
    high_day: Sql | None = None


def bounds_of(window: Window, params: Params, *, days: bool = False) -> Bounds:
    """The window with its ends bound as values; ``days``: also for texts that are bare days."""
    return Bounds(
        low=None if window.low is None else _instant(window.low, params),
        low_open=window.low_open,
        high=None if window.high is None else _instant(window.high, params),
        high_closed=window.high_closed,
        low_day=None if window.low_day is None or not days else params.bind(window.low_day.isoformat(), "String"),
        high_day=None if window.high_day is None or not days else params.bind(window.high_day.isoformat(), "String"),
    )


def json_sql(test: Test, value: JsonValue, params: Params, at: At, bounds: Bounds | None = None) -> Sql:
    """The test on a JSON value of any type. bounds: of a test on time, in place of those that ``at`` gives it."""
    positive = _positive(test)
    if positive.op == "is_set":
        found = value.is_set
    elif positive.op == "list_contains":
        found = _list_contains(positive, value, params)
    else:
        parts = _scalar_parts(positive, value.scalars, params, at, bounds)
        found = Sql(f"ifNull({_any(parts)}, 0)") if parts else NEVER
    return found if positive is test else Sql(f"NOT {found}")


def field_sql(test: Test, column: Field, params: Params, at: At, bounds: Bounds | None = None) -> Sql:
    """The test on a column of a known type; ``_filters_check`` made sure that they fit. bounds: as for ``json_sql``, of instants."""
    positive = _positive(test)
    found = _field_positive(positive, column, params, at, bounds)
    if column.nullable and positive.op != "is_set":
        found = Sql(f"ifNull({found}, 0)")
    return found if positive is test else Sql(f"NOT ({found})")


def _positive(test: Test) -> Test:
    op = NEGATIONS.get(test.op)
    return test if op is None else Test(op=op, value=test.value, ignore_case=test.ignore_case)


def _any(parts: Sequence[Sql]) -> Sql:
    return parts[0] if len(parts) == 1 else Sql(f"({join(Sql(' OR '), parts)})")


def _field_positive(test: Test, column: Field, params: Params, at: At, bounds: Bounds | None) -> Sql:
    if test.op == "is_set":
        if column.type == "text":
            return Sql(f"ifNull({column.sql} != '', 0)") if column.nullable else Sql(f"{column.sql} != ''")
        return Sql(f"isNotNull({column.sql})") if column.nullable else Sql("1")
    if column.type == "text":
        if test.op in ("equals", "in"):
            # A column is text whatever is in it: no number is read out of it, so that its index stays usable.
            subject = Sql(f"lower({column.sql})") if test.ignore_case else column.sql
            return _one_of(subject, _wanted(test).texts, "String", params)
        return _text_part(test, column.sql, params)
    if column.type == "number":
        if test.op in ("equals", "in"):
            return _any(_number_parts(_wanted(test), (column.sql,), (column.sql,), params) or [NEVER])
        return _compared(test, column.sql, params)
    if column.type == "boolean":
        return Sql(f"{column.sql} = {params.bind(test.value is True, 'Bool')}")
    if column.type == "day":
        return _within_days(window_of(test, at), column.sql, params)
    return _within(bounds or bounds_of(window_of(test, at), params), column.sql)


def _wanted(test: Test) -> Alike:
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    return alike([v for v in values if isinstance(v, str | int | float)], ignore_case=test.ignore_case)


def _scalar_parts(test: Test, scalars: Scalars, params: Params, at: At, bounds: Bounds | None) -> list[Sql]:
    """One expression for each type in which the value may satisfy the test; each may be NULL."""
    if test.op in ("equals", "in"):
        return _alike_parts(_wanted(test), scalars, params)
    if test.op in ("contains", "starts_with", "ends_with", "regex"):
        subjects = [scalars.text] if scalars.text else []
        if test.op == "regex" or _DIGITS.issuperset(str(test.value)):
            subjects += [Sql(f"toString({integer})") for integer in scalars.integers]
        return [_text_part(test, subject, params) for subject in subjects]
    if test.op in COMPARISONS or (test.op == "between" and isinstance(test.value, tuple) and isinstance(test.value[0], int | float)):
        parts = [_compared(test, number, params) for number in (*scalars.integers, *scalars.floats)]
        if scalars.text:
            parts.append(Sql(f"({_is_decimal(scalars.text, params)} AND {_compared(test, _as_float(scalars.text), params)})"))
        return parts
    return _time_parts(bounds or bounds_of(window_of(test, at), params, days=True), scalars.text, params) if scalars.text else []


def _alike_parts(wanted: Alike, scalars: Scalars, params: Params) -> list[Sql]:
    parts: list[Sql] = []
    if scalars.text and wanted.texts:
        subject = Sql(f"lower({scalars.text})") if wanted.ignore_case else scalars.text
        parts.append(_one_of(subject, wanted.texts, "String", params))
    if scalars.text and wanted.decimals:
        equal = _one_of(Sql(f"({_as_float(scalars.text)} + 0.)"), wanted.decimals, "Float64", params)
        parts.append(Sql(f"({_is_decimal(scalars.text, params)} AND {equal})"))
    parts += _number_parts(wanted, scalars.integers, scalars.floats, params)
    if scalars.boolean:
        parts += [Sql(f"{scalars.boolean} = {params.bind(value, 'Bool')}") for value in sorted(wanted.booleans)]
    return parts


def _number_parts(wanted: Alike, integers: Sequence[Sql], floats: Sequence[Sql], params: Params) -> list[Sql]:
    signed = [n for n in wanted.numbers if isinstance(n, int) and n <= _INT64_HIGHEST]
    unsigned = [n for n in wanted.numbers if isinstance(n, int) and n > _INT64_HIGHEST]
    # A whole number that no double can be is not looked for among the doubles; the rest compare exactly.
    doubles = [float(n) for n in wanted.numbers if isinstance(n, float) or (-(2**63) <= n <= HIGHEST and int(float(n)) == n)]
    parts: list[Sql] = []
    for column in integers:
        if signed:
            parts.append(_one_of(column, signed, "Int64", params))
        if unsigned:
            parts.append(_one_of(column, unsigned, "UInt64", params))
    # TRICKY: IN compares bits, and -0.0 has others than 0.0; adding 0.0 makes them one.
    if doubles:
        parts += [_one_of(Sql(f"({column} + 0.)"), doubles, "Float64", params) for column in floats]
    return parts


def _one_of(subject: Sql, values: Collection[Param], type_: str, params: Params) -> Sql:
    wanted = sorted(values)  # type: ignore[type-var]  # all of one type; sorted so that equal filters give equal SQL
    if len(wanted) == 1:
        return Sql(f"{subject} = {params.bind(wanted[0], type_)}")
    return Sql(f"{subject} IN {params.bind(wanted, f'Array({type_})')}")


def _text_part(test: Test, subject: Sql, params: Params) -> Sql:
    assert isinstance(test.value, str)
    if test.op == "regex":
        return Sql(f"match({subject}, {params.bind(test.value, 'String')})")
    value = params.bind(lower_ascii(test.value) if test.ignore_case else test.value, "String")
    where = Sql(f"lower({subject})") if test.ignore_case else subject
    if test.op == "contains":
        return Sql(f"position({where}, {value}) > 0")
    return Sql(f"startsWith({where}, {value})") if test.op == "starts_with" else Sql(f"endsWith({where}, {value})")


def _compared(test: Test, subject: Sql, params: Params) -> Sql:
    if isinstance(test.value, tuple):
        low, high = (_number(value, params) for value in test.value)
        return Sql(f"({subject} >= {low} AND {subject} <= {high})")
    return Sql(f"{subject} {Sql(COMPARISONS[test.op])} {_number(test.value, params)}")


def _number(value: object, params: Params) -> Sql:
    """A number bound as the type that holds it exactly; the engine compares across number types without rounding."""
    if isinstance(value, int):
        return params.bind(value, "Int64" if value <= _INT64_HIGHEST else "UInt64")
    assert isinstance(value, float)
    return params.bind(value, "Float64")


def _is_decimal(text: Sql, params: Params) -> Sql:
    return Sql(f"match({text}, {params.bind(DECIMAL_PATTERN, 'String')})")


def _as_float(text: Sql) -> Sql:
    return Sql(f"toFloat64OrNull({text})")


def _list_contains(test: Test, value: JsonValue, params: Params) -> Sql:
    wanted = _wanted(test)
    parts: list[Sql] = []
    for array, element in value.lists:
        if inner := _alike_parts(wanted, element, params):
            parts.append(Sql(f"arrayExists(_x -> ifNull({_any(inner)}, 0), {array})"))
    return _any(parts)


def _time_parts(bounds: Bounds, text: Sql, params: Params) -> list[Sql]:
    days = [Sql(f"match({text}, {params.bind(DAY_PATTERN, 'String')})")]
    if bounds.low_day:
        days.append(Sql(f"{text} >= {bounds.low_day}"))
    if bounds.high_day:
        days.append(Sql(f"{text} < {bounds.high_day}"))
    parsed = _within(bounds, Sql(f"parseDateTime64BestEffortOrNull({text}, 6, 'UTC')"))
    is_time = Sql(f"match({text}, {params.bind(TIME_PATTERN, 'String')})")
    return [Sql(f"({join(Sql(' AND '), days)})"), Sql(f"({is_time} AND {parsed})")]


def _within(bounds: Bounds, subject: Sql) -> Sql:
    parts: list[Sql] = []
    if bounds.low is not None:
        parts.append(Sql(f"{subject} {Sql('>' if bounds.low_open else '>=')} {bounds.low}"))
    if bounds.high is not None:
        parts.append(Sql(f"{subject} {Sql('<=' if bounds.high_closed else '<')} {bounds.high}"))
    return parts[0] if len(parts) == 1 else Sql(f"({join(Sql(' AND '), parts)})")


def _within_days(window: Window, subject: Sql, params: Params) -> Sql:
    parts: list[Sql] = []
    if window.low_day is not None:
        parts.append(Sql(f"{subject} >= {params.bind(window.low_day, 'Date32')}"))
    if window.high_day is not None:
        parts.append(Sql(f"{subject} < {params.bind(window.high_day, 'Date32')}"))
    return parts[0] if len(parts) == 1 else Sql(f"({join(Sql(' AND '), parts)})")


def _instant(ts: datetime, params: Params) -> Sql:
    return params.bind(ts, "DateTime64(6, 'UTC')")
