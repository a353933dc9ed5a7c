"""Is this id one of somebody who was erased? Only keyed hashes are kept, so that what is old and comes again is turned away.

What happened at or before the erasure is refused for ever. Later events are refused too, until the id identifies itself anew by a call
that is no import: that is a new consent, and it makes a new person. A workspace can rule that out (``erased_may_return``).
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select, update

from uems.collect import api as collect
from uems.identity.model import ANONYMOUS_ID, USER_ID
from uems.identity.rules import touch_rules
from uems.identity.tables import identity_erased_numbers, identity_erasures, identity_tombstones
from uems.kernel.errors import UemsError
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.store import Store, to_microseconds, upsert_many

_T, _N, _E = identity_tombstones.c, identity_erased_numbers.c, identity_erasures.c
_LENGTH: Final = 48
_NO_CONSENT: Final = frozenset({"import", "source", "system"})
"""Channels whose identify calls are no word of the person themselves."""


def tombstone_key(settings: Settings) -> bytes:
    """What ids are hashed with: without it nobody can try out phone numbers on the hashes."""
    return collect.signing_key(settings, "erased ids")


def hashed(key: bytes, workspace_id: int, kind: str, value: str) -> str:
    """The hash of an id in normal form; another one in every workspace."""
    return hmac.new(key, f"{workspace_id}\0{kind}\0{value}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:_LENGTH]


@dataclass(slots=True)
class Tombstones:
    """Those of one workspace, as a batch of events is judged by them. known: hash → (erased, in ms since 1970; whether they returned)."""

    workspace_id: int
    key: bytes
    may_return: bool
    known: dict[str, tuple[int, bool]] = field(default_factory=dict)
    _cache: dict[tuple[str, str], str] = field(default_factory=dict)

    def of(self, kind: str, value: str) -> str | None:
        """The hash of an id that was erased once; None for any other."""
        found = self._cache.get((kind, value))
        if found is None:
            if len(self._cache) > 200_000:
                self._cache.clear()
            found = self._cache[kind, value] = hashed(self.key, self.workspace_id, kind, value)
        return found if found in self.known else None

    def bars_id(self, kind: str, value: str) -> bool:
        """Whether the id names nobody now: it was erased, and has not come back."""
        mark = self.of(kind, value)
        return mark is not None and not self.known[mark][1]

    def bars_claim(self, kind: str, value: str, ts_ms: int) -> bool:
        """Whether a claim of this time must not bring the id back. An e-mail or phone that somebody tells later is theirs to tell."""
        mark = self.of(kind, value)
        if mark is None:
            return False
        erased_ms, returned = self.known[mark]
        return ts_ms <= erased_ms or (kind in (USER_ID, ANONYMOUS_ID) and not returned)

    def returns(self, ids: Sequence[tuple[str, str]], ts_ms: int, event_type: str, channel: str) -> list[str]:
        """The hashes of those of the ids that this event brings back: they identify themselves anew."""
        if not self.may_return or event_type != "identify" or channel in _NO_CONSENT:
            return []
        marks = [mark for kind, value in ids if (mark := self.of(kind, value)) is not None]
        return [mark for mark in marks if not self.known[mark][1] and ts_ms > self.known[mark][0]]

    def bars_event(self, main: tuple[str, str], ts_ms: int) -> bool:
        """Whether an event that is stored under this id is refused."""
        mark = self.of(*main)
        if mark is None:
            return False
        erased_ms, returned = self.known[mark]
        return ts_ms <= erased_ms or not returned


def read_tombstones(conn: Connection, workspace_id: int, key: bytes, may_return: bool) -> Tombstones | None:
    """None where nobody was ever erased, which costs nothing."""
    rows = conn.execute(select(_T.id_hash, _T.erased_at, _T.returned_at).where(_T.workspace_id == workspace_id)).all()
    if not rows:
        return None
    known = {row.id_hash: (to_microseconds(row.erased_at) // 1000, row.returned_at is not None) for row in rows}
    return Tombstones(workspace_id, key, may_return, known)


def mark_returned(store: Store, workspace_id: int, marks: Iterable[str], now: datetime) -> None:
    """They came back by themselves: later events of these ids are taken again, as a new person's."""
    with store.write() as conn:
        for mark in sorted(set(marks)):
            mine = (_T.workspace_id == workspace_id, _T.id_hash == mark, _T.returned_at.is_(None))
            conn.execute(update(identity_tombstones).where(*mine).values(returned_at=now))
        touch_rules(conn, workspace_id, now)


def write_tombstones(
    conn: Connection, workspace_id: int, key: bytes, erasure_id: str, ids: Iterable[tuple[str, str]], now: datetime
) -> None:
    """Erased now; an id that had been erased before, and had returned, is erased anew."""
    rows = [
        {
            "workspace_id": workspace_id,
            "id_hash": hashed(key, workspace_id, kind, value),
            "erasure_id": erasure_id,
            "erased_at": now,
            "returned_at": None,
        }
        for kind, value in ids
    ]
    upsert_many(conn, identity_tombstones, rows, ["workspace_id", "id_hash"])


def erased_among(conn: Connection, workspace_id: int, numbers: Iterable[int]) -> dict[int, str]:
    """number → the erasure, of those numbers that are nobody any more."""
    wanted, found = sorted(set(numbers)), {}
    for start in range(0, len(wanted), 500):
        mine = (_N.workspace_id == workspace_id, _N.node_id.in_(wanted[start : start + 500]))
        found.update({row.node_id: row.erasure_id for row in conn.execute(select(_N.node_id, _N.erasure_id).where(*mine))})
    return found


def erased_numbers(store: Store, scope: Scope, numbers: Collection[int]) -> set[int]:
    """Those of the numbers that are of somebody who was erased, and so nobody any more."""
    with store.read() as conn:
        anybody = conn.execute(select(_N.node_id).where(_N.workspace_id == scope.workspace_id).limit(1)).first()
        return set(erased_among(conn, scope.workspace_id, numbers)) if anybody is not None else set()


def refuse_erased(conn: Connection, workspace_id: int, numbers: Iterable[int]) -> None:
    """Raise ``person_erased`` (410) where one of these numbers is of somebody who was erased: it says when and by whom."""
    found = erased_among(conn, workspace_id, numbers)
    if not found:
        return
    number, erasure_id = min(found.items())
    mine = (_E.workspace_id == workspace_id, _E.erasure_id == erasure_id)
    row = conn.execute(select(_E.requested_at, _E.requested_by, _E.state).where(*mine)).one()
    raise UemsError(
        "person_erased",
        f"Person {number} was erased on {row.requested_at:%Y-%m-%d %H:%M} UTC by {row.requested_by}. Nothing of them can be shown, joined "
        "or parted any more.",
        status=410,
        details={
            "person_id": number,
            "erasure_id": erasure_id,
            "at": row.requested_at.isoformat(),
            "by": row.requested_by,
            "state": row.state,
        },
    )
