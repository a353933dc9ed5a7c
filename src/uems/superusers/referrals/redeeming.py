"""Somebody came by a code: who brought them, is it somebody new, and does anything speak against it? Decided once for each person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, RowMapping, delete, insert, select

from uems.access.api import Workspaces
from uems.identity import api as identity
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import lock, upsert_many
from uems.superusers.referrals import marks as marks_
from uems.superusers.referrals import news
from uems.superusers.referrals.codes import plain_code, read_code
from uems.superusers.referrals.marks import Facts, Marks
from uems.superusers.referrals.model import Referral
from uems.superusers.referrals.programmes import Programme, read_programme
from uems.superusers.referrals.spec import CHECKS, Check, Reason
from uems.superusers.referrals.tables import referral_clicks, referral_codes, referral_waiting, referrals

_R, _C, _K, _W = referrals.c, referral_codes.c, referral_clicks.c, referral_waiting.c
_SIBLINGS: Final = 1_000
"""The latest of those whom the same person brought; more are not compared."""
_UP: Final = 100
"""How far the chain of inviters is followed; the making of the tree breaks rings that are longer."""
PATIENCE: Final = timedelta(days=7)
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed:
    """referral: None while nothing is known of the person yet; it is decided when an event of theirs has come in.

    again: they had come by a code before, and that one counts.
    """

    referral: Referral | None
    again: bool = False


def redeem(house: House, scope: Scope, code: str, click_id: str, user: tuple[str, str], facts: Facts, now: datetime) -> Redeemed:
    """``user`` (kind and value of an id) came by ``code``, or by the opening ``click_id`` of a link. Safe to repeat.

    Raises ``unknown_code`` (404) and ``code_over`` (409) for one that does not count at this instant.
    """
    with house.store.read() as conn:
        row, click, programme = _look(conn, scope, code, click_id)
    if not row["active"] or not programme.takes_codes(scope, now):
        raise _over(row, programme)
    person = identity.find_person(house.store, scope, *user)
    if person is None:
        told = marks_.marks_of(house.settings, scope.workspace_id, facts, ())
        waiting = {
            "workspace_id": scope.workspace_id,
            "user_kind": user[0],
            "user_value": user[1],
            "code": row["code"],
            "click_id": click["click_id"] if click else "",
            "marks": told,
            "at": now,
        }
        with house.store.write() as conn:
            upsert_many(conn, referral_waiting, [waiting], ("workspace_id", "user_kind", "user_value"), ())
        return Redeemed(referral=None)
    ids = identity.ids_of(house.store, scope, [person.person_id])[person.person_id]
    mine = marks_.marks_of(house.settings, scope.workspace_id, facts, ids)
    return _decide(house, scope, row["code"], click, person, mine, now)


def take_up(house: House, workspaces: Workspaces, now: datetime) -> int:
    """Decide of those who were waited for and are known now; how many. Whoever never came is forgotten after a week."""
    with house.store.read() as conn:
        rows = conn.execute(select(referral_waiting).order_by(_W.at).limit(_AT_ONCE)).mappings().all()
    done = 0
    for row in rows:
        scope = workspaces.look(row["workspace_id"])
        person = identity.find_person(house.store, scope, row["user_kind"], row["user_value"]) if scope is not None else None
        if person is not None and scope is not None:
            ids = identity.ids_of(house.store, scope, [person.person_id])[person.person_id]
            known = marks_.marks_of(house.settings, scope.workspace_id, Facts(), ids)
            with house.store.read() as conn:
                click = _click(conn, scope, row["click_id"]) if row["click_id"] else None
            _decide(house, scope, row["code"], click, person, marks_.joined(marks_.read_marks(row["marks"]), known), row["at"])
        elif row["at"] > now - PATIENCE and scope is not None:
            continue
        done += 1
        where = (_W.workspace_id == row["workspace_id"], _W.user_kind == row["user_kind"], _W.user_value == row["user_value"])
        with house.store.write() as conn:
            conn.execute(delete(referral_waiting).where(*where))
    return done


def _look(conn: Connection, scope: Scope, code: str, click_id: str) -> tuple[RowMapping, RowMapping | None, Programme]:
    click = _click(conn, scope, click_id) if click_id else None
    name = click["code"] if click is not None and not code else plain_code(code)
    row = read_code(conn, (_C.workspace_id == scope.workspace_id) & (_C.code == name)) if name else None
    if row is None:
        text = f"No code {code[:20]!r}. It has eight letters and digits; ask whoever gave it to you."
        if not code:
            text = "No opening of a link by this number in the last 90 days. Send the code itself."
        raise UemsError("unknown_code", text, status=404)
    # What was opened says only when; by whose code somebody came, the code says.
    fitting = click if click is not None and click["code"] == row["code"] else None
    return row, fitting, read_programme(conn, scope.workspace_id, row["key"])


def _click(conn: Connection, scope: Scope, click_id: str) -> RowMapping | None:
    where = (_K.workspace_id == scope.workspace_id, _K.click_id == click_id)
    return conn.execute(select(referral_clicks).where(*where)).mappings().first()


def _decide(
    house: House, scope: Scope, code: str, click: RowMapping | None, person: identity.Person, mine: Marks, now: datetime
) -> Redeemed:
    with house.store.read() as conn:
        row = read_code(conn, (_C.workspace_id == scope.workspace_id) & (_C.code == code))
    if row is None:
        return Redeemed(referral=None)
    inviter = identity.people_of(house.store, scope, {row["person_id"]}).get(row["person_id"])
    inviter_nodes = inviter.node_ids if inviter else (row["person_id"],)
    ids = identity.ids_of(house.store, scope, [inviter.person_id])[inviter.person_id] if inviter else ()
    theirs = marks_.joined(marks_.read_marks(row["marks"]), marks_.marks_of(house.settings, scope.workspace_id, Facts(), ids))
    with house.store.write() as conn:
        lock(conn, f"referrals:{scope.workspace_id}")
        known = _referral_of(conn, scope, person.node_ids)
        if known is not None:
            return Redeemed(referral=Referral.of(known), again=True)
        programme = read_programme(conn, scope.workspace_id, row["key"])
        reason: Reason | None = None
        flags: list[Check] = []
        if inviter is not None and inviter.person_id == person.person_id:
            reason = "self_referral"
        elif _ring(house, conn, scope, inviter_nodes, person.node_ids):
            reason = "ring"
        else:
            reason, flags = _judge_marks(conn, scope, programme, mine, theirs, inviter_nodes)
        exposed = click["at"] if click is not None and click["at"] <= now else None
        stored = {
            "workspace_id": scope.workspace_id,
            "key": row["key"],
            "code": code,
            "inviter_id": row["person_id"],
            "person_id": person.person_id,
            "state": "refused" if reason else "joined",
            "reason": reason or "",
            "flags": flags,
            "marks": mine,
            "exposed_at": exposed,
            "joined_at": now,
            "order_minor": 0,
            "settled_at": now if reason else None,
        }
        [number] = conn.execute(insert(referrals).values(**stored)).inserted_primary_key or (0,)
        made = Referral.of(conn.execute(select(referrals).where(_R.referral_id == number)).mappings().one())
        if exposed is not None:
            news.note(conn, scope.workspace_id, made, "Referral Exposed", exposed)
        news.note(conn, scope.workspace_id, made, "Referral Refused" if reason else "Referral Signed Up", now)
        return Redeemed(referral=made)


def _referral_of(conn: Connection, scope: Scope, nodes: Sequence[int]) -> RowMapping | None:
    where = (_R.workspace_id == scope.workspace_id, _R.person_id.in_(nodes))
    return conn.execute(select(referrals).where(*where).order_by(_R.joined_at, _R.referral_id)).mappings().first()


def _ring(house: House, conn: Connection, scope: Scope, inviter: Sequence[int], invitee: Sequence[int]) -> bool:
    """Whether the one who comes had brought the one who brings them, over others or not."""
    mine, above = set(invitee), inviter
    for _ in range(_UP):
        row = _referral_of(conn, scope, above)
        if row is None or row["state"] == "refused":
            return False
        if row["inviter_id"] in mine:
            return True
        found = identity.people_of(house.store, scope, {row["inviter_id"]}).get(row["inviter_id"])
        above = found.node_ids if found else (row["inviter_id"],)
        if mine & set(above):
            return True
    return False


def _judge_marks(
    conn: Connection, scope: Scope, programme: Programme, mine: Marks, theirs: Marks, inviter: Sequence[int]
) -> tuple[Reason | None, list[Check]]:
    """The first reason to refuse, else what is only to be seen."""
    found = set(marks_.shared(mine, theirs))
    where = (_R.workspace_id == scope.workspace_id, _R.inviter_id.in_(inviter))
    for (stored,) in conn.execute(select(_R.marks).where(*where).order_by(_R.referral_id.desc()).limit(_SIBLINGS)):
        found |= set(marks_.shared(mine, marks_.read_marks(stored)))
    own = conn.execute(select(_R.marks).where(_R.workspace_id == scope.workspace_id, _R.person_id.in_(inviter)))
    for (stored,) in own:
        found |= set(marks_.shared(mine, marks_.read_marks(stored)))
    said = programme.spec.checks
    refusing = [check for check in CHECKS if check in found and getattr(said, check) == "refuse"]
    if refusing:
        return CHECKS[refusing[0]], []
    return None, [check for check in CHECKS if check in found and getattr(said, check) == "flag"]


def _over(row: RowMapping, programme: Programme) -> UemsError:
    if not row["active"]:
        why = "it was stopped"
    elif programme.state == "on":
        why = f"{programme.spec.name!r} ended on {programme.spec.last_day}"
    else:
        why = {"draft": "its programme has not begun", "paused": "its programme is paused"}.get(programme.state, "its programme has ended")
    text = f"The code {row['code']} does not count now: {why}. Nothing was written."
    return UemsError("code_over", text, status=409, details={"state": programme.state})
