"""For whom was anything meant in a stretch of time, held out or not? So that both can be compared from the same instant on.

Somebody counts from the first message on that anybody asked to be sent to them. That one was asked for before any other could change
what they did, so it comes to both alike; only then does the one group get it.
"""

from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select

from uems.kernel.scope import Scope
from uems.kernel.store import Store, to_microseconds
from uems.outreach.acting import Touched
from uems.outreach.flows.tables import flows
from uems.outreach.holdouts.assigning import Holdout, Period
from uems.outreach.tables import outreach_messages

_M, _F = outreach_messages.c, flows.c


def meant_for(store: Store, scope: Scope, holdout: Holdout, period: Period) -> Touched:
    """Everybody for whom a message of the holdout was asked in the period, sent or not, by the first time."""
    with store.read() as conn:
        wanted = _asked(conn, scope, holdout.everything, period)
        query = select(_M.person_id, func.min(_M.enqueued_at)).where(*wanted, *_within(_M.enqueued_at, period))
        rows = [(int(number), to_microseconds(at)) for number, at in conn.execute(query.group_by(_M.person_id).order_by(_M.person_id))]
    person = np.array([number for number, _ in rows], np.uint64)
    return Touched(person=person, since_us=np.array([at for _, at in rows], np.int64), held=period.held(person), both=0)


def cost_in_period(store: Store, scope: Scope, everything: bool, period: Period) -> int:
    """What the messages of the period cost, in millionths of the workspace's currency."""
    with store.read() as conn:
        wanted = _asked(conn, scope, everything, period)
        query = select(func.coalesce(func.sum(_M.cost_micros), 0)).where(*wanted, _M.sent_at.is_not(None), *_within(_M.sent_at, period))
        return int(conn.execute(query).scalar_one())


def _asked(conn: Connection, scope: Scope, everything: bool, period: Period) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [_M.workspace_id == scope.workspace_id, _M.kind != "service", _M.origin_type != "test"]
    if everything:
        return wanted
    keys: dict[str, list[str]] = {"flow": [], "campaign": []}
    for kind, key in period.members:
        keys[kind].append(key)
    numbers = conn.execute(select(_F.flow_id).where(_F.workspace_id == scope.workspace_id, _F.key.in_(keys["flow"]), _F.dry_of.is_(None)))
    flow_ids = [str(number) for number in numbers.scalars()]
    members = [and_(_M.origin_type == kind, _M.origin_id.in_(ids)) for kind, ids in (("flow", flow_ids), ("campaign", keys["campaign"]))]
    return [*wanted, or_(false(), *members)]


def _within(column: Any, period: Period) -> list[ColumnElement[bool]]:
    return [column >= period.start, *([] if period.end is None else [column < period.end])]
