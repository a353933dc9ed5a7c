"""What do people and what they did look like over HTTP?"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from uems.identity.api import Id, IdBody, TotalsBody
from uems.kernel.edge import Body, Count, Signed
from uems.profiles.model import Happening, Profile, TimelineItem, Trait
from uems.profiles.traits import named

IDS_IN_A_LIST = 10
"""How many ids of a person a list shows; the page of the person has them all."""


class PersonRow(Body):
    """A person in a list. name and email: from the traits of that name; the first ids only."""

    person_id: Count
    name: str | None
    email: str | None
    ids: list[IdBody]
    totals: TotalsBody

    @staticmethod
    def of(profile: Profile) -> "PersonRow":
        return PersonRow(**_row(profile, profile.ids[:IDS_IN_A_LIST]))


class TraitBody(Body):
    """A value and since when it is told; null in a history says that the trait was removed."""

    trait: str
    value: Any
    ts: datetime
    message_id: str

    @staticmethod
    def of(trait: Trait) -> "TraitBody":
        return TraitBody(trait=trait.trait, value=value_of(trait.value), ts=trait.ts, message_id=trait.message_id)


class PersonBody(PersonRow):
    """A person whole. person_id may differ from the number asked for: that of a merged person leads to whom they are part of."""

    traits: list[TraitBody]

    @staticmethod
    def of(profile: Profile) -> "PersonBody":
        return PersonBody(**_row(profile, profile.ids), traits=[TraitBody.of(one) for one in profile.traits])


class IdList(Body):
    items: list[IdBody]
    next_cursor: str | None = None


class HappeningBody(Body):
    """An event in a list of everybody's. event_id: its place in the log. person_id: who did it, as known now."""

    event_id: str
    message_id: str
    person_id: Count
    ts: datetime
    type: str
    event: str
    revenue_minor: Signed | None
    currency: str
    path: str

    @staticmethod
    def of(item: Happening) -> "HappeningBody":
        return HappeningBody(
            event_id=item.event_id,
            message_id=item.message_id,
            person_id=item.person_id,
            ts=item.ts,
            type=item.type,
            event=item.event,
            revenue_minor=item.revenue_minor,
            currency=item.currency,
            path=item.path,
        )


class TimelineBody(Body):
    """An event. properties: of an identify or group call its traits."""

    message_id: str
    ts: datetime
    type: str
    event: str
    revenue_minor: Signed | None
    currency: str
    properties: dict[str, Any]
    url: str

    @staticmethod
    def of(item: TimelineItem) -> "TimelineBody":
        properties = value_of(item.properties)
        return TimelineBody(
            message_id=item.message_id,
            ts=item.ts,
            type=item.type,
            event=item.event,
            revenue_minor=item.revenue_minor,
            currency=item.currency,
            properties=properties if isinstance(properties, dict) else {},
            url=item.url,
        )


def _row(profile: Profile, ids: Sequence[Id]) -> dict[str, Any]:
    whole = named(profile.traits, "name", "fullName", "full_name")
    first = named(profile.traits, "firstName", "first_name")
    last = named(profile.traits, "lastName", "last_name")
    return {
        "person_id": profile.person_id,
        "name": whole or " ".join(part for part in (first, last) if part) or None,
        "email": named(profile.traits, "email"),
        "ids": [IdBody.of(one) for one in ids],
        "totals": TotalsBody.of(profile.totals),
    }


def value_of(text: str) -> Any:
    """A JSON text as the value it stands for; text that is none stays text. Numbers that JSON cannot carry become texts."""
    try:
        return json.loads(text, parse_float=_float, parse_constant=str)
    except (ValueError, RecursionError):
        return text


def _float(text: str) -> float | str:
    number = float(text)
    return text if number in (float("inf"), float("-inf")) else number
