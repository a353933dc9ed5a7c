"""What do tests of models start from? A house, a workspace for each test, and a town whose rhythms are known."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.prediction.world import ZONE, Town
from tests.support import houses
from uems.access import api as access
from uems.kernel.clock import utc_now
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    built = houses.build(Settings(home=Path(tmp_path_factory.mktemp("models"))))
    yield built
    built.close()


def new_scope(house: House, slug: str) -> Scope:
    """A workspace that is known to have events."""
    caller = access.Caller(actor=access.operator(), now=utc_now())
    made = access.create_workspace(house.store, caller, slug=slug, name=slug, zone=ZONE, currency="CNY")
    found = access.Workspaces(house.store).scope(made.workspace_id)
    assert found is not None
    return found


@pytest.fixture
def scope(house: House, request: pytest.FixtureRequest) -> Scope:
    """A workspace of its own for each test."""
    return new_scope(house, f"w{abs(hash(request.node.name)) % 10**9}")


@pytest.fixture(scope="module")
def town(house: House) -> Town:
    """Three hundred people over five months."""
    made = Town(house=house, scope=new_scope(house, "town"), people=300, days=150)
    made.live()
    return made
