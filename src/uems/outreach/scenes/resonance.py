"""Did a scene move people more than the same words said to as many people chosen by who they are? Side by side, both against chance.

One flow begins with the scene, another one takes people by their traits. Each holds some out at random, so that what it changed is the
difference between its people and its own held out ones, within so many hours after each of them came in. Whoever stands in both flows
is left out of the comparison, and of the larger side so many are taken, by a hash, as the smaller one has.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from sqlalchemy import select

from uems.access.api import Access
from uems.identity import api as identity
from uems.kernel.bucketing import buckets
from uems.kernel.errors import UemsError, invalid
from uems.kernel.filters import Params
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.store import to_microseconds
from uems.outreach.flows.definitions import Flow, get_flow, names_of, save_flow
from uems.outreach.flows.graph import FlowDraft, ScheduleEntry
from uems.outreach.flows.reporting import difference_of
from uems.outreach.flows.tables import flow_runs, flows
from uems.outreach.scenes.definitions import get_scene
from uems.outreach.tables import outreach_messages

Verdict: TypeAlias = Literal["scene", "traits", "unsure", "too_few"]
MOST_PEOPLE: Final = 100_000
LEAST_PEOPLE: Final = 50
LEAST_HELD: Final = 20
"""With fewer on either side nothing is concluded: the interval of a share of so few says little."""
_HOUR_US: Final = 3_600_000_000
_Z: Final = 1.959964
_R, _M = flow_runs.c, outreach_messages.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A difference with its interval of 95 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One flow. people: of them compared, and came: who ever came in with their hours over. sent, opened, clicked, converted: of people.

    value_minor: of each person on average. uplift: converted against those held out; value_uplift: the same of the value.
    """

    flow: str
    name: str
    came: int
    people: int
    held: int
    sent: int
    opened: int
    clicked: int
    converted: int
    held_converted: int
    value_minor: float
    held_value_minor: float
    uplift: Span | None
    value_uplift: Span | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resonance:
    """uplift, value: of the scene less that of the traits. in_both: people who stand in both flows, and count on neither side."""

    scene: Side
    traits: Side
    in_both: int
    uplift: Span | None
    value: Span | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class _Came:
    """Whoever came in, the first time: person → (microseconds, whether held out)."""

    flow: Flow
    people: Mapping[int, tuple[int, bool]]


def resonance(house: House, scope: Scope, key: str, flow: str, against: str, event: str, hours: int, now: datetime) -> Resonance:
    """hours: after coming in, within which everything counts. event: what counts as converted; its revenue is the value.

    Raises ``not_found``, and ``invalid`` where the flow does not begin with the scene, or the other one begins with a scene too.
    """
    scene = get_scene(house.store, scope, key)
    one, other = get_flow(house.store, scope, flow), get_flow(house.store, scope, against)
    _must_begin(one, scene.key)
    if other.graph.entry.type == "scene":
        raise invalid("against", against, "begins with a scene too. Choose a flow that takes people by what they are.")
    until = to_microseconds(now - timedelta(hours=hours))
    mine, theirs = _came(house, scope, one, until), _came(house, scope, other, until)
    both = mine.people.keys() & theirs.people.keys()
    size = min(_treated(mine, both), _treated(theirs, both), MOST_PEOPLE)
    sides = [_side(house, scope, side, both, size, event, hours) for side in (mine, theirs)]
    enough = all(side.people >= LEAST_PEOPLE and side.held >= LEAST_HELD for side in sides)
    uplift = _apart(sides[0].uplift, sides[1].uplift) if enough else None
    value = _apart(sides[0].value_uplift, sides[1].value_uplift) if enough else None
    verdict: Verdict = "too_few"
    if uplift is not None:
        verdict = "scene" if uplift.low > 0 else "traits" if uplift.high < 0 else "unsure"
    return Resonance(scene=sides[0], traits=sides[1], in_both=len(both), uplift=uplift, value=value, verdict=verdict)


def make_rival(house: House, access: Access, key: str, flow: str, who: Mapping[str, Any], name: str) -> Flow:
    """A draft with the steps, goal and hold-out of a flow of the scene, for people chosen by ``who`` once a day. Audited.

    Raises ``not_found``, ``invalid`` for a flow that does not begin with the scene, ``bad_filter`` (422), ``flow_exists`` (409).
    """
    one = get_flow(house.store, access.scope, flow)
    _must_begin(one, get_scene(house.store, access.scope, key).key)
    names_of(house, access.scope).condition(who)
    with house.store.read() as conn:
        taken = conn.execute(select(flows.c.key).where(flows.c.workspace_id == access.scope.workspace_id, flows.c.key == name)).first()
    if taken is not None:
        raise UemsError("flow_exists", f"There is a flow {name!r} already; choose another key.", status=409)
    graph = one.graph.model_copy(update={"entry": ScheduleEntry(), "who": dict(who)})
    said = f"{one.name} · {key}"
    return save_flow(house.store, access, name, FlowDraft(name=said[:200], description=one.description, graph=graph))


def _must_begin(flow: Flow, key: str) -> None:
    entry = flow.graph.entry
    if entry.type != "scene" or entry.scene != key:
        raise invalid("flow", flow.key, f"must begin with the scene {key}. Choose one of those that do.")


def _came(house: House, scope: Scope, flow: Flow, until_us: int) -> _Came:
    mine = (_R.workspace_id == scope.workspace_id, _R.flow_id == flow.flow_id, _R.state != "new", _R.reason != "merged")
    query = select(_R.person_id, _R.entered_at, _R.state).where(*mine, _R.entered_at <= until_us).order_by(_R.entered_at.desc())
    with house.store.read() as conn:
        # The first time of each is read last.
        return _Came(flow=flow, people={row.person_id: (row.entered_at, row.state == "holdout") for row in conn.execute(query)})


