"""Does the loop hear of tags that somebody else changed, and not of those that it computed itself?"""

from tests.profiles.conditions.world import NOW, World
from tests.profiles.tags.shop import a_tag
from tests.support.feed import Happened
from uems.access.api import Access
from uems.kernel.house import House
from uems.profiles.follow import touched_since
from uems.profiles.roles.mappings import set_role
from uems.profiles.tags.batches import set_tag
from uems.profiles.tags.definitions import save_tag
from uems.profiles.tags.live import LiveTags
from uems.profiles.tags.refresh import refresh


def test_the_loop_hears_of_what_was_set_by_hand_and_not_of_its_own(house: House, world: World, access: Access) -> None:
    world.take([Happened(user=f"u{n}", ts=NOW) for n in range(3)])
    a, b, _ = sorted(world.souls())
    tags = LiveTags(house)
    tags.refresh(world.scope, NOW, None)
    assert touched_since(house, {}) is None
    save_tag(house.store, access, a_tag("vip", "manual", "text"))
    set_tag(house, access, "vip", [a, b], "gold")
    refresh(house, world.scope, NOW, [a, b], tags=["vip"])
    told = touched_since(house, {})
    assert told is not None
    assert (told.people, told.marks) == ({world.scope.workspace_id: {a, b}}, {f"tags:{world.scope.workspace_id}": 1})
    assert touched_since(house, told.marks) is None
    # Nothing changed, so there is nothing to tell.
    refresh(house, world.scope, NOW, [a, b], tags=["vip"])
    assert touched_since(house, told.marks) is None
    set_tag(house, access, "vip", [b], None)
    refresh(house, world.scope, NOW, [b], tags=["vip"])
    later = touched_since(house, told.marks)
    assert later is not None
    assert later.people == {world.scope.workspace_id: {b}}


def test_the_loop_hears_of_the_other_end_of_a_new_relation(house: House, world: World, access: Access) -> None:
    world.take([Happened(user="ann", ts=NOW, event="Signed Up")])
    set_role(house.store, access, "inviter", events=["Signed Up"], property="inviter")
    tags = LiveTags(house)
    tags.refresh(world.scope, NOW, None)
    [ann] = world.souls()
    world.take([Happened(user="bob", ts=NOW, event="Signed Up", properties='{"inviter": "ann"}')])
    [bob] = set(world.souls()) - {ann}
    tags.refresh(world.scope, NOW, [bob])
    told = touched_since(house, {})
    assert told is not None
    assert told.people == {world.scope.workspace_id: {ann}}
    tags.refresh(world.scope, NOW, [ann])
    assert touched_since(house, told.marks) is None
