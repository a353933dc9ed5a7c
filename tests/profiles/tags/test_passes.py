"""Does the loop hear of tags that somebody else changed, and not of those that it computed itself?"""

from tests.profiles.conditions.world import NOW, World
from tests.profiles.tags.shop import a_tag, tags_now
from tests.support.feed import Happened
from uems.access.api import Access
from uems.kernel.house import House
from uems.profiles.follow import touched_since
from uems.profiles.roles.mappings import forget_role, set_role
from uems.profiles.tags.batches import set_tag
from uems.profiles.tags.catalogue import catalogue
from uems.profiles.tags.definitions import save_tag
from uems.profiles.tags.live import LiveTags
from uems.profiles.tags.refresh import _Pass, refresh
from uems.profiles.tags.states import states_of


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


def test_a_role_that_changes_makes_its_tags_stale_until_the_loop_has_computed_everybody(house: House, world: World, access: Access) -> None:
    world.take([Happened(user="ann", ts=NOW, event=name) for name in ("Paid", "Ordered", "Ordered")])
    world.take([Happened(user="bob", ts=NOW, event=name) for name in ("Paid", "Paid", "Ordered")])
    set_role(house.store, access, "purchase", events=["Paid"])
    save_tag(house.store, access, a_tag("orders", refresh="live", config={"measure": "count", "roles": ["purchase"]}))
    rule = {"values": [{"value": True, "when": {"tag": {"name": "orders", "op": "gte", "value": 2}}}], "default": None}
    save_tag(house.store, access, a_tag("twice", "rule", "boolean", rule))
    save_tag(house.store, access, a_tag("seen", config={"measure": "count", "events": []}))
    refresh(house, world.scope, NOW, tell=False)
    assert touched_since(house, {}) is None

    def health() -> dict[str, str]:
        return {one.saved.tag.key: one.health for one in catalogue(house, world.scope, NOW)}

    ann, bob = sorted(world.souls())
    assert tags_now(house, world.scope) == {"orders": {ann: 1, bob: 2}, "twice": {bob: True}, "seen": {ann: 3, bob: 3}}
    set_role(house.store, access, "purchase", events=["Paid"])
    assert health() == {"orders": "ok", "twice": "ok", "seen": "ok"}  # the same again changes nothing
    set_role(house.store, access, "purchase", events=["Ordered"])
    assert health() == {"orders": "stale", "twice": "stale", "seen": "ok"}
    refresh(house, world.scope, NOW, [ann], tell=False)
    assert health() == {"orders": "stale", "twice": "stale", "seen": "ok"}  # others still have what they had
    told = touched_since(house, {})
    assert told is not None
    LiveTags(house).refresh(world.scope, NOW, sorted(told.people[world.scope.workspace_id]))
    assert health() == {"orders": "ok", "twice": "ok", "seen": "ok"}
    assert tags_now(house, world.scope) == {"orders": {ann: 2, bob: 1}, "twice": {ann: True}, "seen": {ann: 3, bob: 3}}
    later = touched_since(house, told.marks)
    assert later is not None
    assert later.people == {world.scope.workspace_id: {ann, bob}}  # whoever asks these tags follows
    forget_role(house.store, access, "purchase")
    assert health()["seen"] == "ok"
    assert states_of(house.store, world.scope)["orders"].error_code == "roles_changed"


def test_a_role_that_changes_during_a_pass_leaves_what_the_pass_computed_stale(house: House, world: World, access: Access) -> None:
    world.take([Happened(user="ann", ts=NOW, event="Paid")])
    set_role(house.store, access, "purchase", events=["Paid"])
    save_tag(house.store, access, a_tag("orders", config={"measure": "count", "roles": ["purchase"]}))
    refresh(house, world.scope, NOW)
    under_way = _Pass(house, world.scope, NOW, None, None, None, ())
    set_role(house.store, access, "purchase", events=["Ordered"])
    under_way.run(None)
    under_way.close()
    assert states_of(house.store, world.scope)["orders"].error_code == "roles_changed"
    refresh(house, world.scope, NOW)
    assert states_of(house.store, world.scope)["orders"].error_code == ""
    assert tags_now(house, world.scope).get("orders", {}) == {next(iter(world.souls())): 0}
