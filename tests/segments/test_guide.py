"""Does every condition in the guide mean what the program reads?"""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.profiles.conditions.world import NOW
from tests.segments.shop import Shop
from tests.support import houses
from tests.support.feed import Happened
from uems.kernel.settings import Settings
from uems.profiles.api import dump_condition, parse_condition, say

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "segments.md"
EXAMPLES = re.findall(r"```json\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_condition_of_the_guide_can_be_read_written_and_said(text: str) -> None:
    node = parse_condition(json.loads(text))
    assert parse_condition(dump_condition(node)) == node
    assert say(node, "zh")
    assert say(node, "en")


def test_the_guide_shows_every_kind_of_condition() -> None:
    from uems.profiles.conditions.grammar import PEOPLE

    assert [key for key in PEOPLE.kinds if not any(f'"{key}"' in text for text in EXAMPLES)] == []


def test_stopped_and_restarted_are_those_who_did(settings: Settings) -> None:
    house = houses.build(settings)
    try:
        shop = Shop(house, 1)
        orders = {"stopped": [60], "restarted": [100, 5], "regular": [100, 60, 5], "fresh": [5], "long_gone": [100], "both": [100, 60]}
        for user, days in orders.items():
            shop.take([Happened(user=user, ts=NOW - timedelta(days=ago), event="Order Completed") for ago in days])
        number = {user: n + 1 for n, user in enumerate(orders)}
        for key in ("Stopped", "Restarted"):
            said = GUIDE.read_text("utf-8").partition(f"\n{key}: ")[2]
            found = re.search(r"```json\n(.*?)```", said, re.DOTALL)
            assert found is not None
            shop.save(key.lower(), json.loads(found[1]))
        shop.catch_up()
        assert shop.members() == {1: [number["stopped"], number["both"]], 2: [number["restarted"]]}
    finally:
        house.close()
