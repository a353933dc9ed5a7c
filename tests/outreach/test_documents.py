"""Do documents of templates, flows and campaigns change exactly what they say, in their order, and come out as they went in?"""

import copy
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.outreach.flows.world import FlowShop
from tests.profiles.conditions.world import NOW
from tests.support import houses
from tests.support.web import Clock, Program, operator_client
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.outreach.flows.graph import Graph
from uems.segments.api import field_changes
from uems.web.app import create_app

_numbers = itertools.count(1)
BUYERS = {"did": {"events": ["Order Completed"]}}


def template(key: str, **more: Any) -> dict[str, Any]:
    spec = {"variants": {"en": {"subject": "Hello", "body": "<p>Hello</p>"}}, "language": "en"}
    return {"kind": "template", "key": key, "name": key.title(), "channel": "outbox", "message_kind": "service", "spec": spec, **more}


def flow(key: str, sends: str = "greet", **more: Any) -> dict[str, Any]:
    nodes = [{"id": "one", "type": "send", "config": {"template": sends, "kind": "service", "topic": "", "hours": 24}}]
    graph = {
        "entry": {"type": "event", "event": "Signed Up"},
        "holdout_percent": 0,
        "start": "one",
        "nodes": [*nodes, {"id": "out", "type": "exit"}],
        "edges": [{"source": "one", "target": "out"}],
    }
    return {"kind": "flow", "key": key, "name": key.title(), "graph": graph, **more}


def campaign(key: str, sends: str = "greet", **more: Any) -> dict[str, Any]:
    spec = {"audience": {"who": BUYERS}, "variants": [{"template": sends}], "kind": "service"}
    return {"kind": "campaign", "key": key, "name": key.title(), "spec": spec, **more}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = houses.build(Settings(home=tmp_path_factory.mktemp("documents") / "home"))
    yield found
    found.close()


class Desk:
    """A workspace without templates of its own, and the operator's client."""

    def __init__(self, house: House) -> None:
        self.shop = FlowShop(house, next(_numbers), NOW)
        self.api: Program = operator_client(create_app(house, clock=Clock(NOW)), house)
        self.base = f"/api/workspaces/{self.shop.scope.slug}"

    def plan(self, *documents: Any, **more: Any) -> Any:
        answer = self.api.post(f"{self.base}/config/plan", {"documents": list(documents), **more})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def apply(self, *documents: Any, **more: Any) -> Any:
        answer = self.api.post(f"{self.base}/config/apply", {"documents": list(documents), **more})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def documents(self) -> list[Any]:
        found: list[Any] = self.api.get(f"{self.base}/config").json()["documents"]
        return found

    def get(self, path: str) -> Any:
        return self.api.get(f"{self.base}/{path}").json()


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


def actions(found: Any) -> list[tuple[str, str, str]]:
    return [(one["action"], one["kind"], one["key"]) for one in found["changes"]]


def fields(found: Any) -> dict[str, tuple[Any, Any]]:
    return {field["field"]: (field["before"], field["after"]) for one in found["changes"] for field in one["fields"]}


