"""Whose code is this, and what does its link do? Codes are short and said aloud; links are signed, and lead where the programme says."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, insert, select, update

from uems.access.api import Access, Workspaces, audit
from uems.collect import api as collect
from uems.identity import api as identity
from uems.kernel.errors import UemsError, not_found
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.store import Store, lock
from uems.superusers.referrals.marks import Marks, joined, read_marks
from uems.superusers.referrals.programmes import read_programme
from uems.superusers.referrals.tables import referral_clicks, referral_codes

_C, _K = referral_codes.c, referral_clicks.c
LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Nothing that is taken for another: no 0 and O, no 1, I and L."""
LENGTH: Final = 8
KEPT: Final = timedelta(days=90)
_PER_HOUR: Final = 30
"""Openings of one link from one address in an hour that are kept; a machine that goes on fills nothing."""
_SIGNATURE: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """person_id: who has it now. opened: how often its link was."""

    code: str
    key: str
    person_id: int
    active: bool
    opened: int
    created_at: datetime
    created_by: str


def issue_code(store: Store, access: Access, key: str, person_id: int, marks: Marks) -> Code:
    """The person's code in a programme: the one they have, or a new one. marks: what is known of them, added to what was. Audited.

    Raises ``not_found``.
    """
    scope = access.scope
    mine = identity.person(store, scope, person_id)
    with store.write() as conn:
        lock(conn, f"referrals:{scope.workspace_id}")
        read_programme(conn, scope.workspace_id, key)
        where = (_C.workspace_id == scope.workspace_id, _C.key == key, _C.person_id.in_(mine.node_ids))
        known = conn.execute(select(referral_codes).where(*where).order_by(_C.created_at, _C.code)).mappings().first()
        if known is not None:
            both = joined(marks, read_marks(known["marks"]))
            if both != known["marks"]:
                conn.execute(update(referral_codes).where(_C.code == known["code"]).values(marks=both))
            return _code(known, mine.person_id)
        code = _new_code(conn)
        row = {
            "code": code,
            "workspace_id": scope.workspace_id,
            "key": key,
            "person_id": mine.person_id,
            "marks": marks,
            "active": True,
            "opened": 0,
            "created_at": access.now,
            "created_by": access.actor.label[:300],
        }
        conn.execute(insert(referral_codes).values(**row))
        audit(conn, access, "referral_code.issued", f"person:{mine.person_id}", None, {"programme": key, "code": code})
        found = conn.execute(select(referral_codes).where(_C.code == code)).mappings().one()
        return _code(found, mine.person_id)


def turn_code(store: Store, access: Access, code: str, *, active: bool) -> Code:
    """Stop a code, or let it count again. Audited. Raises ``not_found``."""
    scope = access.scope
    mine = (_C.workspace_id == scope.workspace_id, _C.code == plain_code(code))
    with store.write() as conn:
        before = conn.execute(select(referral_codes).where(*mine)).mappings().first()
        if before is None:
            raise not_found("referral code", code[:50])
        if before["active"] != active:
            conn.execute(update(referral_codes).where(*mine).values(active=active))
            audit(conn, access, "referral_code.turned", f"code:{plain_code(code)}", {"active": before["active"]}, {"active": active})
        row = conn.execute(select(referral_codes).where(*mine)).mappings().one()
    return _now(store, scope, [row])[0]


def codes_of(store: Store, scope: Scope, *, key: str | None = None, person_id: int | None = None, limit: int = 200) -> list[Code]:
    """Those opened most first; of one programme, or of one person whatever they were merged of."""
    query = select(referral_codes).where(_C.workspace_id == scope.workspace_id).order_by(_C.opened.desc(), _C.code).limit(limit)
    if key is not None:
        query = query.where(_C.key == key)
    if person_id is not None:
        query = query.where(_C.person_id.in_(identity.person(store, scope, person_id).node_ids))
    with store.read() as conn:
        rows = conn.execute(query).mappings().all()
    return _now(store, scope, rows)


def read_code(conn: Connection, where: ColumnElement[bool]) -> RowMapping | None:
    return conn.execute(select(referral_codes).where(where)).mappings().first()


