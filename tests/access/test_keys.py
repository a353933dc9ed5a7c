"""Do keys open exactly what they should, and nothing once they are revoked?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.access.test_members import account_id, acting
from tests.access.test_workspaces import refused
from tests.support.web import add_person, make_workspace
from uems.access import write_keys
from uems.access.api import ROLES, Access, Role, enter, write_key
from uems.access.audit import read_audit
from uems.access.keys import caller_of_key, create_key, list_keys, revoke_key
from uems.access.members import remove_member, set_role
from uems.access.tables import access_keys
from uems.kernel.ids import token_hash
from uems.kernel.store import Store


def use(store: Store, shop: Access, token: str, **later: float) -> Access | None:
    """What the key opens in its workspace; None when it opens nothing."""
    now = shop.now + timedelta(**later)
    caller = caller_of_key(store, token, address="192.0.2.5", now=now)
    return enter(store, caller, shop.scope.slug) if caller else None


def test_an_api_key_is_shown_once_and_stored_only_as_its_hash(store: Store, shop: Access) -> None:
    made = create_key(store, shop, kind="api", name="nightly", permissions=["reports:read"])
    with store.read() as conn:
        row = conn.execute(access_keys.select()).mappings().one()
    assert row["token_hash"] == token_hash(made.token)
    assert made.token not in repr(dict(row))
    assert list_keys(store, shop)[0].token is None
    assert made.token.startswith(list_keys(store, shop)[0].hint)


def test_a_key_opens_its_permissions_and_no_more(store: Store, shop: Access) -> None:
    made = create_key(store, shop, kind="api", name="nightly", permissions=["reports:read", "people:read"])
    opened = use(store, shop, made.token)
    assert opened is not None
    assert opened.actor.permissions == {"reports:read", "people:read"}
    assert opened.actor.kind == "key"


@pytest.mark.parametrize("role", ROLES)
def test_nobody_makes_a_key_that_may_do_more_than_they(sqlite_store: Store, shop_on_sqlite: Access, role: Role) -> None:
    maker = acting(shop_on_sqlite, role)
    unbound = replace(maker, actor=replace(maker.actor, account_id=None))
    for permission in ("owners:write", "audit:read", "people:write", "people:read", "reports:read"):
        if permission in maker.actor.permissions:
            create_key(sqlite_store, unbound, kind="api", name="k", permissions=[permission])
        else:
            with refused("forbidden"):
                create_key(sqlite_store, maker, kind="api", name="k", permissions=["reports:read", permission])


def test_a_key_loses_what_its_maker_loses(store: Store, shop: Access) -> None:
    add_person(store, shop, "boss@shop", "owner")
    add_person(store, shop, "mei@shop", "admin")
    mei = account_id(store, shop, "mei@shop")
    inside = acting(shop, "admin")
    inside = replace(inside, actor=replace(inside.actor, account_id=mei))
    made = create_key(store, inside, kind="api", name="k", permissions=["people:read", "keys:read", "reports:read"])
    writing = create_key(store, inside, kind="write", name="site")
    set_role(store, shop, mei, "viewer")
    opened = use(store, shop, made.token)
    assert opened is not None
    assert opened.actor.permissions == {"reports:read"}
    remove_member(store, shop, mei)
    with refused("not_found"):
        use(store, shop, made.token)
    assert write_key(store, writing.token) == shop.scope


def test_a_key_of_one_workspace_does_not_open_another(store: Store, shop: Access) -> None:
    _, rival = make_workspace(store, "rival", shop.now)
    made = create_key(store, rival, kind="api", name="k", permissions=["people:read"])
    caller = caller_of_key(store, made.token, address="", now=shop.now)
    assert caller is not None
    with refused("not_found"):
        enter(store, caller, "shop")


def test_an_expired_or_revoked_key_opens_nothing(store: Store, shop: Access) -> None:
    short = create_key(store, shop, kind="api", name="k", permissions=["people:read"], expires_at=shop.now + timedelta(hours=1))
    assert use(store, shop, short.token, minutes=59) is not None
    assert use(store, shop, short.token, minutes=60) is None
    other = create_key(store, shop, kind="api", name="k", permissions=["people:read"])
    revoke_key(store, shop, other.key.key_id)
    assert use(store, shop, other.token) is None
    assert [k.key_id for k in list_keys(store, shop)] == [short.key.key_id]
    with refused("not_found"):
        revoke_key(store, shop, other.key.key_id)


def test_a_key_of_another_workspace_cannot_be_revoked(store: Store, shop: Access) -> None:
    _, rival = make_workspace(store, "rival", shop.now)
    made = create_key(store, rival, kind="api", name="k", permissions=["people:read"])
    with refused("not_found"):
        revoke_key(store, shop, made.key.key_id)
    assert use(store, rival, made.token) is not None


def test_last_use_is_kept_to_the_minute(store: Store, shop: Access) -> None:
    made = create_key(store, shop, kind="api", name="k", permissions=["people:read"])
    assert list_keys(store, shop)[0].last_used_at is None
    use(store, shop, made.token)
    use(store, shop, made.token, seconds=59)
    assert list_keys(store, shop)[0].last_used_at == shop.now
    use(store, shop, made.token, seconds=60)
    assert list_keys(store, shop)[0].last_used_at == shop.now + timedelta(seconds=60)


def test_what_makes_no_sense_is_refused(store: Store, shop: Access) -> None:
    with refused("invalid"):
        create_key(store, shop, kind="api", name="k", permissions=[])
    with refused("invalid"):
        create_key(store, shop, kind="write", name="k", permissions=["people:read"])
    with refused("unknown_permission"):
        create_key(store, shop, kind="api", name="k", permissions=["people:fly"])
    with refused("invalid"):
        create_key(store, shop, kind="api", name="k", permissions=["people:read"], expires_at=shop.now)


def test_a_write_key_only_writes_and_an_api_key_never_does(store: Store, shop: Access) -> None:
    writing = create_key(store, shop, kind="write", name="site")
    reading = create_key(store, shop, kind="api", name="k", permissions=["people:read"])
    assert write_key(store, writing.token) == shop.scope
    assert write_key(store, reading.token) is None
    with refused("write_key_only"):
        caller_of_key(store, writing.token, address="", now=shop.now)
    assert [k.token for k in list_keys(store, shop)] == [None, writing.token]


@pytest.mark.parametrize("key", ["", "uwk_", "uwk_" + "x" * 43, "uwk_" + "x" * 10_000, "uwk_é", "uwk_\ud800", "uwk_\x00", "WK"])
def test_a_wrong_write_key_is_nobody(sqlite_store: Store, key: str) -> None:
    assert write_key(sqlite_store, key) is None


def test_a_revoked_write_key_dies_within_seconds(store: Store, shop: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    made = create_key(store, shop, kind="write", name="site")
    clock = 1000.0
    monkeypatch.setattr("uems.access.write_keys.monotonic", lambda: clock)
    assert write_key(store, made.token) == shop.scope
    revoke_key(store, shop, made.key.key_id)
    assert write_key(store, made.token) == shop.scope, "remembered"
    clock += write_keys.SECONDS
    assert write_key(store, made.token) is None
    assert write_keys.SECONDS <= 5


def test_an_expired_write_key_is_refused(store: Store, shop: Access) -> None:
    # The hot path has no clock of its own: the fixed instant of the tests lies in the past of the real one.
    made = create_key(store, shop, kind="write", name="site", expires_at=shop.now + timedelta(hours=1))
    assert write_key(store, made.token) is None


def test_a_remembered_write_key_does_not_reach_the_database(store: Store, shop: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    made = create_key(store, shop, kind="write", name="site")
    assert write_key(store, made.token) == shop.scope
    monkeypatch.setattr(write_keys, "_look_up", lambda *_: pytest.fail("looked up again"))
    for _ in range(1000):
        assert write_key(store, made.token) == shop.scope


def test_making_and_revoking_is_in_the_audit_log_without_the_key(store: Store, shop: Access) -> None:
    made = create_key(store, shop, kind="write", name="site")
    revoke_key(store, shop, made.key.key_id)
    entries, _ = read_audit(store, shop, before_entry=None, limit=2)
    assert [(e.action, e.target) for e in entries] == [(a, f"key:{made.key.key_id}") for a in ("key.revoked", "key.created")]
    assert made.token not in repr(entries)
    assert token_hash(made.token) not in repr(entries)
