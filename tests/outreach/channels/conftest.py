"""Which world do the tests of providers share? One shop for all of them, emptied of messages after each."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete

from tests.outreach.channels.provider import Provider, listening
from tests.outreach.world import NOW, World, a_world
from uems.kernel.settings import Settings
from uems.outreach import tables


@pytest.fixture
def provider() -> Iterator[Provider]:
    with listening() as found:
        yield found


@pytest.fixture(scope="package")
def _shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    settings = Settings(home=tmp_path_factory.mktemp("providers") / "home", allow_private_outbound=True)
    with a_world(settings) as found:
        found.topic()
        yield found


@pytest.fixture
def world(_shop: World) -> Iterator[World]:
    yield _shop
    _shop.clock.now = NOW
    with _shop.house.store.write() as conn:
        for name in ("messages", "decisions", "bodies", "news", "suppressions", "consents"):
            conn.execute(delete(getattr(tables, f"outreach_{name}")))
