"""How is a condition on people read, evaluated over everybody or some, and checked of one record?

``evaluate`` asks all conditions of many trees at once and gives a mask of people for each tree and each part of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from uems.kernel.filters import (
    BASE,
    And,
    At,
    Grammar,
    Matcher,
    Matching,
    Node,
    Not,
    Or,
    Reading,
    Writing,
    bad_filter,
    check_json_name,
    dump,
    write_test,
)
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Limits
from uems.profiles.conditions import facts
from uems.profiles.conditions.asking import Answers, Asking, Flags, People, Value
from uems.profiles.conditions.did import DidKind
from uems.profiles.conditions.habits import RegularKind, SequenceKind
from uems.profiles.conditions.kind import Edge, PeopleFields, PersonCheck, PersonKind, PersonRecord
from uems.profiles.conditions.model import InSegment, Related, Trait
from uems.profiles.conditions.related import RelatedKind
from uems.profiles.conditions.zones import write_zone


class _TraitKind(PersonKind[Trait]):
    """The trait of every filter, asked of a person's whole history of traits; with ``zone`` beside a test on time."""

    key = "trait"
    node = Trait

    def read(self, body: object, reading: Reading) -> Trait:
        name, test, zone = facts.read_timed(body, reading)
        return Trait(name=check_json_name(name, reading), test=test, zone=zone)

    def write(self, node: Trait, grammar: Grammar) -> object:
        return {"name": node.name, **write_test(node.test), **write_zone(node.zone)}

    def ask(self, node: Trait, asking: Asking) -> Value:
        return facts.ask_trait(node, asking)

    def check(self, node: Trait, at: At, grammar: Grammar) -> PersonCheck:
        return facts.check_trait(node, at)

    def edges(self, node: Trait, asking: Asking) -> Sequence[Edge]:
        return facts.edges_of_trait(node, asking)


def _people() -> Grammar:
    return PEOPLE


KINDS: Final[tuple[PersonKind[Any], ...]] = (
    DidKind(),
    RegularKind(),
    SequenceKind(),
    _TraitKind(),
    facts.PersonFactKind(),
    facts.TagKind(),
    facts.TopKind(),
    facts.SampleKind(),
    facts.ListedKind(),
    RelatedKind(_people),
    facts.InSegmentKind(),
)
_BY_NODE: Final[Mapping[type[Node], PersonKind[Any]]] = {kind.node: kind for kind in KINDS}
PEOPLE: Final = Grammar({key: kind for key, kind in BASE.kinds.items() if key not in ("column", "property", "trait")}).plus(*KINDS)
"""The grammar of conditions on people."""


def parse_condition(data: object) -> Node:
    """The condition in decoded JSON; raises ``bad_filter`` (422) that names the place."""
    return Reading(grammar=PEOPLE).node(data)


def dump_condition(node: Node) -> dict[str, object]:
    """The JSON of a condition; ``parse_condition`` gives the same tree back."""
    return dump(node, PEOPLE)


def kind_of(node: Node) -> PersonKind[Any]:
    """The kind of a leaf."""
    found = _BY_NODE.get(type(node))
    if found is None:
        raise bad_filter("", f"{type(node).__name__} is not a condition on people.")
    return found


def leaves(node: Node) -> list[Node]:
    """The conditions of a tree that are not and, or, not; conditions on others inside relations are not among them."""
    if isinstance(node, And | Or):
        return [leaf for part in node.parts for leaf in leaves(part)]
    return leaves(node.part) if isinstance(node, Not) else [node]


def expand(node: Node, condition_of: Callable[[str], Node]) -> Node:
    """The tree with every segment replaced by what it asks. ``condition_of`` raises for one that does not exist or asks itself."""
    if isinstance(node, And | Or):
        return type(node)(parts=tuple(expand(part, condition_of) for part in node.parts))
    if isinstance(node, Not):
        return Not(part=expand(node.part, condition_of))
    if isinstance(node, InSegment):
        return condition_of(node.key)
    if isinstance(node, Related) and node.who is not None:
        return Related(kind=node.kind, at_least=node.at_least, who=expand(node.who, condition_of))
    return node


def segments_in(node: Node) -> set[str]:
    """Keys of the segments that the tree names."""
    found = set()
    for leaf in leaves(node):
        if isinstance(leaf, InSegment):
            found.add(leaf.key)
        for inner in kind_of(leaf).inner(leaf):
            found |= segments_in(inner)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """people: sorted. masks: node → shape (n,), for every node of every tree that was asked."""

    people: People
    masks: Mapping[Node, Flags]

    def members(self, node: Node) -> People:
        return self.people[self.masks[node]]


def evaluate(trees: Sequence[Node], asking: Asking, *, limits: Limits | None = None) -> Evaluated:
    """Who fulfils each tree, among the people of ``asking``. Equal conditions of several trees are asked once."""
    wanted = questions(trees, asking)
    people = asking.people(limits)
    return conclude(trees, wanted, asking.run(list(wanted.values()), limits=limits, people=people))


def questions(trees: Sequence[Node], asking: Asking) -> dict[Node, Value]:
    """What has to be asked for these trees, for whoever asks more in the same statements: leaf → its flag."""
    wanted: dict[Node, Value] = {}
    for tree in trees:
        for leaf in leaves(tree):
            if leaf not in wanted:
                wanted[leaf] = kind_of(leaf).ask(leaf, asking)
    return wanted


def conclude(trees: Sequence[Node], wanted: Mapping[Node, Value], answers: Answers) -> Evaluated:
    """Who fulfils each tree, by the answers to its questions."""
    return combine(trees, answers.people, {leaf: answers.flag(value) for leaf, value in wanted.items()})


def combine(trees: Sequence[Node], people: People, flags: Mapping[Node, Flags]) -> Evaluated:
    """Who of ``people`` fulfils each tree, where it is known for each leaf: leaf → shape (n,)."""
    masks = dict(flags)
    for tree in trees:
        _mask(tree, masks, len(people))
    return Evaluated(people=people, masks=masks)


def _mask(node: Node, masks: dict[Node, Flags], size: int) -> Flags:
    found = masks.get(node)
    if found is None:
        if isinstance(node, Not):
            found = ~_mask(node.part, masks, size)
        else:
            assert isinstance(node, And | Or)
            parts = [_mask(part, masks, size) for part in node.parts]
            found = np.full(size, isinstance(node, And), np.bool_)
            for part in parts:
                found = (found & part) if isinstance(node, And) else (found | part)
        masks[node] = found
    return found


def people_sql(node: Node, person: Sql, asking: Asking) -> Sql:
    """The condition as an expression over a column that names the person now; its values are bound in ``asking.params``."""
    fields = PeopleFields(person_sql=person, asking=asking)
    return Writing(grammar=PEOPLE, fields=fields, params=asking.params, at=asking.at).sql(node)


def person_check(node: Node, at: At) -> Callable[[PersonRecord], bool]:
    """The condition as a function of a record; the same answer as ``evaluate``, one person at a time."""
    check: Matcher = Matching(grammar=PEOPLE, fields=PeopleFields(person_sql=Sql(""), asking=None), at=at).matcher(node)
    return check


def edges_of(node: Node, asking: Asking) -> list[Edge]:
    """When any part of the tree may change by the passing of time alone."""
    found: list[Edge] = []
    for leaf in leaves(node):
        kind = kind_of(leaf)
        found.extend(kind.edges(leaf, asking))
        for inner in kind.inner(leaf):
            found.extend(edges_of(inner, asking))
    return found
