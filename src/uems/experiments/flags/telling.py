"""How is it told that the server gave somebody an arm? By an event in the log, once for each person, experiment and arm.

The message id follows from who, what and which arm, so that the same exposure told by two processes, or again after a start, is one.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from uems.collect import api as collect
from uems.experiments.exposures import EXPOSED
from uems.experiments.flags.evaluator import Outcome
from uems.kernel.house import House
from uems.kernel.scope import Scope

_MOST: Final = 200_000
_MOST_ID: Final = 200


class Exposures:
    """What was told already by this process."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._told: set[str] = set()

    def fresh(self, scope: Scope, context: Mapping[str, Any], found: Mapping[str, Outcome], now: datetime) -> list[tuple[str, bytes]]:
        """(message id, event) of the exposures that are still to be told. found: flag → what it answered."""
        who = _named(context)
        events = []
        for key, outcome in found.items() if who else ():
            if outcome.assignment is None or outcome.experiment is None:
                continue
            told = [scope.workspace_id, outcome.experiment["key"], outcome.assignment.key, who]
            message_id = f"exposure-{hashlib.blake2b(msgspec.json.encode(told), digest_size=16).hexdigest()}"
            if message_id not in self._told:
                events.append((message_id, msgspec.json.encode(_event(message_id, who, key, outcome, now))))
        return events

    def tell(self, scope: Scope, events: Sequence[tuple[str, bytes]], now: datetime) -> None:
        """Durably in the log; raises what the log raises when it takes no more, and then nothing counts as told."""
        collect.append_events(self._house, scope, [event for _, event in events], now)
        if len(self._told) >= _MOST:
            self._told.clear()
        self._told.update(message_id for message_id, _ in events)


def _event(message_id: str, who: Mapping[str, str], key: str, outcome: Outcome, now: datetime) -> dict[str, object]:
    assert outcome.assignment is not None
    assert outcome.experiment is not None
    return {
        "type": "track",
        "event": EXPOSED,
        "messageId": message_id,
        "timestamp": now.isoformat().replace("+00:00", "Z"),
        "properties": {
            "experiment_id": outcome.experiment["key"],
            "variation_id": outcome.assignment.key,
            "variation_name": outcome.assignment.name,
            "flag": key,
            "hash_attribute": outcome.assignment.attribute,
        },
        **who,
    }


def _named(context: Mapping[str, Any]) -> dict[str, str]:
    """Who it is to the event log: the targeting key is a user id, unless the context calls it anonymous."""
    anonymous = _text(context.get("anonymousId")) or _text(context.get("anonymous_id"))
    user = _text(context.get("userId")) or _text(context.get("user_id"))
    key = _text(context.get("targetingKey"))
    if not user and key != anonymous:
        user = key
    return {name: value for name, value in (("userId", user), ("anonymousId", anonymous)) if value}


def _text(value: object) -> str:
    return value if isinstance(value, str) and 0 < len(value) <= _MOST_ID and "\0" not in value else ""
