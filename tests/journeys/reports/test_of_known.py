"""Do groups by tag, trait and segment, and conditions on people, say what a count by hand says of people as they are now?"""

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from tests.identity.conftest import make_access
from tests.journeys.reports.some_people import PHONES, segment
from tests.journeys.reports.world import DAY, FIRST, HOUR, LAST, NOW, SECOND, Act, Seen, Town, World, text, town
from uems.access.api import Workspaces
from uems.identity import api as identity
from uems.journeys.sessions import Sessioniser
from uems.kernel.clock import utc_now
from uems.kernel.errors import UemsError
from uems.profiles import api as profiles
from uems.segments import api as segments

__all__ = ["town"]

A, B = {"event": "A"}, {"event": "B"}
PLANS = ["pro", "free", "ünd", 3, 2.5, True, ["a"], {"b": 1}, None]
GROUPED: list[tuple[str, dict[str, Any]]] = [
    ("trend", {"series": [{"event": "A"}, {"event": "B", "measure": "people"}], "unit": "week"}),
    ("funnel", {"steps": [A, B], "window_seconds": 3 * 86_400}),
    ("funnel", {"steps": [A, B], "order": "any", "count": "entries"}),
    ("retention", {"start": A, "returning": B, "unit": "day", "offsets": 4}),
    ("retention", {"start": A, "unit": "day", "offsets": 3, "basis": "rolling"}),
    ("interval", {"start": A, "end": B}),
    ("cohort_revenue", {"acquired": A, "unit": "week"}),
]


def peopled(town: Town) -> World:
    """Visitors who become users, tell of themselves more than once, and are merged and parted again."""
    dice = random.Random(5)
    world = town.world()
    for number in range(6):
        acts = []
        for _ in range(60):
            who = dice.randrange(16)
            at = dice.randrange(9) * DAY + dice.choice([0, 5, 6, 23]) * HOUR + dice.randrange(4) * SECOND
            if dice.random() < 0.2:
                told = {"plan": dice.choice(PLANS)} | ({"home": {"city": dice.choice("xy")}} if dice.random() < 0.5 else {})
                acts.append(Act(ms=at, user=f"u{who}", anonymous=f"a{who}" if dice.random() < 0.5 else "", traits=told))
                continue
            money = {"revenue": dice.randrange(1, 90), "currency": "USD"} if dice.random() < 0.4 else {}
            user = f"u{who}" if dice.random() < 0.4 else ""
            name, device = dice.choice("AABC"), dice.choice(["", "phone"])
            acts.append(Act(ms=at, user=user, anonymous=f"a{who + dice.randrange(2)}", event=name, properties=money, device=device))
        world.send(acts, number % 2)
    return world


@pytest.fixture(scope="module")
def known(town: Town) -> World:
    world = peopled(town)
    house = town.house
    label = profiles.Words(en="Level")
    access = make_access(world.scope, NOW)
    profiles.save_tag(
        house.store,
        access,
        profiles.TagDef(key="level", family="behaviour", kind="manual", label=label, value_type="text", config={}, refresh="nightly"),
    )
    people = sorted(world.people())
    for level, some in (("gold", people[::3]), ("low", people[1::3])):
        profiles.set_tag(house, access, "level", some, level)
    profiles.refresh(house, world.scope, NOW, people, tags=["level"])
    segment(world, "phones", PHONES)
    return world


def traits(world: World) -> dict[int, dict[str, Any]]:
    """What each person told last, by the time it happened and then as it arrived."""
    owners = world.owners()
    told: dict[int, dict[str, tuple[Any, Any]]] = {}
    for name, (act, place) in world.sent.items():
        mine = told.setdefault(owners[name], {})
        for trait, value in act.traits.items():
            if trait not in mine or mine[trait][0] < (act.ms, place):
                mine[trait] = ((act.ms, place), value)
    return {person: {name: value for name, (_, value) in mine.items()} for person, mine in told.items()}


def words(world: World, by: Mapping[str, str]) -> dict[int, str]:
    """person → their word; '' for none."""
    house, people = world.town.house, world.people()
    if "tag" in by:
        return {person: ["gold", "low", ""][place % 3] for place, person in enumerate(sorted(people))}
    if "segment" in by:
        made = segments.segment(house.store, world.scope, by["segment"])
        inside = set(segments.members(house, world.scope, made.segment_id, limit=1_000))
        assert 0 < len(inside & set(people)) < len(people)
        return {person: "in" if person in inside else "out" for person in people}
    head, *rest = by["trait"].split(".")
    told = {person: mine.get(head) for person, mine in traits(world).items()}
    if rest:
        told = {person: value.get(rest[0]) if isinstance(value, dict) else None for person, value in told.items()}
    return {person: text(told.get(person)) for person in people}


