"""How does a room tell the event log what happened to somebody? By an event of the person, named by one of their ids.

Whoever tells keeps what is to be told until the log has it, and gives it a message id of its own: told again, it is counted once.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from uems.collect import api as collect
from uems.identity.model import Id
from uems.identity.people import ids_of, people_of
from uems.kernel.house import House
from uems.kernel.scope import Scope

_AT_ONCE: Final = 500
_MOST_ID: Final = 200


def tell_of_people(house: House, scope: Scope, told: Sequence[tuple[int, Mapping[str, object]]], now: datetime) -> None:
    """(number that the person had then, call with its ``messageId``) → durably in the log. Of whoever was erased nothing is told.

    Raises what the log raises when it takes no more.
    """
    people = people_of(house.store, scope, {number for number, _ in told})
    ids = ids_of(house.store, scope, {person.person_id for person in people.values()})
    items = []
    for number, call in told:
        person = people.get(number)
        named = _named(ids.get(person.person_id, ())) if person is not None else {}
        if named:
            items.append(msgspec.json.encode({**call, **named}))
    for start in range(0, len(items), _AT_ONCE):
        collect.append_events(house, scope, items[start : start + _AT_ONCE], now)


def _named(ids: Iterable[Id]) -> dict[str, str]:
    """By which of their ids an event names somebody; nothing where none can."""
    known = [(one.kind, one.value) for one in ids if len(one.value) <= _MOST_ID]
    for kind, field in (("user_id", "userId"), ("anonymous_id", "anonymousId")):
        for mine, value in known:
            if mine == kind:
                return {field: value}
    return {}
