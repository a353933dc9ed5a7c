"""For whom does a condition hold, when something is to be done about it? The one place where tags on trial are left out of account.

Whoever acts on people (flows, campaigns, scenes, flags) asks ``act_on``; whoever only tells about them asks ``profiles.evaluate``. Each
condition is answered twice, with the tag and without it, from the same answers of the warehouse. Where the two differ the tag was
consulted: whoever is in the arm ``ignore`` gets the answer without it, all others the one with it, and both are exposed alike.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from uems.experiments.tagged.running import TagTrial, tags_on_trial
from uems.experiments.telling import tell_exposed
from uems.kernel.filters import Node
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.warehouse import Limits
from uems.profiles import api as profiles
from uems.profiles.api import Asking, Evaluated, Flags, People

Subsets: TypeAlias = npt.NDArray[np.int64]
"""Of each person some of the trials, a bit each. Shape (n,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """people: sorted. masks: tree → who is to be acted on, shape (n,). consulted: trial → tree → for whom its tag made the difference."""

    people: People
    masks: Mapping[Node, Flags]
    consulted: Sequence[tuple[TagTrial, Mapping[Node, Flags]]] = field(default_factory=tuple)

    def members(self, node: Node) -> People:
        return self.people[self.masks[node]]

    def tell(self, house: House, scope: Scope, now: datetime, trees: Sequence[Node], among: Collection[int] | None = None) -> None:
        """Expose those for whom a tag on trial made a difference to one of ``trees``. among: only these; None is everybody.

        Raises what the log raises when it takes no more; nothing is to be done by the answer then.
        """
        for trial, by_tree in self.consulted:
            differs = np.any([by_tree[tree] for tree in trees], axis=0)
            people = self.people[differs]
            if among is not None:
                people = people[np.isin(people, np.array(sorted(among), np.uint64))]
            _tell(house, scope, trial, people, now)


def act_on(trees: Sequence[Node], asking: Asking, *, limits: Limits | None = None) -> Acted:
    """Who fulfils each tree, as far as something is done about it. Nothing is told yet; see ``Acted.tell``."""
    found = profiles.evaluate(trees, asking, limits=limits)
    trials = _on_trial(asking.house, asking.scope, profiles.carried_in(trees))
    plain = {tree: found.masks[tree] for tree in trees}
    if not trials:
        return Acted(people=found.people, masks=plain)
    ways = _ways(trees, found, trials, asking)
    ignored = _ignored(trials, found.people, [way.masks[tree] != found.masks[tree] for way in ways for tree in trees])
    masks = {tree: _picked(ways, tree, ignored) for tree in trees}
    consulted = []
    for n, trial in enumerate(trials):
        bit = 1 << n
        differs = {tree: _picked(ways, tree, ignored | bit) != _picked(ways, tree, ignored & ~bit) for tree in trees}
        consulted.append((trial, differs))
    return Acted(people=found.people, masks=masks, consulted=consulted)


def withheld(tree: Node, entered: bool, people: Sequence[int], asking: Asking, now: datetime) -> set[int]:
    """Whom a change is not to bring anywhere: they came into a kept condition, or left it (``entered`` False), maybe for a tag on trial.

    people: whose change it was, as they are now, the chosen of ``asking``. Those for whom the tag counts are exposed, whatever their arm.
    Where carrying the tag can only let somebody in, the tag brought in whoever would not be in without it. Of anything else, and of
    leaving, it cannot be said afterwards what brought it about, so that nobody of the arm ``ignore`` is moved by it.
    """
    trials = _on_trial(asking.house, asking.scope, profiles.carried_in([tree])) if people else []
    if not trials:
        return set()
    found = profiles.evaluate([tree], asking)
    ways = _ways([tree], found, trials, asking)
    ignored = _ignored(trials, found.people, [np.ones(len(found.people), np.bool_)])
    kept_out = np.zeros(len(found.people), np.bool_)
    concerned = np.isin(found.people, np.array(sorted(set(people)), np.uint64))
    for n, trial in enumerate(trials):
        bit = 1 << n
        plain = entered and profiles.only_lets_in(tree, trial.tags, asking.at)
        counts = concerned & ~_picked(ways, tree, ignored | bit) if plain else concerned
        kept_out |= counts & ((ignored & bit) != 0)
        _tell(asking.house, asking.scope, trial, found.people[counts], now)
    return set(found.people[kept_out].tolist())


def asks_tag_on_trial(house: House, scope: Scope, tree: Node) -> bool:
    """Whether a tag on trial has a say in the condition, so that what is kept of it is not what is to be acted on."""
    return bool(_on_trial(house, scope, profiles.carried_in([tree])))


def _tell(house: House, scope: Scope, trial: TagTrial, people: People, now: datetime) -> None:
    given = list(zip(people.tolist(), trial.arm_of(people), strict=True))
    tell_exposed(house, scope, trial.key, given, now, {"tag": trial.tag})


def _on_trial(house: House, scope: Scope, tags: Collection[str]) -> list[TagTrial]:
    if not tags:
        return []
    with house.store.read() as conn:
        return [one for one in tags_on_trial(conn, scope) if one.tags & set(tags)]


def _ways(trees: Sequence[Node], found: Evaluated, trials: Sequence[TagTrial], asking: Asking) -> list[Evaluated]:
    """The answers without the tags of each subset of the trials; the subset is the number, a bit a trial."""
    ways = [found]
    for subset in range(1, 1 << len(trials)):
        tags = {tag for n, one in enumerate(trials) if subset >> n & 1 for tag in one.tags}
        ways.append(profiles.without_tags(trees, found, tags, asking.at))
    return ways


def _ignored(trials: Sequence[TagTrial], people: People, wanted: Sequence[Flags]) -> Subsets:
    """Of each person the subset of trials in which they are in the arm ``ignore``; drawn only of those who are in any of ``wanted``."""
    found = np.zeros(len(people), np.int64)
    where = np.any(wanted, axis=0)
    for n, trial in enumerate(trials):
        found[where] |= np.where(trial.ignored(people[where]), 1 << n, 0)
    return found


def _picked(ways: Sequence[Evaluated], tree: Node, subset: Subsets) -> Flags:
    """The answer of the subset of each person."""
    found: Flags = np.stack([way.masks[tree] for way in ways])[subset, np.arange(len(subset))]
    return found
