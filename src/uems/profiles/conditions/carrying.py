"""Who would fulfil a condition if nobody carried some of the tags that it asks? Worked out of answers that are there; nothing is read.

Tags of other people, which a condition on relations asks, are left as they are: the person who is asked about does not carry those.
"""

from collections.abc import Collection, Sequence

import numpy as np

from uems.kernel.filters import And, At, Node, Not, Or, json_check
from uems.profiles.conditions.asking import Flags
from uems.profiles.conditions.grammar import Evaluated, combine, leaves
from uems.profiles.conditions.model import Tag, Top


def carried_in(trees: Sequence[Node]) -> set[str]:
    """Names of the tags that the trees ask of the person."""
    return {leaf.name for tree in trees for leaf in leaves(tree) if isinstance(leaf, Tag | Top)}


def without_tags(trees: Sequence[Node], found: Evaluated, tags: Collection[str], at: At) -> Evaluated:
    """What ``evaluate`` would give if nobody carried these tags. found: what it gave for the same trees, at the same ``at``."""
    flags: dict[Node, Flags] = {}
    for leaf in {leaf for tree in trees for leaf in leaves(tree)}:
        if isinstance(leaf, Tag | Top) and leaf.name in tags:
            flags[leaf] = np.full(len(found.people), holds_for_nothing(leaf, at), np.bool_)
        else:
            flags[leaf] = found.masks[leaf]
    return combine(trees, found.people, flags)


def holds_for_nothing(leaf: Tag | Top, at: At) -> bool:
    """What a question about a tag answers for whoever does not carry it."""
    return isinstance(leaf, Tag) and json_check(leaf.test, at)(None)


def only_lets_in(node: Node, tags: Collection[str], at: At, *, upright: bool = True) -> bool:
    """Whether carrying these tags can only bring somebody into the condition, and never out of it. upright: under no or two nots."""
    if isinstance(node, Not):
        return only_lets_in(node.part, tags, at, upright=not upright)
    if isinstance(node, And | Or):
        return all(only_lets_in(part, tags, at, upright=upright) for part in node.parts)
    return not (isinstance(node, Tag | Top) and node.name in tags) or holds_for_nothing(node, at) != upright
