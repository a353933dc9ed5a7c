"""Do relations follow the events, and are influence, reach and conversions what a few lines of Python make of them?"""

import json
import random
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from tests.profiles.conditions.world import NOW, World
from tests.profiles.tags.shop import tags_now
from tests.support.feed import Happened
from uems.access.api import Access
from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.sql import Sql
from uems.profiles.roles.mappings import set_role
from uems.profiles.tags.refresh import refresh
from uems.profiles.tags.standard import install_standard_tags


def signup(user: str, inviter: str | None, day: float, **more: Any) -> Happened:
    said = {} if inviter is None else {"inviter": inviter}
    return Happened(user=user, ts=NOW - timedelta(days=day), event="Signed Up", properties=json.dumps(said), **more)


def pairs(world: World) -> set[tuple[int, int]]:
    rows = world.house.warehouse.query(
        Sql("SELECT person_id, other_person_id FROM relations FINAL WHERE workspace_id = {w:UInt32}"), {"w": world.scope.workspace_id}
    )
    return set(zip(rows.column("person_id").to_pylist(), rows.column("other_person_id").to_pylist(), strict=True))


def people(world: World, *users: str) -> list[int]:
    found = [identity.find_person(world.house.store, world.scope, "user_id", user) for user in users]
    return [one.person_id for one in found if one is not None]


def test_relations_come_from_what_new_people_say(house: House, world: World, access: Access) -> None:
    world.take([signup("ann", None, 9), signup("bob", "ann", 8), signup("cat", "ann", 7), signup("dan", "nobody", 6)])
    install_standard_tags(house, access, NOW)
    done = refresh(house, world.scope, NOW)
    ann, bob, cat = people(world, "ann", "bob", "cat")
    assert pairs(world) == {(ann, bob), (ann, cat)}
    assert done.related.tolist() == sorted([ann, bob, cat])
    assert refresh(house, world.scope, NOW).related.tolist() == []
    # Somebody new, seen by the live pass only; and the one whom nobody knew until now, found by the pass over everybody.
    world.take([signup("eve", "bob", 1), signup("nobody", None, 1)])
    [eve, dan] = people(world, "eve", "dan")
    assert refresh(house, world.scope, NOW, people(world, "eve", "nobody")).related.tolist() == sorted([bob, eve])
    assert refresh(house, world.scope, NOW).related.tolist() == sorted([dan, *people(world, "nobody")])


def test_an_invitation_may_name_the_invited_and_roles_may_change(house: House, world: World, access: Access) -> None:
    world.take(
        [
            signup("ann", None, 9),
            signup("bob", "ann", 8),
            Happened(user="bob", ts=NOW, event="Invite Sent", properties=json.dumps({"friend": "cat"})),
            Happened(user="cat", ts=NOW, event="Opened"),
        ]
    )
    set_role(house.store, access, "invitee", events=["Invite Sent"], property="friend")
    refresh(house, world.scope, NOW)
    ann, bob, cat = people(world, "ann", "bob", "cat")
    assert pairs(world) == {(bob, cat)}
    set_role(house.store, access, "invitee")
    set_role(house.store, access, "inviter", events=["Signed Up"], property="inviter")
    refresh(house, world.scope, NOW)
    assert pairs(world) == {(ann, bob)}


def rank_of(votes: dict[int, dict[int, float]], everybody: list[int]) -> dict[int, float]:
    rank = {p: 1 / len(everybody) for p in everybody}
    for _ in range(300):
        after = {p: 0.15 / len(everybody) for p in everybody}
        for voter in everybody:
            given = votes.get(voter, {})
            whole = sum(given.values())
            for p in everybody:
                part = given.get(p, 0) / whole if whole else 1 / len(everybody)
                after[p] += 0.85 * rank[voter] * part
        rank = after
    return {p: rank[p] * len(everybody) for p in everybody}


@pytest.mark.parametrize("seed", [1, 2])
def test_influence_reach_and_conversions_are_those_of_the_graph(house: House, world: World, access: Access, seed: int) -> None:
    rng = random.Random(seed)
    users = [f"u{n}" for n in range(25)]
    calls = [signup("u0", None, 50)]
    by: dict[str, str] = {}
    for n, user in enumerate(users[1:], 1):
        inviter = rng.choice(users[:n]) if rng.random() < 0.8 else None
        calls.append(signup(user, inviter, 50 - n))
        if inviter:
            by[user] = inviter
    buyers = {user for user in users if rng.random() < 0.4}
    calls += [Happened(user=u, ts=NOW, event="Order Completed", revenue_minor=5, currency="USD") for u in sorted(buyers)]
    world.take(calls)
    install_standard_tags(house, access, NOW)
    assert refresh(house, world.scope, NOW).failed == {}
    number = dict(zip(users, people(world, *users), strict=True))
    everybody = sorted({number[u] for pair in by.items() for u in pair})
    votes = {number[u]: {number[inviter]: 1.0} for u, inviter in by.items()}
    rank = rank_of(votes, everybody)

    def below(user: str) -> set[str]:
        mine = {u for u, inviter in by.items() if inviter == user}
        return mine.union(*(below(u) for u in mine)) if mine else mine

    reach = {number[u]: len(below(u)) for u in users if below(u)}
    stored = tags_now(house, world.scope)
    assert stored["kol_reach"] == reach
    assert stored["kol_conversions"] == {number[u]: len(below(u) & buyers) for u in users if below(u)}
    assert stored["kol_score"].keys() == reach.keys()
    assert np.allclose([stored["kol_score"][p] for p in reach], [rank[p] for p in reach], atol=2e-3)


def test_people_who_invited_each_other_do_not_stop_the_count(house: House, world: World, access: Access) -> None:
    world.take([signup("ann", "bob", 5), signup("bob", "ann", 4), signup("cat", "bob", 3)])
    install_standard_tags(house, access, NOW)
    assert refresh(house, world.scope, NOW).failed == {}
    ann, bob = people(world, "ann", "bob")
    assert tags_now(house, world.scope)["kol_reach"] == {ann: 1, bob: 2}


def test_merged_people_bring_together(house: House, world: World, access: Access) -> None:
    world.take([signup("ann", None, 9), signup("bob", "ann", 8), signup("ann2", None, 7), signup("cat", "ann2", 6)])
    install_standard_tags(house, access, NOW)
    refresh(house, world.scope, NOW)
    two = people(world, "ann", "ann2")
    identity.merge(house, access, two)
    refresh(house, world.scope, NOW)
    assert tags_now(house, world.scope)["kol_reach"] == {two[0]: 2}