def test_everything_is_made_in_the_order_in_which_it_names_each_other_and_a_second_time_nothing_changes(desk: Desk) -> None:
    segment = {"kind": "segment", "key": "fresh", "name": "Fresh", "condition": BUYERS}
    asks = flow("asks", publish=True)
    asks["graph"]["who"] = {"segment": {"key": "fresh"}}
    documents = [campaign("spring"), asks, flow("draft"), segment, template("greet")]
    planned = desk.plan(*documents)
    assert planned["problems"] == []
    made = [("create", "segment", "fresh"), ("create", "template", "greet"), ("create", "flow", "asks"), ("create", "flow", "draft")]
    assert actions(planned) == [*made, ("create", "campaign", "spring")]
    assert actions(desk.apply(*documents, fingerprint=planned["fingerprint"])) == actions(planned)
    assert (desk.get("flows/asks")["state"], desk.get("flows/asks")["version"]) == ("live", 1)
    assert (desk.get("flows/draft")["state"], desk.get("flows/draft")["version"]) == ("draft", 0)
    assert desk.get("campaigns/spring")["state"] == "draft"
    for same in (documents, desk.documents(), list(yaml.safe_load_all(yaml.safe_dump_all(desk.documents())))):
        assert {one["action"] for one in desk.plan(*same)["changes"]} == {"keep"}
    desk.apply(*documents)
    assert desk.get("flows/asks")["version"] == 1
    assert desk.get("templates/greet")["version"] == 1
    # In another workspace the same comes of what was exported.
    other = Desk(desk.shop.house)
    written = [one for one in desk.documents() if one["key"] not in ("hello", "again", "bare")]
    other.apply(*written)
    assert other.documents() == written


def test_a_running_flow_gets_another_draft_or_another_version_only_as_the_file_says(desk: Desk) -> None:
    desk.apply(template("greet"), template("other"), flow("welcome", publish=True))
    desk.shop.happen("ann")
    longer = flow("welcome")
    longer["graph"]["nodes"].insert(1, {"id": "rest", "type": "wait", "config": {"amount": 2, "unit": "day"}})
    longer["graph"]["edges"] = [{"source": "one", "target": "rest"}, {"source": "rest", "target": "out"}]
    planned = desk.plan(longer)
    assert fields(planned)["graph.edges.one:next"] == ("out", "rest")
    assert fields(planned)["graph.nodes.rest.config.amount"] == (None, 2)
    assert "version" not in fields(planned)
    desk.apply(longer)
    assert (desk.get("flows/welcome")["version"], len(desk.get("flows/welcome")["graph"]["nodes"])) == (1, 3)
    # What is shown of publishing is what differs from what people come in by, though the draft is the same.
    planned = desk.plan({**longer, "publish": True, "policy": "drain"})
    assert fields(planned)["version"] == (1, 2)
    assert fields(planned)["policy"] == ("1 inside", "drain")
    assert fields(planned)["graph.edges.one:next"] == ("out", "rest")
    desk.apply({**longer, "publish": True, "policy": "drain"})
    found = desk.get("flows/welcome")
    assert (found["version"], found["draining"]) == (2, True)
    assert [one["policy"] for one in desk.get("flows/welcome/versions")["items"]] == ["drain", "pin"]
    assert desk.plan({**longer, "publish": True})["changes"][0]["action"] == "keep"


def test_a_paused_flow_stays_paused_where_nothing_else_is_published(desk: Desk) -> None:
    desk.apply(template("greet"), flow("welcome", publish=True))
    assert desk.api.post(f"{desk.base}/flows/welcome/pause", {}).status_code == 200
    assert desk.plan(flow("welcome", publish=True))["changes"][0]["action"] == "keep"
    other = flow("welcome", publish=True)
    other["graph"]["holdout_percent"] = 5
    assert fields(desk.plan(other))["state"] == ("paused", "live")
    desk.apply(other)
    assert desk.get("flows/welcome")["state"] == "live"


def test_those_who_stand_at_a_removed_node_go_where_the_file_says(desk: Desk) -> None:
    waits = flow("welcome", publish=True)
    waits["graph"]["nodes"].insert(0, {"id": "rest", "type": "wait", "config": {"amount": 2, "unit": "day"}})
    waits["graph"] |= {"start": "rest", "edges": [{"source": "rest", "target": "one"}, {"source": "one", "target": "out"}]}
    desk.apply(template("greet"), waits)
    desk.shop.happen("ann")
    desk.shop.run()
    assert [run["node"] for run in desk.shop.runs()] == ["rest"]
    wrong = flow("welcome", publish=True, policy="migrate", targets={"rest": "nowhere"})
    assert [(one["path"], one["code"]) for one in desk.plan(wrong)["problems"]] == [("targets.rest", "invalid")]
    desk.apply(flow("welcome", publish=True, policy="migrate", targets={"rest": "out"}))
    desk.shop.run()
    assert [(run["version"], run["node"], run["state"]) for run in desk.shop.runs()] == [(2, "out", "done")]
    assert desk.shop.sent() == []


