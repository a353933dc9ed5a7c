"""Which channel does each person answer on, of those on which they can be reached and allow it?"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from uems.kernel.house import House
from uems.kernel.lookup import lookup
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.store import to_microseconds
from uems.outreach.consent.settings import setups, topics
from uems.outreach.messages.deciding import consent_refusal, consents_by_person
from uems.outreach.messages.model import Kind
from uems.outreach.messages.reaching import Reached, reach

LOOKED_BACK: Final = timedelta(days=90)


def best_channels(
    house: House, scope: Scope, numbers: Collection[int], keys: Sequence[str], topic: str, kind: Kind, now: datetime
) -> dict[int, str]:
    """Number → the channel on which they opened or clicked most messages in 90 days; of equals the one named first. Nobody is in it who
    has no address, has one that nothing is sent to, or does not allow it."""
    people = reach(house, scope, numbers)
    known = topics(house.store, scope)
    with house.store.read() as conn:
        media = {key: one.channel.medium for key, one in setups(conn, house.settings, scope.workspace_id).items() if one.usable}
        owner = {number: person.person_id for person in people.values() for number in person.numbers}
        said = consents_by_person(conn, scope, owner)
        answered = _answered(conn, scope, owner, now)
        wanted = {(key, person.addresses[media[key]].lower()) for key in keys if key in media for person in people.values()
                  if media[key] in person.addresses}  # fmt: skip
        pick, where = Sql("t.channel, t.address"), Sql("t.channel = s.c AND t.address = s.a")
        barred = set(lookup(conn, scope.workspace_id, pick, Sql("outreach_suppressions"), where, {"c": "text", "a": "text"}, wanted))

    def fits(key: str, person: Reached) -> bool:
        address = person.addresses.get(media[key]) if key in media else None
        if address is None or (key, address.lower()) in barred:
            return False
        return not consent_refusal(known, topic, key, kind, said.get(person.person_id, {}))

    found = {}
    for number, person in people.items():
        able = [key for key in keys if fits(key, person)]
        if able:
            found[number] = max(able, key=lambda key: (answered[person.person_id, key], -keys.index(key)))
    return found


def _answered(conn: Connection, scope: Scope, owner: dict[int, int], now: datetime) -> Counter[tuple[int, str]]:
    """(person, channel) → how many messages of the last 90 days they opened or clicked."""
    rows = lookup(
        conn,
        scope.workspace_id,
        Sql("t.person_id, t.channel"),
        Sql("outreach_messages"),
        Sql(
            "t.person_id = s.n AND t.sent_at >= :since AND t.sent_at IS NOT NULL AND (t.opened_at IS NOT NULL OR t.clicked_at IS NOT NULL)"
        ),
        {"n": "bigint"},
        [(n,) for n in owner],
        since=to_microseconds(now - LOOKED_BACK),
    )
    return Counter((owner[number], channel) for number, channel in rows)
