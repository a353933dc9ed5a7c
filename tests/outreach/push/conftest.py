"""Which shop do the tests of web push share? That of the inbox, whose secret counts here too."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete

from tests.outreach.channels.provider import Provider, listening, set_up
from tests.outreach.inbox.conftest import SECRET, Shop
from tests.outreach.world import NOW, a_world
from uems.kernel.settings import Settings
from uems.outreach import tables
from uems.outreach.push.tables import outreach_subscriptions


@pytest.fixture
def provider() -> Iterator[Provider]:
    with listening() as found:
        yield found


@pytest.fixture(scope="package")
def _shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    home = tmp_path_factory.mktemp("push") / "home"
    with a_world(Settings(home=home, allow_private_outbound=True, push_services="*.push.example, 127.0.0.1")) as world:
        world.topic()
        set_up(world, "in_app", identity_secret=SECRET)
        set_up(world, "web_push", contact="mailto:it@shop.example")
        yield Shop(world)


@pytest.fixture
def shop(_shop: Shop) -> Iterator[Shop]:
    yield _shop
    _shop.world.clock.now = NOW
    with _shop.world.house.store.write() as conn:
        for name in ("messages", "decisions", "bodies", "news", "suppressions", "consents", "touches"):
            conn.execute(delete(getattr(tables, f"outreach_{name}")))
        conn.execute(delete(outreach_subscriptions))
