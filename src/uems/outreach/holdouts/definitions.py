"""Which holdouts are there, and how are they changed? In versions: of every day it can be said who was held out of what."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from uems.access.api import Access, audit
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.ids import new_id
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock
from uems.outreach.campaigns.tables import campaigns
from uems.outreach.flows.tables import flows
from uems.outreach.holdouts.assigning import EVERYTHING, Holdout, Member, Share
from uems.outreach.holdouts.tables import outreach_holdout_versions as versions
from uems.outreach.holdouts.tables import outreach_holdouts as table

MAX_HOLDOUTS: Final = 50
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_]{0,99}")
_H, _V, _F, _C = table.c, versions.c, flows.c, campaigns.c


def read_holdouts(conn: Connection, workspace_id: int) -> list[Holdout]:
    """All that there ever were, the global one first."""
    heads = conn.execute(select(_H.holdout_id, _H.key, _H.name, _H.salt).where(_H.workspace_id == workspace_id).order_by(_H.key)).all()
    if not heads:
        return []
    shares: dict[int, list[Share]] = {}
    for row in conn.execute(select(versions).where(_V.workspace_id == workspace_id).order_by(_V.version)).mappings():
        shares.setdefault(row["holdout_id"], []).append(_share(row))
    numbers = {
        ("flow", row.key): str(row.flow_id)
        for row in conn.execute(select(_F.key, _F.flow_id).where(_F.workspace_id == workspace_id, _F.dry_of.is_(None)))
    }
    found = [
        Holdout(key=row.key, name=row.name, salt=row.salt, shares=mine, origins=_origins(mine[-1].members, numbers))
        for row in heads
        if (mine := shares.get(row.holdout_id))
    ]
    return sorted(found, key=lambda one: (not one.everything, one.name))


def holdouts(store: Store, scope: Scope) -> list[Holdout]:
    """As ``read_holdouts``."""
    with store.read() as conn:
        return read_holdouts(conn, scope.workspace_id)


def get_holdout(store: Store, scope: Scope, key: str) -> Holdout:
    """Raises ``not_found``."""
    found = next((one for one in holdouts(store, scope) if one.key == key), None)
    if found is None:
        raise not_found("holdout", key)
    return found


def save_holdout(
    store: Store, access: Access, key: str, name: str, percent: float, renew_days: int | None, members: Sequence[Member]
) -> Holdout:
    """Hold people out from now on; one that is there goes on with the same people. Audited.

    Raises ``invalid`` for a key or a member that does not fit, ``too_many_holdouts`` (409).
    """
    if not _KEY.fullmatch(key):
        raise invalid("key", key[:100], "must be 1 to 100 of a-z, 0-9 and _, and not begin with _.")
    if key == EVERYTHING and members:
        raise invalid("members", str(members[0]), "must be empty: the global holdout is about everything.")
    if key != EVERYTHING and not members:
        raise invalid("members", "[]", "must name the flows and campaigns of the programme.")
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        lock(conn, f"outreach:{workspace_id}")  # whoever decides about messages decides before this, or after it
        _exist(conn, workspace_id, members)
        known = {one.key: one for one in read_holdouts(conn, workspace_id)}
        before = known.get(key)
        if before is None and len(known) >= MAX_HOLDOUTS:
            raise UemsError("too_many_holdouts", f"There are {MAX_HOLDOUTS} holdouts already; change one of them.", status=409)
        share = _next(before, percent, renew_days, tuple(sorted(set(members))), access.now)
        _write(conn, access, key, name, before, share)
    return get_holdout(store, access.scope, key)


def end_holdout(store: Store, access: Access, key: str) -> Holdout:
    """Hold nobody out any more; whoever is held out again later is drawn anew. Audited. Raises ``not_found``, ``holdout_ended`` (409)."""
    with store.write() as conn:
        lock(conn, f"outreach:{access.scope.workspace_id}")
        before = next((one for one in read_holdouts(conn, access.scope.workspace_id) if one.key == key), None)
        if before is None:
            raise not_found("holdout", key)
        if before.now.ended:
            raise UemsError("holdout_ended", f"Holdout {key} has ended already. Save it to begin anew.", status=409)
        was = before.now
        draw, drawn_at, _ = was.drawn(access.now)
        share = Share(
            percent=was.percent, renew_days=was.renew_days, draw=draw, drawn_at=drawn_at, members=was.members, ended=True, at=access.now
        )
        _write(conn, access, key, before.name, before, share)
    return get_holdout(store, access.scope, key)


def _next(before: Holdout | None, percent: float, renew_days: int | None, members: tuple[Member, ...], now: datetime) -> Share:
    draw, drawn_at = 0, now
    if before is not None:
        draw, drawn_at, _ = before.now.drawn(now)
        if before.now.ended:
            draw, drawn_at = draw + 1, now
    return Share(percent=percent, renew_days=renew_days, draw=draw, drawn_at=drawn_at, members=members, ended=False, at=now)


def _write(conn: Connection, access: Access, key: str, name: str, before: Holdout | None, share: Share) -> None:
    said = _said(name, share)
    earlier = None if before is None else _said(before.name, before.now)
    if earlier == said:
        return
    workspace_id, label = access.scope.workspace_id, access.actor.label[:300]
    mine = (_H.workspace_id == workspace_id, _H.key == key)
    changed: dict[str, object] = {"name": name, "changed_at": access.now, "changed_by": label}
    if before is None:
        number = 1 + (conn.execute(select(func.max(_H.holdout_id)).where(_H.workspace_id == workspace_id)).scalar_one() or 0)
        place = {"workspace_id": workspace_id, "holdout_id": number}
        conn.execute(insert(table).values(**place, key=key, salt=new_id("h"), version=1, created_at=access.now, **changed))
        version = 1
    else:
        number, version = conn.execute(select(_H.holdout_id, _H.version).where(*mine)).one()
        version += _bare(before.now) != _bare(share)
        conn.execute(update(table).where(*mine).values(version=version, **changed))
    if before is None or _bare(before.now) != _bare(share):
        row = {name: getattr(share, name) for name in ("percent", "renew_days", "draw", "drawn_at", "ended", "at")}
        place = {"workspace_id": workspace_id, "holdout_id": number, "version": version}
        conn.execute(insert(versions).values(**place, **row, by=label, members=[list(one) for one in share.members]))
    audit(conn, access, "holdout.ended" if share.ended else "holdout.saved", f"holdout:{key}", earlier, said)


def _bare(share: Share) -> tuple[object, ...]:
    """What makes a share another one."""
    return share.percent, share.renew_days, share.members, share.ended


def _said(name: str, share: Share) -> dict[str, object]:
    members = [list(one) for one in share.members]
    return {"name": name, "percent": share.percent, "renew_days": share.renew_days, "members": members, "ended": share.ended}


def _exist(conn: Connection, workspace_id: int, members: Sequence[Member]) -> None:
    known = {("flow", row.key) for row in conn.execute(select(_F.key).where(_F.workspace_id == workspace_id, _F.dry_of.is_(None)))}
    known |= {("campaign", row.key) for row in conn.execute(select(_C.key).where(_C.workspace_id == workspace_id))}
    for one in members:
        if one not in known:
            raise invalid("members", f"{one[0]}:{one[1]}"[:200], "names no flow or campaign that exists.")


def _origins(members: Sequence[Member], numbers: Mapping[Member, str]) -> frozenset[tuple[str, str]]:
    """As messages name who asked for them: a flow by its number, a campaign by its key."""
    return frozenset((kind, numbers.get((kind, key), key)) if kind == "flow" else (kind, key) for kind, key in members)


def _share(row: Mapping[Any, Any]) -> Share:
    return Share(
        percent=row["percent"],
        renew_days=row["renew_days"],
        draw=row["draw"],
        drawn_at=row["drawn_at"],
        members=tuple((str(kind), str(key)) for kind, key in row["members"]),
        ended=row["ended"],
        at=row["at"],
    )
