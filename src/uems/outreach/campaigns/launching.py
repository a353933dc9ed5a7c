"""Who lets a campaign go, holds it and ends it? Every turn of its state, each audited, in one transaction with what follows from it."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, insert, select, update

from uems.access.api import Access, audit
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.store import Store, lock
from uems.outreach.campaigns.audience import find_audience
from uems.outreach.campaigns.checking import check_campaign
from uems.outreach.campaigns.definitions import Campaign, State, change, get_campaign, read_campaign, refused
from uems.outreach.campaigns.standstill import cancel_messages, hold_messages, release_messages
from uems.outreach.campaigns.tables import campaign_occurrences, campaign_people, campaign_versions
from uems.outreach.consent.settings import restraints

_O, _P = campaign_occurrences.c, campaign_people.c
GOING: Final[tuple[State, ...]] = ("waiting", "scheduled", "running", "paused", "stopped")
LATE: Final = "late"
RESUMED: Final = "resumed"
"""Reasons: its time was over when the server came to it; somebody said then that it shall begin all the same."""


def launch_campaign(house: House, access: Access, key: str, *, revision: int) -> Campaign:
    """Let it go as it stands: at its time, or at once; for many people only after somebody else approves. Audited.

    Raises ``campaign_changed`` and ``campaign_state`` (409), ``bad_campaign`` (422) with everything that is wrong.
    """
    one = get_campaign(house.store, access.scope, key)
    found = check_campaign(house, access.scope, one.spec, access.now)
    if found:
        details = {"problems": [{"code": p.code, "node": p.node, "way": p.way, "message": p.message} for p in found[:50]]}
        raise UemsError("bad_campaign", f"The campaign cannot be launched: {found[0].message}", status=422, details=details)
    people = len(find_audience(house, access.scope, one.spec.audience, access.now).people)
    limits = restraints(house.store, access.scope)[0].campaigns
    waits = limits.approval_over is not None and people > limits.approval_over
    with house.store.write() as conn:
        one = _locked(conn, access, key)
        if one.revision != revision:
            raise UemsError("campaign_changed", f"{key} stands at revision {one.revision}, not {revision}. Look at it again.", status=409)
        if one.state != "draft":
            raise refused(one, ("draft",), "Make a copy of it to send something again")
        values: dict[str, object] = {
            "state": "waiting" if waits else "scheduled",
            "version": one.version + 1,
            "launched_at": access.now,
            "launched_by_id": _who(access),
            "launched_by": access.actor.label[:300],
            "approved_by": "",
            "watched_since": access.now,
        }
        row = {"workspace_id": access.scope.workspace_id, "campaign_id": one.campaign_id, "version": one.version + 1}
        by = access.actor.label[:300]
        conn.execute(insert(campaign_versions).values(**row, spec=one.spec.model_dump(mode="json"), at=access.now, by=by))
        return _turned(conn, access, one, "campaign.launched", values, {"people": people, "version": one.version + 1})


def approve_campaign(store: Store, access: Access, key: str) -> Campaign:
    """Say yes to one that waits for it; whoever launched it cannot. Audited. Raises ``own_campaign`` (403)."""
    with store.write() as conn:
        one = _locked(conn, access, key)
        if one.state != "waiting":
            raise refused(one, ("waiting",), "Nothing is left to approve")
        if one.launched_by_id == _who(access):
            message = f"{one.launched_by} launched {key}; somebody else who may approve campaigns has to approve it."
            raise UemsError("own_campaign", message, status=403)
        return _turned(conn, access, one, "campaign.approved", {"state": "scheduled", "approved_by": access.actor.label[:300]})


def withdraw_campaign(store: Store, access: Access, key: str) -> Campaign:
    """Make it a draft again, before anybody was sent anything or between two times. Audited."""
    with store.write() as conn:
        one = _locked(conn, access, key)
        if one.state not in ("waiting", "scheduled"):
            raise refused(one, ("waiting", "scheduled"), "One that is running can be paused or cancelled")
        begun = update(campaign_occurrences).where(*_is(access, one, _O), _O.state == "freezing")
        conn.execute(begun.values(state="cancelled", ended_at=access.now))
        return _turned(conn, access, one, "campaign.withdrawn", {"state": "draft", "approved_by": ""})


def pause_campaign(store: Store, access: Access, key: str) -> Campaign:
    """Nothing more goes out, and nothing begins, until it is resumed. Audited."""
    with store.write() as conn:
        one = _locked(conn, access, key)
        if one.state == "paused":
            return one
        if one.state not in ("scheduled", "running"):
            raise refused(one, ("scheduled", "running"), "Nothing goes out now")
        hold_messages(conn, access.scope.workspace_id, key, access.now)
        return _turned(conn, access, one, "campaign.paused", {"state": "paused", "held_at": access.now})


def resume_campaign(store: Store, access: Access, key: str) -> Campaign:
    """Go on exactly where it stopped. After it stopped by itself, only what happens from now on stops it again. Audited."""
    with store.write() as conn:
        one = _locked(conn, access, key)
        if one.state not in ("paused", "stopped"):
            raise refused(one, ("paused", "stopped"), "It goes on already, or is over")
        if one.held_at is not None:
            release_messages(conn, access.scope.workspace_id, key, one.held_at, access.now)
        open_ = conn.execute(select(_O.occurrence).where(*_is(access, one, _O), _O.state.in_(("freezing", "running"))).limit(1)).first()
        state = "running" if open_ is not None else "scheduled"
        values: dict[str, object] = {"state": state, "held_at": None, "reason": RESUMED if one.reason == LATE else ""}
        if one.state == "stopped":
            values["watched_since"] = access.now
        return _turned(conn, access, one, "campaign.resumed", values)


def cancel_campaign(store: Store, access: Access, key: str) -> Campaign:
    """End it for good: whoever was sent nothing yet gets nothing, and what waits in the outbox is taken back. Audited."""
    with store.write() as conn:
        one = _locked(conn, access, key)
        if one.state not in GOING:
            raise refused(one, GOING, "There is nothing to cancel")
        return _turned(conn, access, one, "campaign.cancelled", {"state": "cancelled"}, _end(conn, access, one))


def archive_campaign(store: Store, access: Access, key: str) -> Campaign:
    """Put it away; one that still goes has to be cancelled first. What it did stays known. Audited."""
    with store.write() as conn:
        return archive_in(conn, access, key)


def archive_in(conn: Connection, access: Access, key: str) -> Campaign:
    """As ``archive_campaign``, within a transaction that changes more."""
    one = _locked(conn, access, key)
    if one.state == "archived":
        return one
    if one.state in GOING:
        raise refused(one, ("draft", "cancelled", "done"), "Cancel it first")
    return _turned(conn, access, one, "campaign.archived", {"state": "archived"})


def stop_campaign(conn: Connection, access: Access, key: str, reason: str, facts: dict[str, object]) -> Campaign:
    """Hold it because something is wrong, in the caller's transaction; somebody has to look and resume it, or cancel it. Audited."""
    one = _locked(conn, access, key)
    if one.state not in ("scheduled", "running"):
        return one
    hold_messages(conn, access.scope.workspace_id, key, access.now)
    values: dict[str, object] = {"state": "stopped", "reason": reason, "held_at": access.now}
    return _turned(conn, access, one, "campaign.stopped", values, {"reason": reason, **facts})


