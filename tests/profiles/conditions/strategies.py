"""Which people and conditions are tried? Few names and values, and times near the edges, so that conditions hold about as often as not."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.profiles.conditions.world import NOW
from tests.support.feed import Happened

Json = dict[str, Any]
USERS = [f"u{n}" for n in range(4)]
ANONYMOUS = [f"a{n}" for n in range(4)]
EVENTS = ["Order Completed", "Viewed", "分享"]
VALUES: list[Any] = [1, 2, 2.5, "x", "2", True, 10]
# New York put its clocks forward on 8 March 2026: a week before it, around it, and around now.
EDGES = [
    datetime(2026, 3, 8, 6, 59, 59, 999000, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 3, 1, 5, tzinfo=UTC),
    datetime(2026, 3, 30, 4, tzinfo=UTC),
    # Midnights of Shanghai, and of London on both sides of its own change on 29 March.
    datetime(2026, 3, 28, 15, 59, 59, 999000, tzinfo=UTC),
    datetime(2026, 3, 22, 16, tzinfo=UTC),
    datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
    datetime(2026, 3, 29, 23, 30, tzinfo=UTC),
    NOW - timedelta(days=30),
    NOW - timedelta(days=7),
    NOW - timedelta(days=7, milliseconds=1),
]
times = st.one_of(
    st.sampled_from(EDGES),
    st.integers(0, 40 * 24 * 60).map(lambda minutes: NOW - timedelta(minutes=minutes)),
    st.integers(0, 20).map(lambda seconds: NOW - timedelta(days=1, seconds=seconds)),
)
_ids = st.one_of(
    st.sampled_from(USERS).map(lambda u: {"user": u}),
    st.sampled_from(ANONYMOUS).map(lambda a: {"anonymous": a}),
    st.tuples(st.sampled_from(USERS), st.sampled_from(ANONYMOUS)).map(lambda p: {"user": p[0], "anonymous": p[1]}),
)
_properties = st.dictionaries(st.sampled_from(["price", "sku"]), st.sampled_from(VALUES), max_size=2)
_traits = st.fixed_dictionaries(
    {},
    optional={
        "plan": st.sampled_from(["pro", "free", 5, None]),
        "timezone": st.sampled_from(["Asia/Shanghai", "Europe/London", "Nowhere/Else"]),
        "renewal": st.sampled_from(["2026-03-08", "2026-03-29", "2026-03-29T23:30:00Z", "2026-02-28T05:00:00Z", "soon", None]),
        "address": st.sampled_from([{"city": "北京"}, {"city": 5}, {"zip": 1}, "here", None]),
    },
)


def _event(ids: Json, ts: datetime, event: str, properties: Json, revenue: int | None, currency: str) -> Happened:
    return Happened(**ids, ts=ts, event=event, properties=json.dumps(properties), revenue_minor=revenue, currency=currency)


def _identify(ids: Json, ts: datetime, traits: Json) -> Happened:
    return Happened(**ids, ts=ts, event="", type="identify", properties=json.dumps(traits))


_names = st.sampled_from(EVENTS)
calls = st.one_of(
    st.builds(
        _event, _ids, times, st.sampled_from(EVENTS), _properties, st.none() | st.integers(-500, 5000), st.sampled_from(["USD", "EUR"])
    ),
    st.builds(_event, _ids, times, st.sampled_from(EVENTS), _properties, st.none(), st.just("")),
    st.builds(lambda ids, ts: Happened(**ids, ts=ts, event="Page Viewed", type="page"), _ids, times),
    st.builds(_identify, _ids, times, _traits),
)

_moments = st.one_of(
    st.fixed_dictionaries({"ago": st.sampled_from([0, 1, 7, 30]), "unit": st.just("day")}, optional={"whole": st.booleans()}),
    st.fixed_dictionaries({"ago": st.sampled_from([1, 48]), "unit": st.just("hour")}),
    st.sampled_from(["2026-03-08", "2026-03-01", "2026-03-29"]),
)
windows = st.one_of(
    st.builds(lambda op, value: {"op": op, "value": value}, st.sampled_from(["after", "before"]), _moments),
    st.just({"op": "between", "value": [{"ago": 30, "unit": "day"}, {"ago": 7, "unit": "day"}]}),
    st.just({"op": "between", "value": ["2026-03-01", "2026-03-08"]}),
    st.just({"op": "between", "value": [{"ago": 7, "unit": "day", "whole": True}, {"ago": 0, "unit": "day", "whole": True}]}),
)
_where = st.one_of(
    st.builds(
        lambda n, v: {"property": {"name": n, "op": "equals", "value": v}},
        st.sampled_from(["price", "sku"]),
        st.sampled_from([1, 2.5, "x", True]),
    ),
    st.builds(lambda op, v: {"property": {"name": "price", "op": op, "value": v}}, st.just("gte"), st.sampled_from([3, 11])),
    st.just({"and": [{"property": {"name": "sku", "op": "is_set"}}, {"not": {"property": {"name": "sku", "op": "equals", "value": "x"}}}]}),
)
_doing = st.fixed_dictionaries({"events": st.lists(st.sampled_from(EVENTS), max_size=2, unique=True)}, optional={"where": _where})
_number = st.one_of(
    st.builds(
        lambda op, v: {"op": op, "value": v},
        st.sampled_from(["equals", "not_equals", "gt", "gte", "lt", "lte"]),
        st.sampled_from([0, 1, 2, 2.5, 3, 100]),
    ),
    st.just({"op": "between", "value": [1, 3]}),
)


def _joined(*parts: Json) -> Json:
    whole: Json = {}
    for part in parts:
        whole |= part
    return whole


_clock: st.SearchStrategy[Json] = st.sampled_from([{}, {"zone": "person"}])
_within = st.builds(_joined, st.one_of(st.just({}), windows.map(lambda w: {"within": w})), _clock)
_measures = st.one_of(
    st.just({}),
    st.builds(lambda of, test: {"measure": of, **test}, st.sampled_from(["count", "days"]), _number),
    st.builds(
        lambda of, name, test: {"measure": of, "property": name, **test},
        st.sampled_from(["sum", "average", "min", "max", "distinct"]),
        st.sampled_from(["price", "$revenue"]),
        _number,
    ),
    st.builds(lambda of, test: {"measure": of, **test}, st.sampled_from(["first_at", "last_at"]), windows),
)
_did = st.builds(_joined, _doing, _within, _measures).map(lambda body: {"did": body})
_regular = st.builds(
    lambda doing, unit, out_of, least, clock: {
        "regular": {**doing, "unit": unit, "out_of": out_of, "at_least": min(least, out_of), **clock}
    },
    _doing, st.sampled_from(["day", "week", "month"]), st.integers(1, 5), st.integers(1, 3), _clock,
)  # fmt: skip
_sequence = st.builds(
    lambda steps, amount, unit, within: {"sequence": {"steps": steps, "amount": amount, "unit": unit, **within}},
    st.lists(_doing, min_size=2, max_size=3), st.integers(1, 3), st.sampled_from(["minute", "hour", "day"]),
    _within,
)  # fmt: skip
_told = st.one_of(
    st.sampled_from([{"op": "is_set"}, {"op": "is_not_set"}]),
    st.builds(lambda op, v: {"op": op, "value": v}, st.sampled_from(["equals", "not_equals"]), st.sampled_from(["pro", "北京", 5, "here"])),
    st.builds(lambda op, v: {"op": op, "value": v}, st.sampled_from(["gte", "lt"]), st.sampled_from([3, 6])),
)
_trait = st.one_of(
    st.builds(lambda n, t: {"trait": {"name": n, **t}}, st.sampled_from(["plan", "address.city", "address"]), _told),
    st.builds(lambda w, clock: {"trait": {"name": "renewal", **w, **clock}}, windows, _clock),
)
_tag = st.builds(lambda n, t: {"tag": {"name": n, **t}}, st.sampled_from(["stage", "score"]), _told)
_person = st.one_of(
    st.builds(lambda n, w, clock: {"person": {"name": n, **w, **clock}}, st.sampled_from(["first_seen", "last_seen"]), windows, _clock),
    st.builds(lambda n, t: {"person": {"name": n, **t}}, st.sampled_from(["events", "days"]), _number),
    st.booleans().map(lambda value: {"person": {"name": "identified", "op": "equals", "value": value}}),
)
_sample = st.builds(
    lambda p, s: {"sample": {"percent": p, "salt": s}}, st.sampled_from([1, 33.3, 50, 100]), st.sampled_from(["", "a", "盐"])
)
_listed = st.sampled_from([1, 2]).map(lambda number: {"list": {"id": number}})


def _trees(tag: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    plain = st.one_of(_did, _did, _did, _regular, _sequence, _trait, tag, _person, _sample, _listed)
    related = st.builds(
        lambda kind, least, who: {"related": {"kind": kind, "at_least": least, **({"who": who} if who else {})}},
        st.sampled_from(["invited", "invited_by"]), st.integers(1, 2), st.none() | plain,
    )  # fmt: skip
    return st.recursive(
        st.one_of(plain, plain, plain, related),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"and": parts}),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"or": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=4,
    )


conditions = _trees(_tag)
_of_stage: st.SearchStrategy[Json] = st.sampled_from(
    [{"op": "is_set"}, {"op": "not_equals", "value": "pro"}, {"op": "in", "value": ["pro", "free"]}]
)
_of_score: st.SearchStrategy[Json] = st.builds(
    lambda op, value: {"op": op, "value": value}, st.sampled_from(["gte", "lt", "equals"]), st.sampled_from([1, 2, 3])
)
_fitting = st.one_of(
    _of_stage.map(lambda test: {"tag": {"name": "stage", **test}}), _of_score.map(lambda test: {"tag": {"name": "score", **test}})
)
savable = _trees(_fitting)
"""Conditions that a segment may have where the tag stage is a text and score a number."""
tagged = _fitting
