"""What should a filter answer? The rules of ``uems.kernel.filters`` read once more, plainly and slowly, from JSON to yes or no.

Nothing of the implementation is used: a filter is its JSON, a record is its columns and the JSON text that was stored.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import re2

MISSING = object()
NEGATIVE = {
    "not_equals": "equals", "not_in": "in", "not_contains": "contains", "not_regex": "regex", "not_list_contains": "list_contains",
    "is_not_set": "is_set",
}  # fmt: skip


@dataclass
class Row:
    columns: dict[str, Any]
    properties: str
    traits: dict[str, str]


@dataclass
class Oracle:
    now: datetime
    zone: str
    types: dict[str, str]

    def holds(self, filter_: dict[str, Any], row: Row) -> bool:
        ((kind, body),) = filter_.items()
        if kind == "not":
            return not self.holds(body, row)
        if isinstance(body, list):
            answers = [self.holds(part, row) for part in body]
            return all(answers) if kind == "and" else any(answers)
        assert isinstance(body, dict)
        op = body["op"]
        if op in NEGATIVE:
            return not self.holds({kind: {**body, "op": NEGATIVE[op]}}, row)
        if kind == "column":
            return self._column(body, row.columns[body["name"]], self.types[body["name"]])
        if kind == "property":
            return self._json(body, look_up(row.properties, body["name"]))
        text = row.traits.get(body["name"])
        return self._json(body, MISSING if text is None else _leaf(json.loads(text)))

    def _column(self, test: dict[str, Any], value: Any, type_: str) -> bool:
        if test["op"] == "is_set":
            return value not in (None, "")
        if value is None:
            return False
        if type_ == "text" and test["op"] in ("equals", "in"):
            wanted = test["value"] if test["op"] == "in" else [test["value"]]
            fold = fold_ascii if test.get("ignore_case") else str
            return fold(value) in [fold(w) for w in wanted]
        if type_ == "day":
            assert isinstance(value, date)
            return self._in_time(test, self._start(value))
        if type_ == "time":
            assert isinstance(value, datetime)
            return self._in_time(test, value)
        return self._json(test, value)

    def _json(self, test: dict[str, Any], value: object) -> bool:
        op, fold = test["op"], bool(test.get("ignore_case"))
        wanted: Any = test.get("value")
        if op == "is_set":
            return value is not MISSING
        if op == "equals":
            return same(value, wanted, fold)
        if op == "in":
            assert isinstance(wanted, list)
            return any(same(value, w, fold) for w in wanted)
        if op == "list_contains":
            return isinstance(value, list) and any(same(_leaf(v), wanted, fold) for v in value)
        if op in ("contains", "starts_with", "ends_with", "regex"):
            return self._text(op, value, str(wanted), fold)
        if op in ("gt", "gte", "lt", "lte") or (op == "between" and isinstance(wanted[0], int | float)):
            return self._number(str(op), value, wanted)
        instant = self._instant(value)
        return instant is not None and self._in_time(test, instant)

    def _text(self, op: object, value: object, wanted: str, fold: bool) -> bool:
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            return False
        if op == "regex":
            options = re2.Options()
            options.dot_nl = True
            return re2.compile(wanted, options).search(value) is not None
        if fold:
            value, wanted = fold_ascii(value), fold_ascii(wanted)
        return {"contains": wanted in value, "starts_with": value.startswith(wanted), "ends_with": value.endswith(wanted)}[str(op)]

    def _number(self, op: str, value: object, wanted: Any) -> bool:
        number = exact(value)
        if number is None:
            return False
        if op == "between":
            return Fraction(wanted[0]) <= number <= Fraction(wanted[1])
        other = Fraction(wanted)
        return {"gt": number > other, "gte": number >= other, "lt": number < other, "lte": number <= other}[op]

    def _instant(self, value: object) -> datetime | None:
        """The instant of a data text; a bare date is the start of that day here (an impossible one sorts after the real ones)."""
        if not isinstance(value, str):
            return None
        if m := re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", value):
            year, month, day = int(m[1]), int(m[2]), int(m[3])
            if year == 0:
                return datetime(1, 1, 2, tzinfo=UTC)
            while True:
                try:
                    return self._start(date(year, month, day)) + timedelta(microseconds=int(m[3]) - day)
                except ValueError:
                    day -= 1
        pattern = r"((?:19|2[0-2])\d\d)-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?"
        m = re.fullmatch(pattern, value, re.ASCII)
        if not m:
            return None
        offset = 0
        if m[8] and m[8] != "Z":
            hours, minutes = int(m[8][1:3]), int(m[8][-2:])
            if hours > 23 or minutes > 59:
                return None
            offset = (hours * 60 + minutes) * (-1 if m[8][0] == "-" else 1)
        try:
            written = datetime(int(m[1]), int(m[2]), int(m[3]), int(m[4]), int(m[5]), int(m[6] or 0), tzinfo=UTC)
        except ValueError:
            return None
        return written + timedelta(microseconds=int((m[7] or "").ljust(6, "0")[:6]), minutes=-offset)

    def _in_time(self, test: dict[str, Any], instant: datetime) -> bool:
        value = test["value"]
        if test["op"] == "before":
            return instant < self._range(value)[0]
        if test["op"] == "after":
            start, end = self._range(value)
            return instant > end if start == end and not _is_whole(value) else instant >= end
        assert isinstance(value, list)
        low, (high, high_end) = self._range(value[0])[0], self._range(value[1])
        closed = high == high_end and not _is_whole(value[1])
        return low <= instant and (instant <= high if closed else instant < high_end)

    def _range(self, value: object) -> tuple[datetime, datetime]:
        """The first instant of a moment and, for a day, that of the next day."""
        if isinstance(value, str) and len(value) == 10:
            day = date.fromisoformat(value)
            return self._start(day), self._start(day + timedelta(days=1))
        if isinstance(value, str):
            at = datetime.fromisoformat(value).astimezone(UTC)
            return at, at
        assert isinstance(value, dict)
        amount, unit, whole = value["ago"], value["unit"], value.get("whole", False)
        local = self.now.astimezone(ZoneInfo(self.zone))
        if unit in ("minute", "hour"):
            at = self.now - timedelta(**{f"{unit}s": amount})
            local = at.astimezone(ZoneInfo(self.zone))
            if whole:
                at -= timedelta(microseconds=at.microsecond, seconds=local.second, minutes=local.minute if unit == "hour" else 0)
            return at, at
        if unit in ("day", "week"):
            day = local.date() - timedelta(days=amount * {"day": 1, "week": 7}[unit])
        else:
            month = local.year * 12 + local.month - 1 - amount * {"month": 1, "year": 12}[unit]
            first = date(month // 12, month % 12 + 1, 1)
            after = date((month + 1) // 12, (month + 1) % 12 + 1, 1)
            day = min(first + timedelta(days=local.day - 1), after - timedelta(days=1))
        if whole:
            day = {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1), "year": date(day.year, 1, 1)}[unit]
            return self._start(day), self._start(day)
        at = datetime.combine(day, local.time()).replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
        return at, at

    def _start(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day).replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)


def _is_whole(value: object) -> bool:
    return isinstance(value, dict) and bool(value.get("whole"))


def fold_ascii(text: object) -> str:
    return re.sub("[A-Z]", lambda m: m[0].lower(), str(text))


def exact(value: object) -> Fraction | None:
    """The number that a data value counts as in comparisons."""
    if isinstance(value, str):
        plain = re.fullmatch(r"-?(0|[1-9][0-9]{0,39})(\.[0-9]{1,40})?", value)
        return Fraction(float(value)) if plain else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Fraction(value)


def same(value: object, wanted: object, fold: bool) -> bool:
    if isinstance(value, str) and isinstance(wanted, str):
        return fold_ascii(value) == fold_ascii(wanted) if fold else value == wanted
    if isinstance(value, bool) or isinstance(wanted, bool):
        texts = [("true" if v else "false") if isinstance(v, bool) else v for v in (value, wanted)]
        if fold:
            texts = [fold_ascii(t) if isinstance(t, str) else t for t in texts]
        return isinstance(texts[0], str) and texts[0] == texts[1]
    if isinstance(value, str) and isinstance(wanted, int) and abs(wanted) >= 2**53:
        return value == str(wanted)
    if isinstance(wanted, str) and isinstance(value, int) and "." not in wanted:
        return value == int(wanted) if re.fullmatch(r"-?(0|[1-9][0-9]{0,39})", wanted) else False
    a, b = exact(value), exact(wanted)
    return a is not None and a == b


def look_up(text: str, name: str) -> object:
    """The value filed under ``name``: walk the whole text and take the first leaf whose joined keys are the name."""
    return next((leaf for path, leaf in leaves(json.loads(text, object_pairs_hook=Pairs)) if path == name), MISSING)


class Pairs:
    """A JSON object as it was written: its pairs in order."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        self.pairs = pairs


def leaves(tree: Pairs, before: str = "") -> Iterator[tuple[str, object]]:
    for key, value in tree.pairs:
        if isinstance(value, Pairs):
            yield from leaves(value, f"{before}{key}.")
        elif (leaf := _leaf(value)) is not MISSING:
            yield f"{before}{key}", leaf


def _leaf(value: object) -> object:
    if value is None or isinstance(value, dict):
        return MISSING
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**64:
        return str(value)  # the engine keeps it as text
    return value