BY: list[dict[str, str]] = [{"trait": "plan"}, {"trait": "home.city"}, {"tag": "level"}, {"segment": "phones"}]


@pytest.mark.parametrize("by", BY, ids=str)
@pytest.mark.parametrize("limit", [1, 3, 20])
def test_groups_are_of_people_as_they_are_now(known: World, by: dict[str, str], limit: int) -> None:
    spec = {"series": [A, {"event": "B", "measure": "people"}], "unit": "day", "breakdown": {**by, "limit": limit}}
    mine, people = words(known, by), known.people()
    pairs = [(person, one) for person, seen in people.items() for one in seen if FIRST <= one.day <= LAST]
    often = Counter(mine[person] for person, one in pairs if one.event in "AB")
    top = sorted(often, key=lambda word: (-often[word], word.encode()))[:limit]
    data = known.ask("trend", spec).data
    for number, (event, lines) in enumerate(zip("AB", (one["lines"] for one in data["series"]), strict=True)):
        here = [(person, one) for person, one in pairs if one.event == event]
        expected = [{"value": word or None, "other": False} for word in top]
        assert [line["group"] for line in lines if line["group"] and not line["group"]["other"]] == expected
        for line in lines:
            of = [(person, one) for person, one in here if _is_in(line["group"], mine[person], top)]
            assert line["total"] == (len(of) if event == "A" else len({person for person, _ in of}))
            assert known.open("trend", spec, {"series": number, "group": line["group"]}) == sorted({person for person, _ in of})


def _is_in(group: dict[str, Any] | None, word: str, top: list[str]) -> bool:
    if group is None:
        return True
    return word not in top if group["other"] else word == (group["value"] or "")


def condition(by: Mapping[str, str], value: str | None) -> dict[str, Any]:
    """Who has the word, as segments ask it."""
    if "segment" in by:
        inside = {"segment": {"key": by["segment"]}}
        return inside if value == "in" else {"not": inside}
    [(kind, name)] = by.items()
    return {kind: {"name": name, "op": "equals", "value": value}}


@pytest.mark.parametrize(("name", "spec"), GROUPED, ids=[name for name, _ in GROUPED])
@pytest.mark.parametrize("by", [{"trait": "home.city"}, {"tag": "level"}, {"segment": "phones"}], ids=str)
def test_a_group_is_what_the_report_says_of_those_people_alone(known: World, name: str, spec: dict[str, Any], by: dict[str, str]) -> None:
    grouped = {**spec, "breakdown": by}
    data = known.ask(name, grouped).data
    found = data["series"][0]["lines"] if name == "trend" else data["lines"]
    named = [line for line in found if line["group"] and line["group"]["value"]]
    assert len(named) == 2
    for line in named:
        alone = known.ask(name, {**spec, "people": condition(by, line["group"]["value"])}).data
        [whole, *_] = alone["series"][0]["lines"] if name == "trend" else alone["lines"]
        assert {**line, "group": None} == whole


def test_a_condition_on_people_counts_those_alone_for_whom_it_holds(known: World) -> None:
    asked = {"and": [{"tag": {"name": "level", "op": "in", "value": ["gold", "low"]}}, {"not": {"segment": {"key": "phones"}}}]}
    levels, phones = words(known, {"tag": "level"}), words(known, {"segment": "phones"})
    mine = {person for person in levels if levels[person] and phones[person] == "out"}
    pairs = [(person, one) for person, seen in known.people().items() for one in seen if FIRST <= one.day <= LAST and person in mine]
    assert {person for person, _ in pairs} == mine
    data = known.ask("trend", {"series": [{}, {"measure": "people"}], "people": asked}).data
    assert [one["lines"][0]["total"] for one in data["series"]] == [len(pairs), len(mine)]
    assert known.open("trend", {"series": [{}], "people": asked}, {}) == sorted(mine)
    overview = known.ask("overview", {"people": asked}).data
    assert _overview(known, mine, pairs) == {
        key: overview[key] for key in ("people", "orders", "revenue_minor", "event_people", "identified")
    }
    assert known.open("overview", {"people": asked}, {"who": "identified"}) == sorted(mine & _identified(known))
    assert {day["day"]: day["actives"] for day in overview["series"] if day["actives"]} == _actives(known, mine)


