"""Which tags are on trial now, and who is in which arm? A pure function of the trial and the person's number.

The hash is that of flags, flows and holdouts. The weights stay while such a trial runs, so that nobody changes sides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, select

from uems.experiments.trials.spec import IGNORE, TrialSpec
from uems.experiments.trials.tables import trial_versions, trials
from uems.kernel.bucketing import buckets, chosen
from uems.kernel.errors import UemsError
from uems.kernel.scope import Scope
from uems.profiles import api as profiles
from uems.profiles.api import People

MOST: Final = 3
"""Tags on trial at once in a workspace: what would have been without each is worked out for every combination."""
_T, _V = trials.c, trial_versions.c


@dataclass(frozen=True, slots=True, kw_only=True)
class TagTrial:
    """A running trial of a tag. derived: the tags that are computed from it, which count as the tag. arms: key → weight, in their order."""

    key: str
    tag: str
    arms: Mapping[str, float]
    derived: frozenset[str]

    @property
    def tags(self) -> frozenset[str]:
        return self.derived | {self.tag}

    def arm_of(self, people: People) -> list[str]:
        """The arm of each, by number."""
        keys = list(self.arms)
        places = chosen(buckets(f"tag:{self.tag}:{self.key}", people.tolist()), list(self.arms.values()))
        return [keys[place] for place in places.tolist()]

    def ignored(self, people: People) -> npt.NDArray[np.bool_]:
        """Who is treated as though they did not carry the tag. Shape (n,)."""
        return np.array([arm == IGNORE for arm in self.arm_of(people)], np.bool_)


def tags_on_trial(conn: Connection, scope: Scope) -> list[TagTrial]:
    """Those that run, the oldest first."""
    joined = (_V.workspace_id == _T.workspace_id) & (_V.trial_id == _T.trial_id) & (_V.version == _T.version)
    mine = (_T.workspace_id == scope.workspace_id, _T.tag != "", _T.state == "running")
    rows = conn.execute(select(_T.key, _T.tag, _V.spec).join(trial_versions, joined).where(*mine).order_by(_T.trial_id)).all()
    asks = _asks(conn, scope) if rows else {}
    return [
        TagTrial(key=row.key, tag=row.tag, arms=TrialSpec.model_validate(row.spec).weights, derived=frozenset(_from(row.tag, asks)))
        for row in rows
    ]


def check_start(conn: Connection, scope: Scope, tag: str) -> None:
    """Whether the trial of a tag may begin. Raises ``not_found`` for a tag that there is not, ``tag_on_trial`` (409) for one that is, or
    whose derived tags are, on trial already, and where ``MOST`` are."""
    if tag not in profiles.read_definitions(conn, scope.workspace_id):
        raise UemsError("not_found", f"There is no tag {tag[:100]!r}; choose one that there is, or make it first.", status=404)
    others = tags_on_trial(conn, scope)
    mine = {tag, *_from(tag, _asks(conn, scope))}
    twice = next((one for one in others if one.tags & mine), None)
    if twice is not None:
        message = f"{tag} cannot be put on trial while {twice.key} tries {twice.tag}: both would say whether it counts. Stop that first."
        raise UemsError("tag_on_trial", message, status=409, details={"experiment": twice.key, "tag": twice.tag})
    if len(others) >= MOST:
        message = f"{len(others)} tags are on trial; at most {MOST} can be at once. Stop one of: {', '.join(one.key for one in others)}."
        raise UemsError("tag_on_trial", message, status=409, details={"experiments": [one.key for one in others]})


def _asks(conn: Connection, scope: Scope) -> dict[str, set[str]]:
    """tag → the tags that are computed from it."""
    found: dict[str, set[str]] = {}
    for use in profiles.uses_among(profiles.tags_of_all(profiles.read_definitions(conn, scope.workspace_id))):
        found.setdefault(use.tag, set()).add(use.key)
    return found


def _from(tag: str, asks: Mapping[str, set[str]]) -> set[str]:
    """Every tag that is computed from it, at whatever remove."""
    found: set[str] = set()
    waiting: Sequence[str] = [tag]
    while waiting:
        fresh = {key for one in waiting for key in asks.get(one, ())} - found - {tag}
        found |= fresh
        waiting = sorted(fresh)
    return found