def _end(conn: Connection, access: Access, one: Campaign) -> dict[str, object]:
    mine = _is(access, one, _P)
    kept = update(campaign_people).where(*mine, _P.state.in_(("ready", "waiting"))).values(state="cancelled", due_at=None)
    people = conn.execute(kept).rowcount
    open_ = update(campaign_occurrences).where(*_is(access, one, _O), _O.state.in_(("freezing", "running")))
    conn.execute(open_.values(state="cancelled", ended_at=access.now))
    return {"not_sent": people, "taken_back": cancel_messages(conn, access.scope.workspace_id, one.key, access.now)}


def _is(access: Access, one: Campaign, columns: Any) -> tuple[ColumnElement[bool], ...]:
    return columns.workspace_id == access.scope.workspace_id, columns.campaign_id == one.campaign_id


def _locked(conn: Connection, access: Access, key: str) -> Campaign:
    lock(conn, f"campaigns:{access.scope.workspace_id}")
    return read_campaign(conn, access.scope.workspace_id, key)


def _turned(
    conn: Connection, access: Access, one: Campaign, action: str, values: dict[str, object], facts: dict[str, object] | None = None
) -> Campaign:
    reason = {"reason": ""} if "reason" not in values else {}
    change(conn, access, one, {**reason, **values, "changed_at": access.now, "changed_by": access.actor.label[:300]})
    audit(conn, access, action, f"campaign:{one.key}", {"state": one.state}, {"state": values["state"], **(facts or {})})
    return read_campaign(conn, access.scope.workspace_id, one.key)


def _who(access: Access) -> str:
    """One name for everything that somebody acts with: a key acts for whoever made it."""
    actor = access.actor
    return f"account:{actor.account_id}" if actor.account_id else f"{actor.kind}:{actor.actor_id}"
