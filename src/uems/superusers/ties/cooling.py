"""Which strong ties cool? Each episode is told of once, as the event ``tie.cooling`` of the person, and ends when the tie is strong again.

An episode is written before it is told, and under a message id of its own: a process that dies in between tells it again, and it counts
once. Whoever was merged meanwhile is looked for as who they are now.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy import select, update

from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import lock, upsert_many
from uems.prediction import api as prediction
from uems.superusers.ties.model import LEVELS, Scale, Scores
from uems.superusers.ties.settings import TieSettings
from uems.superusers.ties.tables import tie_episodes

EVENT: Final = "tie.cooling"
_STRONG: Final = LEVELS.index("strong")
_LOST_DAYS: Final = 180
"""Whoever cooled so long ago and never came back is not cooling any more."""
_E = tie_episodes.c


def cool(
    house: House, scope: Scope, found: Scores, then: Scores, scale: Scale, settings: TieSettings, until: date, now: datetime
) -> dict[str, Any]:
    """Begin, end and tell episodes; gives ``{"episodes": open ones, "told": of how many it was told now}``.

    Somebody cools who was strong 30 days before, is so no longer, and lost ``change_points`` at least; also who is not seen at all. A
    workspace of history is told nothing.
    """
    cooling = _cooling(found, then, settings)
    strong = {int(one) for one in found.people[found.level == _STRONG]}
    mine = _E.workspace_id == scope.workspace_id
    with house.store.read() as conn:
        open_ones = conn.execute(select(_E.person_id, _E.began_on).where(mine, _E.ended_on.is_(None))).all()
    current = identity.people_of(house.store, scope, {row.person_id for row in open_ones})
    running: set[int] = set()
    day, oldest = until.isoformat(), (until - timedelta(days=_LOST_DAYS)).isoformat()
    with house.store.write() as conn:
        lock(conn, f"ties:{scope.workspace_id}")
        for row in open_ones:
            person = current.get(row.person_id)
            number = person.person_id if person is not None else row.person_id
            lost = row.began_on < oldest
            if number in strong or number in running or lost:
                this = (_E.person_id == row.person_id) & (_E.began_on == row.began_on)
                conn.execute(update(tie_episodes).where(mine, this).values(ended_on=day))
            else:
                running.add(number)
        begun = [
            {"workspace_id": scope.workspace_id, "person_id": who, "began_on": day, "before": before, "score": score}
            for who, (before, score) in cooling.items()
            if who not in running
        ]
        empty = {"told_at": None, "ended_on": None}
        upsert_many(conn, tie_episodes, [{**row, **empty} for row in begun], ("workspace_id", "person_id", "began_on"), ())
    return {
        "episodes": len(running) + len(begun),
        "told": 0 if prediction.is_history(house, scope, until, now) else _tell(house, scope, scale, now),
    }


def _cooling(found: Scores, then: Scores, settings: TieSettings) -> Mapping[int, tuple[float, float]]:
    """person → (score 30 days before, score now)."""
    rows = np.flatnonzero(then.level == _STRONG)
    who, before = then.people[rows], then.score[rows]
    place = np.searchsorted(found.people, who).clip(max=max(0, len(found.people) - 1))
    here = found.people[place] == who if len(found.people) else np.zeros(len(who), np.bool_)
    score = np.where(here, found.score[place], 0.0) if len(found.people) else np.zeros(len(who))
    still = here & (found.level[place] == _STRONG) if len(found.people) else here
    falls = ~still & (before - score >= settings.change_points)
    return {int(who[n]): (float(before[n]), float(score[n])) for n in np.flatnonzero(falls)}


def _tell(house: House, scope: Scope, scale: Scale, now: datetime) -> int:
    untold = (_E.workspace_id == scope.workspace_id) & _E.told_at.is_(None) & _E.ended_on.is_(None)
    with house.store.read() as conn:
        rows = conn.execute(select(tie_episodes).where(untold).order_by(_E.began_on, _E.person_id)).mappings().all()
    calls = [
        (
            row["person_id"],
            {
                "type": "track",
                "event": EVENT,
                "messageId": f"tie-cooling-{scope.workspace_id}-{row['person_id']}-{row['began_on']}",
                "timestamp": now.isoformat(),
                "properties": {"before": row["before"], "score": row["score"], "strong_at": scale.strong_at},
                # Nobody did anything: it must not count as a visit.
                "context": {"active": False, "library": {"name": "uems-superusers"}},
            },
        )
        for row in rows
    ]
    identity.tell_of_people(house, scope, calls, now)
    with house.store.write() as conn:
        conn.execute(update(tie_episodes).where(untold).values(told_at=now))
    return len(calls)
