"""What is done to the messages of a campaign that are in the outbox already: held while it is paused, taken back when it is cancelled?"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Connection, select, type_coerce, update

from uems.kernel.store import lock, to_microseconds
from uems.outreach.campaigns.tables import campaigns
from uems.outreach.messages.deciding import FAR, HeldCampaign
from uems.outreach.tables import outreach_messages

PAUSED: Final[HeldCampaign] = "campaign_paused"
CANCELLED: Final[HeldCampaign] = "campaign_cancelled"
_M, _C = outreach_messages.c, campaigns.c


def of_campaign(workspace_id: int, key: str) -> tuple[ColumnElement[bool], ...]:
    """The messages of a campaign, found by their index."""
    return _M.workspace_id == workspace_id, _M.origin_id == key, _M.origin_type == "campaign"


def hold_messages(conn: Connection, workspace_id: int, key: str, now: datetime) -> None:
    """Let none of those that wait go out; what a sender has taken already is on its way."""
    _turn(conn, workspace_id)
    waiting = update(outreach_messages).where(*of_campaign(workspace_id, key), _M.state == "queued")
    conn.execute(waiting.values(next_at=FAR, reason=PAUSED, changed_at=now))


def release_messages(conn: Connection, workspace_id: int, key: str, held_at: datetime, now: datetime) -> None:
    """Let them go on. The time in which they were held does not count against them."""
    _turn(conn, workspace_id)
    paused = max(0, to_microseconds(now) - to_microseconds(held_at))
    longer: Any = type_coerce(type_coerce(_M.expires_at, BigInteger) + paused, _M.expires_at.type)
    held = update(outreach_messages).where(*of_campaign(workspace_id, key), _M.state == "queued", _M.reason == PAUSED)
    conn.execute(held.values(next_at=now, expires_at=longer, reason="", changed_at=now))


def cancel_messages(conn: Connection, workspace_id: int, key: str, now: datetime) -> int:
    """Take back those that wait; how many."""
    _turn(conn, workspace_id)
    waiting = update(outreach_messages).where(*of_campaign(workspace_id, key), _M.state == "queued")
    return conn.execute(waiting.values(state="cancelled", reason=CANCELLED, changed_at=now)).rowcount


def _turn(conn: Connection, workspace_id: int) -> None:
    """Who decides about messages of the workspace does so in turn, so that none is held again by a decision from before."""
    lock(conn, f"outreach:{workspace_id}")


def held_campaigns(conn: Connection, workspace_id: int) -> dict[str, HeldCampaign]:
    """Campaigns whose messages must not go out now, by key, and by which reason."""
    query = select(_C.key, _C.state).where(_C.workspace_id == workspace_id, _C.state.in_(("paused", "stopped", "cancelled")))
    return {row.key: CANCELLED if row.state == "cancelled" else PAUSED for row in conn.execute(query)}
