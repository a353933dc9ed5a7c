"""Which nodes are one person? A function of the set of links alone, so that the order in which they arrive cannot matter.

Links are applied in their canonical order (time, message, ids). A link that would break a limit at its turn is rejected;
all others join. ``resolve`` does that for any closed set of nodes. ``settle`` finds the small part of a workspace
in which a change can make a difference, and resolves only that.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from uems.identity.model import USER_ID, Rules

Pair = tuple[int, int]
"""A link by its nodes, the smaller first."""

_TOO_MANY_NAMES = f"limit:{USER_ID}"
SHARED = "shared"
"""Reason of a rejection: one of the ids belongs to too many others to say who it is."""


class Node(NamedTuple):
    """A node as the resolver needs it. person: as known before. shared: it joins nobody."""

    kind: str
    value: str
    person: int
    shared: bool


class Link(NamedTuple):
    """A live link. rejected: the reason as known before, "" when it was applied."""

    a: int
    b: int
    ts_ms: int
    message_id: str
    explicit: bool
    rejected: str = ""

    @property
    def pair(self) -> Pair:
        return self.a, self.b


@dataclass(slots=True)
class _Group:
    """Nodes joined so far. names: user ids of which nobody said yet that they are the same person."""

    nodes: list[int]
    counts: dict[str, int]
    names: int
    merges: int = 0


class Joined:
    """People while links are applied: union-find that keeps what the limits ask for."""

    def __init__(self, rules: Rules, apart: Pair | None = None) -> None:
        self._rules = rules
        self._apart = apart
        self._parent: dict[int, int] = {}
        self._groups: dict[int, _Group] = {}

    def add(self, node: int, kind: str) -> None:
        if node not in self._parent:
            self._parent[node] = node
            self._groups[node] = _Group(nodes=[node], counts={kind: 1}, names=1 if kind == USER_ID else 0)

    def find(self, node: int) -> int:
        parent = self._parent
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def refusal(self, a: int, b: int, explicit: bool) -> str:
        """Why the groups of two nodes cannot join, or "" when they can (or are one already)."""
        one, other = self.find(a), self.find(b)
        return "" if one == other else _refusal(self._groups[one], self._groups[other], explicit, self._rules)

    def forbidden(self, a: int, b: int) -> bool:
        """Whether joining the groups of two nodes would join the two that must stay apart."""
        return self._apart is not None and {self.find(a), self.find(b)} == {self.find(n) for n in self._apart}

    def join(self, a: int, b: int, explicit: bool) -> None:
        """Make the groups of two nodes one, whatever the limits say."""
        one, other = self.find(a), self.find(b)
        if one == other:
            return
        if len(self._groups[one].nodes) < len(self._groups[other].nodes):
            one, other = other, one
        into, gone = self._groups[one], self._groups.pop(other)
        into.merges += gone.merges + (len(into.nodes) > 1 and len(gone.nodes) > 1)
        into.names += gone.names - (explicit and into.names > 0 and gone.names > 0)
        into.nodes += gone.nodes
        for kind, count in gone.counts.items():
            into.counts[kind] = into.counts.get(kind, 0) + count
        self._parent[other] = one

    def people(self) -> dict[int, int]:
        """node → person: the smallest node of its group."""
        return {node: person for group in self._groups.values() for person in (min(group.nodes),) for node in group.nodes}


def _refusal(a: _Group, b: _Group, explicit: bool, rules: Rules) -> str:
    if a.names + b.names - (explicit and a.names > 0 and b.names > 0) > rules.limit(USER_ID):
        return _TOO_MANY_NAMES
    for kind in sorted(a.counts.keys() & b.counts.keys()):
        limit = max(rules.limit(kind), rules.aliased_user_ids) if kind == USER_ID else rules.limit(kind)
        if a.counts[kind] + b.counts[kind] > limit:
            return f"limit:{kind}"
    if len(a.nodes) + len(b.nodes) > rules.max_ids:
        return "limit:ids"
    if a.merges + b.merges + (len(a.nodes) > 1 and len(b.nodes) > 1) > rules.max_merges:
        return "limit:merges"
    return ""


def surely_fits(counts: Mapping[str, int], rules: Rules) -> bool:
    """Whether links over nodes of these kinds can be applied in any order without breaking a limit. False may be too careful."""
    total = sum(counts.values())
    # Each join of two groups takes away one group of two or more nodes, and there are at most total // 2 of those.
    return total <= rules.max_ids and total // 2 - 1 <= rules.max_merges and all(n <= rules.limit(k) for k, n in counts.items())


def order(link: Link, nodes: Mapping[int, Node]) -> tuple[int, str, tuple[str, str], tuple[str, str]]:
    """The canonical place of a link. Ids break ties, not node numbers: those depend on who came first."""
    a, b = nodes[link.a], nodes[link.b]
    ends = sorted(((a.kind, a.value), (b.kind, b.value)))
    return link.ts_ms, link.message_id, ends[0], ends[1]


@dataclass(slots=True, kw_only=True)
class Outcome:
    """people: node → person. rejected: link → reason, "" for applied; of the links that were decided. cut: links held off."""

    people: dict[int, int]
    rejected: dict[Pair, str]
    cut: list[Pair] = field(default_factory=list)


def resolve(
    nodes: Mapping[int, Node],
    links: Iterable[Link],
    rules: Rules,
    *,
    settled: Collection[Pair] = (),
    apart: Pair | None = None,
) -> Outcome:
    """Apply links to nodes in canonical order.

    settled: links known to be applied, whatever the limits say here. apart: two nodes that must not become one person;
    links that would join them are left out and named in ``Outcome.cut``.
    """
    joined = Joined(rules, apart)
    for number, node in nodes.items():
        joined.add(number, node.kind)
    outcome = Outcome(people={}, rejected={})
    for link in sorted(links, key=lambda one: order(one, nodes)):
        if link.pair in settled:
            joined.join(link.a, link.b, link.explicit)
            continue
        if nodes[link.a].shared or nodes[link.b].shared:
            outcome.rejected[link.pair] = SHARED
            continue
        reason = joined.refusal(link.a, link.b, link.explicit)
        if not reason and joined.forbidden(link.a, link.b):
            outcome.cut.append(link.pair)
            continue
        outcome.rejected[link.pair] = reason
        if not reason:
            joined.join(link.a, link.b, link.explicit)
    outcome.people = joined.people()
    return outcome


class Graph(Protocol):
    """Where settled people and their links are read from."""

    def touching(self, people: Collection[int]) -> tuple[Mapping[int, Node], Sequence[Link]]:
        """Every live link with an end in these people, and every node of the people and of those links."""
        ...

    def inside(self, people: Collection[int]) -> tuple[Mapping[int, Node], Sequence[Link]]:
        """The nodes of these people and the applied links that hold each of them together."""
        ...


def settle(start: Collection[int], graph: Graph, rules: Rules, *, apart: Pair | None = None) -> Outcome:
    """Resolve the people in ``start`` anew, and everybody whom that can reach; all others stay as they are.

    The region grows by whole people until every link that leaves it is rejected at its turn. Outside, nothing then sees a
    difference: the links there meet the same groups as before. ``Outcome.people`` covers the region only.
    """
    region = set(start)
    while True:
        nodes, links = graph.touching(region)
        border = _border(nodes, links, region, Joined(rules, apart))
        around, held = graph.inside(border) if border else ({}, ())
        everyone = {**around, **nodes}
        outcome = resolve(everyone, [*links, *held], rules, settled={link.pair for link in held}, apart=apart)
        decided = [link for link in links if outcome.rejected.get(link.pair) == "" or link.pair in outcome.cut]
        pulled = {everyone[end].person for link in decided for end in (link.a, link.b)} - region
        if not pulled:
            outcome.people = {n: p for n, p in outcome.people.items() if everyone[n].person in region}
            return outcome
        region |= pulled


def _border(nodes: Mapping[int, Node], links: Sequence[Link], region: Collection[int], joined: Joined) -> set[int]:
    """People outside the region of whom more than the one linked node has to be known to decide the links to them.

    A link that breaks the limit of user ids already with that one node does so with all of them: limits only fill up.
    """
    for number, node in nodes.items():
        joined.add(number, node.kind)
    found: set[int] = set()
    for link in sorted(links, key=lambda one: order(one, nodes)):
        a, b = nodes[link.a], nodes[link.b]
        if a.shared or b.shared:
            continue
        reason = joined.refusal(link.a, link.b, link.explicit)
        if a.person in region and b.person in region:
            if not reason and not joined.forbidden(link.a, link.b):
                joined.join(link.a, link.b, link.explicit)
        elif reason != _TOO_MANY_NAMES:
            found.add(b.person if a.person in region else a.person)
    return found


class Standing(NamedTuple):
    """What is known of a person before its links change. counts: ids by kind. clean: none of its live links is rejected."""

    counts: Mapping[str, int]
    clean: bool


def join_plainly(changed: Iterable[tuple[int, int]], standing: Mapping[int, Standing], rules: Rules) -> tuple[dict[int, int], set[int]]:
    """The quick way for the many changes in which no limit is near: (person → the person it joins, people to ``settle``).

    changed: new or earlier links, as pairs of people. Where nothing is rejected and everything fits in any order, the
    order is of no consequence, and the people of a group of links become one.
    """
    parent = {person: person for person in standing}

    def find(person: int) -> int:
        while parent[person] != person:
            parent[person] = parent[parent[person]]
            person = parent[person]
        return person

    for a, b in changed:
        one, other = find(a), find(b)
        parent[max(one, other)] = min(one, other)
    groups: dict[int, list[int]] = {}
    for person in standing:
        groups.setdefault(find(person), []).append(person)
    moves: dict[int, int] = {}
    unsure: set[int] = set()
    for person, members in groups.items():
        counts: dict[str, int] = {}
        for member in members:
            for kind, count in standing[member].counts.items():
                counts[kind] = counts.get(kind, 0) + count
        if all(standing[m].clean for m in members) and surely_fits(counts, rules):
            moves.update((m, person) for m in members if m != person)
        else:
            unsure.update(members)
    return moves, unsure
