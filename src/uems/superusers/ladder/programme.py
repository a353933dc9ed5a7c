"""Whom do we invite to be super users, whom do we leave alone to learn what it is worth, and what did those invited say?

Everybody who comes far enough is entered once, and a lot is drawn by hash within their stratum of tie strength. Those held out are never
invited: people equally inclined, against whom the work is measured.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final, Literal, TypeAlias

import numpy as np
from pydantic import Field
from sqlalchemy import Connection, RowMapping, func, select, update

from uems.access.api import Access, audit
from uems.identity import api as identity
from uems.kernel.bucketing import buckets
from uems.kernel.clock import day_of
from uems.kernel.edge import Body, CleanStr, Name
from uems.kernel.errors import UemsError, not_found
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock, upsert_many
from uems.profiles import api as profiles
from uems.profiles.api import People
from uems.superusers.ladder.climbing import Ints
from uems.superusers.ladder.criteria import STEPS
from uems.superusers.ladder.tables import superuser_entries, superuser_programmes

Arm: TypeAlias = Literal["invite", "held"]
EntryState: TypeAlias = Literal["waiting", "invited", "accepted", "declined"]
Answer: TypeAlias = Literal["accepted", "declined"]
EVENTS: Final[Mapping[str, str]] = {"invited": "superuser.invited", "accepted": "superuser.joined", "declined": "superuser.declined"}
_P, _E = superuser_programmes.c, superuser_entries.c


class LadderBenefit(Body):
    """What super users get, and nobody can buy."""

    name: Name
    text: Annotated[CleanStr, Field(max_length=2_000)] = ""


class LadderProgramme(Body):
    """since: from which step on people are entered. held_percent: of those, who is never invited."""

    since: Literal["regular", "fan", "super_user"] = "fan"
    held_percent: Annotated[float, Field(ge=0, le=50)] = 20.0
    benefits: Annotated[list[LadderBenefit], Field(max_length=30)] = Field(default_factory=list)


def programme_of(store: Store, scope: Scope) -> LadderProgramme:
    """As it was saved last, or as it comes."""
    with store.read() as conn:
        spec = conn.execute(select(_P.spec).where(_P.workspace_id == scope.workspace_id)).scalar_one_or_none()
    return LadderProgramme() if spec is None else LadderProgramme.model_validate(spec)


def save_programme(store: Store, access: Access, programme: LadderProgramme) -> None:
    """Another one; lots that were drawn stay as they are. Audited."""
    workspace_id, said = access.scope.workspace_id, programme.model_dump(mode="json")
    with store.write() as conn:
        lock(conn, f"superusers:{workspace_id}")
        before = conn.execute(select(_P.spec).where(_P.workspace_id == workspace_id)).scalar_one_or_none()
        row = {"workspace_id": workspace_id, "spec": said, "saved_at": access.now, "saved_by": access.actor.label[:300]}
        upsert_many(conn, superuser_programmes, [row], ("workspace_id",))
        audit(conn, access, "superuser_programme.changed", "superusers:programme", before, said)


def enter(house: House, scope: Scope, people: People, places: Ints, now: datetime) -> dict[str, int]:
    """Enter those who came far enough, once, and draw their lot; gives how many were entered now.

    Whoever was merged into somebody entered is not entered anew.
    """
    programme = programme_of(house.store, scope)
    ripe = people[places >= STEPS.index(programme.since)]
    with house.store.read() as conn:
        known = set(conn.execute(select(_E.person_id).where(_E.workspace_id == scope.workspace_id)).scalars())
    current = {one.person_id for one in identity.people_of(house.store, scope, known).values()}
    fresh = np.array([one for one in ripe.tolist() if one not in known and one not in current], np.uint64)
    scored, score = profiles.scores_of(house, scope, "tie_strength")
    values = dict(zip(scored.tolist(), score.tolist(), strict=True))
    points = np.array([values.get(person, 0.0) for person in fresh.tolist()], np.float64)
    strata = (points // 10).astype(np.int64) * 10
    lots = np.ones(len(fresh))
    for stratum in np.unique(strata).tolist():
        mine = strata == stratum
        lots[mine] = buckets(f"superusers:{scope.workspace_id}:{stratum}", fresh[mine].tolist())
    day = day_of(profiles.as_of(house.store, scope, now), scope.zone).isoformat()
    rows = [
        {
            "workspace_id": scope.workspace_id,
            "person_id": person,
            "arm": "held" if lot < programme.held_percent / 100 else "invite",
            "stratum": str(stratum),
            "score": score_of,
            "entered_on": day,
            "state": "waiting",
            "invited_at": None,
            "invited_by": "",
            "answered_at": None,
            "told": "waiting",
        }
        for person, lot, stratum, score_of in zip(fresh.tolist(), lots.tolist(), strata.tolist(), points.tolist(), strict=True)
    ]
    with house.store.write() as conn:
        upsert_many(conn, superuser_entries, rows, ("workspace_id", "person_id"), ())
    return {"entered": len(rows)}


def counts_of(store: Store, scope: Scope) -> Mapping[tuple[str, str], int]:
    """(arm, state) → people."""
    query = select(_E.arm, _E.state, func.count()).where(_E.workspace_id == scope.workspace_id).group_by(_E.arm, _E.state)
    with store.read() as conn:
        return {(arm, state): int(n) for arm, state, n in conn.execute(query)}


def entries_of(store: Store, scope: Scope, state: EntryState, limit: int) -> Sequence[RowMapping]:
    """Those to be invited, or invited, with the strongest ties first; nobody who is held out."""
    mine = (_E.workspace_id == scope.workspace_id) & (_E.arm == "invite") & (_E.state == state)
    with store.read() as conn:
        return conn.execute(select(superuser_entries).where(mine).order_by(_E.score.desc(), _E.person_id).limit(limit)).mappings().all()


def invite(house: House, access: Access, people: Sequence[int]) -> int:
    """Invite those who wait; how many were invited now. Each is told of as the event ``superuser.invited``, once. Audited.

    Raises ``not_found`` for somebody who is not entered, ``held_out`` (409) for one who is to be left alone; then nobody is invited.
    """
    with house.store.write() as conn:
        invited = sum(_move(conn, access, number, "waiting", "invited") for number in dict.fromkeys(people))
    tell_rest(house, access.scope, access.now)
    return invited


def answered(house: House, access: Access, person: int, answer: Answer) -> None:
    """Write down what somebody invited said. Raises ``not_found``, ``held_out``, and ``not_invited`` (409). Audited."""
    with house.store.write() as conn:
        if not _move(conn, access, person, "invited", answer):
            raise UemsError("not_invited", f"Person {person} has no invitation that waits for an answer.", status=409)
    tell_rest(house, access.scope, access.now)


def _move(conn: Connection, access: Access, person: int, since: EntryState, to: EntryState) -> bool:
    mine = (_E.workspace_id == access.scope.workspace_id) & (_E.person_id == person)
    row = conn.execute(select(_E.arm, _E.state).where(mine)).first()
    if row is None:
        raise not_found("entry of the programme", str(person))
    if row.arm == "held":
        text = f"Person {person} is held out: against those whom nobody invites the programme is measured. Invite somebody else."
        raise UemsError("held_out", text, status=409, details={"person": person})
    invited = {"invited_at": access.now, "invited_by": access.actor.label[:300]}
    values = {"state": to, **(invited if to == "invited" else {"answered_at": access.now})}
    moved = conn.execute(update(superuser_entries).where(mine, _E.state == since).values(values)).rowcount == 1
    if moved:
        audit(conn, access, f"superuser.{to}", f"person:{person}", {"state": since}, {"state": to})
    return moved


def tell_rest(house: House, scope: Scope, now: datetime) -> int:
    """Tell of what became of people and was not told yet; how many. Told again after a crash under the same message id, it counts once."""
    untold = (_E.workspace_id == scope.workspace_id) & (_E.state != _E.told) & (_E.state != "waiting")
    with house.store.read() as conn:
        rows = conn.execute(select(_E.person_id, _E.state).where(untold)).all()
    identity.tell_of_people(house, scope, [(row.person_id, _call(scope, row.person_id, row.state, now)) for row in rows], now)
    with house.store.write() as conn:
        for row in rows:
            mine = (_E.workspace_id == scope.workspace_id) & (_E.person_id == row.person_id) & (_E.state == row.state)
            conn.execute(update(superuser_entries).where(mine).values(told=row.state))
    return len(rows)


def _call(scope: Scope, person: int, state: EntryState, now: datetime) -> dict[str, object]:
    return {
        "type": "track",
        "event": EVENTS[state],
        "messageId": f"superuser-{scope.workspace_id}-{person}-{state}",
        "timestamp": now.isoformat(),
        # An invitation is something that we did.
        "context": {"active": state != "invited", "library": {"name": "uems-superusers"}},
    }
