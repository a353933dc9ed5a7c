"""Whose turn is it? A batch of those whose time has come moves into the outbox, in one transaction, each once.

Several workers share the work on PostgreSQL: they pass over the rows that another one holds. Whoever pauses or cancels waits for the
batch under way, and after that nobody moves any more.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, select, text, update

from uems.experiments import api as experiments
from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.lookup import lookup
from uems.kernel.money import amount_text
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.store import insert_many, to_microseconds
from uems.outreach.campaigns.audience import places
from uems.outreach.campaigns.counting import letter_of
from uems.outreach.campaigns.definitions import Campaign
from uems.outreach.campaigns.freezing import of_occurrence
from uems.outreach.campaigns.spec import CampaignOffer
from uems.outreach.campaigns.tables import campaign_occurrences, campaign_people, campaigns
from uems.outreach.campaigns.timing import allowed
from uems.outreach.messages.model import Origin, Outgoing
from uems.outreach.messages.outbox import enqueue
from uems.outreach.tables import outreach_news

BATCH: Final = 5_000
_C, _O, _P = campaigns.c, campaign_occurrences.c, campaign_people.c


def release(house: House, scope: Scope, one: Campaign, occurrence: int, now: datetime, *, batch: int = BATCH) -> int:
    """Put those whose turn it is into the outbox; how many rows were moved. one: as it was launched."""
    with house.store.write() as conn:
        most = _allowed(conn, scope, one, occurrence, now, batch)
        rows = _due(conn, scope, one, occurrence, to_microseconds(now), most) if most else []
        if not rows:
            return 0
        again = _known_already(conn, house, scope, one, occurrence, [person for person, _ in rows])
        _move(conn, scope, one, occurrence, [person for person, _ in rows if person in again], "merged")
        going = [(person, variant) for person, variant in rows if person not in again]
        enqueue(conn, scope, [_outgoing(one, occurrence, person, variant, now, scope.currency) for person, variant in going], now)
        shares = conn.execute(select(_O.shares).where(*of_occurrence(scope, one, occurrence, _O))).scalar_one() or []
        insert_many(conn, outreach_news, _exposures(scope, one, occurrence, going, now, shares))
        _move(conn, scope, one, occurrence, [person for person, _ in going], "sent")
        return len(rows)


def _allowed(conn: Connection, scope: Scope, one: Campaign, occurrence: int, now: datetime, batch: int) -> int:
    """How many may move now: none where it was paused meanwhile, or the throttle says so."""
    held = select(_C.state).where(_C.workspace_id == scope.workspace_id, _C.campaign_id == one.campaign_id)
    mine = select(_O.next_release, _O.state).where(*of_occurrence(scope, one, occurrence, _O))
    if conn.dialect.name == "postgresql":
        held = held.with_for_update(read=True)
        mine = mine.with_for_update(read=one.spec.throttle is None)
    if conn.execute(held).scalar_one() not in ("scheduled", "running"):
        return 0
    row = conn.execute(mine).one()
    if row.state != "running":
        return 0
    if one.spec.throttle is None:
        return batch
    now_us = to_microseconds(now)
    waiting = select(_P.person_id).where(*of_occurrence(scope, one, occurrence, _P), _P.due_at <= now_us)
    found = len(conn.execute(waiting.limit(batch)).all())
    most, following = allowed(one.spec.throttle, row.next_release, now_us, found)
    if most:
        conn.execute(update(campaign_occurrences).where(*of_occurrence(scope, one, occurrence, _O)).values(next_release=following))
    return most


def _due(conn: Connection, scope: Scope, one: Campaign, occurrence: int, now_us: int, most: int) -> list[tuple[int, int]]:
    """(person, place of the variant) of the longest overdue."""
    query = select(_P.person_id, _P.variant).where(*of_occurrence(scope, one, occurrence, _P), _P.due_at <= now_us)
    query = query.order_by(_P.due_at, _P.person_id).limit(most)
    if conn.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    return [(row.person_id, row.variant) for row in conn.execute(query)]


def _known_already(conn: Connection, house: House, scope: Scope, one: Campaign, occurrence: int, people: Sequence[int]) -> set[int]:
    """Those who are somebody else's number by now, who has a line of their own here: a person is written to once.

    Of several lines of one person the held out one holds, else the one that was sent, else the smallest number.
    """
    owners = identity.people_of(house.store, scope, people)
    others = {number: [n for n in owner.node_ids if n != number] for number, owner in owners.items() if len(owner.node_ids) > 1}
    if not any(others.values()):
        return set()
    states = _states(conn, scope, one, occurrence, {n for numbers in others.values() for n in numbers})
    found = set()
    for number, numbers in others.items():
        known = {n: states[n] for n in numbers if n in states}
        if any(state in ("held", "sent") or (state in ("ready", "waiting") and n < number) for n, state in known.items()):
            found.add(number)
    return found


def _states(conn: Connection, scope: Scope, one: Campaign, occurrence: int, people: set[int]) -> Mapping[int, str]:
    rows = lookup(
        conn,
        scope.workspace_id,
        Sql("t.person_id, t.state"),
        Sql("campaign_people"),
        Sql("t.campaign_id = :campaign AND t.occurrence = :occurrence AND t.person_id = s.n"),
        {"n": "bigint"},
        [(n,) for n in sorted(people)],
        campaign=one.campaign_id,
        occurrence=occurrence,
    )
    return {row[0]: row[1] for row in rows}


def _move(conn: Connection, scope: Scope, one: Campaign, occurrence: int, people: Sequence[int], state: str) -> None:
    if not people:
        return
    sqlite = conn.dialect.name == "sqlite"
    among = text("person_id IN (SELECT value FROM json_each(:people))" if sqlite else "person_id = ANY(CAST(:people AS bigint[]))")
    moved = update(campaign_people).where(*of_occurrence(scope, one, occurrence, _P), among)
    bound: Any = {"people": json.dumps(people) if sqlite else list(people)}
    conn.execute(moved.values(state=state, due_at=None), bound)


def _exposures(
    scope: Scope, one: Campaign, occurrence: int, going: Sequence[tuple[int, int]], now: datetime, shares: Sequence[float]
) -> list[dict[str, object]]:
    """What is told of those whose variant chance chose. Whoever waited for the winner was given it by no chance.

    shares: of the variants, where they follow earlier times; the exposure says with which probability it was given.
    """
    if len(one.spec.variants) < 2 or not going:
        return []
    chances = [{"probability": share} for share in shares] or [{} for _ in one.spec.variants]
    drawn = places(one.spec, one.salt, occurrence, np.array([person for person, _ in going], np.uint64)) >= 0
    return [
        {
            "workspace_id": scope.workspace_id,
            "message_id": 0,
            "person_id": person,
            "event": experiments.EXPOSED,
            "at": now,
            "properties": {"experiment_id": f"campaign:{one.key}:{occurrence}", "variation_id": letter_of(variant), **chances[variant]},
        }
        for (person, variant), by_chance in zip(going, drawn.tolist(), strict=True)
        if by_chance
    ]


def _offer(offer: CampaignOffer, currency: str) -> dict[str, object]:
    """As templates read it. text: the amount or the percentage; "" for no offer, so that a template can ask for it."""
    texts = {"none": "", "amount": f"{amount_text(offer.amount_minor, currency)} {currency}", "percent": f"{offer.percent:g}%"}
    return {**offer.model_dump(), "text": texts[offer.kind]}


def _outgoing(one: Campaign, occurrence: int, person: int, variant: int, now: datetime, currency: str) -> Outgoing:
    spec = one.spec
    offer = {"offer": _offer(spec.variants[variant].offer, currency)} if spec.offers else {}
    about = {"key": one.key, "name": one.name, "variant": letter_of(variant), "occurrence": occurrence}
    return Outgoing(
        send_key=f"campaign:{one.campaign_id}:{occurrence}:{person}",
        person_id=person,
        channel=spec.channel,
        template_id=spec.variants[variant].template,
        kind=spec.kind,
        topic=spec.topic,
        origin=Origin(type="campaign", id=one.key, version=one.version, node=letter_of(variant), entry=occurrence),
        context={"campaign": about, **offer},
        priority=spec.priority,
        not_before=now,
        expires_at=now + timedelta(hours=spec.hours),
    )
