"""Do paths say what following everybody from event to event says?"""

import re
import statistics
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journeys.reports.world import DAY, FIRST, LAST, SECOND, Act, Seen, Town, built, examples, told, town
from uems.kernel.errors import UemsError

__all__ = ["town"]

EVENTS = ["A", "B", "C", "D"]


def fits(step: dict[str, Any] | None, one: Seen) -> bool:
    return step is not None and step.get("event") in (None, one.event) and ("filter" not in step or one.device == "desk")


def name_of(spec: dict[str, Any], one: Seen) -> str:
    return next((group["name"] for group in spec["groups"] if re.search(group["pattern"], one.event)), one.event)


def is_node(spec: dict[str, Any], one: Seen) -> bool:
    wanted = any(fits(step, one) for step in spec["only"]) if spec["only"] else True
    return (wanted and one.event not in spec["hide"]) or fits(spec["anchor"], one)


def visits(spec: dict[str, Any], seen: Sequence[Seen]) -> list[list[Seen]]:
    found: list[list[Seen]] = []
    for one in seen:
        if FIRST <= one.day <= LAST and (is_node(spec, one) or fits(spec["goal"], one)):
            if not found or one.ms - found[-1][-1].ms >= spec["gap_seconds"] * 1000:
                found.append([])
            found[-1].append(one)
    return found


def levels_of(spec: dict[str, Any]) -> list[int]:
    n = spec["steps"]
    return {"from": list(range(n)), "to": list(range(1 - n, 1)), "around": list(range(1 - n, n))}[spec["direction"]]


def walk(spec: dict[str, Any], visit: Sequence[Seen]) -> dict[int, tuple[str, int, bool]] | None:
    """Level → (name, time, whether the goal comes then or later); None for a visit without an anchor."""
    nodes: list[tuple[str, int, int, bool]] = []
    for place, one in enumerate(visit):
        if is_node(spec, one):
            name, anchor = name_of(spec, one), spec["anchor"] is None or fits(spec["anchor"], one)
            if spec["repeats"] == "collapse" and nodes and nodes[-1][0] == name:
                nodes[-1] = (*nodes[-1][:3], nodes[-1][3] or anchor)
            else:
                nodes.append((name, one.ms, place, anchor))
    anchors = [n for n, node in enumerate(nodes) if node[3]]
    if not anchors:
        return None
    start = anchors[-1] if spec["direction"] == "to" else anchors[0]
    goals = [place for place, one in enumerate(visit) if fits(spec["goal"], one)]
    return {
        level: (nodes[start + level][0], nodes[start + level][1], bool(goals) and goals[-1] >= nodes[start + level][2])
        for level in levels_of(spec)
        if 0 <= start + level < len(nodes)
    }


