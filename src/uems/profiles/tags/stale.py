"""Which tags hold what they were before somebody changed the roles they go by? They say so until they are computed anew.

A role that another event plays now changes what a tag means. The mark is kept in the tag's state, in the transaction that changes the
role; the loop that follows tags is told, and computes everybody. What is computed of some people meanwhile does not take it away.
"""

from dataclasses import replace

from sqlalchemy import Connection

from uems.access.api import Access
from uems.kernel.errors import UemsError
from uems.kernel.store import upsert_many
from uems.profiles.roles.model import ROLES, Mapped, Roles
from uems.profiles.roles.relations import tellings_of
from uems.profiles.tables import tag_states as t
from uems.profiles.tags.config import is_scored, read_config
from uems.profiles.tags.definitions import read_definitions
from uems.profiles.tags.lineage import lineage_of
from uems.profiles.tags.passes import NOBODY, announce_in
from uems.profiles.tags.states import ROLES_CHANGED, read_states, row_of


def changed_roles(before: Roles, after: Roles) -> list[str]:
    """Roles that something else plays."""
    return [key for key in ROLES if _players(before.mapped.get(key)) != _players(after.mapped.get(key))]


def _players(mapped: Mapped | None) -> tuple[tuple[str, ...], str]:
    return (mapped.events, mapped.property) if mapped is not None else ((), "")


def mark_stale(conn: Connection, access: Access, before: Roles, after: Roles) -> list[str]:
    """Mark every tag that goes by a role that changed, or asks one that does, as computed by what it was; their keys."""
    workspace_id = access.scope.workspace_id
    changed, relations = set(changed_roles(before, after)), tellings_of(before) != tellings_of(after)
    states, marked = read_states(conn, workspace_id), set[str]()
    asked: dict[str, set[str]] = {}
    for key, saved in read_definitions(conn, workspace_id).items():
        try:
            config = read_config(saved.tag)
        except UemsError:
            continue
        if not saved.tag.enabled or is_scored(config):
            continue
        made = lineage_of(config, after)
        asked[key] = set(made.tags)
        if set(made.roles) & changed or (made.relations and relations):
            marked.add(key)
    while more := {key for key, tags in asked.items() if tags & marked} - marked:
        marked |= more
    known = sorted(key for key in marked if key in states and states[key].version)
    rows = [
        row_of(workspace_id, key, replace(states[key], full_at=None, error_code=ROLES_CHANGED, error="", error_at=access.now))
        for key in known
    ]
    if rows:
        upsert_many(conn, t, rows, ("workspace_id", "key"))
        announce_in(conn, workspace_id, people=[NOBODY])
    return known
