"""Whom do we invite to be super users, whom do we leave alone to learn what it is worth, and what did those invited say?

Everybody who comes far enough is entered once, and a lot is drawn by hash within their stratum of tie strength. Those held out are never
invited: people equally inclined, against whom the work is measured.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Annotated, Final, Literal, TypeAlias

import numpy as np
from pydantic import Field
from sqlalchemy import Connection, RowMapping, func, select, update

from uems.access.api import Access, audit
from uems.identity import api as identity
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
from uems.superusers.ladder.lots import check_shared, lots_of
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
    """since: from which step on people are entered. held_percent: of those, who is never invited, unless ``holdout`` says who: the key of a
    holdout of messages whose draw is used, so that whoever it holds out is left alone by both."""

    since: Literal["regular", "fan", "super_user"] = "fan"
    held_percent: Annotated[float, Field(ge=0, le=50)] = 20.0
    holdout: Annotated[CleanStr, Field(max_length=100)] = ""
    benefits: Annotated[list[LadderBenefit], Field(max_length=30)] = Field(default_factory=list)


def programme_of(store: Store, scope: Scope) -> LadderProgramme:
    """As it was saved last, or as it comes."""
    with store.read() as conn:
        spec = conn.execute(select(_P.spec).where(_P.workspace_id == scope.workspace_id)).scalar_one_or_none()
    return LadderProgramme() if spec is None else LadderProgramme.model_validate(spec)


def save_programme(store: Store, access: Access, programme: LadderProgramme) -> None:
    """Another one; lots that were drawn stay as they are. Audited. Raises as ``check_shared``."""
    check_shared(store, access.scope, programme.holdout)
    workspace_id, said = access.scope.workspace_id, programme.model_dump(mode="json")
    with store.write() as conn:
        lock(conn, f"superusers:{workspace_id}")
        before = conn.execute(select(_P.spec).where(_P.workspace_id == workspace_id)).scalar_one_or_none()
        row = {"workspace_id": workspace_id, "spec": said, "saved_at": access.now, "saved_by": access.actor.label[:300]}
        upsert_many(conn, superuser_programmes, [row], ("workspace_id",))
        audit(conn, access, "superuser_programme.changed", "superusers:programme", before, said)


def enter(house: House, scope: Scope, people: People, places: Ints, now: datetime) -> dict[str, int]:
    """Enter those who came far enough, once, and draw their lot; gives how many were entered now.

    Whoever was merged into somebody entered is not entered anew, and whoever is held out of all messages waits until that is over.
    """
    programme = programme_of(house.store, scope)
    ripe = people[places >= STEPS.index(programme.since)]
    with house.store.read() as conn:
        known = set(conn.execute(select(_E.person_id).where(_E.workspace_id == scope.workspace_id)).scalars())
    current = {one.person_id for one in identity.people_of(house.store, scope, known).values()}
    fresh = np.array([one for one in ripe.tolist() if one not in known and one not in current], np.uint64)
    draw = lots_of(house.store, scope, programme.holdout)
    fresh = fresh[~draw.out_of_everything(fresh, now)]
    scored, score = profiles.scores_of(house, scope, "tie_strength")
    values = dict(zip(scored.tolist(), score.tolist(), strict=True))
    points = np.array([values.get(person, 0.0) for person in fresh.tolist()], np.float64)
    strata = (points // 10).astype(np.int64) * 10
    held = draw.held(fresh, strata, programme.held_percent, scope, now)
    day = day_of(profiles.as_of(house.store, scope, now), scope.zone).isoformat()
    rows = [
        {
            "workspace_id": scope.workspace_id,
            "person_id": person,
            "arm": "held" if out else "invite",
            "stratum": str(stratum),
            "score": score_of,
            "entered_on": day,
            "state": "waiting",
            "invited_at": None,
            "invited_by": "",
            "answered_at": None,
            "told": "waiting",
        }
        for person, out, stratum, score_of in zip(fresh.tolist(), held.tolist(), strata.tolist(), points.tolist(), strict=True)
    ]
    with house.store.write() as conn:
        upsert_many(conn, superuser_entries, rows, ("workspace_id", "person_id"), ())
    return {"entered": len(rows)}


def counts_of(store: Store, scope: Scope) -> Mapping[tuple[str, str], int]:
    """(arm, state) → people."""
    query = select(_E.arm, _E.state, func.count()).where(_E.workspace_id == scope.workspace_id).group_by(_E.arm, _E.state)
    with store.read() as conn:
        return {(arm, state): int(n) for arm, state, n in conn.execute(query)}


def entries_of(store: Store, scope: Scope, state: EntryState, limit: int, now: datetime) -> Sequence[RowMapping]:
    """Those to be invited, or invited, with the strongest ties first; nobody who is held out, here or now of messages."""
    mine = (_E.workspace_id == scope.workspace_id) & (_E.arm == "invite") & (_E.state == state)
    draw = lots_of(store, scope, programme_of(store, scope).holdout)
    with store.read() as conn:
        rows = conn.execute(select(superuser_entries).where(mine).order_by(_E.score.desc(), _E.person_id)).mappings()
        if state != "waiting":
            return list(islice(rows, limit))
        return list(islice((row for row in rows if not draw.keep_out(row["person_id"], now)), limit))


def invite(house: House, access: Access, people: Sequence[int]) -> int:
    """Invite those who wait; how many were invited now. Each is told of as the event ``superuser.invited``, once. Audited.

    Raises ``not_found`` for somebody who is not entered, ``held_out`` (409) for one who is to be left alone; then nobody is invited.
    """
    draw = lots_of(house.store, access.scope, programme_of(house.store, access.scope).holdout)
    out = next((number for number in people if draw.keep_out(number, access.now)), None)
    with house.store.write() as conn:
        invited = sum(_move(conn, access, number, "waiting", "invited", left_alone=number == out) for number in dict.fromkeys(people))
    tell_rest(house, access.scope, access.now)
    return invited


def answered(house: House, access: Access, person: int, answer: Answer) -> None:
    """Write down what somebody invited said. Raises ``not_found``, ``held_out``, and ``not_invited`` (409). Audited."""
    with house.store.write() as conn:
        if not _move(conn, access, person, "invited", answer):
            raise UemsError("not_invited", f"Person {person} has no invitation that waits for an answer.", status=409)
    tell_rest(house, access.scope, access.now)


def _move(conn: Connection, access: Access, person: int, since: EntryState, to: EntryState, *, left_alone: bool = False) -> bool:
    mine = (_E.workspace_id == access.scope.workspace_id) & (_E.person_id == person)
    row = conn.execute(select(_E.arm, _E.state).where(mine)).first()
    if row is None:
        raise not_found("entry of the programme", str(person))
    if row.arm == "held" or (left_alone and row.state == since):
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
