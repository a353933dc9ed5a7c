"""Are the signals of everybody those that a plain walk over the events finds? Merged people, resellers, refunds and rings included."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.prediction.conftest import new_scope
from tests.prediction.lifetime.shop import FIRST, ZONE
from tests.support import houses
from tests.support.feed import Feed, Happened
from uems.kernel.clock import day_of, start_of_day
from uems.kernel.filters import At
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.profiles import api as profiles
from uems.profiles.roles.relations import refresh_relations
from uems.superusers.referrals.tree_edges import read_edges
from uems.superusers.ties.reading import came_after, sends_at, signals_at
from uems.superusers.ties.settings import TieSettings
from uems.superusers.ties.signals import meant

DAYS = 60
CUT = FIRST + timedelta(days=45)
UNTIL = FIRST + timedelta(days=DAYS)
NOW = start_of_day(UNTIL, ZONE) + timedelta(hours=5)
SETTINGS = TieSettings(window_days=30, reply_hours=24, advice=["Idea Told"])
KNOWN_EVENTS = (
    "Order Completed",
    "Order Refunded",
    "Product Viewed",
    "Product Reviewed",
    "message.sent",
    "message.clicked",
    "Coupon Redeemed",
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    built = houses.build(Settings(home=Path(tmp_path_factory.mktemp("ties"))))
    yield built
    built.close()


Town = tuple[Scope, list[Happened], dict[str, int]]


@pytest.fixture(scope="module")
def town(house: House) -> Town:
    """Sixty people who do everything at random, one of them under two ids that are later known to be one."""
    scope, rng = new_scope(house, "ties"), np.random.default_rng(11)
    events = []
    kinds = (*KNOWN_EVENTS, "Support Answered", "Idea Told", "need.predicted", "message.opened", "Poked")
    for who in range(60):
        for _ in range(int(rng.integers(1, 60))):
            ts = start_of_day(FIRST, ZONE) + timedelta(seconds=int(rng.integers(0, DAYS * 86_400)))
            event = str(rng.choice(kinds, p=[0.2, 0.05, 0.2, 0.05, 0.12, 0.05, 0.05, 0.05, 0.05, 0.03, 0.05, 0.1]))
            money = {"Order Completed": int(rng.integers(1, 9_000)), "Order Refunded": -int(rng.integers(1, 9_000))}.get(event)
            told = {"category": f"c{int(rng.integers(0, 6))}"} if event in ("Order Completed", "Product Viewed") else {}
            user = f"t{who}" if who != 7 or rng.random() < 0.5 else ""
            events.append(
                Happened(
                    user=user,
                    anonymous="" if user else "seven",
                    ts=ts,
                    event=event,
                    revenue_minor=money,
                    currency="CNY" if money else "",
                    properties=json.dumps(told),
                    active=bool(rng.random() < 0.95),
                )
            )
    # Who signed up names who invited them; t50, t51 and t52 invite each other in a ring, and t53 themselves.
    pairs = [(f"t{n}", f"t{n % 5}") for n in range(20, 40)] + [("t50", "t51"), ("t51", "t52"), ("t52", "t50"), ("t53", "t53")]
    for n, (newcomer, inviter) in enumerate(pairs):
        ts = start_of_day(FIRST + timedelta(days=n * 2 % DAYS), ZONE) + timedelta(hours=1)
        events.append(Happened(user=newcomer, ts=ts, event="Signed Up", properties=json.dumps({"inviter_id": inviter})))
    # The one who is first counts, and comes after the cut for t20 a second time by another.
    late = start_of_day(CUT + timedelta(days=3), ZONE)
    events.append(Happened(user="t20", ts=late, event="Signed Up", properties=json.dumps({"inviter_id": "t9"})))
    feed = Feed(house, scope)
    stored = feed.take(events, NOW)
    feed.take([Happened(user="t7", anonymous="seven", ts=NOW - timedelta(minutes=1), event="Joined", active=False)], NOW)
    person = {e.user or e.anonymous: s.person_id for e, s in zip(events, stored, strict=True)}
    from uems.identity import api as identity

    now = identity.people_of(house.store, scope, set(person.values()))
    roles = profiles.guess_roles(house, scope, NOW)
    assert roles.property("inviter") == "inviter_id"
    assert roles.property("category") == "category"
    refresh_relations(house, scope, roles, At(now=NOW, zone=ZONE), None)
    return scope, events, {name: now[number].person_id for name, number in person.items()}


def window(events: list[Happened], person: dict[str, int], start: datetime, end: datetime) -> dict[int, list[Happened]]:
    found: dict[int, list[Happened]] = defaultdict(list)
    for one in events:
        if start <= one.ts < end:
            found[person[one.user or one.anonymous]].append(one)
    return found


def theirs(one: Happened) -> bool:
    ours = ("message.sent", "message.opened", "Support Answered", "need.predicted")
    return one.active and one.event not in ours


def day(one: Happened) -> date:
    return day_of(one.ts, ZONE)


def oracle(mine: list[Happened]) -> dict[str, float]:
    """One person's signals by a walk over what they did, in the order of the definition and without any array."""
    own = [one for one in mine if theirs(one)]
    days = {day(one) for one in own}
    first = {d: min(one.ts for one in own if day(one) == d) for d in days}
    letters = [one.ts for one in mine if one.event == "message.sent"]
    started = sum(
        not any(timedelta(0) <= at.replace(microsecond=0) - sent.replace(microsecond=0) <= timedelta(hours=24) for sent in letters)
        for at in first.values()
    )
    bought = {day(one) for one in mine if one.event == "Order Completed"}
    back = {day(one) for one in mine if one.event == "Order Refunded"}
    paid = sum(one.revenue_minor or 0 for one in mine)

    def on(*events: str) -> int:
        return len({day(one) for one in mine if one.event in events})

    return {
        "often": len(days),
        "recent": (CUT - max(days)).days - 1,
        "breadth": len({json.loads(one.properties)["category"] for one in own if one.properties != "{}" and "category" in one.properties}),
        "time": len({int(one.ts.timestamp()) // 300 for one in own}),
        "orders": 0 if bought and back and paid <= 0 else max(0, len(bought) - len(back)),
        "started": started / len(days),
        "answers": on("message.clicked"),
        "heard": on("Support Answered"),
        "advice": on("Product Reviewed", "Idea Told"),
        "benefits": on("Coupon Redeemed"),
    }


def oracle_brought(events: list[Happened], person: dict[str, int], start: datetime, end: datetime) -> dict[int, int]:
    first: dict[int, tuple[datetime, int]] = {}
    for one in events:
        inviter = json.loads(one.properties).get("inviter_id")
        if inviter is not None and one.ts < end and person[inviter] != person[one.user]:
            first[person[one.user]] = min(first.get(person[one.user], (one.ts, person[inviter])), (one.ts, person[inviter]))
    found: dict[int, int] = defaultdict(int)
    for newcomer, (at, inviter) in first.items():
        circle, step = [(at, newcomer)], inviter
        while step in first and step not in {one for _, one in circle}:
            circle.append((first[step][0], step))
            step = first[step][1]
        closed = step == newcomer
        # A circle is opened at its latest relation.
        if at >= start and not (closed and max(circle) == (at, newcomer)):
            found[inviter] += 1
    return found


def test_signals_are_those_of_a_walk_over_the_events(house: House, town: Town) -> None:
    scope, events, person = town
    known = meant(profiles.roles_of(house.store, scope), {"advice": SETTINGS.advice})
    assert sends_at(house, scope, CUT, SETTINGS, known)
    found = signals_at(house, scope, CUT, SETTINGS, known, read_edges(house, scope), sends=True)
    end = start_of_day(CUT, ZONE)
    mine = window(events, person, start_of_day(CUT - timedelta(days=30), ZONE), end)
    wanted = {who: oracle(did) for who, did in mine.items() if any(theirs(one) for one in did)}
    assert found.people.tolist() == sorted(wanted)
    for key in next(iter(wanted.values())):
        ours = found.values[key].tolist()  # type: ignore[index]
        assert ours == pytest.approx([wanted[who][key] for who in sorted(wanted)]), key
    by_hand = oracle_brought(events, person, end - timedelta(days=365), end)
    assert found.values["brought"].tolist() == [by_hand.get(who, 0) for who in sorted(wanted)]
    assert sum(by_hand.values()) > 10
    assert found.returned.any()
    assert sum(by_hand.get(person[name], 0) for name in ("t50", "t51", "t52")) == 2  # of the three of the ring
    assert by_hand.get(person["t53"], 0) == 0


def test_what_came_is_only_what_came_after(house: House, town: Town) -> None:
    scope, events, person = town
    known = meant(profiles.roles_of(house.store, scope), {})
    people = np.array(sorted(set(person.values())), np.uint64)
    came = came_after(house, scope, people, CUT, UNTIL, known, read_edges(house, scope))
    start, end = start_of_day(CUT, ZONE), start_of_day(UNTIL, ZONE)
    after = window(events, person, start, end)
    ideas = ("Idea Told",)  # without the settings it is just something that they did
    assert came.retained.tolist() == [float(any(theirs(one) or one.event in ideas for one in after.get(int(who), []))) for who in people]
    assert came.value.tolist() == [sum(one.revenue_minor or 0 for one in after.get(int(who), [])) for who in people]
    by_hand = oracle_brought(events, person, start, end)
    assert came.brought.tolist() == [by_hand.get(int(who), 0) for who in people]
    # t20 was brought once, by whoever was first.
    assert by_hand.get(person["t9"], 0) == 0
