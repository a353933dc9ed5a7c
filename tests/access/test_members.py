"""Can nobody give more than they have, and does an owner always remain?"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.access.test_workspaces import refused
from tests.support.web import add_person, make_workspace
from uems.access.api import PERMISSIONS, ROLES, Access, Role
from uems.access.audit import read_audit
from uems.access.members import add_member, list_members, remove_member, set_role
from uems.access.permissions import rank
from uems.kernel.errors import UemsError
from uems.kernel.store import Store


def acting(shop: Access, role: Role) -> Access:
    """Somebody with ``role`` in the same workspace."""
    return replace(shop, actor=replace(shop.actor, kind="account", role=role, permissions=PERMISSIONS[role]))


def account_id(store: Store, shop: Access, email: str) -> str:
    return next(m.account.account_id for m in list_members(store, shop) if m.account.email == email)


def test_a_new_member_gets_a_password_once_and_an_existing_account_none(store: Store, shop: Access) -> None:
    first = add_member(store, shop, email=" Mei@Shop ", name="Mei", role="editor")
    assert first.password is not None
    assert first.member.account.email == "mei@shop"
    _, second_shop = make_workspace(store, "second", shop.now)
    second = add_member(store, second_shop, email="mei@shop", name="Somebody else", role="viewer")
    assert second.password is None
    assert second.member.account == first.member.account
    assert [(m.account.email, m.role) for m in list_members(store, shop)] == [("mei@shop", "editor")]


def test_nobody_is_a_member_twice(store: Store, shop: Access) -> None:
    add_person(store, shop, "mei@shop", "editor")
    with refused("member_exists"):
        add_member(store, shop, email="MEI@shop", name="Mei", role="viewer")


@pytest.mark.parametrize("email", ["", "mei", "@", "a b@c", "mei@", "@shop", "x" * 250 + "@shop", "a@b@c", "a\x00@b"])
def test_what_is_no_address_is_refused(sqlite_store: Store, shop_on_sqlite: Access, email: str) -> None:
    with refused("invalid"):
        add_member(sqlite_store, shop_on_sqlite, email=email, name="x", role="viewer")


@pytest.mark.parametrize("actor", ROLES)
@pytest.mark.parametrize("given", ROLES)
def test_a_role_above_ones_own_cannot_be_given(sqlite_store: Store, shop_on_sqlite: Access, actor: Role, given: Role) -> None:
    inside = acting(shop_on_sqlite, actor)
    add_person(sqlite_store, shop_on_sqlite, "old@shop", "viewer")
    old = account_id(sqlite_store, shop_on_sqlite, "old@shop")
    if rank(given) <= rank(actor):
        add_member(sqlite_store, inside, email="new@shop", name="New", role=given)
        assert set_role(sqlite_store, inside, old, given).role == given
        return
    with refused("forbidden"):
        add_member(sqlite_store, inside, email="new@shop", name="New", role=given)
    with refused("forbidden"):
        set_role(sqlite_store, inside, old, given)
    assert [m.role for m in list_members(sqlite_store, shop_on_sqlite)] == ["viewer"]


def test_an_admin_can_neither_lower_nor_remove_an_owner(store: Store, shop: Access) -> None:
    add_person(store, shop, "one@shop", "owner")
    add_person(store, shop, "two@shop", "owner")
    admin, one = acting(shop, "admin"), account_id(store, shop, "one@shop")
    with refused("forbidden"):
        set_role(store, admin, one, "viewer")
    with refused("forbidden"):
        remove_member(store, admin, one)


def test_a_key_that_may_only_handle_members_makes_nobody_more_than_itself(store: Store, shop: Access) -> None:
    key = replace(shop, actor=replace(shop.actor, kind="key", role="owner", permissions=frozenset({"members:write", "members:read"})))
    with refused("forbidden"):
        add_member(store, key, email="mallory@shop", name="M", role="owner")
    with refused("forbidden"):
        add_member(store, key, email="mallory@shop", name="M", role="viewer")


def test_the_last_owner_stays(store: Store, shop: Access) -> None:
    add_person(store, shop, "one@shop", "owner")
    one = account_id(store, shop, "one@shop")
    for attempt in (lambda: remove_member(store, shop, one), lambda: set_role(store, shop, one, "admin")):
        with refused("last_owner"):
            attempt()
    add_person(store, shop, "two@shop", "owner")
    set_role(store, shop, one, "admin")
    with refused("last_owner"):
        remove_member(store, shop, account_id(store, shop, "two@shop"))


def test_two_owners_who_remove_each_other_at_once_leave_one(store: Store, shop: Access) -> None:
    for email in ("one@shop", "two@shop"):
        add_person(store, shop, email, "owner")
    ids = [account_id(store, shop, e) for e in ("one@shop", "two@shop")]

    def remove(who: str) -> str:
        try:
            remove_member(store, shop, who)
        except UemsError as error:
            return error.code
        return "removed"

    with ThreadPoolExecutor(2) as pool:
        outcome = sorted(pool.map(remove, ids))
    assert outcome == ["last_owner", "removed"]
    assert len(list_members(store, shop)) == 1


def test_members_of_another_workspace_cannot_be_touched(store: Store, shop: Access) -> None:
    _, rival = make_workspace(store, "rival", shop.now)
    add_person(store, rival, "eve@rival", "viewer")
    eve = account_id(store, rival, "eve@rival")
    with refused("not_found"):
        set_role(store, shop, eve, "owner")
    with refused("not_found"):
        remove_member(store, shop, eve)
    assert [m.role for m in list_members(store, rival)] == ["viewer"]


def test_every_change_of_members_is_in_the_audit_log_without_the_password(store: Store, shop: Access) -> None:
    password = add_person(store, shop, "mei@shop", "editor")
    mei = account_id(store, shop, "mei@shop")
    set_role(store, shop, mei, "editor")
    set_role(store, shop, mei, "admin")
    remove_member(store, shop, mei)
    entries, _ = read_audit(store, shop, before_entry=None, limit=100)
    assert [e.action for e in entries] == [
        "member.removed", "member.role_changed", "member.added", "account.created", "workspace.created",
    ]  # fmt: skip
    assert (entries[1].before, entries[1].after) == ({"role": "editor"}, {"role": "admin"})
    assert {e.actor_id for e in entries} == {"operator"}
    assert {e.address for e in entries} == {"192.0.2.1"}
    assert password not in repr(entries)
