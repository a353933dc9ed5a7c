"""Is a workspace made, entered and changed only as it should be?"""

from datetime import datetime

import pytest

from tests.support.web import add_person, make_workspace, operator
from uems.access import api as access
from uems.access.api import Access, Caller, Workspaces
from uems.access.audit import read_audit
from uems.access.logins import caller_of_session, log_in
from uems.access.workspaces import change_workspace, check_zone, get_workspace, list_workspaces
from uems.kernel.errors import UemsError
from uems.kernel.store import Store


def person(store: Store, email: str, password: str, now: datetime) -> Caller:
    login = log_in(store, email=email, password=password, address="192.0.2.9", session_hours=1, now=now)
    caller = caller_of_session(store, login.token, address="192.0.2.9", now=now)
    assert caller is not None
    return caller


def refused(code: str) -> pytest.RaisesExc[UemsError]:
    """A block that must be refused with this code."""
    return pytest.raises(UemsError, check=lambda e: e.code == code)


def test_numbers_are_dense_and_start_at_one(store: Store, now: datetime) -> None:
    assert [make_workspace(store, slug, now)[0].workspace_id for slug in ("one", "two", "three")] == [1, 2, 3]


def test_a_refused_workspace_uses_up_no_number(store: Store, now: datetime) -> None:
    make_workspace(store, "one", now)
    with refused("slug_taken"):
        make_workspace(store, "one", now)
    assert make_workspace(store, "two", now)[0].workspace_id == 2


@pytest.mark.parametrize("slug", ["", "Shop", "-shop", "shop-", "a b", "a/b", "..", "x" * 64, "商店"])
def test_a_slug_that_does_not_fit_an_address_is_refused(sqlite_store: Store, now: datetime, slug: str) -> None:
    with refused("invalid"):
        access.create_workspace(sqlite_store, operator(now), slug=slug, name="x", zone="UTC", currency="USD")


@pytest.mark.parametrize("zone", ["", "Mars/Base", "asia/shanghai", "../etc/passwd", "posix/UTC", "localtime", "UTC\x00", "/etc/hostname"])
def test_a_zone_that_iana_does_not_know_is_refused(zone: str) -> None:
    with refused("invalid"):
        check_zone(zone)


@pytest.mark.parametrize("currency", ["", "cny", "RMB", "XAU", "€"])
def test_a_currency_without_minor_units_in_iso_4217_is_refused(sqlite_store: Store, now: datetime, currency: str) -> None:
    with refused("unknown_currency"):
        access.create_workspace(sqlite_store, operator(now), slug="shop", name="x", zone="UTC", currency=currency)


def test_a_workspace_of_others_answers_like_one_that_does_not_exist(store: Store, now: datetime) -> None:
    _, shop = make_workspace(store, "shop", now)
    _, rival = make_workspace(store, "rival", now)
    mei = person(store, "mei@shop", add_person(store, shop, "mei@shop", "owner"), now)
    assert access.enter(store, mei, "shop").actor.role == "owner"
    with refused("not_found") as others:
        access.enter(store, mei, "rival")
    with refused("not_found") as nobody:
        access.enter(store, mei, "nothing")
    assert others.value.message.replace("rival", "nothing") == nobody.value.message
    assert others.value.details == nobody.value.details
    assert [w.slug for w, _ in list_workspaces(store, mei)] == ["shop"]
    assert rival.scope.workspace_id == 2


def test_the_first_account_may_found_a_workspace_and_owns_it(store: Store, now: datetime) -> None:
    made = access.bootstrap(store, operator(now), email="mei@shop", name="Mei")
    assert made is not None
    mei = person(store, "mei@shop", made.password, now)
    access.create_workspace(store, mei, slug="shop", name="Shop", zone="UTC", currency="USD")
    assert access.enter(store, mei, "shop").actor.role == "owner"


def test_somebody_who_owns_nothing_cannot_found_one_later(store: Store, now: datetime) -> None:
    _, shop = make_workspace(store, "shop", now)
    ann = person(store, "ann@shop", add_person(store, shop, "ann@shop", "admin"), now)
    with refused("forbidden"):
        access.create_workspace(store, ann, slug="mine", name="Mine", zone="UTC", currency="USD")
    mei = person(store, "mei@shop", add_person(store, shop, "mei@shop", "owner"), now)
    assert access.create_workspace(store, mei, slug="second", name="Second", zone="UTC", currency="USD").workspace_id == 2


def test_zone_and_currency_change_until_there_are_events_and_the_name_always(store: Store, now: datetime) -> None:
    made, shop = make_workspace(store, "shop", now)
    assert change_workspace(store, shop, zone="Europe/Berlin", currency="EUR").zone == "Europe/Berlin"
    with store.write() as conn:
        access.mark_has_data(conn, made.workspace_id)
    for change in ({"zone": "UTC"}, {"currency": "USD"}):
        with refused("workspace_has_data"):
            change_workspace(store, shop, **change)
    after = change_workspace(store, shop, name="New name", zone="Europe/Berlin")
    assert (after.name, after.zone, after.currency, after.has_data) == ("New name", "Europe/Berlin", "EUR", True)


def test_a_change_is_in_the_audit_log_with_before_and_after(store: Store, shop: Access) -> None:
    change_workspace(store, shop, name="New name")
    change_workspace(store, shop, name="New name")
    entries, _ = read_audit(store, shop, before_entry=None, limit=10)
    assert [e.action for e in entries] == ["workspace.changed", "workspace.created"]
    assert (entries[0].before, entries[0].after) == ({"name": "Shop"}, {"name": "New name"})


def test_the_pipeline_fixes_the_zone_before_it_reckons_days_by_it(store: Store, now: datetime) -> None:
    made, shop = make_workspace(store, "shop", now)
    directory = Workspaces(store)
    scope = directory.scope(made.workspace_id)
    assert scope == made.scope
    with refused("workspace_has_data"):
        change_workspace(store, shop, zone="UTC")
    assert get_workspace(store, shop).has_data
    assert directory.scope(made.workspace_id) is scope
    assert directory.scope(99) is None
    directory.has_data({made.workspace_id, 99})
