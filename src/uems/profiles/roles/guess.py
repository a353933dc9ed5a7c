"""Which events and properties probably play which role? Read from their names, the tracking plan and what they carry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.profiles.roles.model import ROLES, Mapped, Roles
from uems.profiles.roles.words import EVENTS, PROPERTIES, Usual, plain

SURE: Final = 0.97
LIKELY: Final = 0.8
DESCRIBED: Final = 0.7
SPOILED: Final = 0.3
ENOUGH: Final = 0.5
"""A guess below this plays no role."""
_SAMPLE: Final = 5_000
_DAYS: Final = 60
"""How far before its last day an event is looked at."""
_PROPERTIES: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An event that came in, or is planned. revenue: some of them carry an amount. description: of the plan, both languages."""

    name: str
    events: int = 0
    revenue: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenProperties:
    """What an event carries: name → the types of its values; and the same inside of its lists of objects, by the list."""

    types: Mapping[str, frozenset[str]] = field(default_factory=dict)
    inside: Mapping[str, frozenset[str]] = field(default_factory=dict)


def guess_events(seen: Sequence[Seen]) -> dict[str, Mapped]:
    """role → what probably plays it, for those roles of events that something plays."""
    found: dict[str, Mapped] = {}
    for role, usual in EVENTS.items():
        scored = [(score, one) for one in seen if (score := _score(role, usual, one)) >= ENOUGH]
        if not scored:
            continue
        best = max(score for score, _ in scored)
        # Only those as good as the best: a clear name makes a likely one a different thing.
        chosen = sorted((one for score, one in scored if score >= best - 0.05), key=lambda one: (-one.revenue, -one.events, one.name))
        if usual.one:
            chosen = chosen[:1]
        names = tuple(sorted(one.name for one in chosen))
        zh, en = _reason(role, best, chosen[0])
        found[role] = Mapped(role=role, events=names, confidence=round(best, 2), reason_zh=zh, reason_en=en)
    return found


def _score(role: str, usual: Usual, one: Seen) -> float:
    name = plain(one.name)
    described = any(usual.pattern.search(part) for part in one.description.lower().split("\n") if part)
    if name in usual.exact:
        score = SURE
    elif usual.pattern.search(name):
        score = SPOILED if usual.weak is not None and usual.weak.search(name) else LIKELY
    elif described and not (usual.weak is not None and usual.weak.search(name)):
        score = DESCRIBED
    else:
        return 0.0
    if role == "purchase" and score >= ENOUGH:
        # What carries money is a purchase before what does not.
        score = min(1.0, score + 0.02) if one.revenue else score - 0.1
    return score


def _reason(role: str, score: float, one: Seen) -> tuple[str, str]:
    label = ROLES[role]
    if score >= SURE - 0.1:
        zh, en = f"“{one.name}”是“{label.label_zh}”的通用名称", f"“{one.name}” is a usual name for {label.label_en.lower()}"
    elif score > DESCRIBED:
        zh, en = f"“{one.name}”的名称像“{label.label_zh}”", f"the name “{one.name}” reads like {label.label_en.lower()}"
    else:
        zh, en = f"埋点方案对“{one.name}”的描述像“{label.label_zh}”", f"the plan describes “{one.name}” like {label.label_en.lower()}"
    if role == "purchase" and one.revenue:
        zh, en = f"{zh}，且带有金额", f"{en}, and it carries amounts"
    return f"{zh}。"[:500], f"{en[0].upper()}{en[1:]}."[:500]


def guess_properties(events: Roles, seen: Mapping[str, SeenProperties]) -> dict[str, Mapped]:
    """role → the property that probably plays it. seen: event → what it carries."""
    found: dict[str, Mapped] = {}
    for role, usual in PROPERTIES.items():
        places = {name: seen[name] for name in _events_of(role, events, seen)}
        best: tuple[int, str, list[str]] | None = None
        for rank, wanted in enumerate(usual.names):
            names = {name for place in places.values() for name in _candidates(role, place, usual.type) if plain(name) == wanted}
            if names:
                name = min(names)
                best = rank, name, sorted(event for event, place in places.items() if name in _candidates(role, place, usual.type))
                break
        if best is None:
            continue
        rank, name, events_ = best
        confidence = round(max(SURE - 0.03 * rank, 0.6), 2)
        label = ROLES[role]
        shown = "、".join(events_[:2]), ", ".join(events_[:2])
        found[role] = Mapped(
            role=role,
            events=tuple(events_) if role in ("inviter", "invitee", "sharer") else (),
            property=name,
            confidence=confidence,
            reason_zh=f"{shown[0]} 带有属性“{name}”，是“{label.label_zh}”的常用名称。"[:500],
            reason_en=f"{shown[1]} carries “{name}”, a usual name for {label.label_en.lower()}."[:500],
        )
    return found


