"""Which events does a condition speak of? Read from JSON, as an SQL condition on a row, and as a check of one event."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from uems.kernel.filters import (
    BASE,
    At,
    Field,
    Matching,
    Reading,
    Test,
    dump,
    field_check,
    field_sql,
    matcher,
    read_test,
    to_sql,
    window_of,
    write_test,
)
from uems.kernel.sql import Sql, join
from uems.profiles.conditions.asking import Asking
from uems.profiles.conditions.kind import EVENT_FIELDS, Deed
from uems.profiles.conditions.model import Doing

MAX_EVENTS: Final = 50
ACTIONS: Final = ("track", "page", "screen")
"""What counts as doing something; identify, group and alias only tell who it is."""
_ANY: Final = Sql("type IN ('track', 'page', 'screen')")
_ANY_TIME: Final = At(now=datetime(2026, 1, 1, tzinfo=UTC), zone="UTC")
TS: Final = Field(sql=Sql("ts"), type="time")


def read_doing(body: Mapping[str, object], reading: Reading) -> Doing:
    """``events`` and ``where`` of a body."""
    events = body.get("events", [])
    at = reading.inside(".events")
    if not isinstance(events, list) or len(events) > MAX_EVENTS:
        raise at.wrong(f"must be a list of at most {MAX_EVENTS} event names; an empty one is any event.", "too_many", most=MAX_EVENTS)
    for i, name in enumerate(events):
        if not isinstance(name, str) or not 1 <= len(name) <= 200 or "\0" in name or any("\ud800" <= c <= "\udfff" for c in name):
            raise at.inside(f"[{i}]").wrong("must be the name of an event, of 1 to 200 characters.", "text", most=200)
    where = body.get("where")
    inner = Reading(grammar=BASE, path=f"{reading.path}.where".removeprefix("."), depth=reading.depth, count=reading.count)
    node = inner.node(where) if where is not None else None
    if node is not None:
        # An unknown column, or a trait, fails now and with its place, rather than when it is evaluated.
        Matching(grammar=BASE, fields=EVENT_FIELDS, at=_ANY_TIME, path=inner.path).matcher(node)
    return Doing(events=tuple(dict.fromkeys(events)), where=node)


def write_doing(doing: Doing) -> dict[str, object]:
    body: dict[str, object] = {"events": list(doing.events)}
    if doing.where is not None:
        body["where"] = dump(doing.where)
    return body


def read_within(body: Mapping[str, object], reading: Reading) -> Test | None:
    """The time test ``within`` of a body; None is ever."""
    within = body.get("within")
    if within is None:
        return None
    at = reading.inside(".within")
    if not isinstance(within, dict):
        raise at.wrong('must be a time test such as {"op": "after", "value": {"ago": 30, "unit": "day"}}.', "time")
    test = read_test(within, at)
    if not is_time(test):
        raise at.wrong(f"{test.op} is not a time test; use after, before or between with days or times.", "time")
    return test


def is_time(test: Test) -> bool:
    """Whether the test is one of before, after and between two moments."""
    return test.op in ("before", "after") or (
        test.op == "between" and not (isinstance(test.value, tuple) and isinstance(test.value[0], int | float))
    )


def write_within(test: Test | None) -> dict[str, object]:
    return {} if test is None else {"within": write_test(test)}


def names_sql(doing: Doing, asking: Asking) -> Sql:
    """A cheap condition on a row: is it one of the named events?"""
    if not doing.events:
        return _ANY
    if len(doing.events) == 1:
        return Sql(f"event = {asking.params.bind(doing.events[0], 'String')}")
    return Sql(f"event IN {asking.params.bind(sorted(doing.events), 'Array(String)')}")


def row_sql(doing: Doing, within: Test | None, asking: Asking) -> tuple[Sql, Sql]:
    """(the whole condition on a row, the cheap part of it that says which rows to read)."""
    cheap = [names_sql(doing, asking)]
    if within is not None:
        cheap.append(field_sql(within, TS, asking.params, asking.at))
    whole = list(cheap)
    if doing.where is not None:
        whole.append(to_sql(doing.where, EVENT_FIELDS, asking.params, asking.at))
    both = Sql(" AND ")
    return join(both, whole), join(both, cheap)


def deed_check(doing: Doing, within: Test | None, at: At) -> Callable[[Deed], bool]:
    """The same as a check of one event."""
    names = frozenset(doing.events)
    inner = matcher(doing.where, EVENT_FIELDS, at) if doing.where is not None else None
    in_time = field_check(within, TS, at) if within is not None else None

    def holds(deed: Deed) -> bool:
        if deed.event not in names if names else deed.type not in ACTIONS:
            return False
        if in_time is not None and not in_time(deed.ts):
            return False
        return inner is None or inner(deed.record)

    return holds


def moments_of(test: Test | None, at: At) -> tuple[datetime, ...]:
    """The ends of the window of a time test, now."""
    if test is None or not is_time(test):
        return ()
    window = window_of(test, at)
    return tuple(m for m in (window.low, window.high) if m is not None)
