"""Who are the people of a batch as they are now: where can they be reached, in which language, and what time is it for them?"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from uems.identity import api as identity
from uems.kernel.clock import zone_of
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.push.subscriptions import subscribed
from uems.profiles import api as profiles

ZONES: Final = ("timezone", "time_zone", "zone")
"""Traits that may name somebody's time zone, the first that does counts."""
_LANGUAGES: Final = ("locale", "language", "lang")
BROWSERS: Final = frozenset({"browser", "unknown_browser", "web_push"})
"""Where browsers are found: under ids alone. A trait or a kind of id of that name says nothing, since any page may write one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """One person. numbers: every number that they ever had. values: their traits, as a template reads them under ``person``.

    ambiguous: whether several ids may be whose browser it is, so that no browser is theirs for sure.
    """

    person_id: int
    numbers: tuple[int, ...]
    zone: str
    language: str
    addresses: Mapping[str, str]
    values: Mapping[str, Any] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    ambiguous: bool = False

    def address(self, key: str) -> str:
        """Where a channel finds them: by "email", "phone", "browser" or "address", else by a trait or a kind of id; "" for nowhere."""
        if key in BROWSERS:
            return self.addresses.get(key, "")
        known = self.values.get(key)
        if isinstance(known, list) and known:
            known = known[-1]  # several devices: the one that was named last
        return self.addresses.get(key, "") or _text(known).strip() or self.ids.get(key, "")


def reach(house: House, scope: Scope, numbers: Collection[int]) -> dict[int, Reached]:
    """Number → the person who has it now; without those who are gone."""
    owners = identity.people_of(house.store, scope, numbers)
    people = {person.person_id: person for person in owners.values()}
    ids = identity.ids_of(house.store, scope, people)
    traits = profiles.traits_of(house, scope, [*people.values()])
    found = {}
    for number, person in people.items():
        found[number] = reached(scope, person.person_id, person.node_ids, ids.get(number, ()), traits.get(number, ()))
    browsers = subscribed(house.store, scope, [one.addresses["browser"] for one in found.values() if "browser" in one.addresses])
    for number, one in found.items():
        if (browser := one.addresses.get("browser", "")) in browsers:
            found[number] = replace(one, addresses={**one.addresses, "web_push": browser})
    return {number: found[person.person_id] for number, person in owners.items()}


def reached(
    scope: Scope, person_id: int, numbers: tuple[int, ...], ids: tuple[identity.Id, ...], traits: tuple[profiles.Trait, ...]
) -> Reached:
    """A person by what is known of them."""
    values: dict[str, Any] = {trait.trait: json.loads(trait.value) for trait in traits}
    by_kind: dict[str, str] = {}
    for one in ids:
        by_kind.setdefault(one.kind, one.value)
    email = _text(values.get("email")) or by_kind.get("email", "")
    phone = _text(values.get("phone")) or by_kind.get("phone", "")
    addresses: dict[str, str] = {"address": str(person_id)}
    if email:
        addresses["email"] = email.strip()
    if phone:
        addresses["phone"] = phone.strip()
    users = [one.value for one in ids if one.kind == "user_id"]
    owners = users or [one.value for one in ids if one.kind == "anonymous_id"]
    if len(owners) == 1:
        # Of several no order tells whose messages these are: anybody's call joins people, and the stranger may have been first.
        addresses["browser"] = f"user_id:{owners[0]}" if users else f"anonymous_id:{owners[0]}"
    if len(owners) == 1 and not users:
        addresses["unknown_browser"] = addresses["browser"]
    known = {"id": person_id, "email": email, "phone": phone, "user_id": by_kind.get("user_id", "")}
    return Reached(
        person_id=person_id,
        numbers=numbers,
        zone=zone_by(values, scope.zone),
        language=_language(values),
        addresses=addresses,
        values={**values, **{name: value for name, value in known.items() if value}},
        ids=by_kind,
        ambiguous=len(owners) > 1,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def zone_by(values: Mapping[str, Any], otherwise: str) -> str:
    """The time zone that somebody's traits name, the first that exists; ``otherwise`` where none does."""
    for name in ZONES:
        given = values.get(name)
        if isinstance(given, str) and given:
            try:
                zone_of(given)
            except UemsError:
                continue
            return given
    return otherwise


def _language(values: Mapping[str, Any]) -> str:
    """Either "zh" or "en", or "" where nothing is known."""
    for name in _LANGUAGES:
        given = values.get(name)
        if isinstance(given, str) and given[:2].lower() in ("zh", "en"):
            return given[:2].lower()
    return ""
