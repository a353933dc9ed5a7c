"""What becomes of a way through a flow, of messages and of segments when the person is erased in the middle of them?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.outreach.flows.world import FlowShop, Nodes, graph
from tests.support.houses import build
from uems.access.api import Workspaces
from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.outreach.messages.sender import Sender
from uems.web.app import ERASERS

NOW = datetime(2026, 3, 30, 14, 30, tzinfo=UTC)
_numbers = iter(range(1, 1_000))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("erased")) / "home"))
    yield made
    made.close()


@pytest.fixture
def shop(house: House) -> FlowShop:
    return FlowShop(house, next(_numbers), NOW)


def request(shop: FlowShop, user: str) -> int:
    person = identity.find_person(shop.house.store, shop.scope, "user_id", user)
    assert person is not None
    identity.request_erasure(shop.house, shop.access(), person.person_id, person.person_id, ERASERS)
    return person.person_id


def finish(shop: FlowShop) -> bool:
    return identity.finish_now(shop.house, Workspaces(shop.house.store), ERASERS, "tests", shop.now)


@pytest.mark.parametrize("engine_first", [True, False])
def test_whoever_is_inside_leaves_with_the_reason_and_the_others_go_on(shop: FlowShop, engine_first: bool) -> None:
    nodes: Nodes = {
        "day": ("wait", {"amount": 1, "unit": "day"}),
        "seen": ("branch", {"who": {"did": {"events": ["Product Viewed"]}}}),
        "hi": ("send", {"template": "hello"}),
        "end": ("exit", {}),
    }
    shop.publish(graph(nodes, {"day": "seen", "seen:yes": "hi", "seen:no": "hi", "hi": "end"}))
    shop.happen("ann")
    shop.happen("ben")
    shop.run()
    ann, ben = shop.numbers()["ann"], shop.numbers()["ben"]
    assert request(shop, "ann") == ann
    if engine_first:  # the engine comes to a run of nobody before the rooms have forgotten them
        shop.later(hours=25)
        assert finish(shop)
    else:
        assert finish(shop)
        shop.later(hours=25)
    assert [run["person_id"] for run in shop.runs()] == [ben]
    assert [person for _, person in shop.sent()] == [ben]
    if not engine_first:
        assert shop.counts("day")["erased"] == 1
    assert shop.counts()["entered"] == 2, "what happened is still counted"


def test_a_message_that_waits_is_taken_back_and_the_sender_finds_nothing(shop: FlowShop) -> None:
    shop.publish(graph({"hi": ("send", {"template": "hello"}), "end": ("exit", {})}, {"hi": "end"}))
    shop.happen("ann")
    shop.run()
    assert len(shop.sent()) == 1
    request(shop, "ann")
    sender = Sender(shop.house, Workspaces(shop.house.store), lambda: shop.now)
    assert finish(shop)
    assert shop.sent() == []
    sender.step()


def test_a_sender_that_is_first_meets_nobody_and_the_message_still_goes(shop: FlowShop) -> None:
    shop.publish(graph({"hi": ("send", {"template": "hello"}), "end": ("exit", {})}, {"hi": "end"}))
    shop.happen("ann")
    shop.run()
    request(shop, "ann")
    Sender(shop.house, Workspaces(shop.house.store), lambda: shop.now).step()
    shop.now += timedelta(hours=1)
    assert finish(shop)
    assert shop.sent() == []


def test_a_segment_shrinks_and_the_keeper_agrees_later(shop: FlowShop) -> None:
    shop.save("viewers", {"did": {"events": ["Product Viewed"]}})
    shop.save("others", {"not": {"did": {"events": ["Order Completed"]}}})
    for user in ("ann", "ben"):
        shop.happen(user, "Product Viewed")
    shop.catch_up()
    ann = request(shop, "ann")
    assert finish(shop)
    sizes = Sql(f"SELECT count() AS n FROM segment_members FINAL WHERE workspace_id = {shop.scope.workspace_id} AND entered")
    assert shop.house.warehouse.query(sizes).to_pylist() == [{"n": 2}]  # ben, in both
    shop.now += timedelta(minutes=20)
    shop.catch_up()
    assert finish(shop)
    left = Sql(f"SELECT count() AS n FROM segment_changes WHERE workspace_id = {shop.scope.workspace_id} AND person_id = {ann}")
    assert shop.house.warehouse.query(left).to_pylist() == [{"n": 0}]
    assert shop.house.warehouse.query(sizes).to_pylist() == [{"n": 2}]
