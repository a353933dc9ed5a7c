"""Does the room keep its state on PostgreSQL as it does on SQLite?"""

import pytest

from tests.profiles.conditions.world import NOW, World
from tests.profiles.tags.shop import a_tag, fill, tags_now
from uems.access.api import Access
from uems.kernel.house import House
from uems.kernel.log import open_log
from uems.kernel.settings import Settings
from uems.kernel.store import Store
from uems.kernel.warehouse import Warehouse
from uems.profiles.follow import touched_since
from uems.profiles.roles.mappings import forget_role, set_role
from uems.profiles.tags.batches import batches_of, set_tag, undo_batch
from uems.profiles.tags.clock import as_of, stand_still
from uems.profiles.tags.definitions import definition_versions, remove_tag, save_tag
from uems.profiles.tags.refresh import refresh
from uems.profiles.tags.standard import install_standard_tags
from uems.profiles.tags.states import states_of


@pytest.fixture
def house(settings: Settings, postgres_store: Store, full_warehouse: Warehouse) -> House:
    return House(settings=settings, warehouse=full_warehouse, store=postgres_store, log=open_log(settings, postgres_store))


def test_definitions_actions_roles_and_states_are_kept(house: House, world: World, access: Access) -> None:
    fill(world, 41, events=60)
    people = sorted(world.souls())
    assert len(install_standard_tags(house, access, NOW)) > 30
    assert install_standard_tags(house, access, NOW) == []
    set_role(house.store, access, "signup", events=["Order Completed"])
    save_tag(house.store, access, a_tag("vip", "manual", "text"))
    batch = set_tag(house, access, "vip", people[:2], "gold")
    assert refresh(house, world.scope, NOW).failed == {}
    assert tags_now(house, world.scope)["vip"] == dict.fromkeys(people[:2], "gold")
    assert states_of(house.store, world.scope)["vip"].people == 2
    undo_batch(house, access, batch.batch)
    refresh(house, world.scope, NOW, people[:2])
    assert "vip" not in tags_now(house, world.scope)
    assert batches_of(house.store, world.scope, "vip")[0].undone_by
    told = touched_since(house, {})
    assert told is not None
    assert told.people[world.scope.workspace_id] >= set(people)
    remove_tag(house.store, access, "vip", users=())
    assert [removed for _, removed in definition_versions(house.store, world.scope, "vip")] == [True, False]
    forget_role(house.store, access, "signup")
    stand_still(house.store, access, NOW)
    assert as_of(house.store, world.scope, NOW.replace(year=2030)) == NOW
