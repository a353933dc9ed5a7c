"""Is one person shown whole: latest traits over all ids, history, timeline, under whichever number they came?"""

import json
from datetime import timedelta

from tests.profiles.conftest import START
from tests.support.feed import Feed, Happened
from uems.access.api import Access, Actor
from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.profiles import api as profiles


def identify(user: str, hours: int, anonymous: str = "", email: str = "", **traits: object) -> Happened:
    told = json.dumps(traits, ensure_ascii=False)
    ts = START + timedelta(hours=hours)
    return Happened(user=user, anonymous=anonymous, ts=ts, type="identify", event="", properties=told, email=email)


def access(scope: Scope) -> Access:
    return Access(scope=scope, actor=Actor(kind="account", actor_id="a", label="Ann", account_id="a", address="", role="editor"), now=START)


def known(house: House, scope: Scope, person_id: int) -> dict[str, object]:
    return {t.trait: json.loads(t.value) for t in profiles.profile_of(house, scope, person_id).traits}


def test_the_latest_value_of_each_trait_counts_and_null_removes_it(house: House, scope: Scope, feed: Feed) -> None:
    feed.take([identify("ann", 2, city="Wuhan", plan="free", vip=True)], START)
    feed.take([identify("ann", 1, city="Xi'an"), identify("ann", 3, plan="pro", vip=None)], START)
    assert known(house, scope, 1) == {"city": "Wuhan", "plan": "pro"}
    person = identity.person(house.store, scope, 1)
    history, more = profiles.trait_history(house, scope, person, "plan", limit=10)
    assert ([t.value for t in history], more) == (['"pro"', '"free"'], None)
    first, place = profiles.trait_history(house, scope, person, "city", limit=1)
    assert place is not None
    second, end = profiles.trait_history(house, scope, person, "city", before=place, limit=1)
    assert ([t.value for t in (*first, *second)], end) == (['"Wuhan"', '"Xi\'an"'], None)


def test_traits_of_merged_people_are_one_view_and_part_again(house: House, scope: Scope, feed: Feed) -> None:
    feed.take([Happened(anonymous="laptop", ts=START, type="identify", event="", properties='{"city": "Wuhan", "hat": "red"}')], START)
    feed.take([identify("ann", 1, city="Xi'an")], START)
    feed.take([Happened(user="ann", anonymous="laptop", ts=START + timedelta(hours=2))], START)
    assert known(house, scope, 1) == known(house, scope, 2) == {"city": "Xi'an", "hat": "red"}
    [merge] = identity.merges(house.store, scope, limit=5)
    identity.undo_merge(house, access(scope), merge.merge_id)
    assert (known(house, scope, 1), known(house, scope, 2)) == ({"city": "Wuhan", "hat": "red"}, {"city": "Xi'an"})


def test_a_timeline_is_newest_first_whole_and_paged_without_gap_or_repeat(house: House, scope: Scope, feed: Feed) -> None:
    same = START + timedelta(hours=5)
    feed.take([Happened(anonymous="laptop", ts=START + timedelta(minutes=n)) for n in range(7)], START)
    feed.take([Happened(user="ann", ts=same) for _ in range(5)], START)
    feed.take([Happened(user="ann", anonymous="laptop", ts=START + timedelta(hours=6), event="Order Completed", revenue_minor=120)], START)
    person = identity.person(house.store, scope, 2)
    seen: list[str] = []
    items, place = profiles.timeline(house, scope, person, limit=3)
    while place is not None:
        seen += [item.message_id for item in items]
        items, place = profiles.timeline(house, scope, person, before=place, limit=3)
    seen += [item.message_id for item in items]
    stored = sorted(feed.stored, key=lambda row: [int(n) for n in row.message_id[1:].split("-")], reverse=True)
    assert seen == [row.message_id for row in stored]
    [order], end = profiles.timeline(house, scope, person, event="order comp", limit=10)
    assert (order.event, order.revenue_minor, end) == ("Order Completed", 120, None)


def test_identify_calls_are_found_in_a_timeline_by_their_type(house: House, scope: Scope, feed: Feed) -> None:
    feed.take([identify("ann", 1, city="Wuhan"), Happened(user="ann", ts=START)], START)
    items, _ = profiles.timeline(house, scope, identity.person(house.store, scope, 1), event="identify", limit=10)
    assert [(i.type, i.event, json.loads(i.properties)) for i in items] == [("identify", "", {"city": "Wuhan"})]


def test_people_are_listed_newest_first_and_paged(house: House, scope: Scope, feed: Feed) -> None:
    feed.take([Happened(user=f"u{n}", ts=START) for n in range(5)], START)
    feed.take([Happened(user="u0", anonymous="a", ts=START)], START)
    first, place = profiles.list_people(house, scope, limit=3)
    rest, end = profiles.list_people(house, scope, before=place, limit=3)
    assert [p.person_id for p in (*first, *rest)] == [5, 4, 3, 2, 1]
    assert end is None
    assert [i.value for i in rest[-1].ids] == ["u0", "a"]
    assert rest[-1].totals.events == 2