def test_where_a_node_is_drawn_stays_when_the_file_does_not_say(desk: Desk) -> None:
    placed = flow("welcome")
    placed["graph"]["nodes"][0] |= {"x": 10.0, "y": 20.0}
    desk.apply(template("greet"), placed)
    assert desk.plan(flow("welcome"))["changes"][0]["action"] == "keep"
    desk.apply(flow("welcome", name="Other"))
    assert desk.get("flows/welcome")["graph"]["nodes"][0]["x"] == 10.0


def test_every_fault_is_told_with_its_document_and_place_and_nothing_is_changed(desk: Desk) -> None:
    broken = template("broken", colour="red")
    del broken["spec"]["variants"]
    liquid = template("liquid")
    liquid["spec"]["variants"]["en"]["body"] = "{% for x in %}"
    unsound = flow("unsound", sends="ghost", publish=True)
    unsound["graph"]["who"] = {"segment": {"key": "ghost"}}
    unsound["graph"]["edges"] = []
    draft = flow("draft", sends="ghost")
    draft["graph"]["who"] = {"did": {"evnts": []}}
    lost = campaign("lost", sends="ghost")
    lost["spec"]["audience"] = {"segment": "ghost"}
    documents = [template("fine"), broken, liquid, unsound, draft, lost, flow("Bad Key"), flow("kinds", sends="fine")]
    before = desk.documents()
    problems = {(one["document"], one["path"], one["code"]) for one in desk.plan(*documents)["problems"]}
    assert problems == {
        (1, "colour", "bad_document"),
        (1, "spec.variants", "bad_document"),
        (2, "spec", "bad_template"),
        (3, "graph.who", "bad_who"),
        (3, "graph.nodes[0]", "unknown_template"),
        (3, "graph.nodes[0]", "open_way"),
        (4, "graph.who.did", "bad_who"),
        (5, "spec.audience", "bad_segment"),
        (5, "spec.variants[0].template", "unknown_template"),
        (6, "key", "bad_document"),
        (7, "key", "invalid"),
    }
    assert desk.api.post(f"{desk.base}/config/apply", {"documents": documents}).status_code == 422
    assert desk.documents() == before


def test_a_template_that_goes_breaks_the_flow_that_is_published_with_it(desk: Desk) -> None:
    desk.apply(template("greet"))
    gone = {"kind": "template", "key": "greet", "archived": True}
    assert [one["code"] for one in desk.plan(gone, flow("welcome", publish=True))["problems"]] == ["unknown_template"]
    assert actions(desk.plan(gone)) == [("archive", "template", "greet")]


def test_a_campaign_that_was_launched_is_neither_changed_nor_archived_by_a_file(desk: Desk) -> None:
    desk.apply(template("greet"), campaign("spring"))
    path = f"{desk.base}/campaigns/spring/launch"
    assert desk.api.post(path, {"revision": desk.get("campaigns/spring")["revision"]}).status_code == 200
    assert desk.plan(campaign("spring"))["changes"][0]["action"] == "keep"
    assert [one["code"] for one in desk.plan(campaign("spring", name="Other"))["problems"]] == ["campaign_state"]
    gone = {"kind": "campaign", "key": "spring", "archived": True}
    assert [one["code"] for one in desk.plan(gone)["problems"]] == ["campaign_state"]


