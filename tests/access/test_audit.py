"""Is every change written down, in the same transaction, for good, and without secrets?"""

from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from tests.support.web import make_workspace
from uems.access.api import Access, audit
from uems.access.audit import HIDDEN, read_audit
from uems.access.tables import audit_entries
from uems.kernel.errors import UemsError
from uems.kernel.store import Store


def test_an_entry_lives_and_dies_with_the_change(store: Store, shop: Access) -> None:
    with suppress(RuntimeError), store.write() as conn:
        audit(conn, shop, "thing.changed", "thing:1", {"a": 1}, {"a": 2})
        raise RuntimeError("the change fails")
    assert [e.action for e in read_audit(store, shop, before_entry=None, limit=10)[0]] == ["workspace.created"]


def test_it_says_who_what_before_after_when_and_from_where(store: Store, shop: Access) -> None:
    with store.write() as conn:
        audit(conn, shop, "thing.changed", "thing:1", {"a": 1}, {"a": [2, {"b": None}]})
    entry = read_audit(store, shop, before_entry=None, limit=1)[0][0]
    assert (entry.action, entry.target, entry.at) == ("thing.changed", "thing:1", shop.now)
    assert (entry.actor_kind, entry.actor_id, entry.actor_label, entry.address) == ("operator", "operator", "operator", "192.0.2.1")
    assert (entry.before, entry.after) == ({"a": 1}, {"a": [2, {"b": None}]})


def test_secrets_never_reach_it(store: Store, shop: Access) -> None:
    facts = {
        "name": "Mei",
        "password": "p4ss",
        "Webhook_Secret": "s3cret",
        "source": {"dsn": "postgresql://u:p4ss@h/d", "headers": [{"authorization": "Bearer t0ken"}]},
        "token_hash": None,
    }
    with store.write() as conn:
        audit(conn, shop, "source.created", "source:1", None, facts)
    entry = read_audit(store, shop, before_entry=None, limit=1)[0][0]
    assert entry.after == {
        "name": "Mei",
        "password": HIDDEN,
        "Webhook_Secret": HIDDEN,
        "source": {"dsn": HIDDEN, "headers": [{"authorization": HIDDEN}]},
        "token_hash": None,
    }


@pytest.mark.parametrize("change", [audit_entries.update().values(action="nothing.happened"), audit_entries.delete()])
def test_the_log_only_grows(store: Store, shop: Access, change: object) -> None:
    with pytest.raises((DBAPIError, UemsError), match="only grows"), store.write() as conn:
        conn.execute(change)  # type: ignore[call-overload]
    with store.read() as conn:
        assert conn.execute(select(func.count()).select_from(audit_entries)).scalar_one() == 1


def test_pages_are_newest_first_without_gaps_or_repeats(store: Store, shop: Access) -> None:
    with store.write() as conn:
        for number in range(25):
            audit(conn, shop, "thing.changed", f"thing:{number}", None, None)
    seen: list[str] = []
    before: int | None = None
    while True:
        entries, before = read_audit(store, shop, before_entry=before, limit=10)
        seen += [e.target for e in entries]
        if before is None:
            break
    assert seen == [f"thing:{n}" for n in reversed(range(25))] + ["workspace:shop"]


def test_a_workspace_sees_only_its_own_entries(store: Store, shop: Access) -> None:
    _, rival = make_workspace(store, "rival", shop.now)
    with store.write() as conn:
        audit(conn, rival, "thing.changed", "thing:1", None, None)
    assert [e.target for e in read_audit(store, shop, before_entry=None, limit=10)[0]] == ["workspace:shop"]


def test_a_long_name_is_cut_and_does_not_stop_the_change(store: Store, shop: Access) -> None:
    long = replace(shop, actor=replace(shop.actor, label="x" * 1000, address="y" * 1000))
    with store.write() as conn:
        audit(conn, long, "thing.changed", "z" * 1000, None, None)
    assert len(read_audit(store, shop, before_entry=None, limit=1)[0][0].target) == 500
