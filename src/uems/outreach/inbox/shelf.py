"""Which messages wait for somebody's browser, and what did they do with them?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update

from uems.kernel.errors import not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store, upsert_many
from uems.outreach.channel import Letter
from uems.outreach.inbox.tables import outreach_inbox as table
from uems.outreach.messages.touching import counted

Done: TypeAlias = Literal["shown", "clicked", "dismissed"]
MOST: Final = 50
"""Messages that a browser gets at once, the latest."""
OVERLAP: Final = timedelta(seconds=30)
"""How far back is looked again: a change is seen only after its transaction, and clocks of several servers differ."""
_C = table.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A message as its reader's browser gets it."""

    message_id: int
    layout: str
    language: str
    title: str
    text: str
    image_url: str
    button: str
    link: str
    reply: str
    at: datetime
    expires_at: datetime
    shown_at: datetime | None
    clicked_at: datetime | None
    dismissed_at: datetime | None
    changed_at: datetime


_FIELDS: Final = tuple(Item.__dataclass_fields__)


def put(store: Store, scope: Scope, letter: Letter, person_id: int, until: datetime) -> bool:
    """Lay a message there; False where it lies there already: sent again after a crash, it is one message."""
    extras = letter.parameters
    row = {
        "message_id": letter.message_id,
        "workspace_id": scope.workspace_id,
        "person_id": person_id,
        "address": letter.address,
        "layout": extras.get("layout", "card"),
        "language": letter.language,
        "title": letter.subject,
        "text": letter.text,
        "image_url": extras.get("image_url", ""),
        "button": extras.get("button", ""),
        "link": extras.get("link", ""),
        "reply": extras.get("reply", "")[:3],
        "at": letter.at,
        "expires_at": until,
        "changed_at": letter.at,
    }
    with store.write() as conn:
        return bool(upsert_many(conn, table, [row], ["message_id"], ()))


def _mine(workspace_id: int, addresses: Sequence[str]) -> ColumnElement[bool]:
    return (_C.workspace_id == workspace_id) & _C.address.in_(addresses)


def items(store: Store, workspace_id: int, addresses: Sequence[str], now: datetime, since: datetime | None = None) -> list[Item]:
    """What lies there, the latest first. since: only what changed then or later, with what was put away."""
    wanted = _C.dismissed_at.is_(None) if since is None else _C.changed_at >= since - OVERLAP
    query = select(*[_C[name] for name in _FIELDS]).where(_mine(workspace_id, addresses), _C.expires_at > now, wanted)
    with store.read() as conn:
        rows = conn.execute(query.order_by(_C.at.desc(), _C.message_id.desc()).limit(MOST)).mappings().all()
    return [Item(**row) for row in rows]


def unread(store: Store, workspace_id: int, addresses: Sequence[str], now: datetime) -> int:
    """Cards that nobody looked at yet."""
    fresh = (_C.shown_at.is_(None), _C.dismissed_at.is_(None), _C.layout == "card", _C.expires_at > now)
    query = select(func.count()).select_from(table).where(_mine(workspace_id, addresses), *fresh)
    with store.read() as conn:
        return int(conn.execute(query).scalar_one())


def report(store: Store, workspace_id: int, addresses: Sequence[str], message_id: int, done: Done, agent: str, now: datetime) -> bool:
    """Write down what the reader did, once; False where that is known. Told as an opening or a click. Raises ``not_found``."""
    column = {"shown": _C.shown_at, "clicked": _C.clicked_at, "dismissed": _C.dismissed_at}[done]
    mine = (_C.message_id == message_id, _mine(workspace_id, addresses), _C.expires_at > now)
    with store.write() as conn:
        row = conn.execute(select(_C.link, _C.shown_at).where(*mine)).first()
        if row is None:
            raise not_found("message", str(message_id))
        said = {column.name: now, "changed_at": now}
        if row.shown_at is None:
            said["shown_at"] = now  # whoever clicked it or put it away has seen it
        fresh = conn.execute(update(table).where(*mine, column.is_(None)).values(**said)).rowcount
        if fresh:
            _tell(conn, workspace_id, message_id, done, row.link, agent, now, first=row.shown_at is None)
    return bool(fresh)


def _tell(conn: Connection, workspace_id: int, message_id: int, done: Done, link: str, agent: str, now: datetime, *, first: bool) -> None:
    if first:
        counted(conn, workspace_id, message_id, "open", "", agent, now)
    if done == "clicked":
        counted(conn, workspace_id, message_id, "click", link, agent, now)
    elif done == "dismissed":
        counted(conn, workspace_id, message_id, "dismiss", "", agent, now)


def answered(store: Store, workspace_id: int, addresses: Sequence[str], message_id: int, now: datetime) -> tuple[int, str]:
    """(the number that its reader had, title) of a message that may be answered. Raises ``not_found`` for any other."""
    mine = (_C.message_id == message_id, _mine(workspace_id, addresses), _C.expires_at > now, _C.reply == "yes")
    with store.read() as conn:
        row = conn.execute(select(_C.person_id, _C.title).where(*mine)).first()
    if row is None:
        raise not_found("message that can be answered", str(message_id))
    return row.person_id, row.title


def lately(store: Store, since: datetime, limit: int = 10_000) -> list[tuple[int, str, int, datetime]]:
    """(workspace, address, message, when) of what changed since then, the latest first."""
    query = select(_C.workspace_id, _C.address, _C.message_id, _C.changed_at).where(_C.changed_at >= since)
    with store.read() as conn:
        return [(row[0], row[1], row[2], row[3]) for row in conn.execute(query.order_by(_C.changed_at.desc()).limit(limit))]


def sweep(conn: Connection, now: datetime) -> int:
    """Let go of what nobody may read any more."""
    return conn.execute(delete(table).where(or_(_C.expires_at <= now, _C.dismissed_at <= now - timedelta(days=1)))).rowcount