def test_what_is_archived_comes_back_and_pruning_takes_what_no_file_of_its_kind_names(desk: Desk) -> None:
    desk.apply(template("greet"), flow("a", publish=True), flow("b"))
    desk.shop.happen("ann")
    planned = desk.plan(flow("b"), prune=True)
    assert actions(planned) == [("keep", "flow", "b"), ("archive", "flow", "a")]
    assert fields(planned)["inside"] == (1, 0)
    desk.apply(flow("b"), prune=True)
    assert [run["reason"] for run in desk.shop.runs()] == ["archived"]
    assert actions(desk.plan(flow("a"))) == [("restore", "flow", "a")]
    desk.apply(flow("a"))
    assert desk.get("flows/a")["state"] == "draft"
    assert [one["key"] for one in desk.documents() if one["kind"] == "template"] == ["greet"]


def test_whoever_may_not_change_a_kind_cannot_do_it_by_a_file(desk: Desk) -> None:
    rights = ["segments:read", "segments:write", "plan:read", "tags:read"]
    key = desk.api.post(f"{desk.base}/keys", {"kind": "api", "name": "k", "permissions": rights})
    assert key.status_code == 201, key.text
    program = Program(desk.api.http, {"Authorization": f"Bearer {key.json()['token']}"})
    refused = program.post(f"{desk.base}/config/apply", {"documents": [flow("welcome")]})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert program.get(f"{desk.base}/config").json()["documents"] == []


_words = st.text("abc", min_size=1, max_size=3)
_bodies = st.recursive(st.integers() | _words, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_words, inner, max_size=3))


