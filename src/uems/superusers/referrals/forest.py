"""Which trees do the relations "who brought whom" make, and whose credit is what the brought ones spent? Pure, on arrays.

Everybody has one inviter: the earliest. A circle is opened at its latest relation, so that what remains is a forest, in which the people
below a node are one range of the order in which the trees are walked: who is below, how many and what they spent costs no walking.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]
People: TypeAlias = npt.NDArray[np.uint64]
Rule: TypeAlias = Literal["halving", "direct"]
MOST_MINOR: Final = 10**15
"""More than this in minor units is no spending of a person; it would not fit into the sums."""
_UNKNOWN: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """Arrays of shape (n,), one entry a person, sorted by person. parent: place of the inviter, -1 for a root.

    edge: which of the given relations counts, -1 for a root. depth: 0 for a root. direct, below: people brought, and all below.
    enter, leave: the people below are those with enter < their enter < leave. rank: among the siblings, those with most below first.
    rings, selves, later: relations that do not count: they closed a circle, were of one person, or came after another inviter.
    """

    people: People
    parent: Ints
    edge: Ints
    depth: Ints
    direct: Ints
    below: Ints
    enter: Ints
    leave: Ints
    rank: Ints
    rings: int
    selves: int
    later: int

    def __len__(self) -> int:
        return len(self.people)

    def sum_below(self, values: Ints) -> Ints:
        """What all below each person have together, themselves left out. values: shape (n,)."""
        order = np.argsort(self.enter)
        sums = np.concatenate([[0], np.cumsum(values[order])])
        found: Ints = sums[self.leave] - sums[self.enter + 1]
        return found


def grow(inviter: People, invitee: People, at_ms: Ints) -> Forest:
    """Relations of shape (m,), in any order and as often as they were told."""
    kept = np.flatnonzero(inviter != invitee)
    selves = len(inviter) - len(kept)
    order = kept[np.lexsort((inviter[kept], at_ms[kept], invitee[kept]))]
    first = np.ones(len(order), np.bool_)
    first[1:] = invitee[order][1:] != invitee[order][:-1]
    edges = order[first]
    people = np.unique(np.concatenate([inviter[edges], invitee[edges]]))
    parent = np.full(len(people), _UNKNOWN, np.int64)
    edge = np.full(len(people), _UNKNOWN, np.int64)
    mine = np.searchsorted(people, invitee[edges])
    parent[mine] = np.searchsorted(people, inviter[edges])
    edge[mine] = edges
    rings = _open_rings(parent, edge, at_ms)
    depth = _depths(parent)
    below = _sum_up(parent, depth, np.ones(len(people), np.int64)) - 1
    direct = np.bincount(parent[parent >= 0], minlength=len(people)).astype(np.int64)
    enter, rank = _walk(people, parent, below)
    # The same relation told again is none that came later.
    pairs = kept[np.lexsort((inviter[kept], invitee[kept]))]
    another = (invitee[pairs][1:] != invitee[pairs][:-1]) | (inviter[pairs][1:] != inviter[pairs][:-1])
    told = min(len(pairs), 1) + int(another.sum())
    return Forest(
        people=people,
        parent=parent,
        edge=edge,
        depth=depth,
        direct=direct,
        below=below,
        enter=enter,
        leave=enter + below + 1,
        rank=rank,
        rings=rings,
        selves=selves,
        later=told - len(edges),
    )


def credits(forest: Forest, spent_minor: Ints, rule: Rule, levels: int) -> Ints:
    """What everybody is credited for those they brought, in minor units. spent_minor: what each spent, shape (n,).

    Each cent of somebody who was brought is credited once in all. direct: to who brought them. halving: of what is above them, up to
    ``levels``, each gets half of what the one below gets, and the shares make up the whole; what rounding leaves goes to the nearest.
    """
    spent = np.clip(spent_minor, 0, MOST_MINOR)
    found = np.zeros(len(forest), np.int64)
    above = np.minimum(forest.depth, 1 if rule == "direct" else levels)
    left = np.where(above > 0, spent, 0)
    places = forest.parent.copy()
    whole = (np.int64(1) << above) - 1
    for level in range(1, int(above.max(initial=0)) + 1):
        places = forest.parent if level == 1 else np.where(places >= 0, forest.parent[places], _UNKNOWN)
        if level == 1:
            continue
        here = np.flatnonzero(above >= level)
        share = spent[here] * (np.int64(1) << (above[here] - level)) // whole[here]
        np.add.at(found, places[here], share)
        left[here] -= share
    nearest = np.flatnonzero(above > 0)
    np.add.at(found, forest.parent[nearest], left[nearest])
    return found


def _open_rings(parent: Ints, edge: Ints, at_ms: Ints) -> int:
    """Take away the latest relation of each circle; how many there were. Changes both arrays."""
    size = len(parent)
    # One place more, for "nobody", from which no way leads on.
    reach = np.append(np.where(parent >= 0, parent, size), size)
    steps = 1
    while steps < size:
        reach = reach[reach]
        steps *= 2
    # After more steps than there are people only circles are left, and everybody in one is reached by somebody in it.
    inside = np.unique(reach)
    inside = inside[inside < size]
    seen: set[int] = set()
    opened = 0
    for start in inside.tolist():
        if start in seen:
            continue
        ring = [start]
        while (following := int(parent[ring[-1]])) != start:
            ring.append(following)
        seen.update(ring)
        latest = max(ring, key=lambda place: (int(at_ms[edge[place]]), place))
        parent[latest] = edge[latest] = _UNKNOWN
        opened += 1
    return opened


def _depths(parent: Ints) -> Ints:
    """How many are above each, by doubling: in as many rounds as the depth has binary digits."""
    size = len(parent)
    reach = np.append(np.where(parent >= 0, parent, size), size)
    depth = np.append((parent >= 0).astype(np.int64), 0)
    while (reach < size).any():
        depth = depth + depth[reach]
        reach = reach[reach]
    return depth[:size]


def _levels(depth: Ints) -> Sequence[Ints]:
    """The places of each depth, the roots first."""
    order = np.argsort(depth, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(depth[order])) + 1) if len(order) else []


def _sum_up(parent: Ints, depth: Ints, values: Ints) -> Ints:
    """What each and all below them have together."""
    sums = values.copy()
    for level in reversed(_levels(depth)[1:]):
        np.add.at(sums, parent[level], sums[level])
    return sums


def _walk(people: People, parent: Ints, below: Ints) -> tuple[Ints, Ints]:
    """(when each is entered by a walk that goes down first, their rank among siblings), those with most below first."""
    size = len(people)
    order = np.lexsort((people, -below, parent))
    starts = np.flatnonzero(np.append(True, parent[order][1:] != parent[order][:-1])) if size else np.zeros(0, np.int64)
    group = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, size)))
    rank = np.empty(size, np.int64)
    rank[order] = np.arange(size) - starts[group] if size else 0
    sizes = below[order] + 1
    sums = np.cumsum(sizes) - sizes
    before = np.empty(size, np.int64)
    before[order] = sums - sums[starts][group] if size else 0
    # Who is entered when: what lies before each among its siblings, summed up over all above, and one step for each of those.
    enter = np.append(before + (parent >= 0), 0)
    reach = np.append(np.where(parent >= 0, parent, size), size)
    while (reach < size).any():
        enter = enter + enter[reach]
        reach = reach[reach]
    return enter[:size], rank
