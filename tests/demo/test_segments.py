"""Do the segments of the demo find people, and does a second run leave alone what somebody changed?"""

from collections.abc import Iterator
from typing import Any

import pytest

from uems.cli.client import Client, open_client
from uems.demo import api as demo
from uems.demo.segments import GROCER, SHOP, save_segments
from uems.kernel.settings import Settings
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


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with open_client(Settings(home=tmp_path_factory.mktemp("demo") / "home"), "demo") as found:
        demo.load(found)
        demo.describe(found, "zh")
        yield found


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_each_has_members_that_are_some_and_not_all(client: Client) -> None:
    sizes = {one["key"]: (one["state"], one["size"]) for one in client.get(f"{W}/segments")["items"]}
    assert sizes.keys() == GROCER.keys()
    assert all(state == "live" and 10 <= size <= 1_200 for state, size in sizes.values()), sizes


@pytest.mark.slow
def test_a_second_run_adds_nothing_and_changes_nothing(client: Client) -> None:
    body = {"name": "Mine", "condition": {"did": {"events": ["Order Completed"]}}}
    client.put(f"{W}/segments/families", body)
    client.delete(f"{W}/segments/returned")
    assert save_segments(client, demo.SLUG, GROCER, "zh") == []
    found = {one["key"]: one["name"] for one in client.get(f"{W}/segments")["items"]}
    assert found["families"] == "Mine"
    assert "returned" not in found
