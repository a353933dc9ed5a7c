"""Does what people see of merging hold: aliases, shared devices, junk, refusals, merges by hand, rules that change?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.support.feed import Feed, Happened
from uems.access.api import Access
from uems.access.tables import audit_entries
from uems.collect.api import Claim
from uems.identity import api as identity
from uems.identity.api import Resolver
from uems.identity.tables import identity_nodes
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope

START = datetime(2026, 2, 1, 12, tzinfo=UTC)


def claim(a: str, b: str, ts_ms: int = 1, cause: str = "identify") -> Claim:
    """``claim("user_id:ann", "anonymous_id:x")``."""
    (ak, _, av), (bk, _, bv) = a.partition(":"), b.partition(":")
    return Claim(a_kind=ak, a_value=av, b_kind=bk, b_value=bv, ts_ms=ts_ms, message_id=f"m{ts_ms}", cause=cause)  # type: ignore[arg-type]


class People:
    """A workspace in which ids are claimed and asked for by short names."""

    def __init__(self, house: House, scope: Scope, now: datetime) -> None:
        self.house, self.scope, self.now = house, scope, now
        self.resolver = Resolver(house.store, house.warehouse)

    def claim(self, *claims: Claim) -> None:
        self.resolver.resolve(self.scope, [], claims, self.now)

    def node(self, name: str) -> int:
        kind, _, value = name.partition(":")
        [number] = identity.find_nodes(self.house.store, self.scope, [(kind, value)])
        assert number is not None, name
        return number

    def same(self, *names: str) -> bool:
        found = identity.people_of(self.house.store, self.scope, [self.node(name) for name in names])
        return len({p.person_id for p in found.values()}) == 1

    def reasons(self) -> list[str]:
        return [m.reason for m in identity.merges(self.house.store, self.scope, state="rejected", limit=1000)]

    def count(self) -> int:
        c = identity_nodes.c
        with self.house.store.read() as conn:
            return conn.execute(select(func.count(c.person_id.distinct())).where(c.workspace_id == self.scope.workspace_id)).scalar_one()


@pytest.fixture
def people(house: House, scope: Scope, now: datetime) -> People:
    return People(house, scope, now)


def test_junk_ids_never_join_anybody_and_cost_no_node(people: People) -> None:
    people.claim(claim("user_id:ann", "anonymous_id:null"), claim("user_id:bob", "anonymous_id:null"), claim("user_id:0", "anonymous_id:x"))
    resolved = people.resolver.resolve(people.scope, [("null", "0"), ("", ""), ("'undefined'", "x"), ("ann", "")], [], people.now)
    assert list(resolved.node_ids[:2]) == list(resolved.person_ids[:2]) == [0, 0]
    assert resolved.node_ids[2] == people.node("anonymous_id:x")
    assert people.count() == 2, "ann, and the browser x: nobody asked for bob"


def test_an_alias_joins_a_former_user_id_as_well_as_a_former_anonymous_id(people: People) -> None:
    people.resolver.resolve(people.scope, [("old", ""), ("", "browser")], [], people.now)
    people.claim(claim("user_id:new", "anonymous_id:old", 5, "alias"), claim("user_id:new", "anonymous_id:browser", 6, "alias"))
    assert people.same("user_id:new", "user_id:old", "anonymous_id:browser")
    people.claim(claim("user_id:new", "anonymous_id:new", 7, "alias"))  # to itself: no harm


def test_two_users_of_one_device_stay_two_and_the_email_of_both_goes_to_the_first(people: People) -> None:
    people.claim(claim("user_id:bob", "anonymous_id:tablet", 20), claim("user_id:ann", "anonymous_id:tablet", 10))
    people.claim(claim("user_id:ann", "email:us@home.cn", 30, "external"), claim("user_id:bob", "email:us@home.cn", 40, "external"))
    assert people.same("user_id:ann", "anonymous_id:tablet", "email:us@home.cn")
    assert not people.same("user_id:ann", "user_id:bob")
    assert people.reasons() == ["limit:user_id", "limit:user_id"]


def test_a_device_of_hundreds_is_known_as_shared_and_belongs_to_nobody(people: People) -> None:
    for start in range(0, 240, 40):
        people.claim(*(claim(f"user_id:u{n}", "anonymous_id:kiosk", 100 + n) for n in range(start, start + 40)))
    assert set(people.reasons()) == {"shared"}
    assert len(people.reasons()) == 240
    assert people.count() == 241
    before = people.resolver.resolve(people.scope, [("", "kiosk")], [], people.now).person_ids
    people.claim(claim("user_id:late", "anonymous_id:kiosk", 1))
    assert people.resolver.resolve(people.scope, [("", "kiosk")], [], people.now).person_ids == before


def test_a_user_with_more_browsers_than_allowed_keeps_the_first_thousand(people: People) -> None:
    people.claim(*(claim("user_id:ann", f"anonymous_id:b{n}", 100 + n) for n in range(1010)))
    assert sorted(set(people.reasons())) == ["limit:ids"]
    assert len(people.reasons()) == 11
    assert people.same("user_id:ann", "anonymous_id:b0", "anonymous_id:b998")
    people.claim(claim("user_id:ann", "anonymous_id:early", 1))
    assert people.same("user_id:ann", "anonymous_id:early")
    assert not people.same("user_id:ann", "anonymous_id:b998"), "the thousand first by time, not by arrival"


def test_a_merge_by_hand_is_shown_first_done_at_once_and_undone_whole(people: People, access: Access) -> None:
    feed = Feed(people.house, people.scope)
    feed.take(
        [Happened(user=u, ts=START, revenue_minor=100, currency="CNY", event="Order Completed") for u in ("ann", "bob", "cid")], people.now
    )
    nodes = [people.node(f"user_id:{u}") for u in ("ann", "bob", "cid")]
    preview = identity.preview_merge(people.house, people.scope, nodes)
    assert (len(preview.profiles), preview.refused) == (3, "")
    assert [(p.ids[0].value, p.totals.orders, p.totals.revenue_minor) for p in preview.profiles] == [
        ("ann", 1, 100), ("bob", 1, 100), ("cid", 1, 100),
    ]  # fmt: skip
    assert not people.same("user_id:ann", "user_id:bob"), "a preview changes nothing"
    merge_id, links = identity.merge(people.house, access, nodes)
    assert [(m.cause, m.state) for m in links] == [("manual", "active")] * 2
    assert people.same("user_id:ann", "user_id:bob", "user_id:cid")
    ann = identity.person(people.house.store, people.scope, nodes[2])
    assert identity.totals_of(people.house, people.scope, [ann])[ann.person_id].revenue_minor == 300
    assert identity.count_people(people.house, people.scope, START.date(), START.date() + timedelta(days=1)).active == 1
    undone = identity.undo_merge(people.house, access, merge_id)
    assert len(undone.people) == 3
    assert identity.count_people(people.house, people.scope, START.date(), START.date() + timedelta(days=1)).active == 3
    with people.house.store.read() as conn:
        actions = conn.execute(select(audit_entries.c.action).order_by(audit_entries.c.entry_id)).scalars().all()
    assert actions == ["merge.made", "merge.undone"]


def test_a_merge_beyond_the_limits_is_refused_with_the_reason_and_leaves_nothing(people: People, access: Access) -> None:
    people.resolver.resolve(people.scope, [(f"u{n}", "") for n in range(7)], [], people.now)
    nodes = [people.node(f"user_id:u{n}") for n in range(7)]
    assert identity.preview_merge(people.house, people.scope, nodes).refused == "limit:user_id"
    with pytest.raises(UemsError) as refused:
        identity.merge(people.house, access, nodes)
    assert (refused.value.code, refused.value.status, refused.value.details["reason"]) == ("merge_refused", 409, "limit:user_id")
    assert people.count() == 7
    assert identity.merges(people.house.store, people.scope, limit=10) == []


def test_what_cannot_be_merged_or_undone_is_told(people: People, access: Access) -> None:
    people.claim(claim("user_id:ann", "anonymous_id:x"))
    x, ann = people.node("anonymous_id:x"), people.node("user_id:ann")
    for nodes, code in (([x, ann], "invalid"), ([x], "invalid"), ([x, 999], "not_found"), ([], "invalid"), ([x] * 60, "invalid")):
        with pytest.raises(UemsError) as refused:
            identity.merge(people.house, access, nodes)
        assert refused.value.code == code
    for name in ("1-999", "nonsense", "merge_unknown", "0-1", "1-2-3", "9" * 30 + "-1"):
        with pytest.raises(UemsError) as missing:
            identity.undo_merge(people.house, access, name)
        assert missing.value.code == "not_found"
    undone = identity.undo_merge(people.house, access, f"{x}-{ann}")
    with pytest.raises(UemsError) as again:
        identity.undo_merge(people.house, access, f"{ann}-{x}")
    assert (again.value.code, again.value.status) == ("merge_not_active", 409)
    identity.redo_merge(people.house, access, undone.undo_id)
    with pytest.raises(UemsError) as twice:
        identity.redo_merge(people.house, access, undone.undo_id)
    assert twice.value.code == "merge_not_active"


def test_an_undo_also_takes_back_the_other_ways_that_join_the_two(people: People, access: Access) -> None:
    people.claim(
        claim("user_id:ann", "anonymous_id:x", 1), claim("user_id:ann", "email:a@x.cn", 2), claim("anonymous_id:x", "email:a@x.cn", 3)
    )
    undone = identity.undo_merge(people.house, access, f"{people.node('user_id:ann')}-{people.node('anonymous_id:x')}")
    assert len(undone.merges) == 2
    assert not people.same("user_id:ann", "anonymous_id:x")
    identity.redo_merge(people.house, access, undone.undo_id)
    assert people.same("user_id:ann", "anonymous_id:x", "email:a@x.cn")


def test_a_merge_by_hand_brings_an_undone_link_back(people: People, access: Access) -> None:
    people.claim(claim("user_id:ann", "anonymous_id:x"))
    x, ann = people.node("anonymous_id:x"), people.node("user_id:ann")
    identity.undo_merge(people.house, access, f"{x}-{ann}")
    people.claim(claim("user_id:ann", "anonymous_id:x", 0))
    assert not people.same("user_id:ann", "anonymous_id:x")
    identity.merge(people.house, access, [x, ann])
    assert people.same("user_id:ann", "anonymous_id:x")


def test_blocking_an_id_parts_whom_it_joined_and_unblocking_joins_them_again(people: People, access: Access) -> None:
    people.claim(claim("user_id:ann", "email:shop@x.cn", 1, "external"), claim("anonymous_id:a", "email:shop@x.cn", 2, "external"))
    assert people.same("user_id:ann", "anonymous_id:a")
    rules = identity.rules_of(people.house.store, people.scope)
    changed = identity.change_rules(people.house, access, replace(rules, blocked=("SHOP@x.cn", " ")))
    assert changed.blocked == ("shop@x.cn",)
    assert not people.same("user_id:ann", "anonymous_id:a")
    people.claim(claim("user_id:bob", "email:shop@x.cn", 3, "external"))
    assert people.count() == 3
    identity.change_rules(people.house, access, replace(rules, blocked=()))
    assert people.same("user_id:ann", "anonymous_id:a")


def test_other_limits_take_effect_on_who_is_there_already(people: People, access: Access) -> None:
    people.claim(*(claim("user_id:ann", f"email:a{n}@x.cn", n + 1, "external") for n in range(7)))
    assert people.reasons() == ["limit:email", "limit:email"]
    rules = identity.rules_of(people.house.store, people.scope)
    identity.change_rules(people.house, access, replace(rules, other_limit=7))
    assert people.reasons() == []
    identity.change_rules(people.house, access, replace(rules, limits={**rules.limits, "email": 2}))
    assert people.reasons() == ["limit:email"] * 5
    assert people.same("user_id:ann", "email:a0@x.cn", "email:a1@x.cn")
    with pytest.raises(UemsError, match="between 1 and 1000"):
        identity.change_rules(people.house, access, replace(rules, other_limit=0))


def test_a_trait_that_is_no_id_here_joins_nobody(people: People, access: Access) -> None:
    rules = identity.rules_of(people.house.store, people.scope)
    identity.change_rules(people.house, access, replace(rules, email_is_id=False))
    people.claim(
        claim("user_id:ann", "email:a@x.cn"), claim("anonymous_id:x", "email:a@x.cn"), claim("anonymous_id:x", "phone:+8613800138000")
    )
    assert people.count() == 1


def test_the_ledger_is_paged_filtered_and_names_the_person(people: People) -> None:
    people.claim(*(claim(f"user_id:u{n}", f"anonymous_id:a{n}", n + 1) for n in range(5)), claim("user_id:u0", "anonymous_id:a1", 9))
    everything = identity.merges(people.house.store, people.scope, limit=100)
    assert [m.message_id for m in everything] == ["m9", "m5", "m4", "m3", "m2", "m1"]
    first = identity.merges(people.house.store, people.scope, limit=4)
    rest = identity.merges(people.house.store, people.scope, after=identity.place_of(first[-1]), limit=4)
    assert [*first, *rest] == everything
    person = everything[-1].a_person_id
    assert [m.message_id for m in identity.merges(people.house.store, people.scope, person_id=person, limit=9)] == ["m9", "m1"]
    assert [m.state for m in identity.merges(people.house.store, people.scope, person_id=person, cause="identify", limit=9)] == [
        "rejected", "active",
    ]  # fmt: skip
