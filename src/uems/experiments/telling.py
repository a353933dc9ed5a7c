"""How is it told that the server gave people an arm? By exposures in the log, once for each person, experiment and arm.

The message id follows from who, which experiment and which arm, so that the same exposure told by two processes, or again after a start,
is one.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from weakref import WeakKeyDictionary

import msgspec

from uems.experiments.exposures import EXPOSED
from uems.identity.api import tell_of_people
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Store

_MOST: Final = 500_000
_told: Final[WeakKeyDictionary[Store, set[str]]] = WeakKeyDictionary()
"""What this process told already, of each installation: people are asked about again and again."""


def tell_exposed(
    house: House,
    scope: Scope,
    experiment: str,
    given: Sequence[tuple[int, str]],
    now: datetime,
    more: Mapping[str, object] | None = None,
) -> None:
    """Durably in the log, of those of whom it was not told yet; raises what the log raises when it takes no more.

    given: (number of a person, arm). more: what the exposures say besides, the same for all.
    """
    known = _told.setdefault(house.store, set())
    calls: dict[str, tuple[int, dict[str, object]]] = {}
    for person, arm in given:
        about = hashlib.blake2b(msgspec.json.encode([scope.workspace_id, experiment, arm, person]), digest_size=16).hexdigest()
        message_id = f"exposure-{about}"
        if message_id not in known:
            properties = {"experiment_id": experiment, "variation_id": arm, **(more or {})}
            calls[message_id] = (person, {"messageId": message_id, **_call(properties, now)})
    tell_of_people(house, scope, list(calls.values()), now)
    if len(known) + len(calls) > _MOST:
        known.clear()
    known.update(calls)


def _call(properties: Mapping[str, object], now: datetime) -> dict[str, object]:
    return {
        "type": "track",
        "event": EXPOSED,
        "timestamp": now.isoformat(),
        "properties": properties,
        "context": {"library": {"name": "uems-experiments"}, "active": False},
    }
