"""What do moves do outside the store? Events that they record, told to the log once the move stands, and once only.

A process that dies in between tells them again under the same message id, which the pipeline knows.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select

from uems.identity.api import tell_of_people
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.flows.tables import flow_effects

_AT_ONCE: Final = 5_000
_E = flow_effects.c


def do_effects(house: House, scope: Scope, now: datetime) -> bool:
    """Tell the log what is to be told of a workspace; whether there was anything."""
    query = select(flow_effects).where(_E.workspace_id == scope.workspace_id, _E.kind.in_(("event", "exposure"))).order_by(_E.effect_id)
    with house.store.read() as conn:
        rows = [dict(row) for row in conn.execute(query.limit(_AT_ONCE)).mappings()]
    if not rows:
        return False
    told = [(row["person_id"], {**row["body"], "messageId": row["key"]}) for row in rows]
    tell_of_people(house, scope, told, now)
    with house.store.write() as conn:
        numbers: list[Any] = [row["effect_id"] for row in rows]
        for start in range(0, len(numbers), 5_000):
            conn.execute(delete(flow_effects).where(_E.effect_id.in_(numbers[start : start + 5_000])))
    return True
