"""Do segments and tags name the same people on a server and on a cluster as in process, where the other tests check them?"""

import json
import random
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest

from tests.profiles.conditions.world import NOW
from tests.segments.shop import Shop
from tests.support import houses
from tests.support.clickhouse import Servers
from tests.support.feed import Happened
from uems import app
from uems.access.api import Workspaces
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.profiles import api as profiles
from uems.segments.api import Keeper, list_segments

MONTH = {"op": "after", "value": {"ago": 30, "unit": "day"}}
CONDITIONS: dict[str, Any] = {
    "buyers": {"did": {"events": ["Order Completed"], "within": MONTH}},
    "spenders": {"did": {"events": ["Order Completed"], "measure": "sum", "property": "$revenue", "op": "gte", "value": 2000}},
    "regulars": {"regular": {"events": ["Viewed"], "unit": "week", "at_least": 2, "out_of": 4}},
    "red": {"did": {"events": ["Viewed"], "where": {"property": {"name": "color", "op": "equals", "value": "red"}}}},
    "pro": {"trait": {"name": "plan", "op": "equals", "value": "pro"}},
    "lookers": {"and": [{"did": {"events": ["Viewed"]}}, {"not": {"segment": {"key": "buyers"}}}]},
    "new": {"tag": {"name": "lifecycle_stage", "op": "is_set"}},
}


@pytest.fixture(params=["clickhouse", "cluster"])
def elsewhere(request: pytest.FixtureRequest, settings: Settings) -> Iterator[House]:
    servers = request.getfixturevalue("clickhouse_server" if request.param == "clickhouse" else "clickhouse_cluster")
    assert isinstance(servers, Servers)
    database = f"segments_{request.param}"
    house = app.build(servers.settings(settings.home, database))
    yield house
    house.close()
    for node in servers.nodes:
        node.ask(f"DROP DATABASE IF EXISTS {database} SYNC")


@pytest.fixture
def here(settings: Settings) -> Iterator[House]:
    house = houses.build(settings.model_copy(update={"home": settings.home.parent / "here"}))
    yield house
    house.close()


def lived(house: House) -> Shop:
    """A shop whose segments were saved before half of it happened, so that they are followed and not only built."""
    dice = random.Random(5)
    shop = Shop(house, 1)
    shop.keeper = Keeper(house, Workspaces(house.store), "test", lambda: shop.now, profiles.LiveTags(house))

    def happened() -> Happened:
        who = dice.randrange(15)
        user, anonymous = f"u{who}" if dice.random() < 0.5 else "", f"a{who + dice.randrange(2)}"
        at = NOW - timedelta(minutes=dice.randrange(60 * 24 * 50))
        if dice.random() < 0.15:
            traits = json.dumps({"plan": dice.choice(["pro", "free"])})
            return Happened(user=user, anonymous=anonymous, ts=at, type="identify", properties=traits)
        bought = dice.random() < 0.3
        color = json.dumps({"color": dice.choice(["red", "blue"])})
        return Happened(
            user=user,
            anonymous=anonymous,
            ts=at,
            event="Order Completed" if bought else "Viewed",
            properties=color,
            revenue_minor=dice.randrange(100, 900) if bought else None,
            currency="USD" if bought else "",
        )

    shop.take([happened() for _ in range(90)])
    profiles.install_standard_tags(house, shop.scope, shop.now)
    for key, condition in CONDITIONS.items():
        shop.save(key, condition)
    shop.catch_up()
    shop.take([happened() for _ in range(60)])
    shop.catch_up()
    shop.now += timedelta(days=9)
    shop.catch_up()
    return shop


@pytest.mark.cluster
def test_members_tags_and_passes_are_the_same(here: House, elsewhere: House) -> None:
    ours, theirs = lived(here), lived(elsewhere)
    assert {one.key: one.state for one in list_segments(elsewhere.store, theirs.scope)} == dict.fromkeys(CONDITIONS, "live")
    assert theirs.members() == ours.members()
    assert len(ours.members()) == len(CONDITIONS)
    assert theirs.keeper.full(theirs.scope, now=theirs.now) == ours.keeper.full(ours.scope, now=ours.now) == 0
    for key, saved in profiles.definitions(here.store, ours.scope).items():
        expected = asdict(profiles.distribution(here, ours.scope, saved.tag))
        found = asdict(profiles.distribution(elsewhere, theirs.scope, saved.tag))
        # Servers add their shares of a mean in another order.
        assert found.pop("mean") == pytest.approx(expected.pop("mean")), key
        assert found == expected, key
