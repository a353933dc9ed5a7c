"""What does this room forget of a person? Codes, ties, votes and words; whom they brought keep their place, and rewards their amount.

Referrals and ideas stay without what tells of the person: others earned by them, or voted. What is due to nobody is cancelled.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, or_, select, update

from uems.kernel.erasure import RoomEraser, StoreRows, Subject
from uems.kernel.house import House
from uems.kernel.store import upsert_many
from uems.superusers.cocreation.tables import (
    advocate_thanks,
    beta_members,
    cocreation_credits,
    cocreation_ideas,
    cocreation_voices,
    cocreation_votes,
)
from uems.superusers.ladder.tables import superuser_entries
from uems.superusers.referrals.tables import (
    referral_clicks,
    referral_codes,
    referral_news,
    referral_reward_steps,
    referral_rewards,
    referral_trees,
    referral_waiting,
    referrals,
)
from uems.superusers.ties.tables import superuser_jobs, tie_episodes

_AT_ONCE: Final = 500
_C, _R, _W, _V, _I = referral_codes.c, referrals.c, referral_rewards.c, cocreation_votes.c, cocreation_ideas.c


def _chunks(numbers: Iterable[int]) -> list[list[int]]:
    every = sorted(numbers)
    return [every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE)]


def _referrals(house: House, subject: Subject, now: datetime) -> bool:
    """Codes die; referrals lose their marks; a newcomer who has not bought yet will not; rewards that are due to nobody are cancelled."""
    workspace_id = subject.scope.workspace_id
    with house.store.write() as conn:
        for part in _chunks(subject.numbers):
            holder = (_C.workspace_id == workspace_id, _C.person_id.in_(part))
            codes = list(conn.execute(select(_C.code).where(*holder)).scalars())
            clicks = (referral_clicks.c.workspace_id == workspace_id, referral_clicks.c.code.in_(codes))
            conn.execute(delete(referral_clicks).where(*clicks))
            conn.execute(delete(referral_codes).where(*holder))
            named = (_R.workspace_id == workspace_id, or_(_R.person_id.in_(part), _R.inviter_id.in_(part)))
            conn.execute(update(referrals).where(*named).values(marks={}, flags=[]))
            waiting = (_R.workspace_id == workspace_id, _R.person_id.in_(part), _R.state == "joined")
            conn.execute(update(referrals).where(*waiting).values(state="refused", reason="erased", settled_at=now))
            _rewards(conn, workspace_id, part, now)
        _forget_waiting(conn, subject)
        # Made anew, with nobody in their place.
        conn.execute(update(referral_trees).where(referral_trees.c.workspace_id == workspace_id).values(mark=""))
    return True


def _rewards(conn: Connection, workspace_id: int, numbers: list[int], now: datetime) -> None:
    mine = (_W.workspace_id == workspace_id, _W.person_id.in_(numbers))
    due = conn.execute(select(_W.reward_id).where(*mine, _W.state == "due")).scalars().all()
    steps = [
        {"reward_id": number, "state": "cancelled", "workspace_id": workspace_id, "note": "erased", "at": now, "by": ""} for number in due
    ]
    upsert_many(conn, referral_reward_steps, steps, ["reward_id", "state"], ())
    conn.execute(update(referral_rewards).where(*mine, _W.state == "due").values(state="cancelled", changed_at=now))
    conn.execute(update(referral_rewards).where(*mine).values(text=""))


def _forget_waiting(conn: Connection, subject: Subject) -> None:
    table = referral_waiting
    for kind, value in subject.ids:
        mine = (table.c.workspace_id == subject.scope.workspace_id, table.c.user_kind == kind, table.c.user_value == value)
        conn.execute(delete(table).where(*mine))


def _votes(house: House, subject: Subject, now: datetime) -> bool:
    """Votes are taken back; ideas stay, of a former member."""
    workspace_id = subject.scope.workspace_id
    with house.store.write() as conn:
        for part in _chunks(subject.numbers):
            mine = (_V.workspace_id == workspace_id, _V.person_id.in_(part))
            given = conn.execute(select(_V.idea_id, func.count()).where(*mine).group_by(_V.idea_id)).all()
            for idea_id, votes in given:
                conn.execute(update(cocreation_ideas).where(_I.idea_id == idea_id).values(votes=_I.votes - votes))
            conn.execute(delete(cocreation_votes).where(*mine))
    return True


def _anew(house: House, subject: Subject, now: datetime) -> bool:
    """What was found last of ties and the ladder names people: it is found anew."""
    jobs = superuser_jobs.c
    with house.store.write() as conn:
        mine = jobs.workspace_id == subject.scope.workspace_id
        conn.execute(update(superuser_jobs).where(mine).values(run_at=now, updated_at=now))
    return True


ERASER: Final = RoomEraser(
    key="superusers",
    steps=(_referrals, _votes, _anew),
    held=(
        StoreRows(table=referral_codes, what="codes"),
        StoreRows(table=referrals, what="referrals", columns=("person_id", "inviter_id"), values={"marks": {}}),
        StoreRows(table=referral_rewards, what="rewards", values={"text": ""}),
        StoreRows(table=cocreation_votes, what="votes"),
    ),
    store=(
        StoreRows(table=referral_news),
        StoreRows(table=superuser_entries, what="programme"),
        StoreRows(table=tie_episodes),
        # 0 is nobody: shown as a former member.
        StoreRows(table=cocreation_ideas, what="ideas", values={"person_id": 0}),
        StoreRows(table=cocreation_credits),
        StoreRows(table=cocreation_voices, what="voices"),
        StoreRows(table=beta_members, what="betas"),
        StoreRows(table=advocate_thanks, what="thanks"),
    ),
    more={
        "referral_waiting.user_value": "deleted",
        "referral_tree.person_id": "kept",
        "referral_tree.inviter": "kept",
    },
)
