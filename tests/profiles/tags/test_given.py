"""Are tags set by hand, imported and scored kept with the person, through merges, and taken back when undone?"""

import numpy as np
import pytest

from tests.profiles.conditions.world import NOW, World
from tests.profiles.tags.shop import a_tag, fill, tags_now
from tests.support.feed import Happened
from uems.access.api import Access
from uems.identity import api as identity
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.profiles.tags.batches import batches_of, import_values, set_tag, undo_batch
from uems.profiles.tags.catalogue import tags_of
from uems.profiles.tags.definitions import save_tag
from uems.profiles.tags.files import read_rows
from uems.profiles.tags.refresh import refresh
from uems.profiles.tags.scores import give_back, take_over, write_scores


@pytest.fixture
def people(world: World) -> list[int]:
    world.take([Happened(user=f"u{n}", ts=NOW) for n in range(4)])
    return sorted(world.souls())


def vip(house: House, access: Access) -> None:
    save_tag(house.store, access, a_tag("vip", kind="manual", value_type="text", allowed=("gold", "silver")))


def now_of(house: House, world: World, tag: str) -> dict[int, object]:
    return tags_now(house, world.scope).get(tag, {})


def test_what_is_set_by_hand_stands_until_it_is_set_again_or_undone(house: House, world: World, access: Access, people: list[int]) -> None:
    vip(house, access)
    a, b, c, _ = people
    set_tag(house, access, "vip", [a, b], "gold", note="spring")
    second = set_tag(house, access, "vip", [b, c], "silver")
    refresh(house, world.scope, NOW, people)
    assert now_of(house, world, "vip") == {a: "gold", b: "silver", c: "silver"}
    third = set_tag(house, access, "vip", [a], None)
    refresh(house, world.scope, NOW, [a])
    assert now_of(house, world, "vip") == {b: "silver", c: "silver"}
    for batch in (second, third):
        _, touched = undo_batch(house, access, batch.batch)
        refresh(house, world.scope, NOW, touched)
    assert now_of(house, world, "vip") == {a: "gold", b: "gold"}
    _, touched = undo_batch(house, access, second.batch, undo=False)
    refresh(house, world.scope, NOW, touched)
    assert now_of(house, world, "vip") == {a: "gold", b: "silver", c: "silver"}
    assert not len(refresh(house, world.scope, NOW).touched)
    told = batches_of(house.store, world.scope, "vip")
    assert [(one.value, one.people, one.undone_at is None) for one in told] == [(None, 1, False), ("silver", 2, True), ("gold", 2, True)]
    with pytest.raises(UemsError, match="in force already"):
        undo_batch(house, access, second.batch, undo=False)


def test_what_was_set_goes_with_the_person_through_a_merge_and_back(house: House, world: World, access: Access, people: list[int]) -> None:
    vip(house, access)
    a, b, *_ = people
    set_tag(house, access, "vip", [a], "gold")
    set_tag(house, access, "vip", [b], "silver")
    refresh(house, world.scope, NOW, people)
    merge_id, _ = identity.merge(house, access, [a, b])
    refresh(house, world.scope, NOW, [a, b])
    assert now_of(house, world, "vip") == {a: "silver"}
    identity.undo_merge(house, access, merge_id)
    refresh(house, world.scope, NOW, [a, b])
    assert now_of(house, world, "vip") == {a: "gold", b: "silver"}


def test_a_value_or_person_that_cannot_be_is_refused_and_nothing_is_kept(
    house: House, world: World, access: Access, people: list[int]
) -> None:
    vip(house, access)
    save_tag(house.store, access, a_tag("orders", config={"measure": "count", "events": ["x"]}))
    for key, who, value, code in (
        ("vip", people, "bronze", "bad_tag"),
        ("vip", people, 7, "bad_tag"),
        ("vip", [*people, 999], "gold", "not_found"),
        ("vip", [], "gold", "bad_tag"),
        ("orders", people, 1, "bad_tag"),
        ("none", people, 1, "not_found"),
    ):
        with pytest.raises(UemsError) as refused:
            set_tag(house, access, key, who, value)
        assert refused.value.code == code
    assert batches_of(house.store, world.scope) == []


def test_a_file_gives_values_by_id_and_can_be_undone(house: House, world: World, access: Access, people: list[int]) -> None:
    tag = a_tag("points", kind="imported", value_type="number")
    save_tag(house.store, access, tag)
    rows = read_rows("用户,值\nu0,5\nu1,2.5\nghost,1\n\nu0,7\n".encode("utf-8-sig"), tag)
    first = import_values(house, access, "points", "user_id", rows)
    assert (first.people, first.unknown) == (2, 1)
    second = import_values(house, access, "points", "user_id", read_rows(b"u1,9\nu2,1", tag))
    refresh(house, world.scope, NOW)
    a, b, c, _ = people
    assert now_of(house, world, "points") == {a: 7, b: 9, c: 1}
    _, touched = undo_batch(house, access, second.batch)
    refresh(house, world.scope, NOW, touched)
    assert now_of(house, world, "points") == {a: 7, b: 2.5}


@pytest.mark.parametrize("content", [b"", b"u0", b"u0,1,2", b"u0,x", b"\xff\xfe", b",5", b'"u0,5', b"id,value\n"])
def test_a_file_that_cannot_be_read_says_where(content: bytes) -> None:
    with pytest.raises(UemsError) as refused:
        read_rows(content, a_tag("points", kind="imported", value_type="number"))
    assert refused.value.code == "bad_file"


def test_a_model_takes_a_tag_over_and_gives_it_back_to_the_rule(house: House, world: World, access: Access) -> None:
    fill(world, 21, events=60)
    save_tag(house.store, access, a_tag("risk", kind="rule", value_type="number", config={"rule": "churn_risk", "settings": {}}))
    refresh(house, world.scope, NOW)
    by_rule = now_of(house, world, "risk")
    take_over(house.store, access, "risk", "model-1")
    take_over(house.store, access, "risk", "model-1")
    people = np.array(sorted(world.souls()), np.uint64)[::-1]
    values = [round(n / 100, 2) for n in range(len(people))]
    reasons = [{"zh": "因为", "en": "because"}] * len(people)
    changed = write_scores(house, world.scope, "risk", people, values, [0.5] * len(people), reasons, NOW, whole=people)
    assert set(changed.tolist()) <= set(people.tolist())
    assert now_of(house, world, "risk") == dict(zip(people.tolist(), values, strict=True))
    refresh(house, world.scope, NOW)
    assert now_of(house, world, "risk") == dict(zip(people.tolist(), values, strict=True))
    [mine] = tags_of(house, world.scope, people[:1].tolist())[int(people[0])]
    assert (mine.value, mine.confidence, mine.evidence) == (0, 0.5, {"zh": "因为", "en": "because"})
    write_scores(house, world.scope, "risk", people[:2], [0.5, 0.6], None, None, NOW, whole=people[:3])
    assert now_of(house, world, "risk") == {int(people[0]): 0.5, int(people[1]): 0.6, int(people[2]): 0.02}
    give_back(house.store, access, "risk")
    refresh(house, world.scope, NOW)
    assert now_of(house, world, "risk") == by_rule
    with pytest.raises(UemsError, match="no model speaks for it"):
        write_scores(house, world.scope, "risk", people[:1], [1.0], None, None, NOW)
