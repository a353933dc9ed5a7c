"""Who are the people, and what is known of each? Pages of them, and one of them whole."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import date

from uems.identity import api as identity
from uems.identity.api import Person, Who
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.profiles.model import Profile
from uems.profiles.traits import traits_of


def profile_of(house: House, scope: Scope, person_id: int) -> Profile:
    """The person who has the node of this number now. Raises ``not_found``."""
    [profile] = profiles_of(house, scope, [identity.person(house.store, scope, person_id)])
    return profile


def profiles_of(house: House, scope: Scope, people: Sequence[Person]) -> list[Profile]:
    """What is known of these people, in their order."""
    # The two that ask the warehouse, beside each other: each takes half of the time of a person's page.
    with ThreadPoolExecutor(1, "profile") as beside:
        told = beside.submit(copy_context().run, traits_of, house, scope, people)
        ids = identity.ids_of(house.store, scope, [p.person_id for p in people])
        totals = identity.totals_of(house, scope, people)
        traits = told.result()
    return [Profile(person_id=p.person_id, ids=ids[p.person_id], traits=traits[p.person_id], totals=totals[p.person_id]) for p in people]


def profiles_now(house: House, scope: Scope, numbers: Sequence[int]) -> list[Profile]:
    """What is known of those whom these numbers meant, each as who they are now and once, in order; nobody for a number of nobody.

    For lists that a query gave: somebody may have been merged into another since.
    """
    known = identity.people_of(house.store, scope, numbers)
    now = {known[number].person_id: known[number] for number in numbers if number in known}
    return profiles_of(house, scope, list(now.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What somebody did to be in a list: an event in these days, both included.

    event: this one, by the name under which reports count it; "" for any. who: all of them, or only those who are new or known.
    """

    first_day: date
    last_day: date
    event: str = ""
    who: Who = "active"


def list_people(
    house: House, scope: Scope, *, did: Activity | None = None, before: int | None = None, limit: int
) -> tuple[list[Profile], int | None]:
    """At most ``limit`` people, the newest first; and where the next page starts, None on the last.

    did: only those; exactly whom the reports of the same days count.
    """
    if did is None:
        newest = identity.newest_people(house.store, scope, before=before, limit=limit + 1)
    else:
        newest = identity.active_people(
            house, scope, did.first_day, did.last_day, event=did.event, who=did.who, before=before, limit=limit + 1
        )
    return profiles_now(house, scope, newest[:limit]), newest[limit - 1] if len(newest) > limit else None
