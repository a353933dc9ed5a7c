"""What does the server itself answer about a flag? For clients of the OpenFeature remote evaluation protocol, and for who tries one.

The server fills in the segments of a known user by itself, so that nobody can claim to be in one.
"""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from uems.experiments.flags.evaluator import Outcome
from uems.experiments.flags.splitting import Subject
from uems.experiments.flags.targeting import SEGMENTS
from uems.experiments.tagged.acting import act_on, asks_tag_on_trial
from uems.experiments.uses import segment_uses
from uems.identity import api as identity
from uems.kernel.filters import At
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.profiles import api as profiles
from uems.profiles.api import Asking, Chosen
from uems.segments import api as segments

_SECONDS: Final = 5.0
_MOST: Final = 20_000
REASONS: Final[Mapping[str, str]] = {
    "force": "TARGETING_MATCH",
    "experiment": "SPLIT",
    "override": "STATIC",
    "prerequisite": "DISABLED",
    "cyclicPrerequisite": "ERROR",
}


def segments_of_user(house: House, scope: Scope, user_id: str, now: datetime, *, told: bool = True) -> list[str] | None:
    """Keys of the segments that the user with this id counts as being in now; None for somebody unknown.

    Where a tag on trial has a say in a segment that flags name, it is asked anew. told: whether those of whom that is so are exposed.
    """
    owner = identity.find_owners(house.store, scope, "user_id", [user_id])[0] if 0 < len(user_id) <= 200 else None
    if owner is None or not owner.person_id:
        return None
    inside = {one.segment_id for one in segments.segments_of(house, scope, owner.person_id)}
    every = {one.key: one for one in segments.list_segments(house.store, scope)}
    found = {key for key, one in every.items() if one.segment_id in inside}
    with house.store.read() as conn:
        named = {use.segment for use in segment_uses(conn, scope)} & every.keys()
    trees = {key: segments.resolve_node(every[key].condition, house.store, scope) for key in sorted(named)}
    asked = {key: tree for key, tree in trees.items() if asks_tag_on_trial(house, scope, tree)}
    if asked:
        at = At(now=profiles.as_of(house.store, scope, now), zone=scope.zone)
        acted = act_on(list(asked.values()), Asking(house, scope, at, Chosen.of(house, scope, [owner.person_id])))
        if told:
            acted.tell(house, scope, now, list(asked.values()))
        found = (found - asked.keys()) | {key for key, tree in asked.items() if len(acted.members(tree))}
    return sorted(found)


class Members:
    """The segments of users, remembered for a few seconds. Thread-safe as far as it matters: at worst one asks twice."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._known: dict[tuple[int, str], tuple[float, list[str] | None]] = {}

    def remembered(self, scope: Scope, user_id: str) -> tuple[list[str] | None] | None:
        """What is still believed of the user, in a tuple; None when it has to be looked up."""
        found = self._known.get((scope.workspace_id, user_id))
        return (found[1],) if found is not None and found[0] > time.monotonic() else None

    def look_up(self, scope: Scope, user_id: str, now: datetime) -> list[str] | None:
        """As ``segments_of_user``; asks the warehouse."""
        found = segments_of_user(self._house, scope, user_id, now)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[scope.workspace_id, user_id] = (time.monotonic() + _SECONDS, found)
        return found


def subject_of(context: Mapping[str, Any], inside: list[str] | None) -> Subject:
    """The subject of a context: ``targetingKey`` is its id. inside: the segments that the server knows; they win."""
    attributes = {**context}
    if "targetingKey" in attributes:
        attributes.setdefault("id", attributes["targetingKey"])
    attributes[SEGMENTS] = inside if inside is not None else []
    return Subject(attributes=attributes)


def answer(key: str, outcome: Outcome) -> dict[str, object]:
    """The outcome as the protocol writes it; one without a value has the program use its own."""
    reason = REASONS.get(outcome.source, "DEFAULT")
    said: dict[str, object] = {"key": key, "reason": reason}
    metadata: dict[str, object] = {}
    if outcome.assignment is not None:
        said["variant"] = outcome.assignment.key
        metadata["experiment"] = outcome.experiment["key"] if outcome.experiment else ""
    elif outcome.rule_id:
        said["variant"] = outcome.rule_id
    if outcome.rule_id:
        metadata["rule"] = outcome.rule_id
    if outcome.value is not None:
        said["value"] = outcome.value
    if metadata:
        said["metadata"] = metadata
    return said
