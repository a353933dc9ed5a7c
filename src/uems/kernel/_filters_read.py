"""Is this JSON a test on a value, and what does it ask? And the way back."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, date
from typing import TYPE_CHECKING, Final

from uems.kernel._filters_model import (
    CASE_OPS,
    COMPARISONS,
    MAX_NAME,
    MAX_TEXT,
    MAX_VALUES,
    NEGATIONS,
    OPS,
    TEXT_OPS,
    UNITS,
    Ago,
    Day,
    Instant,
    Moment,
    Op,
    Scalar,
    Test,
    Value,
)
from uems.kernel._filters_time import read_day, read_instant
from uems.kernel._filters_values import HIGHEST, LOWEST
from uems.kernel.patterns import compile_pattern
from uems.kernel.sql import Sql, json_path

if TYPE_CHECKING:
    from uems.kernel._filters_grammar import Reading

_OFFSET: Final = re.compile(r"(Z|[+-]\d\d:?\d\d)\Z")
_MAX_AMOUNT: Final = 100_000
_TEST_KEYS: Final = ("name", "op", "value", "ignore_case")


def read_named_test(body: object, reading: "Reading") -> tuple[str, Test]:
    """The ``name`` and the test of a ``{"name", "op", "value", "ignore_case"}`` body."""
    if not isinstance(body, dict):
        raise reading.wrong("must be an object with name, op and value.")
    if unknown := [str(key) for key in body if key not in _TEST_KEYS]:
        raise reading.wrong(f"unknown key {unknown[0][:60]!r}; one of {', '.join(_TEST_KEYS)}.")
    name = body.get("name")
    if not isinstance(name, str) or not 1 <= len(name) <= MAX_NAME:
        raise reading.inside(".name").wrong(f"must be a text of 1 to {MAX_NAME} characters.", "text", most=MAX_NAME)
    return name, read_test({key: value for key, value in body.items() if key != "name"}, reading)


def check_json_name(name: str, reading: "Reading") -> str:
    """``name`` itself when a JSON column can be asked for it."""
    try:
        json_path(Sql("properties"), name)
    except Exception as error:
        raise reading.inside(".name").wrong(
            "must not hold NUL, half a surrogate pair or .:` or start with ^` or @`.", "characters"
        ) from error
    return name


def read_test(body: Mapping[str, object], reading: "Reading") -> Test:
    """A test from ``{"op", "value", "ignore_case"}``."""
    op = body.get("op")
    if op not in OPS:
        raise reading.wrong(
            f"unknown operator {str(op)[:60]!r}; one of {', '.join(OPS)}.", "unknown", got=str(op)[:60], known=", ".join(OPS)
        )
    ignore_case = body.get("ignore_case", False)
    if not isinstance(ignore_case, bool):
        raise reading.inside(".ignore_case").wrong("must be true or false.")
    if ignore_case and op not in CASE_OPS:
        raise reading.inside(".ignore_case").wrong(f"does not go with {op}" + ("; start the pattern with (?i)." if "regex" in op else "."))
    if NEGATIONS.get(op, op) == "is_set":
        if body.get("value") is not None:
            raise reading.inside(".value").wrong(f"{op} takes no value; leave it out.")
        return Test(op=op)
    if "value" not in body:
        raise reading.wrong(f"{op} needs a value.", "value")
    return Test(op=op, value=_value(op, body["value"], reading.inside(".value")), ignore_case=ignore_case)


def _value(op: Op, value: object, reading: "Reading") -> Value:
    positive = NEGATIONS.get(op, op)
    if positive in ("equals", "list_contains"):
        return _scalar(value, reading)
    if positive == "in":
        if not isinstance(value, list) or not 1 <= len(value) <= MAX_VALUES:
            raise reading.wrong(f"must be a list of 1 to {MAX_VALUES} values.", "value")
        return tuple(_scalar(item, reading.inside(f"[{i}]")) for i, item in enumerate(value))
    if positive in TEXT_OPS:
        if not isinstance(value, str) or not value:
            raise reading.wrong(f"{op} needs a text that is not empty.", "value")
        return _text(value, reading)
    if positive == "regex":
        return _pattern(value, reading)
    if positive in COMPARISONS:
        return _number(value, reading, f"{op} compares numbers; for dates use before, after or between.")
    if positive == "between":
        if not isinstance(value, list) or len(value) != 2:
            raise reading.wrong("between needs a list of two: the first and the last that count.", "value")
        return _between(value[0], value[1], reading)
    return _moment(value, reading)


def _between(first: object, last: object, reading: "Reading") -> Value:
    one, two = reading.inside("[0]"), reading.inside("[1]")
    if isinstance(first, int | float) and not isinstance(first, bool):
        low, high = _number(first, one, ""), _number(last, two, "must be a number, as the first is.")
        if low > high:
            raise reading.wrong(f"the first, {low}, is greater than the last, {high}; swap them.", "order")
        return (low, high)
    start, end = _moment(first, one), _moment(last, two)
    if type(start) is type(end) and _order(start) > _order(end):
        raise reading.wrong("the first is later than the last; swap them.", "order")
    return (start, end)


def _order(moment: Moment) -> float:
    if isinstance(moment, Day):
        return moment.day.toordinal()
    if isinstance(moment, Instant):
        return moment.at.timestamp()
    return -math.inf  # relative ones are only known when the filter runs


def _scalar(value: object, reading: "Reading") -> Scalar:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, reading)
    return _number(value, reading, "must be a text, a number, true or false.")


def _text(value: str, reading: "Reading") -> str:
    if len(value) > MAX_TEXT:
        raise reading.wrong(f"has {len(value)} characters; at most {MAX_TEXT}.", "long", most=MAX_TEXT)
    if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
        raise reading.wrong("must not hold NUL or half a surrogate pair.", "characters")
    return value


def _number(value: object, reading: "Reading", wanted: str) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise reading.wrong(wanted, "number")
    if isinstance(value, int) and not LOWEST <= value <= HIGHEST:
        raise reading.wrong("must fit 64 bits; send longer numbers as text.", "number")
    if isinstance(value, float) and not math.isfinite(value):
        raise reading.wrong("must be a finite number.", "number")
    return value


def _pattern(value: object, reading: "Reading") -> str:
    if not isinstance(value, str) or not value:
        raise reading.wrong("must be a regular expression (RE2 syntax) that is not empty.", "regex")
    text = _text(value, reading)
    try:
        compile_pattern(text)
    except ValueError as error:
        message = f"not a regular expression that RE2 can run: {error}. Look-around and back-references do not exist."
        raise reading.wrong(message, "regex") from error
    return text


def _moment(value: object, reading: "Reading") -> Moment:
    if isinstance(value, str):
        try:
            if read_day(value) and 1900 <= (day := date.fromisoformat(value)).year <= 2299:
                return Day(day=day)
        except ValueError:
            pass
        instant = read_instant(value)
        # Data without an offset is UTC by the protocol; in a filter it would be a guess, so there it is refused.
        if instant is not None and _OFFSET.search(value):
            return Instant(at=instant)
    if isinstance(value, dict):
        return _ago(value, reading)
    raise reading.wrong(
        'must be a day ("2026-03-01"), an instant with its offset ("2026-03-01T08:00:00+08:00") of the years 1900 to 2299,'
        ' or relative ({"ago": 30, "unit": "day"}).',
        "time",
    )


def _ago(value: Mapping[str, object], reading: "Reading") -> Ago:
    amount, unit, whole = value.get("ago"), value.get("unit"), value.get("whole", False)
    if unknown := [str(key) for key in value if key not in ("ago", "unit", "whole")]:
        raise reading.wrong(f"unknown key {unknown[0][:60]!r}; one of ago, unit, whole.")
    if isinstance(amount, bool) or not isinstance(amount, int) or abs(amount) > _MAX_AMOUNT:
        raise reading.inside(".ago").wrong(
            f"must be a whole number from -{_MAX_AMOUNT} (ahead) to {_MAX_AMOUNT}.", "range", least=-_MAX_AMOUNT, most=_MAX_AMOUNT
        )
    if unit not in UNITS:
        known = ", ".join(UNITS)
        raise reading.inside(".unit").wrong(f"unknown unit {str(unit)[:40]!r}; one of {known}.", "unknown", got=str(unit)[:40], known=known)
    if not isinstance(whole, bool):
        raise reading.inside(".whole").wrong("must be true or false.")
    return Ago(amount=amount, unit=unit, whole=whole)


def write_test(test: Test) -> dict[str, object]:
    """The JSON of a test; ``read_test`` gives the test back."""
    body: dict[str, object] = {"op": test.op}
    if test.value is not None:
        body["value"] = [_json(v) for v in test.value] if isinstance(test.value, tuple) else _json(test.value)
    if test.ignore_case:
        body["ignore_case"] = True
    return body


def _json(value: Scalar | Moment) -> object:
    if isinstance(value, Day):
        return value.day.isoformat()
    if isinstance(value, Instant):
        return value.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Ago):
        body: dict[str, object] = {"ago": value.amount, "unit": value.unit}
        return body | {"whole": True} if value.whole else body
    return value
