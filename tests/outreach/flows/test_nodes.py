"""Does each kind of node do what it says: waits for segments, tests, calls, tasks, limits, channels and tags?"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.outreach.flows.world import FlowShop, Nodes, graph
from tests.support.feed import Happened
from tests.support.houses import build
from uems.kernel.house import House
from uems.kernel.settings import Settings

NOW = datetime(2026, 3, 30, 14, 30, tzinfo=UTC)
HELLO: tuple[str, dict[str, object]] = ("send", {"template": "hello"})
END: tuple[str, dict[str, object]] = ("exit", {})


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("nodes")) / "home"))
    yield made
    made.close()


_numbers = iter(range(1, 1_000))


@pytest.fixture
def shop(house: House) -> FlowShop:
    return FlowShop(house, next(_numbers), NOW)


def test_who_comes_into_a_segment_goes_on_when_it_is_looked_at_next_and_the_others_when_time_is_over(shop: FlowShop) -> None:
    shop.save("buyers", {"did": {"events": ["Order Completed"]}})
    shop.catch_up()
    wait = ("wait_segment", {"who": {"segment": {"key": "buyers"}}, "amount": 1, "unit": "hour", "check_minutes": 10})
    nodes: Nodes = {"in": wait, "hi": HELLO, "end": END}
    shop.publish(graph(nodes, {"in:yes": "hi", "in:timeout": "end", "hi": "end"}))
    shop.happen("cat", "Order Completed")
    for user in ("ann", "ben", "cat"):
        shop.happen(user)
    shop.run()
    assert sorted(shop.paths()) == ["(active)", "(active)", "in:yes hi:next end:end (end)"]
    shop.happen("ann", "Order Completed")
    shop.later(minutes=9)
    assert len(shop.sent()) == 1
    shop.later(minutes=1)
    assert len(shop.sent()) == 2
    shop.later(minutes=49)
    assert shop.paths().count("(active)") == 1
    shop.later(minutes=1)
    assert shop.paths().count("in:timeout end:end (end)") == 1
    assert len(shop.sent()) == 2


def test_who_has_left_a_segment_goes_on(shop: FlowShop) -> None:
    who = {"not": {"did": {"events": ["Order Completed"]}}}
    wait = ("wait_segment", {"who": who, "until": "ended", "amount": 1, "unit": "day", "check_minutes": 60})
    shop.publish(graph({"in": wait, "end": END}, {"in:yes": "end", "in:timeout": "end"}))
    shop.happen("ann")
    shop.run()
    shop.happen("ann", "Order Completed")
    shop.later(hours=1)
    assert shop.paths() == ["in:yes end:end (end)"]


def test_flows_read_the_zone_of_a_person_from_the_traits_that_messages_read_it_from(shop: FlowShop) -> None:
    shop.publish(graph({"ten": ("wait_time", {"at": "10:00", "zone": "person"}), "end": END}, {"ten": "end"}))
    told = {"zoe": "zone", "tim": "time_zone", "ann": "timezone"}
    rows = [
        Happened(user=user, type="identify", event="", properties=f'{{"{trait}": "Asia/Tokyo"}}', ts=NOW) for user, trait in told.items()
    ]
    shop.take(rows, NOW)
    for user in (*told, "bob"):
        shop.happen(user)
    shop.run()
    # 14:30 UTC is 23:30 in Tokyo, 10:30 in New York, where the workspace is.
    tokyo, york = datetime(2026, 3, 31, 1, tzinfo=UTC), datetime(2026, 3, 31, 14, tzinfo=UTC)
    wakes = [datetime.fromtimestamp(run["wake_at"] / 1e6, UTC) for run in shop.runs()]
    assert sorted(wakes) == [tokyo, tokyo, tokyo, york]
