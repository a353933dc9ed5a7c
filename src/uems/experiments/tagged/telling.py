"""How is it told that a tag on trial was consulted about somebody? By an exposure in the log, once for each person and trial.

The message id follows from who, which trial and which arm, so that the same exposure told by two processes, or again after a start, is one.
"""

import hashlib
from datetime import datetime
from typing import Final
from weakref import WeakKeyDictionary

import msgspec

from uems.experiments.exposures import EXPOSED
from uems.experiments.tagged.running import TagTrial
from uems.identity.api import tell_of_people
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Store
from uems.profiles.api import People

_MOST: Final = 500_000
_told: Final[WeakKeyDictionary[Store, set[str]]] = WeakKeyDictionary()
"""What this process told already, of each installation: people are asked about again and again."""


def tell(house: House, scope: Scope, trial: TagTrial, people: People, now: datetime) -> None:
    """Durably in the log, of those of whom it was not told yet; raises what the log raises when it takes no more."""
    known = _told.setdefault(house.store, set())
    calls = []
    for person, arm in zip(people.tolist(), trial.arm_of(people), strict=True):
        about = hashlib.blake2b(msgspec.json.encode([scope.workspace_id, trial.key, arm, person]), digest_size=16).hexdigest()
        message_id = f"exposure-{about}"
        if message_id not in known:
            calls.append((person, _call(message_id, trial, arm, now)))
    tell_of_people(house, scope, calls, now)
    if len(known) + len(calls) > _MOST:
        known.clear()
    known.update(str(call["messageId"]) for _, call in calls)


def _call(message_id: str, trial: TagTrial, arm: str, now: datetime) -> dict[str, object]:
    return {
        "type": "track",
        "event": EXPOSED,
        "messageId": message_id,
        "timestamp": now.isoformat(),
        "properties": {"experiment_id": trial.key, "variation_id": arm, "tag": trial.tag},
        "context": {"library": {"name": "uems-experiments"}, "active": False},
    }
