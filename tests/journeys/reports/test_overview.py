"""Does the overview count exactly what a recount of the raw events by hand gives, merged people once?"""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.support import houses
from tests.support.access import a_workspace_with_a_write_key
from tests.support.depth import worlds
from tests.support.events import NOW, NOW_MS, SCOPE, iso
from uems.collect.api import Consumer
from uems.collect.records import Entry, encode_entries
from uems.journeys.reports import overview
from uems.kernel.clock import utc_now
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.stages import stages_of


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    house = houses.build(settings)
    a_workspace_with_a_write_key(house.store)
    yield house
    house.close()


def send(house: House, items: list[dict[str, object]]) -> None:
    body = json.dumps({"batch": items}).encode()
    house.log.append(0, encode_entries([Entry(1, NOW_MS, "batch", body)]), len(items)).result()
    consumer = Consumer(house, stages_of(house), 0, "test")
    while consumer.hold(utc_now()) and consumer.step(utc_now()):
        continue


def ask(house: House, first: date | None = None, last: date | None = None) -> dict[str, Any]:
    return dict(overview.ITEM.run(house, SCOPE, overview.Config(first_day=first, last_day=last), NOW).data)


def test_a_workspace_without_events_has_a_designed_answer(house: House) -> None:
    data = ask(house)
    assert (data["people"], data["orders"], data["events"], data["series"]) == (0, 0, {}, [])


def test_people_orders_and_revenue_by_hand(house: House) -> None:
    order = {"type": "track", "event": "Order Completed"}
    send(
        house,
        [
            {**order, "userId": "u1", "messageId": "1", "timestamp": iso(0), "properties": {"revenue": "10.25", "currency": "CNY"}},
            {**order, "userId": "u1", "messageId": "2", "timestamp": iso(-86_400), "properties": {"revenue": 5, "currency": "USD"}},
            {"type": "page", "anonymousId": "a1", "messageId": "3", "timestamp": iso(-86_400)},
            {"type": "identify", "userId": "u2", "messageId": "4", "timestamp": iso(0), "traits": {"plan": "pro"}},
        ],
    )
    data = ask(house)
    assert (data["people"], data["identified"], data["new_people"]) == (3, 2, 3)
    assert (data["orders"], data["revenue_minor"], data["currency"], data["other_revenue"]) == (2, 1025, "CNY", {"USD": 500})
    assert data["events"] == {"Order Completed": 2, "Page Viewed": 1, "identify": 1}
    assert data["event_people"] == {"Order Completed": 1, "Page Viewed": 1, "identify": 1}
    assert [(d["day"], d["actives"], d["events"]) for d in data["series"]] == [("2026-03-01", 2, 2), ("2026-03-02", 2, 2)]
    today = ask(house, first=date(2026, 3, 2))
    assert (today["people"], today["new_people"], today["revenue_minor"]) == (2, 1, 1025)


def test_a_stretch_of_more_than_three_years_is_refused_unless_it_is_all_there_is(house: House) -> None:
    send(
        house,
        [{"type": "page", "anonymousId": f"a{n}", "messageId": f"{n}", "timestamp": iso(-n * 300 * 86_400)} for n in range(5)],
    )
    with pytest.raises(ValidationError, match="more than 1100 days"):
        overview.Config(first_day=date(1970, 1, 1), last_day=date(2149, 1, 1))
    for first, last in ((date(1970, 1, 1), None), (None, date(2149, 1, 1))):
        with pytest.raises(UemsError, match="at most 1100 days before last_day"):
            ask(house, first, last)
    assert len(ask(house)["series"]) == 1_201


def test_an_anonymous_visitor_who_logs_in_later_is_one_person(house: House) -> None:
    send(
        house, [{"type": "page", "anonymousId": "a1", "messageId": "1"}, {"type": "track", "event": "e", "userId": "u1", "messageId": "2"}]
    )
    assert ask(house)["people"] == 2
    send(house, [{"type": "identify", "anonymousId": "a1", "userId": "u1", "messageId": "3"}])
    data = ask(house)
    assert (data["people"], data["identified"], data["series"][-1]["actives"]) == (1, 1, 1)


event = st.fixed_dictionaries(
    {
        "who": st.integers(0, 4),
        "alias": st.one_of(st.none(), st.integers(0, 3)),
        "hours": st.integers(0, 100),
        "order": st.booleans(),
    }
)


@hypothesis_settings(max_examples=worlds(5), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(event, min_size=1, max_size=8), min_size=1, max_size=4))
def test_it_equals_a_recount_in_plain_python(tmp_path_factory: pytest.TempPathFactory, batches: list[list[dict[str, Any]]]) -> None:
    house = houses.build(Settings(home=tmp_path_factory.mktemp("world") / "home"))
    try:
        a_workspace_with_a_write_key(house.store)
        facts: list[tuple[str, str, datetime, bool]] = []
        for batch in batches:
            items: list[dict[str, object]] = []
            for one in batch:
                ts = NOW - timedelta(hours=one["hours"])
                number = len(facts)
                item: dict[str, object] = {
                    "type": "track",
                    "event": "Order Completed" if one["order"] else "Seen",
                    "messageId": f"m{number}",
                }
                item |= {"timestamp": ts.isoformat(), "properties": {"revenue": 1}}
                # Each user has a device of its own; a visit may come from the device alone, before or after the two are linked.
                device = f"a{one['who']}"
                if one["alias"] is None:
                    item |= {"anonymousId": device}
                else:
                    item |= {"userId": f"u{one['who']}", **({"anonymousId": device} if one["alias"] else {})}
                facts.append((str(item.get("userId", "")), str(item.get("anonymousId", "")), ts, one["order"]))
                items.append(item)
            send(house, items)
        linked = {user: device for user, device, _, _ in facts if user and device}
        who = [linked.get(user, user) if user else device for user, device, _, _ in facts]
        zone = ZoneInfo(SCOPE.zone)
        days: dict[str, set[str]] = {}
        for person, (_, _, ts, _) in zip(who, facts, strict=True):
            days.setdefault(ts.astimezone(zone).date().isoformat(), set()).add(person)
        data = ask(house)
        assert data["people"] == len(set(who))
        assert data["orders"] == sum(order for *_, order in facts)
        assert data["revenue_minor"] == 100 * len(facts)
        assert {d["day"]: d["actives"] for d in data["series"] if d["actives"]} == {day: len(p) for day, p in days.items()}
    finally:
        house.close()
