"""What does this room forget of a person? What was sent and planned, where they stood, what they allowed; their addresses become hashes.

A message that is under way is left to end by itself: it is asked again until it has. Counts of campaigns and flows hold nobody and stay.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, func, select

from uems.kernel.erasure import RoomEraser, StoreRows, Subject
from uems.kernel.house import House
from uems.kernel.store import upsert_many
from uems.outreach.campaigns.tables import campaign_people
from uems.outreach.consent.sealed import ERASED, address_key, sealed_address
from uems.outreach.consent.suppressions import kept_spelling
from uems.outreach.dry.tables import flow_dry_effects, flow_dry_messages
from uems.outreach.flows.runs import Counts, add_counts
from uems.outreach.flows.steps import INSIDE
from uems.outreach.flows.tables import flow_effects, flow_runs, flow_tasks, flow_trials
from uems.outreach.inbox.tables import outreach_inbox
from uems.outreach.push.tables import outreach_subscriptions
from uems.outreach.registry import CHANNELS
from uems.outreach.scenes.tables import scene_matches
from uems.outreach.tables import (
    outreach_bodies,
    outreach_consent_changes,
    outreach_consents,
    outreach_decisions,
    outreach_messages,
    outreach_news,
    outreach_suppressions,
    outreach_touches,
)
from uems.outreach.talks.tables import conversation_messages, conversations

_M, _R, _S = outreach_messages.c, flow_runs.c, outreach_suppressions.c
_OF_MESSAGES: Final[tuple[Table, ...]] = (outreach_bodies, outreach_decisions, outreach_touches)
_AT_ONCE: Final = 500


def _chunks(numbers: Iterable[int]) -> list[list[int]]:
    every = sorted(numbers)
    return [every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE)]


def _messages(house: House, subject: Subject, now: datetime) -> bool:
    """Those that wait are taken back; with the others goes what was said in them. False while one is under way."""
    workspace_id, flying = subject.scope.workspace_id, 0
    with house.store.write() as conn:
        for part in _chunks(subject.numbers):
            mine = (_M.workspace_id == workspace_id, _M.person_id.in_(part))
            rows = conn.execute(select(_M.message_id, _M.state).where(*mine)).all()
            ended = [row.message_id for row in rows if row.state not in ("claimed", "sending")]
            flying += len(rows) - len(ended)
            for some in _chunks(ended):
                for table in _OF_MESSAGES:
                    conn.execute(delete(table).where(table.c.workspace_id == workspace_id, table.c.message_id.in_(some)))
                conn.execute(delete(outreach_messages).where(_M.message_id.in_(some)))
    return flying == 0


def _runs(house: House, subject: Subject, now: datetime) -> bool:
    """Whoever is inside a flow leaves it with the reason "erased", which its numbers keep; then the ways themselves go."""
    workspace_id = subject.scope.workspace_id
    with house.store.write() as conn:
        for part in _chunks(subject.numbers):
            mine = (_R.workspace_id == workspace_id, _R.person_id.in_(part))
            query = select(_R.flow_id, _R.version, _R.node, func.count()).where(*mine, _R.state.in_(INSIDE))
            counts: Counts = Counts()
            for flow_id, version, node, people in conn.execute(query.group_by(_R.flow_id, _R.version, _R.node)).all():
                counts[workspace_id, flow_id, version, node, ERASED] += people
            conn.execute(delete(flow_runs).where(*mine))
            add_counts(conn, counts)
    return True


def _addresses(house: House, subject: Subject, now: datetime) -> bool:
    """Nobody writes to their addresses again: hashes take the place of what stood on the list. Browsers of theirs are let go."""
    workspace_id, key = subject.scope.workspace_id, address_key(house.settings)
    wanted = _known_addresses(house, subject)
    at = {"detail": "", "at": now, "by": ""}
    with house.store.write() as conn:
        rows = [
            {"workspace_id": workspace_id, "channel": channel, "address": sealed_address(key, workspace_id, channel, address), **at}
            for channel, address in sorted(wanted)
        ]
        upsert_many(conn, outreach_suppressions, [{**row, "reason": ERASED} for row in rows], ["workspace_id", "channel", "address"], ())
        for channel, address in wanted:
            conn.execute(delete(outreach_suppressions).where(*_one(workspace_id, channel, address)))
        _let_browsers_go(conn, workspace_id, subject)
    return True


def _one(workspace_id: int, channel: str, address: str) -> tuple[Any, ...]:
    return _S.workspace_id == workspace_id, _S.channel == channel, _S.address == address


def _known_addresses(house: House, subject: Subject) -> set[tuple[str, str]]:
    """(channel, address in its spelling): ids that are addresses, and where messages of theirs went."""
    media = {"email": [v for k, v in subject.ids if k == "email"], "phone": [v for k, v in subject.ids if k == "phone"]}
    found = {(one.key, kept_spelling(one.key, value)) for one in CHANNELS for value in media.get(one.medium, ())}
    with house.store.read() as conn:
        for part in _chunks(subject.numbers):
            mine = (_M.workspace_id == subject.scope.workspace_id, _M.person_id.in_(part), _M.address != "")
            found |= {
                (row.channel, kept_spelling(row.channel, row.address)) for row in conn.execute(select(_M.channel, _M.address).where(*mine))
            }
    return found


def _let_browsers_go(conn: Connection, workspace_id: int, subject: Subject) -> None:
    names = sorted(f"{kind}:{value}" for kind, value in subject.ids)
    for table in (outreach_subscriptions, outreach_inbox):
        for start in range(0, len(names), _AT_ONCE):
            part = names[start : start + _AT_ONCE]
            conn.execute(delete(table).where(table.c.workspace_id == workspace_id, table.c.address.in_(part)))


ERASER: Final = RoomEraser(
    key="outreach",
    # Addresses before messages: from these they are known.
    steps=(_addresses, _runs, _messages),
    held=(
        StoreRows(table=outreach_messages, what="messages"),
        StoreRows(table=flow_runs, what="runs"),
    ),
    store=(
        StoreRows(table=outreach_news),
        StoreRows(table=outreach_consents, what="consents"),
        StoreRows(table=outreach_consent_changes),
        StoreRows(table=outreach_inbox),
        StoreRows(table=flow_effects),
        StoreRows(table=flow_trials),
        StoreRows(table=flow_tasks, what="tasks"),
        StoreRows(table=campaign_people, what="campaigns"),
        StoreRows(table=flow_dry_messages),
        StoreRows(table=flow_dry_effects),
        StoreRows(table=scene_matches, what="scenes"),
        StoreRows(table=conversation_messages),
        StoreRows(table=conversations, what="conversations"),
    ),
    more={
        "outreach_messages.address": "deleted",
        "flow_runs.came_as": "deleted",
        "outreach_inbox.address": "deleted",
        "outreach_subscriptions.address": "deleted",
        "outreach_suppressions.address": "emptied",
    },
)