steps: list[dict[str, Any]] = [{"event": "A"}, {"event": "B"}, {"event": "A", "filter": {"column": {"name": "device", "op": "equals", "value": "desk"}}}]  # fmt: skip  # noqa: E501


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    direction = draw(st.sampled_from(["from", "to", "around"]))
    return {
        "direction": direction,
        "anchor": draw(st.sampled_from(steps if direction == "around" else [None, *steps])),
        "steps": draw(st.integers(2, 4)),
        "only": draw(st.sampled_from([[], [], [{"event": "A"}, {"event": "C"}]])),
        "hide": draw(st.sampled_from([[], ["B"]])),
        "groups": draw(st.sampled_from([[], [{"pattern": "^[AB]$", "name": "AB"}, {"pattern": "B|C", "name": "BC"}]])),
        "repeats": draw(st.sampled_from(["collapse", "keep"])),
        "gap_seconds": draw(st.sampled_from([1800, DAY // SECOND, 30 * 86_400])),
        "goal": draw(st.sampled_from([None, {"event": "C"}, {"event": "D"}])),
        "limit": draw(st.sampled_from([1, 2, 8])),
    }


@examples(6)
@given(batches=told(events="ABCD", most=20), spec=specs())
def test_every_node_and_link_equals_a_walk_by_hand_and_opens_its_people(town: Town, batches: Any, spec: dict[str, Any]) -> None:
    world = built(town, batches)
    data = world.ask("paths", spec).data
    levels = levels_of(spec)
    every = [(p, w) for p, seen in world.people().items() for v in visits(spec, seen) if (w := walk(spec, v)) is not None]
    assert (data["levels"], data["paths"], data["people"]) == (levels, len(every), len({p for p, _ in every}))
    assert world.open("paths", spec, {}) == sorted({p for p, _ in every})
    shown = []
    top: dict[int, list[str]] = {}
    for level in levels:
        names = [w[level][0] for _, w in every if level in w]
        top[level] = sorted(set(names), key=lambda name: (-names.count(name), name))[: spec["limit"]]
    for person, whole in every:
        shown.append((person, {n: (name if name in top[n] else None, at, goal) for n, (name, at, goal) in whole.items()}))
    check_nodes(world, spec, data["nodes"], shown)
    check_links(world, spec, data["links"], shown)


Shown = Sequence[tuple[int, dict[int, tuple[str | None, int, bool]]]]


def check_nodes(world: Any, spec: dict[str, Any], nodes: Sequence[dict[str, Any]], shown: Shown) -> None:
    levels = levels_of(spec)
    found = {(node["level"], node["name"]): node for node in nodes}
    wanted = {(level, w[level][0]) for _, w in shown for level in w}
    assert found.keys() == wanted
    for (level, name), node in found.items():
        here = [(p, w) for p, w in shown if level in w and w[level][0] == name]
        beyond = level + 1 if level >= 0 and spec["direction"] != "to" else level - 1
        stopped = [p for p, w in here if beyond in levels and beyond not in w]
        assert (node["paths"], node["people"], node["ended"]) == (len(here), len({p for p, _ in here}), len(stopped))
        assert node["share"] == pytest.approx(len(here) / len(shown))
        assert world.open("paths", spec, {"level": level, "name": name}) == sorted({p for p, _ in here})
        if stopped:
            assert world.open("paths", spec, {"level": level, "name": name, "ended": True}) == sorted(set(stopped))


def check_links(world: Any, spec: dict[str, Any], links: Sequence[dict[str, Any]], shown: Shown) -> None:
    found = {(link["level"], link["from"], link["to"]): link for link in links}
    wanted: dict[Any, list[tuple[int, int, bool]]] = {}
    for person, whole in shown:
        for level in whole:
            if level + 1 in whole:
                (a, begun, _), (b, ended, goal) = whole[level], whole[level + 1]
                wanted.setdefault((level, a, b), []).append((person, ended - begun, goal))
    assert found.keys() == wanted.keys()
    for (level, a, b), link in found.items():
        mine = wanted[level, a, b]
        assert (link["paths"], link["people"]) == (len(mine), len({p for p, _, _ in mine}))
        assert link["median_seconds"] == pytest.approx(statistics.median(t for _, t, _ in mine) / 1000)
        assert link["of_from"] == pytest.approx(len(mine) / sum(level in w and w[level][0] == a for _, w in shown))
        assert link["of_to"] == pytest.approx(len(mine) / sum(level + 1 in w and w[level + 1][0] == b for _, w in shown))
        if spec["goal"]:
            assert link["converted"] == sum(goal for _, _, goal in mine)
            cell = {"level": level, "name": a, "link": True, "to": b, "converted": True}
            assert world.open("paths", spec, cell) == sorted({p for p, _, goal in mine if goal})
        assert world.open("paths", spec, {"level": level, "name": a, "link": True, "to": b}) == sorted({p for p, _, _ in mine})


def test_pages_are_named_by_their_paths_and_grouped_by_patterns(town: Town) -> None:
    world = town.world()
    pages = ["/", "/p/1", "/p/2", "/cart"]
    world.send([Act(ms=n * SECOND, user="u", path=path) for n, path in enumerate(pages)])
    spec: dict[str, Any] = {"name_by": "page", "groups": [{"pattern": r"^/p/\d+$", "name": "/p/*"}]}
    assert [node["name"] for node in world.ask("paths", spec).data["nodes"]] == ["/", "/p/*", "/cart"]
    loops = world.ask("paths", {**spec, "repeats": "keep"}).data["links"]
    assert [(link["from"], link["to"]) for link in loops] == [("/", "/p/*"), ("/p/*", "/p/*"), ("/p/*", "/cart")]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"direction": "around"}, "need an anchor"),
        ({"steps": 1}, "steps"),
        ({"gap_seconds": 0}, "gap_seconds"),
        ({"groups": [{"pattern": "(", "name": "x"}]}, "cannot be read: missing ): ("),
    ],
)
def test_a_spec_that_cannot_be_used_says_why(town: Town, spec: dict[str, Any], words: str) -> None:
    with pytest.raises(UemsError) as error:
        town.world().ask("paths", spec)
    assert words in error.value.message


def test_nothing_to_count_has_a_designed_answer(town: Town) -> None:
    world = town.world()
    assert world.ask("paths", {"first_day": None, "last_day": None}).data["nodes"] == []
    assert world.ask("paths", {}).data["paths"] == 0
    assert world.open("paths", {}, {}) == []
    for cell in ({"level": 9}, {"level": 0, "name": "nobody"}, {"ended": True}, {"level": 0, "link": True, "converted": True}):
        with pytest.raises(UemsError):
            world.open("paths", {}, cell)
