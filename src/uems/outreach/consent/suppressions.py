"""To which addresses is nothing sent, whoever has them? Bounces and complaints put them here by themselves, people by hand or by a list."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress as suppressing
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, select

from uems.access.api import Access, audit
from uems.collect import api as collect
from uems.kernel import mail
from uems.kernel.errors import UemsError, not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store, upsert_many
from uems.outreach import phone
from uems.outreach.registry import CHANNELS
from uems.outreach.tables import outreach_suppressions as table

_C = table.c
_KEY: Final = ("workspace_id", "channel", "address")
MOST_AT_ONCE: Final = 100_000
_COLUMNS: Final = ("channel", "address", "reason", "detail", "at", "by")
_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """An address. reason: "bounce", "complaint", "manual" or "import"."""

    channel: str
    address: str
    reason: str
    detail: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a list of addresses: new ones, known ones, and those that are none, with the line of each."""

    added: int
    known: int
    refused: Sequence[tuple[int, str]]


def spelling(channel: str, given: str) -> str:
    """The one spelling of an address; raises ValueError for what is none."""
    text = given.strip()
    if CHANNELS.get(channel).medium == "email":
        return mail.address(text).lower()
    if CHANNELS.get(channel).medium == "phone":
        return phone.spelled(text)
    if not 0 < len(text) <= 400 or any(letter < " " for letter in text):
        raise ValueError("is no address")
    return text.lower()


def kept_spelling(channel: str, address: str) -> str:
    """The spelling of an address that somebody had; as it stands where it is none."""
    if any(one.key == channel and one.medium == "phone" for one in CHANNELS):
        with suppressing(ValueError):
            return phone.spelled(address)
    return address.lower()


def suppress(conn: Connection, workspace_id: int, channel: str, address: str, reason: str, detail: str, now: datetime, by: str) -> bool:
    """Send nothing there any more; False where that is known. One that is there keeps its reason."""
    row = {"workspace_id": workspace_id, "channel": channel, "address": kept_spelling(channel, address)[:400], "reason": reason}
    return bool(
        upsert_many(conn, table, [{**row, "detail": detail[:2_000], "at": now, "by": by}], ["workspace_id", "channel", "address"], ())
    )


def add_addresses(store: Store, access: Access, channel: str, lines: Sequence[str], reason: str) -> Taken:
    """Take addresses over; what is none is said line by line, and stops nobody else. Audited. Raises ``too_many_addresses`` (422)."""
    if len(lines) > MOST_AT_ONCE:
        raise UemsError("too_many_addresses", f"{len(lines)} addresses at once; at most {MOST_AT_ONCE}. Send them in parts.", status=422)
    good: dict[str, None] = {}
    refused: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            good[spelling(channel, line)] = None
        except ValueError as error:
            refused.append((number, str(error)[:200]))
    workspace_id, by = access.scope.workspace_id, access.actor.label[:300]
    said = {"channel": channel, "reason": reason, "detail": "", "at": access.now, "by": by}
    with store.write() as conn:
        rows = [{"workspace_id": workspace_id, "address": address, **said} for address in good]
        added = upsert_many(conn, table, rows, _KEY, ())
        if added:
            audit(conn, access, "suppression.added", f"channel:{channel}", None, {"added": added, "reason": reason})
    return Taken(added=added, known=len(good) - added, refused=refused)


def remove_address(store: Store, access: Access, channel: str, address: str) -> None:
    """Let messages go there again. Audited; raises ``not_found``."""
    spelt = {address.strip().lower(), kept_spelling(channel, address.strip())}
    with store.write() as conn:
        mine = (_C.workspace_id == access.scope.workspace_id, _C.channel == channel, _C.address.in_(sorted(spelt)))
        if not conn.execute(delete(table).where(*mine)).rowcount:
            raise not_found("suppressed address", address[:100])
        audit(conn, access, "suppression.removed", f"channel:{channel}", {"address": address[:400]}, None)


def suppressions(
    store: Store, scope: Scope, *, search: str = "", after: tuple[str, str] | None = None, limit: int = 100
) -> list[Suppression]:
    """Addresses that begin with ``search``, in order; after: the last (channel, address) of the page before."""
    query = select(table).where(_C.workspace_id == scope.workspace_id)
    if search:
        query = query.where(_C.address.startswith(search.strip().lower(), autoescape=True))
    if after is not None:
        query = query.where((_C.channel > after[0]) | ((_C.channel == after[0]) & (_C.address > after[1])))
    with store.read() as conn:
        rows = conn.execute(query.order_by(_C.channel, _C.address).limit(limit)).mappings().all()
    return [Suppression(**{name: row[name] for name in Suppression.__dataclass_fields__}) for row in rows]


def suppressions_csv(store: Store, access: Access) -> Iterator[str]:
    """All of them as a table for other systems and spreadsheets, piece by piece. Audited."""
    with store.write() as conn:
        count = conn.execute(select(func.count()).where(_C.workspace_id == access.scope.workspace_id)).scalar_one()
        audit(conn, access, "suppression.exported", "suppressions", None, {"addresses": count})
    return _pieces(store, access.scope)


def _pieces(store: Store, scope: Scope) -> Iterator[str]:
    yield _lines([_COLUMNS])
    after: tuple[str, str] | None = None
    while found := suppressions(store, scope, after=after, limit=_AT_ONCE):
        yield _lines([[one.channel, one.address, one.reason, one.detail, one.at.isoformat(), one.by] for one in found])
        after = found[-1].channel, found[-1].address


def _lines(rows: Iterable[Sequence[str]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([collect.spreadsheet_safe(value) for value in row] for row in rows)
    return written.getvalue()
