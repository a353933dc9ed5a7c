"""Is movement between the values of a tag that of its recorded changes, or, without them, of what had happened by then?"""

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from tests.segments.shop import Shop
from tests.support import houses
from tests.support.feed import Happened
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.profiles.tags.definitions import save_tag
from uems.profiles.tags.model import TagDef, Words
from uems.segments.understanding.movement import Movement, between_values
from uems.segments.understanding.movers import movers

_numbers = itertools.count(1)
MONDAY = datetime(2026, 3, 23, 12, tzinfo=UTC)
ACTIVE = {"did": {"events": [], "within": {"op": "after", "value": {"ago": 10, "unit": "day"}}}}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = houses.build(Settings(home=tmp_path_factory.mktemp("movement") / "home"))
    yield found
    found.close()


def a_stage(shop: Shop, *, keeps_history: bool = False, condition: object = ACTIVE) -> None:
    config = {"values": [{"value": "active", "when": condition}], "default": "silent"}
    label = Words(en="Stage", zh="阶段")
    tag = TagDef(key="stage", family="behaviour", kind="rule", label=label, value_type="text", config=config, keeps_history=keeps_history)
    save_tag(shop.house.store, shop.access(), tag)


def flows(found: Movement) -> Counter[tuple[int, str, str]]:
    return Counter({(f.step, f.source, f.target): f.people for f in found.flows})


def behind(house: House, shop: Shop, flow: tuple[int, str, str], weeks: int = 2, after: int = 0) -> list[int]:
    step, source, target = flow
    return movers(house, shop.scope, "stage", MONDAY, weeks, step=step, source=source, target=target, after=after, limit=10)


def test_the_past_of_a_rule_is_computed_from_what_had_happened_by_then(house: House) -> None:
    shop = Shop(house, next(_numbers), MONDAY)
    # a comes once and is silent ten days later; b comes every week; c comes first in the last week.
    shop.take([Happened(user="a", ts=MONDAY - timedelta(days=18), event="Viewed")])
    shop.take([Happened(user="b", ts=MONDAY - timedelta(days=d), event="Viewed") for d in (18, 11, 4)])
    shop.take([Happened(user="c", ts=MONDAY - timedelta(days=2), event="Viewed")])
    a_stage(shop)
    found = between_values(house, shop.scope, "stage", MONDAY, 3)
    assert found.basis == "computed"
    assert flows(found) == {
        (0, "active", "silent"): 1,
        (0, "active", "active"): 1,
        (1, "silent", "silent"): 1,
        (1, "active", "active"): 1,
        (1, "", "active"): 1,
        (2, "silent", "silent"): 1,
        (2, "active", "active"): 2,
    }
    expected = {(0, "active", "silent"): [1], (1, "", "active"): [3], (2, "active", "active"): [2, 3], (2, "active", "silent"): []}
    assert {flow: behind(house, shop, flow, weeks=3) for flow in expected} == expected
    assert behind(house, shop, (2, "active", "active"), weeks=3, after=2) == [3]
    assert [m.date() for m in found.moments] == [date(2026, 3, 9), date(2026, 3, 16), date(2026, 3, 23), date(2026, 3, 23)]
    assert found.sizes[-1] == {"active": 2, "silent": 1}


def test_recorded_changes_are_followed_where_they_reach_far_enough_back(house: House) -> None:
    shop = Shop(house, next(_numbers), MONDAY)
    a_stage(shop, keeps_history=True)
    changes = [
        # (person, days ago, before, after)
        (1, 40, "", '"new"'),
        (1, 5, '"new"', '"active"'),
        (2, 40, "", '"active"'),
        (3, 5, '"active"', '"silent"'),
        (4, 1, "", '"new"'),
        (2, 1, '"active"', ""),
    ]
    rows = pa.table(
        {
            "workspace_id": pa.array([shop.scope.workspace_id] * len(changes), pa.uint32()),
            "tag": ["stage"] * len(changes),
            "person_id": pa.array([c[0] for c in changes], pa.uint64()),
            "before": [c[2] for c in changes],
            "value": [c[3] for c in changes],
            "changed_at": pa.array([MONDAY - timedelta(days=c[1]) for c in changes], pa.timestamp("ms", "UTC")),
            "version": pa.array(range(1, len(changes) + 1), pa.uint64()),
        }
    )
    house.warehouse.insert("tag_changes", rows, token="changes")
    found = between_values(house, shop.scope, "stage", MONDAY, 2)
    assert found.basis == "recorded"
    # Three was active before the first change that was recorded of it.
    assert flows(found) == {
        (0, "new", "active"): 1,
        (0, "active", ""): 1,
        (0, "active", "silent"): 1,
        (0, "", "new"): 1,
        (1, "active", "active"): 1,
        (1, "silent", "silent"): 1,
        (1, "new", "new"): 1,
    }

    expected = {
        (0, "new", "active"): [1],
        (0, "active", ""): [2],
        (0, "active", "silent"): [3],
        (0, "", "new"): [4],
        (1, "new", "new"): [4],
    }
    assert {flow: behind(house, shop, flow) for flow in expected} == expected
    for wrong in ((2, "new", "new"), (0, "", "")):
        with pytest.raises(UemsError, match=r"must be from 0 to 1|in no band"):
            behind(house, shop, wrong)


def test_a_tag_made_from_what_has_no_past_says_so(house: House) -> None:
    shop = Shop(house, next(_numbers), MONDAY)
    shop.take([Happened(user="a", ts=MONDAY, event="Viewed")])
    a_stage(shop, condition={"list": {"id": 1}})
    with pytest.raises(UemsError) as refused:
        between_values(house, shop.scope, "stage", MONDAY, 2)
    assert refused.value.code == "no_past"
