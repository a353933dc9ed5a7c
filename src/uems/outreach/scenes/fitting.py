"""Which group, chosen by what people are, is the best to set against a scene? Of as many people at least, the one that did it most before.

A fair rival is not a weak one. Of all groups tried the best looks better than it is, so it is chosen by one half of the people, by hash,
and what is told of it is what the other half did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from sqlalchemy import func, select

from uems.kernel.bucketing import buckets
from uems.kernel.filters import At
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.flows.reporting import wilson
from uems.outreach.scenes.definitions import get_scene
from uems.outreach.scenes.tables import scene_matches
from uems.profiles import api as profiles

MOST_VALUES: Final = 30
LEAST: Final = 50
"""Fewer people are no group to compare with."""
MOST_GROUPS: Final = 5
_M = scene_matches.c
_Mask: TypeAlias = npt.NDArray[np.bool_]
_Traits: TypeAlias = tuple[tuple[str, str | int | float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FittingGroup:
    """traits: what they are, one or two traits. people: all of them. did, of: of the half that it was not chosen by.

    low, high: of the share, with 95 % (Wilson 1927).
    """

    traits: Sequence[tuple[str, str | int | float]]
    people: int
    did: int
    of: int
    low: float
    high: float

    @property
    def condition(self) -> dict[str, object]:
        """For whoever drafts the flow against the scene."""
        parts = [{"trait": {"name": name, "op": "equals", "value": value}} for name, value in self.traits]
        return dict(parts[0]) if len(parts) == 1 else {"and": parts}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """found: people who were ever found in the scene. tried: groups with as many people. groups: the best first."""

    found: int
    tried: int
    groups: Sequence[FittingGroup]


def fitting(house: House, scope: Scope, key: str, event: str, days: int, now: datetime) -> Fitting:
    """By who did the event within so many days. Raises ``not_found`` for no such scene, and what the warehouse raises."""
    scene = get_scene(house.store, scope, key)
    with house.store.read() as conn:
        mine = (_M.workspace_id == scope.workspace_id, _M.scene_id == scene.scene_id)
        found = int(conn.execute(select(func.count(_M.person_id.distinct())).where(*mine)).scalar_one())
    common = profiles.common_values(house, scope, MOST_VALUES)
    trees = {
        (name, value): profiles.parse_condition({"trait": {"name": name, "op": "equals", "value": value}})
        for name, values in common.items()
        for value in values
    }
    did = profiles.parse_condition({"did": {"events": [event], "within": {"op": "after", "value": {"ago": days, "unit": "day"}}}})
    told = profiles.evaluate([did, *trees.values()], profiles.Asking(house, scope, At(now=now, zone=scope.zone)))
    masks = {trait: told.masks[tree] for trait, tree in trees.items()}
    groups = _large(masks, max(found, LEAST))
    chosen_by = buckets(f"fitting:{scope.workspace_id}:{scene.key}", told.people.tolist()) < 0.5
    ranked = sorted(groups, key=lambda traits: (-wilson(*_counts(groups[traits] & chosen_by, told.masks[did]))[0], str(traits)))
    best = [_group(traits, groups[traits], ~chosen_by, told.masks[did]) for traits in ranked[:MOST_GROUPS]]
    return Fitting(found=found, tried=len(groups), groups=best)


def _large(masks: Mapping[tuple[str, str | int | float], _Mask], least: int) -> dict[_Traits, _Mask]:
    """Groups by one trait, and by two different ones, of so many people at least."""
    single: dict[_Traits, _Mask] = {(trait,): mask for trait, mask in masks.items() if mask.sum() >= least}
    pairs = {
        (*one, *other): single[one] & single[other] for one, other in combinations(sorted(single, key=str), 2) if one[0][0] != other[0][0]
    }
    return {**single, **{traits: mask for traits, mask in pairs.items() if mask.sum() >= least}}


def _group(traits: _Traits, mask: _Mask, other: _Mask, did: _Mask) -> FittingGroup:
    some, of = _counts(mask & other, did)
    low, high = wilson(some, of)
    return FittingGroup(traits=traits, people=int(mask.sum()), did=some, of=of, low=low, high=high)


def _counts(mask: _Mask, did: _Mask) -> tuple[int, int]:
    return int((mask & did).sum()), int(mask.sum())