def _treated(came: _Came, without: set[int]) -> int:
    return sum(not held for person, (_, held) in came.people.items() if person not in without)


def _side(house: House, scope: Scope, came: _Came, without: set[int], size: int, event: str, hours: int) -> Side:
    treated = sorted(person for person, (_, held) in came.people.items() if not held and person not in without)
    if len(treated) > size:
        order = np.argsort(buckets(f"resonance:{came.flow.salt}", treated), kind="stable")
        treated = [treated[at] for at in order[:size].tolist()]
    held = [person for person, (_, out) in came.people.items() if out and person not in without][:MOST_PEOPLE]
    since = {person: came.people[person][0] for person in (*treated, *held)}
    worth = _worth(house, scope, since, event, hours)
    got, theirs = _values(treated, worth), _values(held, worth)
    sent, opened, clicked = _letters(house, scope, came.flow, {person: since[person] for person in treated}, hours)
    converted, held_converted = (sum(person in worth for person in people) for people in (treated, held))
    difference, low, high = difference_of(converted, len(treated), held_converted, len(held))
    known = difference is not None and low is not None and high is not None
    return Side(
        flow=came.flow.key,
        name=came.flow.name,
        came=sum(not out for _, out in came.people.values()),
        people=len(treated),
        held=len(held),
        sent=sent,
        opened=opened,
        clicked=clicked,
        converted=converted,
        held_converted=held_converted,
        value_minor=float(got.mean()) if len(got) else 0.0,
        held_value_minor=float(theirs.mean()) if len(theirs) else 0.0,
        uplift=Span(value=float(difference or 0.0), low=float(low or 0.0), high=float(high or 0.0)) if known else None,
        value_uplift=_means_apart(got, theirs),
    )


def _values(people: Sequence[int], worth: Mapping[int, int]) -> npt.NDArray[np.float64]:
    return np.array([worth.get(person, 0) for person in people], np.float64)


def _worth(house: House, scope: Scope, since: Mapping[int, int], event: str, hours: int) -> dict[int, int]:
    """Person → what they paid within their hours, in minor units; whoever did the event without paying is in it with nothing."""
    if not since:
        return {}
    params = Params("r")
    people = params.bind(sorted(since), "Array(UInt64)")
    named = params.bind(event, "String")
    currency = params.bind(scope.currency, "String")
    first, last = min(since.values()), max(since.values()) + hours * _HOUR_US
    begin, end = params.bind(first, "Int64"), params.bind(last, "Int64")
    paid = Sql(f"if(currency = {currency}, ifNull(revenue_minor, 0), 0)")
    period = Sql(f"ts >= fromUnixTimestamp64Micro({begin}, 'UTC') AND ts < fromUnixTimestamp64Micro({end}, 'UTC')")
    within = Sql(f"{period} AND {identity.EVENT_NAME} = {named}")
    rows = identity.rows_of_people(
        house.store, scope, Sql("events"), {"us": Sql("toUnixTimestamp64Milli(ts) * 1000"), "paid": paid}, within
    )
    found = house.warehouse.query(Sql(f"SELECT person, us, paid FROM {rows} WHERE person IN {people}"), params.values)
    worth: dict[int, int] = {}
    columns = (found.column(name).to_pylist() for name in ("person", "us", "paid"))
    for person, us, minor in zip(*columns, strict=True):
        # Events know milliseconds: whatever happened in the one in which somebody came in counts.
        if since[person] - 1_000 < us < since[person] + hours * _HOUR_US:
            worth[person] = worth.get(person, 0) + int(minor)
    return worth


def _letters(house: House, scope: Scope, flow: Flow, since: Mapping[int, int], hours: int) -> tuple[int, int, int]:
    """How many of these people were sent anything by the flow, opened it, and followed a link, within their hours."""
    mine = (_M.workspace_id == scope.workspace_id, _M.origin_type == "flow", _M.origin_id == str(flow.flow_id), _M.sent_at.is_not(None))
    with house.store.read() as conn:
        rows = conn.execute(select(_M.person_id, _M.sent_at, _M.opened_at, _M.clicked_at).where(*mine)).all()
    owners = identity.people_of(house.store, scope, {row.person_id for row in rows})
    found: tuple[set[int], set[int], set[int]] = (set(), set(), set())
    for row in rows:
        owner: Any = owners.get(row.person_id)
        person = owner.person_id if owner is not None else row.person_id
        begun = since.get(person)
        if begun is None:
            continue
        for people, at in zip(found, (row.sent_at, row.opened_at, row.clicked_at), strict=True):
            if at is not None and begun <= to_microseconds(at) < begun + hours * _HOUR_US:
                people.add(person)
    return len(found[0]), len(found[1]), len(found[2])


def _means_apart(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> Span | None:
    """Difference of means with Welch's standard error, by the normal law; None where a side has fewer than two."""
    if len(one) < 2 or len(other) < 2:
        return None
    difference = float(one.mean() - other.mean())
    half = _Z * math.sqrt(float(one.var(ddof=1)) / len(one) + float(other.var(ddof=1)) / len(other))
    return Span(value=difference, low=difference - half, high=difference + half)


def _apart(one: Span | None, other: Span | None) -> Span | None:
    """The difference of two independent estimates from their intervals (Zou and Donner 2008, MOVER)."""
    if one is None or other is None:
        return None
    difference = one.value - other.value
    return Span(
        value=difference,
        low=difference - math.hypot(one.value - one.low, other.high - other.value),
        high=difference + math.hypot(one.high - one.value, other.value - other.low),
    )
