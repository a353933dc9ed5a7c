"""How many people would a condition give, how much does each part of it decide, and why is one person in or out?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from uems.kernel.errors import not_found
from uems.kernel.filters import And, At, Node, Not, Or
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Limits
from uems.profiles import api as profiles
from uems.profiles.api import Asking, Chosen, Flags, Value
from uems.segments.definitions import resolve_node
from uems.segments.lists.naming import check_lists
from uems.segments.remembered import memory_of
from uems.segments.tagging import take_cuts

SAMPLE: Final = 20
LIMITS: Final = Limits(seconds=20, memory_bytes=4_000_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One node of the condition. count: people for whom it holds by itself. removes: of an ``and``, how many more there would be
    without it; adds: of an ``or``, how many fewer. path: as in errors, ``and[0].not``.
    """

    path: str
    zh: str
    en: str
    count: int
    removes: int | None
    adds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """count of total people; sample: some of them, the same ones for the same people."""

    count: int
    total: int
    sample: tuple[int, ...]
    parts: tuple[Part, ...]
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Whether one node holds for one person. found: what was counted or told, as text; "" where there is nothing to show."""

    path: str
    zh: str
    en: str
    holds: bool
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """reasons: the whole condition first, then its parts in order."""

    person_id: int
    holds: bool
    reasons: tuple[Reason, ...]


def preview(house: House, scope: Scope, node: Node, now: datetime, *, sample: int = SAMPLE) -> Preview:
    """Exact, as of now. Raises ``bad_filter`` for a condition that names what is not there, and ``warehouse_timeout`` or
    ``warehouse_memory`` for one that asks too much at once."""
    _check_names(house, scope, node)
    tree = resolve_node(node, house.store, scope)
    take_cuts(house, scope, [tree])
    pairs = list(walk(node, tree, ""))
    trees = [tree, *(resolved for _, _, resolved, _ in pairs)]
    found = memory_of(house.warehouse).evaluate(house, scope, trees, _at(house, scope, now), LIMITS)
    parts = [_part(scope, path, shown, resolved, parent, found.masks) for path, shown, resolved, parent in pairs]
    members = found.members(tree)
    # Spread over the whole range of numbers, so that not only the oldest people are shown.
    picks = np.linspace(0, len(members) - 1, min(sample, len(members))).astype(int) if len(members) else np.zeros(0, int)
    return Preview(
        count=len(members),
        total=len(found.people),
        sample=tuple(members[np.unique(picks)].tolist()),
        parts=tuple(parts),
        asked_at=now,
    )


def _check_names(house: House, scope: Scope, node: Node) -> None:
    with house.store.read() as conn:
        check_lists(conn, scope.workspace_id, node)
        profiles.check_tags(conn, scope.workspace_id, node)


def _at(house: House, scope: Scope, now: datetime) -> At:
    return At(now=profiles.as_of(house.store, scope, now), zone=scope.zone)


def walk(node: Node, tree: Node, path: str, parent: Node | None = None) -> list[tuple[str, Node, Node, Node | None]]:
    """(path, node as written, node with segments put in place, parent put in place) of every node, the whole first."""
    found: list[tuple[str, Node, Node, Node | None]] = [(path, node, tree, parent)]
    if isinstance(node, And | Or):
        assert isinstance(tree, And | Or)
        key = "and" if isinstance(node, And) else "or"
        for i, (part, resolved) in enumerate(zip(node.parts, tree.parts, strict=True)):
            found += walk(part, resolved, f"{path}.{key}[{i}]".removeprefix("."), tree)
    elif isinstance(node, Not):
        assert isinstance(tree, Not)
        found += walk(node.part, tree.part, f"{path}.not".removeprefix("."), tree)
    return found


def _part(scope: Scope, path: str, shown: Node, tree: Node, parent: Node | None, masks: Mapping[Node, Flags]) -> Part:
    mask = masks[tree]
    removes = adds = None
    if isinstance(parent, And | Or):
        position = int(path.rsplit("[", 1)[1].rstrip("]"))
        others = [masks[part] for i, part in enumerate(parent.parts) if i != position]
        rest = np.full(len(mask), isinstance(parent, And), np.bool_)
        for other in others:
            rest = rest & other if isinstance(parent, And) else rest | other
        if isinstance(parent, And):
            removes = int(np.count_nonzero(rest & ~mask))
        else:
            adds = int(np.count_nonzero(mask & ~rest))
    return Part(
        path=path,
        zh=profiles.say(shown, "zh", scope.currency),
        en=profiles.say(shown, "en", scope.currency),
        count=int(np.count_nonzero(mask)),
        removes=removes,
        adds=adds,
    )


def why(house: House, scope: Scope, node: Node, person_id: int, now: datetime) -> Why:
    """Why a person is in or out, condition by condition. Raises ``not_found`` for somebody who does not exist."""
    chosen = Chosen.of(house, scope, [person_id])
    if not len(chosen.people):
        raise not_found("person", str(person_id))
    _check_names(house, scope, node)
    tree = resolve_node(node, house.store, scope)
    take_cuts(house, scope, [tree])
    asking = Asking(house, scope, _at(house, scope, now), chosen)
    pairs = list(walk(node, tree, ""))
    found = profiles.evaluate([resolved for _, _, resolved, _ in pairs], asking, limits=LIMITS)
    told = _told(house, scope, [resolved for _, _, resolved, _ in pairs], chosen, now)
    reasons = tuple(
        Reason(
            path=path,
            zh=profiles.say(shown, "zh", scope.currency),
            en=profiles.say(shown, "en", scope.currency),
            holds=bool(found.masks[resolved].any()),
            found=told.get(resolved, ""),
        )
        for path, shown, resolved, _ in pairs
    )
    return Why(person_id=int(chosen.people[0]), holds=reasons[0].holds, reasons=reasons)


def _told(house: House, scope: Scope, trees: list[Node], chosen: Chosen, now: datetime) -> dict[Node, str]:
    """What was counted or told for each leaf that shows something."""
    asking = Asking(house, scope, _at(house, scope, now), chosen)
    wanted: dict[Node, Value] = {}
    for tree in trees:
        if not isinstance(tree, And | Or | Not) and tree not in wanted:
            value: Value = profiles.kind_of(tree).ask(tree, asking)
            if value.quote is not None:
                wanted[tree] = Value(source=value.source, sql=Sql(f"toString({value.quote})"), kind="text")
    answers = asking.run(list(wanted.values()), limits=LIMITS)
    if not len(answers.people):
        return {}
    return {node: answers.column(value)[0].as_py() or "" for node, value in wanted.items()}
