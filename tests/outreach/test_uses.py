"""Is nothing taken from under flows, campaigns, scenes and flags that name it?"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.outreach.world import World, a_world
from uems.kernel.settings import Settings

ASKED: dict[str, Any] = {"segment": {"key": "buyers"}}
LOYAL: dict[str, Any] = {"tag": {"name": "loyal", "op": "equals", "value": True}}
END = {"id": "end", "type": "exit"}


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    with a_world(settings) as found:
        found.topic()
        found.template()
        condition = {"did": {"events": ["Order Completed"]}}
        assert found.ask("PUT", "/segments/buyers", {"name": "B", "condition": condition}).status_code == 200
        words = {"zh": "忠诚", "en": "Loyal"}
        tag = {"family": "behaviour", "label": words, "kind": "manual", "value_type": "boolean"}
        assert found.ask("PUT", "/tags/loyal", tag).status_code == 200
        yield found


def flow(world: World, key: str, **graph: Any) -> None:
    body = {"name": key, "graph": {"entry": {"type": "event", "event": "X"}, "start": "end", "nodes": [END], "edges": [], **graph}}
    answer = world.ask("PUT", f"/flows/{key}", body)
    assert answer.status_code == 200, answer.text


def refused(world: World) -> tuple[list[str], list[str]]:
    """Who keeps the segment, and who keeps the tag."""
    segment, tag = world.ask("DELETE", "/segments/buyers"), world.ask("DELETE", "/tags/loyal")
    assert [segment.status_code, tag.status_code] == [409, 409], (segment.text, tag.text)
    assert [segment.json()["code"], tag.json()["code"]] == ["segment_in_use", "tag_in_use"]
    return segment.json()["details"]["users"], tag.json()["details"]["users"]


def test_what_flows_name_is_not_archived_until_they_are(world: World) -> None:
    flow(world, "entered", entry={"type": "segment", "segment": "buyers"})
    branch = {"id": "b", "type": "branch", "config": {"who": {"and": [ASKED, LOYAL]}}}
    edges = [{"source": "b", "target": "end", "way": way} for way in ("yes", "no")]
    flow(world, "branched", start="b", nodes=[branch, END], edges=edges)
    flow(world, "other")
    assert refused(world) == (["flow branched", "flow entered"], ["flow branched"])
    for key in ("entered", "branched"):
        assert world.ask("DELETE", f"/flows/{key}").status_code == 204
    assert world.ask("DELETE", "/segments/buyers").status_code == 200
    assert world.ask("DELETE", "/tags/loyal").status_code == 204


def test_what_campaigns_scenes_and_flags_name_is_not_archived(world: World) -> None:
    spec = {"audience": {"who": LOYAL, "exclude": ["buyers"]}, "variants": [{"template": "hello"}]}
    assert world.ask("PUT", "/campaigns/sale", {"name": "S", "spec": spec}).status_code == 200
    assert world.ask("PUT", "/scenes/night", {"name": "N", "spec": {"condition": {"and": [ASKED, LOYAL]}}}).status_code == 200
    rule = {"kind": "force", "id": "a", "value": True, "percent": 50, "condition": ASKED}
    flag = {"value_type": "boolean", "default": False, "rules": [rule]}
    answer = world.ask("PUT", "/flags/new", {"name": "F", "spec": flag})
    assert answer.status_code == 200, answer.text
    segment, tag = refused(world)
    assert (segment, sorted(tag)) == (["campaign sale", "flag new", "scene night"], ["campaign sale", "scene night"])


def test_documents_do_not_archive_what_is_named_either(world: World) -> None:
    flow(world, "entered", entry={"type": "segment", "segment": "buyers"})
    answer = world.ask("POST", "/config/apply", {"documents": [{"kind": "segment", "key": "buyers", "archived": True}]})
    assert (answer.status_code, answer.json()["code"]) == (409, "segment_in_use")
    assert world.ask("GET", "/segments/buyers").json()["state"] != "archived"
