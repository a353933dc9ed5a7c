"""Which conversations are there, and what was said in one? Each with the person who has the number now, whatever was merged since."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, or_, select

from uems.identity import api as identity
from uems.kernel.errors import not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store
from uems.outreach.tables import outreach_messages
from uems.outreach.talks.model import Conversation, Entry, Wanted
from uems.outreach.talks.tables import conversation_messages, conversations

_C, _M, _O = conversations.c, conversation_messages.c, outreach_messages.c
_FIELDS: Final = tuple(Conversation.__dataclass_fields__)
_ENTRY: Final = tuple(name for name in Entry.__dataclass_fields__ if name not in ("state", "reason", "detail", "undo_until"))
MOST_ENTRIES: Final = 500
_ESCAPE: Final = "\\"


def list_conversations(store: Store, scope: Scope, wanted: Wanted, *, after: tuple[datetime, int] | None, limit: int) -> list[Conversation]:
    """Those in which something was said last first, behind a place (when, number)."""
    query = select(*[_C[name] for name in _FIELDS]).where(*_conditions(scope, wanted))
    if after is not None:
        query = query.where(or_(_C.last_at < after[0], and_(_C.last_at == after[0], _C.conversation_id < after[1])))
    with store.read() as conn:
        rows = conn.execute(query.order_by(_C.last_at.desc(), _C.conversation_id.desc()).limit(limit)).mappings().all()
    return with_owners(store, scope, rows)


def count_conversations(store: Store, scope: Scope, wanted: Wanted) -> dict[str, int]:
    """Status → how many, of those that are wanted whatever their status."""
    query = select(_C.status, func.count()).where(*_conditions(scope, replace(wanted, status=""))).group_by(_C.status)
    with store.read() as conn:
        return {row[0]: row[1] for row in conn.execute(query)}


def conversation(store: Store, scope: Scope, number: int) -> Conversation:
    """Raises ``not_found``."""
    with store.read() as conn:
        row = locked(conn, scope, number)
    return with_owners(store, scope, [row])[0]


def locked(conn: Connection, scope: Scope, number: int, *, lock: bool = False) -> RowMapping:
    """The row as it stands. lock: nobody else changes it until this transaction ends. Raises ``not_found``."""
    query = select(conversations).where(_C.workspace_id == scope.workspace_id, _C.conversation_id == number)
    if lock and conn.dialect.name == "postgresql":
        query = query.with_for_update()
    row = conn.execute(query).mappings().first()
    if row is None:
        raise not_found("conversation", str(number))
    return row


def entries_of(store: Store, scope: Scope, number: int) -> list[Entry]:
    """What was said, the oldest first; of a very long one the last 500."""
    joined = and_(_O.workspace_id == _M.workspace_id, _O.message_id == _M.message_id)
    sent = (_O.state, _O.reason, _O.detail, _O.next_at)
    query = select(*[_M[name] for name in _ENTRY], *sent).select_from(conversation_messages.outerjoin(outreach_messages, joined))
    mine = (_M.workspace_id == scope.workspace_id, _M.conversation_id == number)
    with store.read() as conn:
        rows = conn.execute(query.where(*mine).order_by(_M.at.desc(), _M.entry_id.desc()).limit(MOST_ENTRIES)).mappings().all()
    return [_entry(row) for row in reversed(rows)]


def tags_text(tags: Sequence[str]) -> str:
    """Tags as they are kept: each on a line, with a line end on both sides, so that one can be looked for."""
    return "\n" + "".join(f"{tag}\n" for tag in tags) if tags else ""


def with_owners(store: Store, scope: Scope, rows: Sequence[RowMapping]) -> list[Conversation]:
    """With the number of whoever has it now; one that is gone keeps the number that it had."""
    owners = identity.people_of(store, scope, {row["person_id"] for row in rows})
    found = []
    for row in rows:
        known: dict[str, Any] = {name: row[name] for name in _FIELDS} | {"tags": row["tags"].split()}
        owner = owners.get(row["person_id"])
        found.append(Conversation(**known | ({"person_id": owner.person_id} if owner is not None else {})))
    return found


def _entry(row: RowMapping) -> Entry:
    known: dict[str, Any] = {name: row[name] for name in _ENTRY}
    waits = row["state"] == "queued" and not row["taken_back"]
    sent: dict[str, Any] = {name: row[name] or "" for name in ("state", "reason", "detail")}
    return Entry(**known, **sent, undo_until=row["next_at"] if waits else None)


def _conditions(scope: Scope, wanted: Wanted) -> list[ColumnElement[bool]]:
    found = [_C.workspace_id == scope.workspace_id]
    found += [_C[name] == value for name in ("status", "assignee", "team", "channel") if (value := getattr(wanted, name))]
    if wanted.unread is not None:
        found.append(_C.unread.is_(wanted.unread))
    if wanted.nodes:
        found.append(_C.person_id.in_(wanted.nodes))
    if wanted.tag:
        found.append(_contains(_C.tags, tags_text([wanted.tag])))
    if wanted.text:
        said = select(_M.conversation_id).where(_M.workspace_id == scope.workspace_id, _contains(_M.text, wanted.text))
        found.append(or_(_contains(_C.subject, wanted.text), _C.conversation_id.in_(said)))
    return found


def _contains(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    plain = text.lower()
    for sign in (_ESCAPE, "%", "_"):
        plain = plain.replace(sign, _ESCAPE + sign)
    return func.lower(column).like(f"%{plain}%", escape=_ESCAPE)
