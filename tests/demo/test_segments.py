"""Can every segment of the demo be read, and does it speak both languages?"""

from typing import Any

import pytest

from uems.demo import api as demo
from uems.demo.segments import GROCER, SHOP
from uems.profiles.api import dump_condition, parse_condition
from uems.segments.definitions import resolve

W = f"/api/workspaces/{demo.SLUG}"


@pytest.mark.parametrize("segments", [GROCER, SHOP], ids=["grocer", "shop"])
def test_every_segment_can_be_read_has_both_languages_and_finds_what_it_names(segments: Any) -> None:
    conditions = {key: parse_condition(condition) for key, (_, _, condition) in segments.items()}
    for key, (name, description, condition) in segments.items():
        resolve(key, conditions)
        assert dump_condition(conditions[key]) == condition, key
        for words in (name, description):
            assert any("一" <= letter <= "鿿" for letter in words.zh)
            assert words.en.isascii() or not any("一" <= letter <= "鿿" for letter in words.en)