def plain_code(said: str) -> str:
    """A code as it is kept: people write small letters, blanks and hyphens."""
    return "".join(c for c in said.upper() if c.isalnum())[:16]


class Links:
    """Makes and reads what stands in a link: the code with a signature, so that links cannot be tried one after the other."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._key = collect.signing_key(settings, "referral links")

    def token(self, code: str) -> str:
        return f"{code}-{self._sign(code)}"

    def address(self, code: str) -> str:
        settings = self._settings
        base = settings.public_url.rstrip("/") or (f"http://{settings.host}:{settings.port}" if settings.port else "")
        return f"{base}/api/r/{self.token(code)}"

    def read(self, token: str) -> str:
        """The code. Raises ``unknown_link`` (404)."""
        code, _, signature = token.partition("-")
        if not hmac.compare_digest(signature.encode(), self._sign(code).encode()):
            raise _unknown_link()
        return code

    def _sign(self, code: str) -> str:
        made = hmac.new(self._key, code.encode(), hashlib.sha256).digest()
        return base64.b32encode(made).decode()[:_SIGNATURE]


def follow(house: House, token: str, source: str, now: datetime, *, seen: bool) -> str:
    """Where the link leads, with the code and the number of this opening in it; seen: a person opens it, no machine that looks ahead.

    A code that does not count any more leads to the same place, with nothing in it. Raises ``unknown_link`` (404).
    """
    code = Links(house.settings).read(token)
    with house.store.read() as conn:
        row = read_code(conn, _C.code == code)
    if row is None:
        raise _unknown_link()
    scope = Workspaces(house.store).look(row["workspace_id"])
    if scope is None:
        raise _unknown_link()
    with house.store.read() as conn:
        programme = read_programme(conn, scope.workspace_id, row["key"])
    target = programme.spec.target
    if not row["active"] or not programme.takes_codes(scope, now):
        return target
    click = _keep_click(house, scope, code, source, now) if seen else ""
    return _with_parameters(target, {"ref": code, "ref_click": click})


def forget_clicks(store: Store, now: datetime) -> None:
    """Those that nobody can come by any more."""
    with store.write() as conn:
        conn.execute(delete(referral_clicks).where(_K.at < now - KEPT))


def _keep_click(house: House, scope: Scope, code: str, source: str, now: datetime) -> str:
    mark = hmac.new(collect.signing_key(house.settings, "referral marks"), source.encode(), hashlib.sha256).hexdigest()[:32]
    recent = (_K.workspace_id == scope.workspace_id, _K.code == code, _K.source == mark, _K.at > now - timedelta(hours=1))
    with house.store.write() as conn:
        if conn.execute(select(func.count()).select_from(referral_clicks).where(*recent)).scalar_one() >= _PER_HOUR:
            return ""
        click = secrets.token_hex(12)
        row = {"click_id": click, "workspace_id": scope.workspace_id, "code": code, "source": mark, "at": now}
        conn.execute(insert(referral_clicks).values(**row))
        conn.execute(update(referral_codes).where(_C.code == code).values(opened=_C.opened + 1))
    return click


def _with_parameters(target: str, more: dict[str, str]) -> str:
    parts = urlsplit(target)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in more]
    query += [(name, value) for name, value in more.items() if value]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _new_code(conn: Connection) -> str:
    for _ in range(20):
        code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        if read_code(conn, _C.code == code) is None:
            return code
    raise UemsError("no_code_free", "No free code was found in 20 tries. Try again.", status=503)


def _now(store: Store, scope: Scope, rows: Sequence[RowMapping]) -> list[Code]:
    people = identity.people_of(store, scope, {row["person_id"] for row in rows})
    return [_code(row, people[row["person_id"]].person_id if row["person_id"] in people else row["person_id"]) for row in rows]


def _code(row: RowMapping, person_id: int) -> Code:
    return Code(
        code=row["code"],
        key=row["key"],
        person_id=person_id,
        active=row["active"],
        opened=row["opened"],
        created_at=row["created_at"],
        created_by=row["created_by"],
    )


def _unknown_link() -> UemsError:
    return UemsError("unknown_link", "This link is not complete, or was not made here. Ask whoever sent it for a new one.", status=404)
