"""What do tests of tags start from? A workspace that exists, with people in it, and somebody who may define tags."""

from dataclasses import replace

import pytest

from tests.profiles.conditions.world import NOW, World
from tests.support.web import make_workspace, operator
from uems.access.api import Access, enter
from uems.kernel.house import House


@pytest.fixture
def world(house: House) -> World:
    return World(house, make_workspace(house.store, "shop", NOW)[0].workspace_id)


@pytest.fixture
def access(house: House, world: World) -> Access:
    inside = enter(house.store, operator(NOW), "shop")
    return replace(inside, scope=world.scope)
