"""Who opened a letter or followed a link: the person, or a machine that looks at every letter before they do?

By behaviour: asked for ahead of time, sooner than anybody reads, one link after the other, or by a program that says what it is. Such
a touch is kept with its reason and counts for nothing. What is told of a person waits until it is sure that no other link follows.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from uems.kernel.store import Store, insert_many
from uems.outreach.tables import outreach_messages, outreach_news
from uems.outreach.tables import outreach_touches as table

Touch: TypeAlias = Literal["open", "click", "dismiss"]
"""dismiss: put away without following it; only pages tell of that."""
TOO_SOON: Final = timedelta(seconds=4)
EVERY_LINK: Final = 3
WITHIN: Final = timedelta(seconds=10)
_PROGRAMS: Final = (
    "bot",
    "spider",
    "crawl",
    "scanner",
    "barracuda",
    "proofpoint",
    "mimecast",
    "safelinks",
    "curl/",
    "wget/",
    "python-",
    "go-http-client",
    "okhttp",
    "headless",
    "preview",
)
_AHEAD: Final = ("purpose", "sec-purpose", "x-purpose", "x-moz")
_EVENTS: Final[Mapping[str, str]] = {"open": "message.opened", "click": "message.clicked"}
_FACTS: Final = {
    "channel": "channel",
    "template": "template_id",
    "origin": "origin_type",
    "origin_id": "origin_id",
    "node": "origin_node",
}
_M, _T, _N = outreach_messages.c, table.c, outreach_news.c
_COLUMNS: Final = (_M.workspace_id, _M.message_id, _M.person_id, _M.sent_at, *(_M[name] for name in _FACTS.values()))


def machine(headers: Mapping[str, str], sent_at: datetime | None, now: datetime, what: Touch) -> str:
    """Why a request is taken for a machine's, by itself; "" for a person's. headers: lower-case names."""
    if any("prefetch" in headers.get(name, "").lower() or "preview" in headers.get(name, "").lower() for name in _AHEAD):
        return "prefetch"
    agent = headers.get("user-agent", "").lower()
    if not agent or any(word in agent for word in _PROGRAMS):
        return "program"
    if what == "click" and sent_at is not None and now - sent_at < TOO_SOON:
        return "too_soon"
    return ""


def touch(store: Store, workspace_id: int, message_id: int, what: Touch, url: str, headers: Mapping[str, str], now: datetime) -> str:
    """Write down an opening or a click; the verdict: "person", or why it is taken for a machine."""
    with store.write() as conn:
        message = _message(conn, workspace_id, message_id)
        if message is None:
            return "gone"
        verdict = machine(headers, message["sent_at"], now, what) or "person"
        _write(conn, workspace_id, message_id, what, url, headers.get("user-agent", ""), verdict, now)
        if what == "click" and _follows_all(conn, workspace_id, message_id, now):
            return "every_link"
        if verdict == "person":
            _tell(conn, message, what, url, now)
    return verdict


def counted(conn: Connection, workspace_id: int, message_id: int, what: Touch, url: str, agent: str, now: datetime) -> None:
    """Write down what somebody did with a message inside the company's own page, in this transaction: no scanner comes there."""
    message = _message(conn, workspace_id, message_id)
    if message is not None:
        _write(conn, workspace_id, message_id, what, url, agent, "person", now)
        _tell(conn, message, what, url, now)


def _message(conn: Connection, workspace_id: int, message_id: int) -> RowMapping | None:
    mine = (_M.workspace_id == workspace_id, _M.message_id == message_id)
    return conn.execute(select(*_COLUMNS).where(*mine)).mappings().first()


def _write(conn: Connection, workspace_id: int, message_id: int, what: Touch, url: str, agent: str, verdict: str, now: datetime) -> None:
    row = {"workspace_id": workspace_id, "message_id": message_id, "what": what, "at": now, "url": url[:2_000]}
    conn.execute(insert(table).values(**row, agent=agent[:200], verdict=verdict))


def _tell(conn: Connection, message: RowMapping, what: Touch, url: str, now: datetime) -> None:
    """The first opening and the first click of a person count, and are told."""
    if what == "dismiss":
        return
    column = _M.opened_at if what == "open" else _M.clicked_at
    this = update(outreach_messages).where(_M.message_id == message["message_id"], column.is_(None))
    if not conn.execute(this.values({column.name: now, "changed_at": now})).rowcount:
        return
    facts = {"message": message["message_id"], **{name: message[source] for name, source in _FACTS.items() if message[source]}}
    facts |= {"url": url[:500]} if url else {}
    told = {name: message[name] for name in ("workspace_id", "message_id", "person_id")}
    insert_many(conn, outreach_news, [{**told, "event": _EVENTS[what], "at": now, "properties": facts}])


def _follows_all(conn: Connection, workspace_id: int, message_id: int, now: datetime) -> bool:
    """Whether several links were followed within seconds; then none of these clicks was a person's, and nothing is told of them."""
    near = (_T.workspace_id == workspace_id, _T.message_id == message_id, _T.what == "click", _T.at > now - WITHIN)
    if len(set(conn.execute(select(_T.url).where(*near)).scalars())) < EVERY_LINK:
        return False
    conn.execute(update(table).where(*near).values(verdict="every_link"))
    mine = (_M.workspace_id == workspace_id, _M.message_id == message_id, _M.clicked_at > now - WITHIN)
    conn.execute(update(outreach_messages).where(*mine).values(clicked_at=None))
    untold = (_N.workspace_id == workspace_id, _N.message_id == message_id, _N.event == _EVENTS["click"])
    conn.execute(delete(outreach_news).where(*untold))
    return True
