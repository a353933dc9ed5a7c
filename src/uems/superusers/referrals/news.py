"""How does the rest of the house hear of referrals? By events of the people concerned; each is told until the log has it, and counts once.

They are marked as not done by the person, so that nobody seems to have been here because of them.
"""

from datetime import datetime
from typing import Final, Literal, TypeAlias

from sqlalchemy import Connection, delete, insert, select

from uems.access.api import Workspaces
from uems.identity.api import tell_of_people
from uems.kernel.house import House
from uems.superusers.referrals.model import Referral
from uems.superusers.referrals.tables import referral_news

ReferralEvent: TypeAlias = Literal[
    "Referral Exposed", "Referral Signed Up", "Referral Qualified", "Referral Rewarded", "Referral Refused", "Referral Reward Taken Back"
]
_AT_ONCE: Final = 2_000
_N = referral_news.c


def note(conn: Connection, workspace_id: int, referral: Referral, event: ReferralEvent, at: datetime) -> None:
    """Have the log told of the one who came."""
    facts: dict[str, object] = {"programme": referral.key, "code": referral.code, "referral": referral.referral_id}
    if referral.reason:
        facts["reason"] = referral.reason
    if event == "Referral Qualified":
        facts["order_minor"] = referral.order_minor
    note_of(conn, workspace_id, referral.person_id, event, at, facts)


def note_of(conn: Connection, workspace_id: int, person_id: int, event: ReferralEvent, at: datetime, facts: dict[str, object]) -> None:
    """Have the log told of a person."""
    row = {"workspace_id": workspace_id, "person_id": person_id, "event": event, "at": at, "properties": facts}
    conn.execute(insert(referral_news).values(**row))


def tell(house: House, workspaces: Workspaces, now: datetime) -> int:
    """Put what is to be told into the log; how much it was. Raises what the log raises when it takes no more."""
    with house.store.read() as conn:
        rows = conn.execute(select(referral_news).order_by(_N.news_id).limit(_AT_ONCE)).mappings().all()
    if not rows:
        return 0
    for workspace_id in sorted({row["workspace_id"] for row in rows}):
        scope = workspaces.look(workspace_id)
        if scope is not None:
            calls = [(row["person_id"], _call(dict(row))) for row in rows if row["workspace_id"] == workspace_id]
            tell_of_people(house, scope, calls, now)
    with house.store.write() as conn:
        conn.execute(delete(referral_news).where(_N.news_id.in_([row["news_id"] for row in rows])))
    return len(rows)


def _call(row: dict[str, object]) -> dict[str, object]:
    at = row["at"]
    assert isinstance(at, datetime)
    return {
        "type": "track",
        "event": row["event"],
        # The number alone would begin anew with another store.
        "messageId": f"referral-{at.timestamp():.6f}-{row['news_id']}",
        "timestamp": at.isoformat(),
        "properties": row["properties"],
        "context": {"active": False, "library": {"name": "uems-referrals"}},
    }
