"""How do flows give tags? All that are to be set alike are one action by hand, done once, that can be undone on the tag's page.

What belongs to an action is written down before it is made, and an action carries the number of its first effect: whoever finds it there
after a crash does not make it again.
"""

import json
import logging
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select, update

from uems.access.api import Access, operator
from uems.identity import api as identity
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.flows.tables import flow_effects
from uems.profiles import api as profiles

_logger = logging.getLogger("uems.flows")
_AT_ONCE: Final = 5_000
_E = flow_effects.c


def do_tags(house: House, scope: Scope, now: datetime) -> bool:
    """Make one action of the oldest effects of a workspace that say the same; whether there was any."""
    mine = (_E.workspace_id == scope.workspace_id, _E.kind == "tag")
    query = select(flow_effects).where(*mine).order_by(_E.attempts.desc(), _E.effect_id).limit(_AT_ONCE)
    with house.store.read() as conn:
        rows = [dict(row) for row in conn.execute(query).mappings()]
    if not rows:
        return False
    # What was begun comes first, and with nothing that came later.
    first = rows[0]
    alike = [row for row in rows if _said(row) == _said(first) and row["attempts"] == first["attempts"]]
    numbers: list[Any] = [row["effect_id"] for row in alike]
    if not first["attempts"]:
        with house.store.write() as conn:
            conn.execute(update(flow_effects).where(_E.effect_id.in_(numbers)).values(attempts=1))
    note = f"flow effect {min(numbers)}"
    tag = first["body"]["tag"]
    known = identity.people_of(house.store, scope, {row["person_id"] for row in alike})
    people = sorted({person.person_id for person in known.values()})
    try:
        if people and not _made(house, scope, tag, note):
            actor = replace(operator(), actor_id="flows", label="flows")
            profiles.set_tag(house, Access(scope=scope, actor=actor, now=now), tag, people, first["body"]["value"], note=note)
        if people:
            profiles.refresh(house, scope, profiles.as_of(house.store, scope, now), people, tags=[tag])
    except UemsError as error:
        if error.passes:
            raise
        _logger.error("the tag %s could not be set for %d people of flow %d: %s", tag, len(people), first["flow_id"], error)
    with house.store.write() as conn:
        conn.execute(delete(flow_effects).where(_E.effect_id.in_(numbers)))
    return True


def _said(row: dict[str, Any]) -> tuple[int, str]:
    return row["flow_id"], json.dumps(row["body"], sort_keys=True)


def _made(house: House, scope: Scope, tag: str, note: str) -> bool:
    """Whether the action is there. One that a dying process left half made is undone by nobody, and counts for nothing."""
    found = profiles.batches_of(house.store, scope, tag, limit=200)
    return any(one.note == note and (one.undone_at is None or bool(one.undone_by)) for one in found)
