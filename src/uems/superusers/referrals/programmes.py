"""Which referral programmes has a workspace? Each change is a new version; the one before stays. A code always follows the last."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast

from sqlalchemy import Connection, RowMapping, insert, select, update

from uems.access.api import Access, audit
from uems.kernel.clock import day_of
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock
from uems.superusers.referrals.spec import ProgrammeState, ReferralSpec
from uems.superusers.referrals.tables import referral_programme_versions, referral_programmes

_P, _V = referral_programmes.c, referral_programme_versions.c
MOST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    key: str
    state: ProgrammeState
    version: int
    spec: ReferralSpec
    created_at: datetime
    changed_at: datetime
    changed_by: str

    def takes_codes(self, scope: Scope, now: datetime) -> bool:
        """Whether a code counts at this instant."""
        last = self.spec.last_day
        return self.state == "on" and (not last or day_of(now, scope.zone) <= date.fromisoformat(last))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeVersion:
    version: int
    spec: ReferralSpec
    at: datetime
    by: str


def programmes(store: Store, scope: Scope) -> list[Programme]:
    """All of them by key."""
    with store.read() as conn:
        return read_programmes(conn, scope.workspace_id)


def read_programmes(conn: Connection, workspace_id: int, key: str | None = None) -> list[Programme]:
    """As ``programmes``, within a transaction; only the one of ``key``, where that is given."""
    joined = (_P.workspace_id == _V.workspace_id) & (_P.key == _V.key) & (_P.version == _V.version)
    query = select(referral_programmes, _V.spec).join_from(referral_programmes, referral_programme_versions, joined)
    query = query.where(_P.workspace_id == workspace_id).order_by(_P.key)
    if key is not None:
        query = query.where(_P.key == key)
    return [_programme(row) for row in conn.execute(query).mappings()]


def programme(store: Store, scope: Scope, key: str) -> Programme:
    """Raises ``not_found``."""
    with store.read() as conn:
        return read_programme(conn, scope.workspace_id, key)


def read_programme(conn: Connection, workspace_id: int, key: str) -> Programme:
    found = read_programmes(conn, workspace_id, key)
    if not found:
        raise not_found("referral programme", key)
    return found[0]


def versions_of(store: Store, scope: Scope, key: str) -> list[ProgrammeVersion]:
    """The latest first."""
    query = select(referral_programme_versions).where(_V.workspace_id == scope.workspace_id, _V.key == key).order_by(_V.version.desc())
    with store.read() as conn:
        rows = conn.execute(query).mappings().all()
    return [ProgrammeVersion(version=r["version"], spec=ReferralSpec(**r["spec"]), at=r["at"], by=r["by"]) for r in rows]


def save_programme(store: Store, access: Access, key: str, spec: ReferralSpec, base_version: int | None) -> Programme:
    """Make it as a draft, or change it. base_version: what was edited, 0 for a new one; None overwrites. Audited.

    Raises ``changed_meanwhile`` (409) and ``too_many`` (409).
    """
    scope, by = access.scope, access.actor.label[:300]
    with store.write() as conn:
        lock(conn, f"referrals:{scope.workspace_id}")
        known = read_programmes(conn, scope.workspace_id)
        before = next((one for one in known if one.key == key), None)
        standing = before.version if before else 0
        if base_version is not None and base_version != standing:
            text = f"{key!r} is at version {standing}, and you edited {base_version}. Load it again, then make your change."
            raise UemsError("changed_meanwhile", text, status=409)
        if before is not None and before.spec == spec:
            return before
        if before is not None and before.state == "on":
            _must_reward(spec)
        if before is None and len(known) >= MOST:
            raise UemsError("too_many", f"There are {MOST} referral programmes already; change one of those.", status=409)
        head = {"version": standing + 1, "changed_at": access.now, "changed_by": by}
        where = (_P.workspace_id == scope.workspace_id, _P.key == key)
        if before is None:
            conn.execute(
                insert(referral_programmes).values(workspace_id=scope.workspace_id, key=key, state="draft", created_at=access.now, **head)
            )
        else:
            conn.execute(update(referral_programmes).where(*where).values(**head))
        said = spec.model_dump(mode="json")
        conn.execute(
            insert(referral_programme_versions).values(
                workspace_id=scope.workspace_id, key=key, version=standing + 1, spec=said, at=access.now, by=by
            )
        )
        old = before.spec.model_dump(mode="json") if before else None
        audit(conn, access, "referral_programme.saved", f"referral_programme:{key}", old, said)
        return read_programme(conn, scope.workspace_id, key)


def turn_programme(store: Store, access: Access, key: str, state: ProgrammeState) -> Programme:
    """Switch it on, pause it or end it; an ended one stays ended. Audited.

    Raises ``programme_ended`` (409), and ``invalid`` for switching on what is over or gives points of which there are none.
    """
    scope = access.scope
    with store.write() as conn:
        lock(conn, f"referrals:{scope.workspace_id}")
        before = read_programme(conn, scope.workspace_id, key)
        if before.state == state:
            return before
        if before.state == "ended":
            raise UemsError("programme_ended", f"{key!r} has ended. Make another programme, with a key of its own.", status=409)
        if state == "draft":
            raise UemsError("programme_begun", f"{key!r} was begun already and is no draft any more. Pause it instead.", status=409)
        if state == "on":
            _must_reward(before.spec)
            last = before.spec.last_day
            if last and date.fromisoformat(last) < day_of(access.now, scope.zone):
                raise invalid("last_day", last, "must be today or later, for codes to be taken. Give another last day, or none.")
        where = (_P.workspace_id == scope.workspace_id, _P.key == key)
        head = {"state": state, "changed_at": access.now, "changed_by": access.actor.label[:300]}
        conn.execute(update(referral_programmes).where(*where).values(**head))
        audit(conn, access, "referral_programme.turned", f"referral_programme:{key}", {"state": before.state}, {"state": state})
        return read_programme(conn, scope.workspace_id, key)


def _must_reward(spec: ReferralSpec) -> None:
    # Not a rule of the specification: drafts may be half done, and versions of the past are read again.
    for side, reward in (("inviter", spec.inviter), ("invitee", spec.invitee)):
        if reward.kind == "points" and not reward.amount:
            raise invalid(f"{side}.amount", 0, "must be at least 1 where points are promised. Say how many, or give words.")


def _programme(row: RowMapping) -> Programme:
    return Programme(
        key=row["key"],
        state=cast(ProgrammeState, row["state"]),
        version=row["version"],
        spec=ReferralSpec(**row["spec"]),
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        changed_by=row["changed_by"],
    )
