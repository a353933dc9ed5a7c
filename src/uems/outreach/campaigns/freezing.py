"""Who gets it this time? Everybody is written down before the first message, with their variant and their turn, and stays so.

Nothing is sent while this is under way. Whoever dies in the middle leaves a time that is "freezing"; the next one throws away what is
there and begins anew, so that the audience is that of one instant.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from uems.kernel import leases
from uems.kernel.house import House
from uems.kernel.leases import Lease
from uems.kernel.scope import Scope
from uems.kernel.store import insert_many
from uems.outreach.campaigns.audience import HELD, REST, Audience, Places, places, plan_turns
from uems.outreach.campaigns.definitions import Campaign
from uems.outreach.campaigns.learning import learnt
from uems.outreach.campaigns.tables import campaign_occurrences, campaign_people, campaigns
from uems.outreach.campaigns.timing import Instants, Opening

CHUNK: Final = 20_000
_C, _O, _P = campaigns.c, campaign_occurrences.c, campaign_people.c


def freeze(house: House, scope: Scope, one: Campaign, opened: Opening, found: Audience, lease: Lease, now: datetime) -> bool:
    """Write down everybody whom it concerns this time; False where somebody paused or cancelled it meanwhile.

    Raises ``lease_lost`` when another process has taken over.
    """
    store, spec = house.store, one.spec
    with store.write() as conn:
        leases.check(conn, lease)
        if not _goes(conn, scope, one):
            return False
        number = _begin(conn, scope, one, opened, now)
    shares = [round(each.share, 6) for each in learnt(house, scope, one, now)] if spec.learns else []
    mine = places(spec, one.salt, number, found.people, shares)
    turns, decide_at = plan_turns(house, scope, spec, found.people, mine, opened, now)
    for start in range(0, len(found.people), CHUNK):
        part = slice(start, start + CHUNK)
        rows = _rows(scope, one, number, found.people[part].tolist(), mine[part], turns[part])
        with store.write() as conn:
            leases.check(conn, lease)
            insert_many(conn, campaign_people, rows)
    held = int(np.count_nonzero(mine == HELD))
    facts = {"found": len(mine) + found.excluded, "excluded": found.excluded, "held": held, "entered": len(mine) - held}
    with store.write() as conn:
        leases.check(conn, lease)
        open_ = update(campaign_occurrences).where(*of_occurrence(scope, one, number, _O), _O.state == "freezing")
        done = conn.execute(open_.values(state="running", decide_at=decide_at, shares=shares or None, **facts)).rowcount
        if done:
            going = update(campaigns).where(
                _C.workspace_id == scope.workspace_id, _C.campaign_id == one.campaign_id, _C.state == "scheduled"
            )
            conn.execute(going.values(state="running", changed_at=now))
        else:
            conn.execute(delete(campaign_people).where(*of_occurrence(scope, one, number, _P)))
    return bool(done)


def of_occurrence(scope: Scope, one: Campaign, number: int, columns: Any) -> tuple[ColumnElement[bool], ...]:
    """The rows of one time."""
    return columns.workspace_id == scope.workspace_id, columns.campaign_id == one.campaign_id, columns.occurrence == number


def _goes(conn: Connection, scope: Scope, one: Campaign) -> bool:
    mine = (_C.workspace_id == scope.workspace_id, _C.campaign_id == one.campaign_id)
    row = conn.execute(select(_C.state, _C.version).where(*mine)).one()
    return row.state in ("scheduled", "running") and row.version == one.version


def _begin(conn: Connection, scope: Scope, one: Campaign, opened: Opening, now: datetime) -> int:
    """The number of this time, with nobody in it."""
    slot = slot_of(one, opened)
    mine = (_O.workspace_id == scope.workspace_id, _O.campaign_id == one.campaign_id)
    known = conn.execute(select(_O.occurrence).where(*mine, _O.slot == slot)).scalar_one_or_none()
    if known is not None:
        number = int(known)
        conn.execute(delete(campaign_people).where(*of_occurrence(scope, one, number, _P)))
        conn.execute(update(campaign_occurrences).where(*of_occurrence(scope, one, number, _O)).values(begun_at=now))
        return number
    number = 1 + (conn.execute(select(func.max(_O.occurrence)).where(*mine)).scalar_one() or 0)
    row = {"workspace_id": scope.workspace_id, "campaign_id": one.campaign_id, "occurrence": number, "version": one.version, "slot": slot}
    nobody = {"found": 0, "excluded": 0, "held": 0, "entered": 0, "next_release": 0}
    conn.execute(insert(campaign_occurrences).values(**row, **nobody, state="freezing", begun_at=now))
    return number


def slot_of(one: Campaign, opened: Opening) -> str:
    """The name of an opening. One that does not repeat takes place once for each launch; the same day of a schedule once for ever."""
    return opened.slot if one.spec.recurring else f"{one.version}:{opened.slot}"


def _rows(scope: Scope, one: Campaign, number: int, people: Sequence[int], mine: Places, turns: Instants) -> list[dict[str, object]]:
    found = []
    for person, place, turn in zip(people, mine.tolist(), turns.tolist(), strict=True):
        state = "held" if place == HELD else "waiting" if place == REST else "ready"
        found.append(
            {
                "workspace_id": scope.workspace_id,
                "campaign_id": one.campaign_id,
                "occurrence": number,
                "person_id": person,
                "variant": place if place >= 0 else None,
                "state": state,
                "planned_at": turn,
                "due_at": turn if state == "ready" else None,
            }
        )
    return found
