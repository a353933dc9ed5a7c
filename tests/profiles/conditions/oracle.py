"""Who fulfils a condition, by its definition? Plain loops over dicts; knows nothing of the code that it judges."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import xxhash

from tests.profiles.conditions.world import NOW, ZONE, Soul

KNOWN_ZONES = ("Asia/Shanghai", "Europe/London")


def holds(tree: Mapping[str, Any], soul: Soul, souls: Mapping[int, Soul], now: datetime = NOW) -> bool:
    [(key, body)] = tree.items()
    if key == "and":
        return all(holds(part, soul, souls, now) for part in body)
    if key == "or":
        return any(holds(part, soul, souls, now) for part in body)
    if key == "not":
        return not holds(body, soul, souls, now)
    return bool(_LEAVES[key](body, soul, souls, now))


def instant(moment: Any, zone: str, now: datetime) -> datetime:
    """The UTC instant of a relative moment or of the start of a day."""
    here = ZoneInfo(zone)
    if isinstance(moment, str):
        day = date.fromisoformat(moment)
        return datetime(day.year, day.month, day.day, tzinfo=here).astimezone(UTC)
    local = now.astimezone(here)
    if moment["unit"] == "hour":
        return now - timedelta(hours=moment["ago"])
    day = local.date() - timedelta(days=moment["ago"])
    clock = datetime.min.time() if moment.get("whole") else local.time()
    return datetime.combine(day, clock, here).astimezone(UTC)


def in_time(test: Mapping[str, Any], ts: datetime, zone: str, now: datetime) -> bool:
    def is_point(moment: Any) -> bool:
        return isinstance(moment, dict) and not moment.get("whole")

    def after_day(moment: Any) -> Any:
        return (date.fromisoformat(moment) + timedelta(days=1)).isoformat() if isinstance(moment, str) else moment

    value = test["value"]
    if test["op"] == "after":
        start = instant(after_day(value), zone, now)
        return ts > start if is_point(value) else ts >= start
    if test["op"] == "before":
        return ts < instant(value, zone, now)
    low, high = instant(value[0], zone, now), instant(after_day(value[1]), zone, now)
    return ts >= low and (ts <= high if is_point(value[1]) else ts < high)


def number_test(test: Mapping[str, Any], got: float | None) -> bool:
    value, op = test["value"], test["op"]
    if got is None:
        return bool(op == "not_equals")
    if op == "between":
        return bool(value[0] <= got <= value[1])
    answer: bool = {
        "equals": got == value, "not_equals": got != value, "gt": got > value, "gte": got >= value, "lt": got < value, "lte": got <= value,
    }[op]  # fmt: skip
    return answer


def event_holds(where: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    [(key, body)] = where.items()
    if key == "and":
        return all(event_holds(part, event) for part in body)
    if key == "not":
        return not event_holds(body, event)
    got = event["properties"].get(body["name"])
    if body["op"] == "is_set":
        return got is not None
    if body["op"] in ("gte", "lt"):
        if isinstance(got, bool) or not isinstance(got, int | float):
            return False
        return bool(got >= body["value"]) if body["op"] == "gte" else bool(got < body["value"])
    assert body["op"] == "equals"
    return bool(got == body["value"] and isinstance(got, bool) == isinstance(body["value"], bool))


def matching(body: Mapping[str, Any], soul: Soul, zone: str, now: datetime) -> list[dict[str, Any]]:
    found = []
    for event in soul.events:
        named = event["event"] in body["events"] if body.get("events") else event["type"] in ("track", "page", "screen")
        if not named or (body.get("where") and not event_holds(body["where"], event)):
            continue
        if body.get("within") and not in_time(body["within"], event["ts"], zone, now):
            continue
        found.append(event)
    return found


def zone_of(body: Mapping[str, Any], soul: Soul) -> str:
    theirs = soul.traits.get("timezone")
    return str(theirs) if body.get("zone") == "person" and theirs in KNOWN_ZONES else ZONE


def did(body: Mapping[str, Any], soul: Soul, souls: Mapping[int, Soul], now: datetime) -> bool:
    zone = zone_of(body, soul)
    found = matching(body, soul, zone, now)
    of = body.get("measure", "count")
    test = {"op": body.get("op", "gte"), "value": body.get("value", 1)}
    if of == "count":
        return number_test(test, len(found))
    if of == "days":
        return number_test(test, len({e["ts"].astimezone(ZoneInfo(zone)).date() for e in found}))
    if of in ("first_at", "last_at"):
        times = [e["ts"] for e in found]
        return bool(times) and in_time(test, min(times) if of == "first_at" else max(times), zone, now)
    values: list[Any] = []
    for event in found:
        got = event["revenue"] if body["property"] == "$revenue" else event["properties"].get(body["property"])
        if of == "distinct":
            if got is not None:
                values.append(str(got).lower() if isinstance(got, bool) else str(got))
        elif isinstance(got, int | float) and not isinstance(got, bool):
            values.append(got)
    if of == "distinct":
        return number_test(test, len(set(values)))
    if of == "sum":
        return number_test(test, round(sum(values), 6))
    if not values:
        return number_test(test, None)
    return number_test(test, {"average": round(sum(values) / len(values), 6), "min": min(values), "max": max(values)}[of])


def regular(body: Mapping[str, Any], soul: Soul, souls: Mapping[int, Soul], now: datetime) -> bool:
    def start(day: date) -> date:
        return day if body["unit"] == "day" else day - timedelta(days=day.weekday()) if body["unit"] == "week" else day.replace(day=1)

    here = ZoneInfo(zone_of(body, soul))
    units = []
    day = start(now.astimezone(here).date())
    for _ in range(body["out_of"]):
        units.append(day)
        day = start(day - timedelta(days=1))
    theirs = {start(e["ts"].astimezone(here).date()) for e in matching(body, soul, ZONE, now)}
    return len(theirs & set(units)) >= int(body["at_least"])


def sequence(body: Mapping[str, Any], soul: Soul, souls: Mapping[int, Soul], now: datetime) -> bool:
    seconds = body["amount"] * {"minute": 60, "hour": 3600, "day": 86_400}[body["unit"]]
    zone = zone_of(body, soul)
    steps = [[e["ts"] for e in matching({**step, "within": body.get("within")}, soul, zone, now)] for step in body["steps"]]

    def goes_on(step: int, first: datetime, last: datetime) -> bool:
        if step == len(steps):
            return True
        return any(last < ts <= first + timedelta(seconds=seconds) and goes_on(step + 1, first, ts) for ts in steps[step])

    return any(goes_on(1, ts, ts) for ts in steps[0])


def json_test(body: Mapping[str, Any], got: Any) -> bool:
    if isinstance(got, dict):
        got = None
    if body["op"] in ("is_set", "is_not_set"):
        return bool((got is not None) == (body["op"] == "is_set"))
    if body["op"] in ("equals", "not_equals"):
        same = bool(got == body["value"]) and isinstance(got, bool) == isinstance(body["value"], bool)
        return bool(same == (body["op"] == "equals"))
    if isinstance(got, bool) or not isinstance(got, int | float):
        return False
    return bool(got >= body["value"]) if body["op"] == "gte" else bool(got < body["value"])


def trait(body: Mapping[str, Any], soul: Soul, souls: Mapping[int, Soul], now: datetime) -> bool:
    found: Any = soul.traits
    for step in body["name"].split("."):
        found = found.get(step) if isinstance(found, dict) else None
    if body["op"] in ("before", "after", "between"):
        if not isinstance(found, str) or not found.startswith("20"):
            return False
        zone = zone_of(body, soul)
        return in_time(body, instant(found, zone, now) if len(found) == 10 else datetime.fromisoformat(found), zone, now)
    return json_test(body, found)


def tag(body: Mapping[str, Any], soul: Soul, souls: Mapping[int, Soul], now: datetime) -> bool:
    return json_test(body, soul.tags.get(body["name"]))


def person(body: Mapping[str, Any], soul: Soul, souls: Mapping[int, Soul], now: datetime) -> bool:
    acts = [e for e in soul.events if e["type"] in ("track", "page", "screen")]
    times = [e["ts"] for e in soul.events]
    name = body["name"]
    if name == "identified":
        return bool(soul.identified == body["value"])
    if name in ("first_seen", "last_seen"):
        return in_time(body, min(times) if name == "first_seen" else max(times), zone_of(body, soul), now)
    return number_test(body, len(acts) if name == "events" else len({e["day"] for e in acts}))


def sample(body: Mapping[str, Any], soul: Soul, souls: Mapping[int, Soul], now: datetime) -> bool:
    return bool(xxhash.xxh3_64_intdigest(f"{body['salt']}:{soul.person}".encode()) % 1_000_000 < round(body["percent"] * 10_000))


def listed(body: Mapping[str, Any], soul: Soul, souls: Mapping[int, Soul], now: datetime) -> bool:
    return body["id"] in soul.lists


def related(body: Mapping[str, Any], soul: Soul, souls: Mapping[int, Soul], now: datetime) -> bool:
    others = soul.invited if body["kind"] == "invited" else {n for n, other in souls.items() if soul.person in other.invited}
    if body.get("who"):
        others = {other for other in others if other in souls and holds(body["who"], souls[other], souls, now)}
    return len(others) >= int(body["at_least"])


_LEAVES = {
    "did": did, "regular": regular, "sequence": sequence, "trait": trait, "tag": tag, "person": person, "sample": sample, "list": listed,
    "related": related,
}  # fmt: skip
