"""Which bodies make sense, so that what they name is really looked for? Made of ids that exist in one workspace, or in none."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_BASE = "/workspaces/{workspace}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a body names. ALPHAS exist in alpha (see ``tests/web/world.py``), NOBODYS nowhere; both are as long in every text."""

    list_id: int
    key: str
    trait: str
    mapping_id: str
    person: int


ALPHAS = Names(list_id=1, key="known_key", trait="known_trait", mapping_id="known_mapping_id", person=1)
NOBODYS = Names(list_id=9, key="never_was", trait="never_trait", mapping_id="never_mapping_id", person=9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request by its address below the workspace. answered: in a workspace without any data it is answered, and not refused."""

    method: str
    path: str
    body: Any
    answered: bool


def _conditions(names: Names) -> Iterator[tuple[str, Any, bool]]:
    """(what it names, condition, whether it is answered where nothing of it exists)."""
    yield "event", {"did": {"events": []}}, True
    yield "trait", {"trait": {"name": names.trait, "op": "is_set"}}, True
    yield "list", {"list": {"id": names.list_id}}, False
    yield "segment", {"segment": {"key": names.key}}, False
    yield "tag", {"tag": {"name": names.key, "op": "is_set"}}, False
    yield "top", {"top": {"tag": names.key, "percent": 10}}, False


def calls(names: Names) -> dict[str, Call]:
    """Every request whose generated body is refused before anything is read, with bodies that are not; by a name of its own."""
    found: dict[str, Call] = {}
    for what, condition, answered in _conditions(names):
        mine = f"{names.key}_{what}"
        scene = {"condition": condition}
        segment = {"kind": "segment", "key": mine, "name": "Mine", "condition": condition}
        seed = {"label_zh": "像", "label_en": "Alike", "target": {"kind": "seed", "who": condition}}
        there = answered
        rule = {"kind": "force", "id": "a", "value": True, "condition": condition}
        flag = {"value_type": "boolean", "default": False, "rules": [rule]}
        found |= {
            f"preview {what}": Call(method="POST", path="segments/preview", body={"condition": condition}, answered=answered),
            f"why {what}": Call(method="POST", path=f"segments/why/{names.person}", body={"condition": condition}, answered=False),
            f"save {what}": Call(method="PUT", path=f"segments/{mine}", body={"name": "Mine", "condition": condition}, answered=there),
            f"try scene {what}": Call(method="POST", path="scene-trials", body={"spec": scene}, answered=answered),
            f"save scene {what}": Call(method="PUT", path=f"scenes/{mine}", body={"name": "Mine", "spec": scene}, answered=there),
            # Of the rest nothing can be answered by a client, so it is refused before anything is looked up.
            f"save flag {what}": Call(method="PUT", path=f"flags/{mine}", body={"name": "Mine", "spec": flag}, answered=what == "trait"),
            f"preview flag {what}": Call(method="POST", path="flag-previews", body={"key": mine, "spec": flag}, answered=what == "trait"),
            f"try flag {what}": Call(method="POST", path="flag-trials", body={"key": mine, "spec": flag}, answered=what == "trait"),
            f"plan {what}": Call(method="POST", path="config/plan", body={"documents": [segment]}, answered=True),
            f"apply {what}": Call(method="POST", path="config/apply", body={"documents": [segment]}, answered=there),
            f"outlook {what}": Call(method="POST", path="models/preview", body={"definition": seed}, answered=False),
            f"change model {what}": Call(method="PUT", path=f"models/{names.key}", body={"definition": seed}, answered=False),
        }
    source = {
        "name": "Shop",
        "kind": "sqlite",
        "connection": {"path": "/nowhere/shop.db"},
        "reading": {"table": "t", "cursor": "id"},
        "mapping_id": names.mapping_id,
    }
    # Of a version that nothing of one's own has: who has none is told so, whatever others have under this key.
    report = {"name": "Mine", "report": "overview", "spec": {}, "if_version": 1}
    number = {"id": "a", "kind": "metric", "metric": "dau"}
    tiles = {"id": "a", "kind": "report", "report": names.key}, {**number, "metric": names.key}, {**number, "segments": [names.key]}
    for place, tile in enumerate(tiles):
        board = {"name": "Mine", "tiles": [tile]}
        found |= {
            f"tile {place}": Call(method="POST", path="dashboard-tiles", body={"tile": tile}, answered=False),
            f"save tile {place}": Call(method="PUT", path=f"dashboards/{names.key}", body=board, answered=False),
        }
    arms = [{"key": "a", "name": "A", "weight": 50}, {"key": "b", "name": "B", "weight": 50}]
    design = {"arms": arms, "control": "a", "metrics": [{"key": "m", "name": "M", "role": "primary", "kind": "revenue"}]}
    trial = {"name": "Mine", "spec": design, "base_version": 1}
    gone = [{"kind": kind, "key": names.key, "archived": True} for kind in ("tag", "segment")]
    return found | {
        "save trial": Call(method="PUT", path=f"experiments/{names.key}", body=trial, answered=False),
        "save report": Call(method="PUT", path=f"saved-reports/{names.key}", body=report, answered=False),
        "create source": Call(method="POST", path="sources", body=source, answered=False),
        "test source": Call(method="POST", path="sources/test", body=source, answered=False),
        "plan away": Call(method="POST", path="config/plan", body={"documents": gone}, answered=True),
        "apply away": Call(method="POST", path="config/apply", body={"documents": gone}, answered=True),
        "give tag": Call(method="POST", path=f"tags/{names.key}/people", body={"people": [names.person], "value": True}, answered=False),
    }