def _identified(world: World) -> set[int]:
    owners = world.owners()
    return {owners[name] for name, (act, _) in world.sent.items() if act.user}


def _overview(world: World, mine: set[int], pairs: list[tuple[int, Seen]]) -> dict[str, Any]:
    owners = world.owners()
    revenue = sum(100 * one.properties.get("revenue", 0) for _, one in pairs)
    did: dict[str, set[int]] = {}
    for name, (act, _) in world.sent.items():
        if owners[name] in mine:
            did.setdefault(act.event or "identify", set()).add(owners[name])
    counts = {name: len(people) for name, people in did.items()}
    return {
        "people": len(mine),
        "orders": 0,
        "revenue_minor": revenue,
        "event_people": counts,
        "identified": len(mine & _identified(world)),
    }


def _actives(world: World, mine: set[int]) -> dict[str, int]:
    owners = world.owners()
    days: dict[str, set[int]] = {}
    for name, (act, _) in world.sent.items():
        day = Seen(ms=act.ms, order=(0, 0, 0), event="", properties={}, device="", path="", channel="").day
        if owners[name] in mine:
            days.setdefault(day.isoformat(), set()).add(owners[name])
    return {day: len(people) for day, people in days.items()}


def test_a_merge_and_its_undo_move_people_between_groups(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=0, user="u", traits={"plan": "pro"}), Act(ms=1, user="u", event="A"), Act(ms=2, anonymous="a", event="A")])
    spec = {"series": [{"event": "A"}], "breakdown": {"trait": "plan"}}

    def totals() -> dict[Any, Any]:
        lines = world.ask("trend", spec).data["series"][0]["lines"]
        return {line["group"]["value"]: line["total"] for line in lines if line["group"]}

    assert totals() == {"pro": 1, None: 1}
    world.send([Act(ms=3, user="u", anonymous="a", event="B")])
    assert totals() == {"pro": 2}
    assert identity.has_overrides(town.house.store, world.scope)


@pytest.mark.parametrize(
    ("breakdown", "code", "said"),
    [
        ({"tag": "nowhere"}, "not_found", "nowhere"),
        ({"segment": "nowhere"}, "not_found", "nowhere"),
        ({"trait": "plann"}, "invalid", "must be a trait that somebody was told to have"),
        ({"trait": "plan", "tag": "level"}, "invalid_spec", "give either column or property, or one of tag, trait and segment"),
        ({"column": "device", "segment": "phones"}, "invalid_spec", "one of tag, trait and segment"),
    ],
)
def test_what_is_not_there_is_refused(known: World, breakdown: dict[str, str], code: str, said: str) -> None:
    with pytest.raises(UemsError, match=said) as found:
        known.ask("trend", {"series": [A], "breakdown": breakdown})
    assert found.value.code == code


def test_a_condition_that_cannot_be_read_is_refused_with_its_place(known: World) -> None:
    for name in ("trend", "overview", "sessions"):
        spec: dict[str, Any] = {"people": {"tag": {"name": "level", "op": "looks like"}}}
        with pytest.raises(UemsError, match="people") as found:
            known.ask(name, {**spec, **({"series": [A]} if name == "trend" else {})})
        assert found.value.code == "invalid_spec"


def test_the_sessions_of_some_people_and_of_the_others_are_those_of_all(known: World) -> None:
    loop = Sessioniser(known.town.house, Workspaces(known.town.house.store), "test", utc_now)
    while loop.step():
        continue
    asked: list[dict[str, Any]] = [{"segment": "phones"}, {"people": {"not": {"segment": {"key": "phones"}}}}]
    parts, whole = [known.ask("sessions", one).data for one in asked], known.ask("sessions", {}).data
    for name in ("sessions", "people", "revenue_minor"):
        assert sum(part[name] for part in parts) == whole[name]
        assert 0 < parts[0][name] < whole[name]
    inside = words(known, {"segment": "phones"})
    expected = {person for person in known.open("sessions", {}, {}) if inside[person] == "in"}
    assert known.open("sessions", asked[0], {}) == sorted(expected)
    assert len(expected) == parts[0]["people"]
