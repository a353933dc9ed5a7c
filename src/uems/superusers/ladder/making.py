"""How does a workspace learn on which step everybody stands? Every criterion asked of everybody at once; the step becomes a tag."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import numpy as np

from uems.access import api as access
from uems.access.api import Access
from uems.kernel.errors import UemsError
from uems.kernel.filters import At, Node
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Store
from uems.profiles import api as profiles
from uems.profiles.api import Asking, People
from uems.segments import api as segments
from uems.superusers.ladder.climbing import Ints, missing, reason, steps_of
from uems.superusers.ladder.criteria import STEPS, LadderCriterion, LadderSettings, Step, criteria_of
from uems.superusers.ladder.programme import enter, tell_rest

TAG: Final = "ladder_step"
Tick = Callable[[str, float], None]


def make_ladder(house: House, scope: Scope, settings: LadderSettings, now: datetime, tick: Tick) -> dict[str, Any]:
    """Find everybody's step, write it, and enter those who came far enough into the programme; gives the result, JSON-ready.

    Raises ``bad_filter`` (422) for a criterion that cannot be asked any more, ``no_events`` (409), and what warehouse and store raise.
    """
    tick("look", 0.0)
    roles = profiles.roles_of(house.store, scope)
    criteria = criteria_of(settings, roles if roles.mapped else profiles.guess_roles(house, scope, now))
    at = profiles.as_of(house.store, scope, now)
    trees = {step: [opened(house.store, scope, one) for one in criteria[step]] for step in STEPS[1:]}
    known = profiles.definitions(house.store, scope)
    asking = Asking(house, scope, At(now=at, zone=scope.zone))
    tick("score", 0.1)
    if "tie_level" not in known and any(_asks_tie(one) for found in criteria.values() for one in found):
        raise UemsError("no_ties", "Nobody's tie has been scored yet, which the ladder asks for. Score ties first.", status=409)
    found = profiles.evaluate([tree for step in STEPS[1:] for tree in trees[step]], asking)
    if not len(found.people):
        raise UemsError("no_events", "This workspace has no events yet. Send or import some first.", status=409)
    held = {step: [found.masks[tree] for tree in trees[step]] for step in STEPS[1:]}
    places = steps_of(held, len(found.people))
    bits = missing(criteria, held, places)
    tick("write", 0.5)
    _write(house, scope, criteria, found.people, places, bits, at, now)
    tick("programme", 0.9)
    programme = enter(house, scope, found.people, places, now)
    tell_rest(house, scope, now)
    counts = np.bincount(places, minlength=len(STEPS))
    return {
        "as_of": at.isoformat(),
        "people": len(found.people),
        "steps": [_step(step, n, criteria, held, counts, places, bits) for n, step in enumerate(STEPS)],
        **programme,
    }


def opened(store: Store, scope: Scope, one: LadderCriterion) -> Node:
    """The condition of a criterion, segments in it replaced. Raises ``bad_filter``."""
    return segments.resolve_node(profiles.parse_condition(one.condition), store, scope)


def _asks_tie(one: LadderCriterion) -> bool:
    return "tie_level" in str(one.condition)


def _step(
    step: Step,
    place: int,
    criteria: Mapping[Step, Sequence[LadderCriterion]],
    held: Mapping[Step, Sequence[Any]],
    counts: Ints,
    places: Ints,
    bits: Ints,
) -> dict[str, Any]:
    """people: who stand there. reached: there or higher. criteria: how many hold each, and who below lack it alone."""
    below = places == place - 1
    told = [
        {"key": one.key, "people": int(held[step][n].sum()), "only": int((below & (bits == 1 << n)).sum())}
        for n, one in enumerate(criteria.get(step, ()))
    ]
    return {"step": step, "people": int(counts[place]), "reached": int(counts[place:].sum()), "criteria": told}


def _write(
    house: House,
    scope: Scope,
    criteria: Mapping[Step, Sequence[LadderCriterion]],
    people: People,
    places: Ints,
    bits: Ints,
    at: datetime,
    now: datetime,
) -> None:
    known = profiles.definitions(house.store, scope).get(TAG)
    if known is None or known.tag.kind != "model" or known.tag.config.get("model") != "ladder":
        by = Access(scope=scope, actor=replace(access.operator(), actor_id="models", label="models"), now=now)
        label = profiles.Words(zh="超级用户阶梯", en="Ladder to super user")
        profiles.take_over(house.store, by, TAG, "ladder", label=label, value_type="text")
    day = at.date().isoformat()
    # There are few different reasons: each is made once.
    pairs, place = np.unique(np.column_stack([places, bits]), axis=0, return_inverse=True)
    reasons = [reason(criteria, int(step), int(lacks), day) for step, lacks in pairs]
    told = [reasons[n] for n in np.ravel(place).tolist()]
    values = [STEPS[n] for n in places.tolist()]
    profiles.write_scores(house, scope, TAG, people, values, [0.9] * len(people), told, now, whole=people)