@settings(max_examples=100, deadline=None)
@given(before=st.dictionaries(_words, _bodies, max_size=3), after=st.dictionaries(_words, _bodies, max_size=3))
def test_two_bodies_are_the_same_exactly_where_no_field_of_them_changes(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert bool(field_changes(before, after)) == (before != after)
    assert field_changes(before, copy.deepcopy(before)) == ()


def test_a_written_graph_is_read_as_the_same_graph(desk: Desk) -> None:
    for recipe in desk.get("flow-recipes")["items"]:
        document = {"kind": "flow", "key": f"r_{recipe['key']}", "name": recipe["key"], "graph": recipe["graph"]}
        desk.apply(document)
    written = {one["key"]: one for one in desk.documents() if one["kind"] == "flow"}
    assert len(written) > 5
    for recipe in desk.get("flow-recipes")["items"]:
        assert Graph.model_validate(written[f"r_{recipe['key']}"]["graph"]) == Graph.model_validate(recipe["graph"])


def scene(key: str, **more: Any) -> dict[str, Any]:
    spec = {
        "condition": {
            "did": {
                "events": ["Product Viewed"],
                "op": "gte",
                "value": 3,
                "within": {"op": "after", "value": {"ago": 10, "unit": "minute"}},
            }
        }
    }
    return {"kind": "scene", "key": key, "name": key.title(), "spec": spec, **more}


def test_a_scene_comes_with_the_flow_that_it_begins_and_starts_only_where_the_file_says(desk: Desk) -> None:
    asks = flow("answer", publish=True)
    asks["graph"]["entry"] = {"type": "scene", "scene": "looking"}
    documents = [asks, scene("looking"), template("greet")]
    assert actions(desk.apply(*documents)) == [
        ("create", "template", "greet"),
        ("create", "scene", "looking"),
        ("create", "flow", "answer"),
    ]
    assert desk.get("scenes/looking")["state"] == "paused"
    assert fields(desk.apply(scene("looking", live=True))) == {"live": (None, True)}
    assert desk.get("scenes/looking")["state"] == "live"
    # A file that does not say whether it is live leaves it as it is, also with another condition.
    changed = scene("looking")
    changed["spec"]["cool_down_minutes"] = 60
    assert fields(desk.apply(changed)) == {"spec.cool_down_minutes": (None, 60)}
    assert (desk.get("scenes/looking")["state"], desk.get("scenes/looking")["version"]) == ("live", 2)
    for same in (desk.documents(), list(yaml.safe_load_all(yaml.safe_dump_all(desk.documents())))):
        assert {one["action"] for one in desk.plan(*same)["changes"]} == {"keep"}
    refused = desk.plan({"kind": "scene", "key": "looking", "archived": True})
    assert [(one["code"], "answer" in one["message"]) for one in refused["problems"]] == [("scene_in_use", True)]
    desk.apply({"kind": "flow", "key": "answer", "archived": True})
    desk.apply({"kind": "scene", "key": "looking", "archived": True})
    assert desk.get("scenes/looking")["state"] == "archived"
    desk.apply(scene("looking", live=False))
    assert desk.get("scenes/looking")["state"] == "paused"


def test_a_scene_that_asks_for_what_is_not_there_is_refused_with_its_place(desk: Desk) -> None:
    asks = scene("looking")
    asks["spec"]["condition"] = {"segment": {"key": "nobody"}}
    assert [one["path"] for one in desk.plan(asks)["problems"]] == ["spec.condition"]
    # What the same files bring is there.
    segment = {"kind": "segment", "key": "nobody", "name": "Nobody", "condition": BUYERS}
    assert desk.plan(asks, segment)["problems"] == []
    begins = flow("answer", publish=True)
    begins["graph"]["entry"] = {"type": "scene", "scene": "elsewhere"}
    assert [one["path"] for one in desk.plan(begins, template("greet"))["problems"]] == ["graph.entry"]


def test_a_theme_and_blocks_come_with_the_templates_that_are_made_of_them(desk: Desk) -> None:
    theme = {"kind": "theme", "key": "theme", "spec": {"primary_color": "#c41d7f"}}
    foot = {"kind": "block", "key": "foot", "name": "Foot", "spec": {"format": "html", "bodies": {"en": "<i>{{ theme.sender }}</i>"}}}
    outer = {"kind": "block", "key": "a_outer", "name": "Outer", "spec": {"format": "html", "bodies": {"en": "{% render 'foot' %}"}}}
    greet = template("greet")
    greet["spec"]["variants"]["en"]["body"] = "<p>Hello</p>{% render 'a_outer' %}"
    made = [("create", "theme", "theme"), ("create", "block", "a_outer"), ("create", "block", "foot"), ("create", "template", "greet")]
    assert desk.plan(greet)["problems"][0]["code"] == "bad_template"
    assert actions(desk.apply(greet, outer, foot, theme)) == made
    for same in (desk.documents(), list(yaml.safe_load_all(yaml.safe_dump_all(desk.documents())))):
        assert {one["action"] for one in desk.plan(*same)["changes"]} == {"keep"}
    assert desk.get("templates/greet")["version"] == 1
    changed = {**foot, "spec": {"format": "html", "bodies": {"en": "<b>{{ theme.address }}</b>"}}}
    assert fields(desk.apply(changed)) == {"spec.bodies.en": ("<i>{{ theme.sender }}</i>", "<b>{{ theme.address }}</b>")}
    assert desk.get("templates/greet")["version"] == 2
    broken = {**foot, "spec": {"format": "html", "bodies": {"en": "{% render 'a_outer' %}"}}}
    assert [(one["path"], one["code"]) for one in desk.plan(broken)["problems"]] == [("spec", "bad_template")]
    wrong = {**foot, "spec": {"format": "mjml", "bodies": {"en": "<mj-text>x</mj-text>"}}}
    assert desk.plan(wrong)["problems"] != []
    # A template that no longer breaks, because the same files change it too, is no problem; and a block that is put in cannot go.
    plain = template("greet")
    assert desk.plan(wrong, plain, {"kind": "block", "key": "a_outer", "archived": True})["problems"][0]["code"] == "block_used"
    desk.apply(plain)
    gone = [{"kind": "block", "key": "a_outer", "archived": True}]
    assert desk.plan(*gone)["problems"] == []
    desk.apply(*gone)
    desk.apply({"kind": "block", "key": "foot", "archived": True})
    assert [one["key"] for one in desk.documents() if one["kind"] == "block"] == []