def _events_of(role: str, events: Roles, seen: Mapping[str, SeenProperties]) -> list[str]:
    if role in ("inviter", "sharer"):
        return sorted(seen)  # whoever came through somebody may say so anywhere
    return sorted(set(events.events(*ROLES[role].on)) & seen.keys())


def _candidates(role: str, place: SeenProperties, type_: str) -> set[str]:
    if type_ == "list":
        return {name for name, types in place.types.items() if "objects" in types}
    names = {name for name, types in place.types.items() if "objects" not in types}
    if role in ("product", "category", "brand", "price", "quantity"):
        names |= {name for inner in place.inside.values() for name in inner}
    return names


def observed_events(house: House, scope: Scope) -> list[Seen]:
    """What came in: every track event with how often, and whether with money."""
    rows = house.warehouse.query(
        Sql(
            "SELECT event, toInt64(sum(events)) AS n, sum(abs(revenue_minor)) > 0 AS revenue FROM event_daily"
            " WHERE workspace_id = {workspace:UInt32} AND type = 'track' GROUP BY event ORDER BY n DESC, event LIMIT {limit:UInt32}"
        ),
        {"workspace": scope.workspace_id, "limit": _PROPERTIES},
    ).to_pylist()
    return [Seen(name=row["event"], events=row["n"], revenue=bool(row["revenue"])) for row in rows if row["event"]]


_MINE: Final = Sql("workspace_id = {workspace:UInt32} AND type = 'track' AND event IN {events:Array(String)}")


def observed_properties(house: House, scope: Scope, events: Sequence[str]) -> dict[str, SeenProperties]:
    """What these events carry, by a sample of the latest of each."""
    if not events:
        return {}
    days = house.warehouse.query(
        Sql(
            "SELECT min(last) AS first FROM (SELECT event, max(day) AS last FROM event_daily"
            " WHERE workspace_id = {workspace:UInt32} AND type = 'track' AND event IN {events:Array(String)} GROUP BY event)"
        ),
        {"workspace": scope.workspace_id, "events": list(events)},
    ).to_pylist()
    first = days[0]["first"]
    rows = house.warehouse.query(
        Sql(
            "SELECT event, groupUniqArrayArray(500)(paths) AS paths, groupUniqArrayArray(500)(inner) AS inner FROM ("
            "SELECT event, arrayMap((p, t) -> concat(p, '\\n', t), mapKeys(types), mapValues(types)) AS paths,"
            " arrayFlatten(arrayMap((p, t) -> if(startsWith(t, 'Array(JSON'), arrayMap(i -> concat(p, '\\n', i),"
            " arrayDistinct(arrayFlatten(arrayMap(o -> JSONExtractKeys(o), JSONExtractArrayRaw(text, p))))), []),"
            " mapKeys(types), mapValues(types))) AS inner FROM ("
            "SELECT event, JSONAllPathsWithTypes(properties) AS types, toJSONString(properties) AS text FROM events"
            f" WHERE {_MINE} AND (person_id, ts, log_offset, log_index) GLOBAL IN ("
            # Which rows first, by narrow columns; what they carry is then read of those few only.
            f"SELECT person_id, ts, log_offset, log_index FROM events WHERE {_MINE} AND day >= {{first:Date}}"
            " LIMIT {limit:UInt32} BY event))) GROUP BY event"
        ),
        {
            "workspace": scope.workspace_id,
            "events": list(events),
            "first": max(first, date(1970, 4, 1)) - timedelta(days=_DAYS),
            "limit": _SAMPLE // 10,
        },
    ).to_pylist()
    return {row["event"]: _properties(row["paths"], row["inner"]) for row in rows}


def _properties(paths: Sequence[str], inner: Sequence[str]) -> SeenProperties:
    types: dict[str, set[str]] = {}
    for path in paths:
        name, _, type_ = path.partition("\n")
        types.setdefault(name, set()).add("objects" if type_.startswith("Array(JSON") else type_)
    inside: dict[str, set[str]] = {}
    for path in inner:
        name, _, key = path.partition("\n")
        inside.setdefault(name, set()).add(key)
    return SeenProperties(
        types={name: frozenset(found) for name, found in types.items()}, inside={name: frozenset(found) for name, found in inside.items()}
    )
