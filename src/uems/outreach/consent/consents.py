"""What did somebody say, and when? What holds now, beside every change of it ever, which is the proof."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import insert_many, upsert_many
from uems.outreach.consent.model import EVERYTHING, ConsentState
from uems.outreach.tables import outreach_consent_changes as changes
from uems.outreach.tables import outreach_consents as table
from uems.outreach.tables import outreach_news

_C, _G = table.c, changes.c
_EVENTS: Final[Mapping[str, str]] = {
    "subscribed": "consent.subscribed",
    "pending": "consent.asked",
    "unsubscribed": "consent.unsubscribed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What somebody said of a topic on a channel; "*" for all. source: where they said it. evidence: how that is known, of changes."""

    topic: str
    channel: str
    state: ConsentState
    source: str
    at: datetime
    evidence: Mapping[str, object] = field(default_factory=dict)


_HELD: Final = tuple(name for name in Consent.__dataclass_fields__ if name != "evidence")


def say(
    conn: Connection,
    scope: Scope,
    person_id: int,
    said: Iterable[tuple[str, str, ConsentState]],
    *,
    source: str,
    evidence: Mapping[str, object],
    now: datetime,
    numbers: Iterable[int] = (),
    message_id: int = 0,
) -> int:
    """Write down (topic, channel, state) of a person, in this transaction; how many were new. Told to the event log.

    numbers: every number that the person ever had. What is said of all channels also holds where something else was said of one.
    """
    holds = _states(conn, scope.workspace_id, [person_id, *numbers])
    own = _states(conn, scope.workspace_id, [person_id])
    wanted = {}
    for topic, channel, state in said:
        wanted[topic, channel] = state
        if channel == EVERYTHING:
            wanted.update({key: state for key in holds if key[0] == topic})
    new = [
        (topic, channel, s) for (topic, channel), s in wanted.items() if not holds.get((topic, channel)) == own.get((topic, channel)) == s
    ]
    mine = {"workspace_id": scope.workspace_id, "person_id": person_id}
    rows = [{**mine, "topic": t, "channel": c, "state": s, "source": source, "at": now} for t, c, s in new]
    upsert_many(conn, table, rows, ["workspace_id", "person_id", "topic", "channel"])
    insert_many(conn, changes, [{**row, "evidence": dict(evidence)} for row in rows])
    news = [
        {
            **mine,
            "message_id": message_id,
            "event": _EVENTS[s],
            "at": now,
            "properties": {"topic": t, "channel": c, "source": source, **({"message": message_id} if message_id else {})},
        }
        for t, c, s in new
    ]
    insert_many(conn, outreach_news, news)
    return len(new)


def _states(conn: Connection, workspace_id: int, numbers: Iterable[int]) -> dict[tuple[str, str], ConsentState]:
    return {(one.topic, one.channel): one.state for one in read_consents(conn, workspace_id, numbers)}


def read_consents(conn: Connection, workspace_id: int, numbers: Iterable[int]) -> list[Consent]:
    """What holds of a person with these numbers: of each topic and channel what was said last."""
    query = select(table).where(_C.workspace_id == workspace_id, _C.person_id.in_([*numbers])).order_by(_C.at)
    found = {}
    for row in conn.execute(query).mappings():
        found[row["topic"], row["channel"]] = Consent(**{name: row[name] for name in _HELD})
    return [found[key] for key in sorted(found)]


def consents_of(house: House, scope: Scope, person_id: int) -> list[Consent]:
    """What a person allows now, under whatever number they said it. Raises ``not_found``."""
    person = identity.person(house.store, scope, person_id)
    with house.store.read() as conn:
        return read_consents(conn, scope.workspace_id, person.node_ids)


def history_of(house: House, scope: Scope, person_id: int, limit: int = 200) -> list[Consent]:
    """Every change, the latest first."""
    person = identity.person(house.store, scope, person_id)
    query = select(changes).where(_G.workspace_id == scope.workspace_id, _G.person_id.in_(person.node_ids))
    with house.store.read() as conn:
        rows = conn.execute(query.order_by(_G.change_id.desc()).limit(limit)).mappings().all()
    return [Consent(**{name: row[name] for name in Consent.__dataclass_fields__}) for row in rows]
