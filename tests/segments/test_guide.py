"""Does every condition in the guide mean what the program reads?"""

import json
import re
from pathlib import Path

import pytest

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
