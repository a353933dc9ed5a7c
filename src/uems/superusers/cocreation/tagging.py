"""How can segments, flows, campaigns and flags ask who is in a beta group? By two tags: groups that somebody is in, and is invited to."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeAlias

import numpy as np
from sqlalchemy import select

from uems.access import api as access
from uems.access.api import Access
from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.profiles import api as profiles
from uems.superusers.cocreation.groups import MemberState
from uems.superusers.cocreation.tables import beta_members

Groups: TypeAlias = Mapping[int, Sequence[str]]
"""person → keys of groups, sorted."""
TAGS: Final[Mapping[MemberState, str]] = {"accepted": "beta_groups", "invited": "beta_invited"}
_MODEL: Final = "beta_groups"
_LABELS: Final[Mapping[MemberState, profiles.Words]] = {
    "accepted": profiles.Words(zh="内测组", en="Beta groups"),
    "invited": profiles.Words(zh="内测邀请", en="Invited to beta groups"),
}
_M = beta_members.c


def refresh_groups(house: House, scope: Scope, now: datetime) -> None:
    """Write the tags of everybody as the groups stand. Whoever has merged is in what any of theirs was in; only differences are written.

    Somebody may have changed a group meanwhile: it is written until what was written is what stands.
    """
    written: Mapping[MemberState, Groups] | None = None
    while (standing := _standing(house, scope)) != written:
        if written is None and not any(standing.values()) and not set(TAGS.values()) & set(profiles.definitions(house.store, scope)):
            return
        for state, tag in TAGS.items():
            _write(house, scope, tag, _LABELS[state], standing[state], now)
        written = standing


def _standing(house: House, scope: Scope) -> dict[MemberState, Groups]:
    query = select(_M.person_id, _M.key, _M.state).where(_M.workspace_id == scope.workspace_id, _M.state.in_(TAGS))
    with house.store.read() as conn:
        rows = conn.execute(query).all()
    owners = identity.people_of(house.store, scope, {row.person_id for row in rows})
    found: dict[MemberState, dict[int, set[str]]] = {state: {} for state in TAGS}
    for row in rows:
        if row.person_id in owners:  # else erased since
            found[row.state].setdefault(owners[row.person_id].person_id, set()).add(row.key)
    return {state: {person: sorted(keys) for person, keys in mine.items()} for state, mine in found.items()}


def _write(house: House, scope: Scope, tag: str, label: profiles.Words, groups: Groups, now: datetime) -> None:
    known = profiles.definitions(house.store, scope).get(tag)
    if known is None or known.tag.kind != "model" or known.tag.config.get("model") != _MODEL:
        by = Access(scope=scope, actor=replace(access.operator(), actor_id="models", label="models"), now=now)
        profiles.take_over(house.store, by, tag, _MODEL, label=label, family="behaviour", value_type="list")
    people = np.array(sorted(groups), np.uint64)
    values = [list(groups[person]) for person in people.tolist()]
    profiles.write_scores(house, scope, tag, people, values, None, None, now, whole=people)
