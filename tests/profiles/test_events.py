"""Are the events and the people behind a number exactly those that the reports of the same period count?"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.profiles.conftest import START
from tests.support import houses
from tests.support.depth import worlds
from tests.support.feed import Feed, Happened
from tests.support.web import Clock, Program, make_workspace, operator_client
from uems.kernel.clock import day_of
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.profiles import api as profiles
from uems.web.app import create_app

BASE = "/api/workspaces/shop"
ORDER = "Order Completed"


def everything(house: House, scope: Scope, first: date, last: date, limit: int, **chosen: Any) -> list[profiles.Happening]:
    """All pages together."""
    found: list[profiles.Happening] = []
    items, place = profiles.list_events(house, scope, first, last, limit=limit, **chosen)
    found += items
    while place is not None:
        items, place = profiles.list_events(house, scope, first, last, limit=limit, before=place, **chosen)
        assert items
        found += items
    return found


happened = st.builds(
    Happened,
    user=st.sampled_from(("ann", "bob")),
    ts=st.integers(0, 12).map(lambda n: START + timedelta(hours=9 * n)),
    event=st.sampled_from(("Page Viewed", ORDER)),
)


@hypothesis_settings(
    max_examples=worlds(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(batches=st.lists(st.lists(happened, min_size=1, max_size=8), min_size=1, max_size=4), limit=st.integers(1, 5))
def test_pages_of_events_hold_each_event_of_the_days_once_and_in_order(house: House, batches: list[list[Happened]], limit: int) -> None:
    scope = Scope(workspace_id=next(_NUMBERS), slug="shop", zone="Asia/Shanghai", currency="CNY")
    feed = Feed(house, scope)
    times: dict[str, datetime] = {}
    for batch in batches:
        for row, event in zip(feed.take(batch, START), batch, strict=True):
            times[row.message_id] = event.ts
    first, last = (day_of(START + timedelta(days=n), scope.zone) for n in (1, 3))
    for name in ("", ORDER):
        found = everything(house, scope, first, last, limit, event=name)
        wanted = {r.message_id for r in feed.stored if first <= r.day <= last and name in ("", r.event)}
        assert len(found) == len(wanted)
        assert {one.message_id for one in found} == wanted
        assert [one.ts for one in found] == sorted((times[m] for m in wanted), reverse=True)


_NUMBERS = iter(range(1, 10_000))


@pytest.fixture
def built(settings: Settings) -> Iterator[House]:
    """Everything, as it is built at the start."""
    house = houses.build(settings)
    yield house
    house.close()


@pytest.fixture
def api(built: House) -> Program:
    return operator_client(create_app(built, clock=Clock(START + timedelta(days=9))), built)


@pytest.fixture
def told(built: House) -> Feed:
    """Ann logs in late on a laptop that was a person of its own before; Bob is new on the third day and pays in two currencies."""
    feed = Feed(built, make_workspace(built.store, "shop", START)[0].scope)
    day = timedelta(days=1)
    feed.take([Happened(anonymous="laptop", ts=START), Happened(user="ann", ts=START)], START)
    feed.take([Happened(anonymous="laptop", ts=START + 2 * day, event=ORDER, revenue_minor=500, currency="CNY")], START)
    feed.take([Happened(user="ann", anonymous="laptop", ts=START + 2 * day, type="identify", event="")], START)
    feed.take([Happened(user="bob", ts=START + 2 * day, event=ORDER, revenue_minor=100, currency="CNY")], START)
    feed.take([Happened(user="bob", ts=START + 3 * day, event=ORDER, revenue_minor=7, currency="USD")], START)
    return feed


DAYS = "first_day=2026-02-03&last_day=2026-02-04"


def test_the_lists_behind_the_overview_hold_as_many_as_it_says(api: Program, told: Feed) -> None:
    data = api.post(f"{BASE}/reports/overview", {"first_day": "2026-02-03", "last_day": "2026-02-04"}).json()["data"]
    assert (data["people"], data["new_people"], data["identified"]) == (2, 1, 2)
    assert data["event_people"] == {ORDER: 2, "identify": 1}
    for who in ("active", "new", "identified"):
        people = api.get(f"{BASE}/people?{DAYS}&who={who}").json()["items"]
        assert len(people) == data["people" if who == "active" else "new_people" if who == "new" else "identified"]
    for event, count in data["events"].items():
        assert len(api.get(f"{BASE}/events?{DAYS}&event={quote(event)}").json()["items"]) == count
        assert len(api.get(f"{BASE}/people?{DAYS}&event={quote(event)}").json()["items"]) == data["event_people"][event]
    paid = api.get(f"{BASE}/events?{DAYS}&revenue=true").json()["items"]
    assert sum(one["revenue_minor"] for one in paid) == data["revenue_minor"] == 600


def test_an_event_is_shown_under_the_person_as_known_now(api: Program, told: Feed) -> None:
    laptop, ann = told.stored[0].person_id, told.stored[1].person_id
    assert laptop != ann
    [order] = [one for one in api.get(f"{BASE}/events?event={quote(ORDER)}").json()["items"] if one["revenue_minor"] == 500]
    assert order["person_id"] == min(laptop, ann)
    assert [row["person_id"] for row in api.get(f"{BASE}/people?{DAYS}").json()["items"]] == [told.stored[-1].person_id, min(laptop, ann)]


def test_pages_of_people_of_a_period_follow_each_other(api: Program, told: Feed) -> None:
    page = api.get(f"{BASE}/people?{DAYS}&limit=1").json()
    rest = api.get(f"{BASE}/people?{DAYS}&limit=1&cursor={page['next_cursor']}").json()
    assert (len(page["items"]), len(rest["items"]), rest["next_cursor"]) == (1, 1, None)
    assert page["items"] != rest["items"]


@pytest.mark.parametrize(
    "path",
    [
        "people?first_day=2026-02-04&last_day=2026-02-03",
        "events?first_day=2026-02-04&last_day=2026-02-03",
        "people?search=ann&event=x",
        "events?cursor=WzEsMiwzLDRd",
    ],
)
def test_what_cannot_be_meant_is_refused(api: Program, told: Feed, path: str) -> None:
    assert api.get(f"{BASE}/{path}").json()["code"] == "invalid"


@pytest.mark.parametrize("path", ["people?first_day=0001-01-01", "events?last_day=9999-12-31"])
def test_a_day_that_no_event_can_have_is_refused(api: Program, told: Feed, path: str) -> None:
    assert api.get(f"{BASE}/{path}").status_code == 422
