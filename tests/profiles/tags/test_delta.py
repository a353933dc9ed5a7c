"""Do live tags, kept by following events, merges, hands and time, end where a pass over everybody ends?"""

import random
from datetime import timedelta

import pytest

from tests.profiles.conditions.world import NOW, World
from tests.profiles.tags.shop import a_tag, fill, order, tags_now, view
from tests.support.depth import worlds
from uems.access.api import Access
from uems.identity import api as identity
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.profiles.tags.batches import set_tag, undo_batch
from uems.profiles.tags.definitions import definitions, save_tag
from uems.profiles.tags.live import LiveTags
from uems.segments.flips import people_at_edges

WEEK = {"op": "after", "value": {"ago": 7, "unit": "day"}}


def define(house: House, access: Access) -> None:
    save_tag(house.store, access, a_tag("week", refresh="live", config={"measure": "count", "events": ["Product Viewed"], "within": WEEK}))
    when = {"and": [{"did": {"events": ["Order Completed"], "within": WEEK}}, {"tag": {"name": "vip", "op": "is_set"}}]}
    save_tag(house.store, access, a_tag("vip", "manual", "text"))
    values = {"values": [{"value": True, "when": when}], "default": False}
    save_tag(house.store, access, a_tag("happy", "rule", "boolean", values, refresh="live"))


@pytest.mark.parametrize("seed", range(worlds(2)))
def test_following_ends_where_a_pass_over_everybody_ends(house: House, world: World, access: Access, seed: int) -> None:
    define(house, access)
    rng = fill(world, seed, people=10, events=60, days=60.0)
    tags, now = LiveTags(house), NOW
    tags.refresh(world.scope, now, None)
    merges: list[str] = []
    batches: list[int] = []
    for _ in range(12):
        before, now = now, now + timedelta(hours=rng.choice((0, 1, 30, 200)))
        touched = people_at_edges(house, world.scope, tags.edges(world.scope), before, now) if now > before else set()
        touched |= step(house, world, access, rng, now.timestamp() - NOW.timestamp(), merges, batches)
        tags.refresh(world.scope, now, sorted(touched))
    live = {key for key, saved in definitions(house.store, world.scope).items() if saved.tag.refresh == "live"}
    followed = {key: values for key, values in tags_now(house, world.scope).items() if key in live}
    tags.refresh(world.scope, now, None)
    assert followed == {key: values for key, values in tags_now(house, world.scope).items() if key in live}
    assert followed["happy"]
    assert followed["lifecycle_stage"]


def step(house: House, world: World, access: Access, rng: random.Random, later: float, merges: list[str], batches: list[int]) -> set[int]:
    """One thing that happens; whom it touches."""
    people = sorted(world.souls())
    kind = rng.random()
    if kind < 0.5:
        back = rng.choice((0.0, 0.0, 5.0, 40.0))  # events may come late
        ts = NOW + timedelta(seconds=later) - timedelta(days=back, minutes=rng.randrange(1, 50))
        calls = [(order if rng.random() < 0.5 else view)(rng, ts=ts, user=f"u{rng.randrange(12)}") for _ in range(3)]
        first = len(world.calls)
        world.take(calls, NOW + timedelta(seconds=later))
        return {node for _, node in world.calls[first:]}
    if kind < 0.65:
        two = rng.sample(people, 2)
        try:
            merges.append(identity.merge(house, access, two)[0])
        except UemsError:
            return set()
        return set(two)
    if kind < 0.8 and merges:
        identity.undo_merge(house, access, merges.pop(rng.randrange(len(merges))))
        return set(people) | set(world.souls())
    if kind < 0.9 and batches:
        try:
            return set(undo_batch(house, access, batches[-1], undo=rng.random() < 0.7)[1])
        except UemsError:
            return set()
    some = rng.sample(people, 3)
    batches.append(set_tag(house, access, "vip", some, rng.choice(("gold", "silver", None))).batch)
    return set(some)
