"""How is a test asked of one decoded record, so that it says what ``_filters_sql`` says? Closures, made once a filter."""

import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from uems.kernel._filters_fields import Field
from uems.kernel._filters_model import COMPARISONS, NEGATIONS, At, Test
from uems.kernel._filters_time import Window, read_day, read_instant, window_of
from uems.kernel._filters_values import HIGHEST, LOWEST, alike, decimal_of, lower_ascii
from uems.kernel.patterns import compile_pattern

Check: TypeAlias = Callable[[object], bool]
_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le,
}  # fmt: skip


def json_check(test: Test, at: At) -> Check:
    """The test as a function of a decoded JSON value; None is a missing one."""
    positive = _positive(test, at)
    return positive if test.op not in NEGATIONS else lambda value: not positive(value)


def field_check(test: Test, column: Field, at: At) -> Check:
    """The test as a function of a column's value."""
    positive = _field_positive(test, column, at)
    return positive if test.op not in NEGATIONS else lambda value: not positive(value)


def find(values: Mapping[str, object], name: str) -> object:
    """The value called ``name`` in a decoded JSON object, as the engine files it; None when there is none.

    A dot steps into an object, and a key that itself holds a dot is found the same way; of several the first in the text counts.
    """
    if "." not in name:
        found = values.get(name)
        return None if isinstance(found, dict) else found
    for key, value in values.items():
        if value is None or not name.startswith(key):
            continue
        if len(key) == len(name):
            if not isinstance(value, dict):
                return value
        elif name[len(key)] == "." and isinstance(value, dict):
            inner = find(value, name[len(key) + 1 :])
            if inner is not None:
                return inner
    return None


def _positive(test: Test, at: At) -> Check:
    op, value = NEGATIONS.get(test.op, test.op), test.value
    if op == "is_set":
        return lambda got: got is not None and not isinstance(got, dict)
    if op in ("equals", "in", "list_contains"):
        wanted = alike(value if isinstance(value, tuple) else (value,), ignore_case=test.ignore_case)  # type: ignore[arg-type]  # scalars by now
        if op == "list_contains":
            return lambda got: isinstance(got, list) and any(map(wanted.has, got))
        return wanted.has
    if op in ("contains", "starts_with", "ends_with", "regex"):
        has = _text_check(test)
        return lambda got: (text := got if isinstance(got, str) else _digits(got)) is not None and has(text)
    if op in COMPARISONS or (isinstance(value, tuple) and isinstance(value[0], int | float)):
        compare = _number_check(test)
        return lambda got: (number := _number(got)) is not None and compare(number)
    window = window_of(test, at)
    return lambda got: isinstance(got, str) and _is_in(window, got)


def _field_positive(test: Test, column: Field, at: At) -> Check:
    op = NEGATIONS.get(test.op, test.op)
    if op == "is_set":
        return lambda got: got is not None and got != ""
    if column.type in ("time", "day"):
        window = window_of(test, at)
        if column.type == "day":
            return lambda got: isinstance(got, date) and window.has_day(got)
        return lambda got: isinstance(got, datetime) and window.has_instant(got)
    if column.type == "text" and op in ("equals", "in"):
        wanted = alike(test.value if isinstance(test.value, tuple) else (test.value,), ignore_case=test.ignore_case)  # type: ignore[arg-type]  # texts by now
        if test.ignore_case:
            return lambda got: isinstance(got, str) and lower_ascii(got) in wanted.texts
        return lambda got: got in wanted.texts
    return _positive(test, at)


def _digits(got: object) -> str | None:
    """A whole number is searched as its digits; any other value that is no text has none."""
    return str(got) if isinstance(got, int) and not isinstance(got, bool) else None


def _text_check(test: Test) -> Callable[[str], bool]:
    assert isinstance(test.value, str)
    if NEGATIONS.get(test.op, test.op) == "regex":
        return compile_pattern(test.value).is_in
    value = lower_ascii(test.value) if test.ignore_case else test.value
    fold = lower_ascii if test.ignore_case else str
    if NEGATIONS.get(test.op, test.op) == "contains":
        return lambda got: value in fold(got)
    if test.op == "starts_with":
        return lambda got: fold(got).startswith(value)
    return lambda got: fold(got).endswith(value)


def _number_check(test: Test) -> Callable[[int | float], bool]:
    if isinstance(test.value, tuple):
        low, high = test.value
        return lambda got: low <= got <= high  # type: ignore[operator]  # both are numbers
    compare, value = _COMPARE[test.op], test.value
    return lambda got: compare(got, value)


def _number(got: object) -> int | float | None:
    if isinstance(got, bool):
        return None
    if isinstance(got, int):
        return got if LOWEST <= got <= HIGHEST else decimal_of(str(got))
    if isinstance(got, float):
        return got
    return decimal_of(got) if isinstance(got, str) else None


def _is_in(window: Window, got: str) -> bool:
    if read_day(got):
        return (window.low_day is None or got >= window.low_day.isoformat()) and (
            window.high_day is None or got < window.high_day.isoformat()
        )
    instant = read_instant(got)
    return instant is not None and window.has_instant(instant)
