"""Is every person counted once, whatever was merged, undone and merged again after their events were stored?"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.identity.conftest import make_access, make_scope
from tests.support.depth import worlds
from tests.support.feed import Feed, Happened
from uems.access.api import Access
from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.sql import Sql

START = datetime(2026, 2, 1, 12, tzinfo=UTC)
EVENTS = ("Page Viewed", "Order Completed")
DAYS = [(START + timedelta(days=n)).date() for n in range(6)]

events = st.builds(
    Happened,
    user=st.sampled_from(("", "", "ann", "bob", "cid")),
    anonymous=st.sampled_from(("a1", "a2", "a3", "a4")),
    ts=st.integers(0, 5).map(lambda n: START + timedelta(days=n)),
    event=st.sampled_from(EVENTS),
)
steps = st.lists(st.one_of(st.lists(events, min_size=1, max_size=6), st.integers(0, 20)), min_size=1, max_size=7)


def current(feed: Feed) -> dict[int, int]:
    """node → person now."""
    nodes = {row.node_id for row in feed.stored}
    return {n: p.person_id for n, p in identity.people_of(feed.house.store, feed.scope, nodes).items()}


def undo_or_redo(house: House, access: Access, choice: int, undos: list[str]) -> None:
    active = identity.merges(house.store, access.scope, state="active", limit=100)
    if choice % 3 == 0 and undos:
        identity.redo_merge(house, access, undos.pop())
    elif active:
        undos.append(identity.undo_merge(house, access, active[choice % len(active)].merge_id).undo_id)


def expected_counts(feed: Feed, who: Mapping[int, int], first: date, last: date) -> identity.PeopleCount:
    active = {who[r.node_id] for r in feed.stored if first <= r.day <= last}
    before = {who[r.node_id] for r in feed.stored if r.day < first}
    known = {p for p in active if any(i.kind == "user_id" for i in identity.ids_of(feed.house.store, feed.scope, [p])[p])}
    return identity.PeopleCount(active=len(active), new=len(active - before), identified=len(known))


def assert_lists_hold_whom_the_counts_count(feed: Feed, who: Mapping[int, int], first: date, last: date, page_of: int = 10) -> None:
    house, scope = feed.house, feed.scope
    did = {event: {who[r.node_id] for r in feed.stored if first <= r.day <= last and r.event == event} for event in EVENTS}
    assert identity.people_by_event(house, scope, first, last) == {event: len(people) for event, people in did.items() if people}
    active = set().union(*did.values())
    known = {p for p, ids in identity.ids_of(house.store, scope, active).items() if any(i.kind == "user_id" for i in ids)}
    new = active - {who[r.node_id] for r in feed.stored if r.day < first}
    for event, among in (("", active), *did.items()):
        lists: dict[identity.Who, set[int]] = {"active": among, "new": among & new, "identified": among & known}
        for kind, wanted in lists.items():
            found: list[int] = []
            while page := identity.active_people(
                house, scope, first, last, event=event, who=kind, before=found[-1] if found else None, limit=page_of
            ):
                found += page
            assert found == sorted(wanted, reverse=True), (event, kind)


@settings(max_examples=worlds(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(story=steps)
def test_actives_and_counts_are_those_of_the_people_as_they_are_now(story: list[list[Happened] | int], house: House, now: datetime) -> None:
    scope = make_scope()
    feed, access, undos = Feed(house, scope), make_access(scope, now), list[str]()
    for step in story:
        if isinstance(step, int):
            undo_or_redo(house, access, step, undos)
        else:
            feed.take(step, now)
    who = current(feed)
    first, last = DAYS[1], DAYS[4]
    actives = {day: len({who[r.node_id] for r in feed.stored if r.day == day}) for day in DAYS[1:5]}
    assert identity.actives_by_day(house, scope, first, last) == {day: n for day, n in actives.items() if n}
    assert identity.count_people(house, scope, first, last) == expected_counts(feed, who, first, last)
    assert_lists_hold_whom_the_counts_count(feed, who, first, last, page_of=2)
    rows = identity.rows_of_people(house.store, scope, Sql("events"), ("message_id",), Sql("event = 'Order Completed'"))
    found = house.warehouse.query(Sql(f"SELECT message_id, person FROM {rows}")).to_pylist()
    orders = {r.message_id: who[r.node_id] for r in feed.stored if r.event == "Order Completed"}
    assert {r["message_id"]: r["person"] for r in found} == orders
    assert len(found) == len(orders)


def test_every_row_of_a_person_stands_under_their_stored_ids(house: House, access: Access, now: datetime) -> None:
    feed = Feed(house, access.scope)
    feed.take([Happened(user="ann", anonymous="phone", ts=START)], now)
    feed.take([Happened(anonymous="laptop", ts=START)], now)
    [laptop] = feed.take([Happened(anonymous="laptop", ts=START + timedelta(hours=1))], now)
    [login] = feed.take([Happened(user="ann", anonymous="laptop", ts=START + timedelta(hours=2))], now)
    ann = identity.person(house.store, access.scope, login.person_id)
    assert laptop.person_id != ann.person_id
    assert laptop.person_id in ann.stored_ids
    assert laptop.node_id in ann.node_ids
    assert identity.person(house.store, access.scope, laptop.person_id) == ann, "the old number leads to the same person"
    assert identity.totals_of(house, access.scope, [ann])[ann.person_id].events == 4


def test_undo_gives_both_profiles_back_and_redo_joins_them_again(house: House, access: Access, now: datetime) -> None:
    feed = Feed(house, access.scope)
    feed.take([Happened(anonymous="laptop", ts=START), Happened(user="ann", ts=START, revenue_minor=500, currency="CNY")], now)
    feed.take([Happened(user="ann", anonymous="laptop", ts=START + timedelta(days=1), event="Order Completed")], now)

    def profiles() -> list[tuple[int, int, int]]:
        people = {p.person_id: p for p in identity.people_of(house.store, access.scope, [1, 2]).values()}
        totals = identity.totals_of(house, access.scope, list(people.values()))
        return sorted((p, t.events, t.revenue_minor) for p, t in totals.items())

    assert profiles() == [(1, 3, 500)]
    [merge] = identity.merges(house.store, access.scope, limit=10)
    assert (merge.cause, merge.state, merge.a_person_id, merge.b_person_id) == ("identify", "active", 1, 1)
    undone = identity.undo_merge(house, access, merge.merge_id)
    assert undone.people == (1, 2)
    # The browser keeps what was anonymous; what carried the user id belongs to the user.
    assert profiles() == [(1, 1, 0), (2, 2, 500)]
    feed.take([Happened(user="ann", anonymous="laptop", ts=START + timedelta(days=2))], now)
    assert profiles() == [(1, 1, 0), (2, 3, 500)], "a later event of both ids does not bring the link back"
    identity.redo_merge(house, access, undone.undo_id)
    assert profiles() == [(1, 4, 500)]


def test_totals_count_orders_and_money_of_the_workspace_currency_only(house: House, access: Access, now: datetime) -> None:
    feed = Feed(house, access.scope)
    feed.take(
        [
            Happened(user="ann", ts=START, event="Order Completed", revenue_minor=1250, currency="CNY"),
            Happened(user="ann", ts=START + timedelta(days=1), event="Order Completed", revenue_minor=99, currency="USD"),
            Happened(user="ann", ts=START + timedelta(days=2), event="Coupon Redeemed", revenue_minor=-250, currency="CNY"),
            Happened(user="ann", ts=START + timedelta(days=3), event="Email Opened", active=False),
        ],
        now,
    )
    totals = identity.totals_of(house, access.scope, [identity.person(house.store, access.scope, 1)])[1]
    assert totals == identity.Totals(events=4, orders=2, revenue_minor=1000, first_seen=START, last_seen=START + timedelta(days=2))
