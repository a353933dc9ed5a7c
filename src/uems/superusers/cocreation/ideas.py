"""What should we make, in people's own words, and what became of it? An idea has one vote a person, a state and an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from uems.access.api import Access, audit
from uems.identity import api as identity
from uems.kernel.errors import UemsError, not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock
from uems.superusers.cocreation.tables import cocreation_credits, cocreation_ideas, cocreation_votes

IdeaState: TypeAlias = Literal["new", "planned", "doing", "done", "declined"]
_I, _V, _C = cocreation_ideas.c, cocreation_votes.c, cocreation_credits.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Idea:
    """person_id: whose idea it is; None for the team's own. credited: who is named beside them. answer: ours to them."""

    idea_id: int
    person_id: int | None
    title: str
    text: str
    state: IdeaState
    answer: str
    votes: int
    credited: Sequence[int]
    created_at: datetime
    changed_at: datetime
    changed_by: str


def ideas_of(store: Store, scope: Scope, *, state: IdeaState | None = None, nodes: Sequence[int] | None = None) -> list[Idea]:
    """Those with most votes first, at most 200. nodes: only of whom these numbers mean, as author or credited."""
    query = select(cocreation_ideas).where(_I.workspace_id == scope.workspace_id)
    if state is not None:
        query = query.where(_I.state == state)
    if nodes is not None:
        named = select(_C.idea_id).where(_C.workspace_id == scope.workspace_id, _C.person_id.in_(nodes))
        query = query.where(_I.person_id.in_(nodes) | _I.idea_id.in_(named))
    with store.read() as conn:
        return _ideas(conn, scope, conn.execute(query.order_by(_I.votes.desc(), _I.idea_id.desc()).limit(200)).mappings().all())


def idea_of(store: Store, scope: Scope, idea_id: int) -> Idea:
    """Raises ``not_found``."""
    with store.read() as conn:
        return _ideas(conn, scope, [_row(conn, scope, idea_id)])[0]


def post_idea(store: Store, access: Access, title: str, text: str, person_id: int | None) -> Idea:
    """A new one; whoever had it votes for it. Audited."""
    scope = access.scope
    row = {
        "workspace_id": scope.workspace_id,
        "person_id": person_id,
        "title": title,
        "text": text,
        "state": "new",
        "answer": "",
        "votes": 0 if person_id is None else 1,
        "created_at": access.now,
        "changed_at": access.now,
        "changed_by": access.actor.label[:300],
    }
    with store.write() as conn:
        [number] = conn.execute(insert(cocreation_ideas).values(**row)).inserted_primary_key or (0,)
        if person_id is not None:
            vote = {"workspace_id": scope.workspace_id, "idea_id": number, "person_id": person_id, "at": access.now}
            conn.execute(insert(cocreation_votes).values(**vote))
        audit(conn, access, "idea.posted", f"idea:{number}", None, {"title": title})
        return _ideas(conn, scope, [_row(conn, scope, int(number))])[0]


def answer_idea(store: Store, access: Access, idea_id: int, state: IdeaState, answer: str, credited: Sequence[int]) -> Idea:
    """Say what becomes of it, and who is named beside its author. Audited. Raises ``answer_needed`` (422), and ``not_found``."""
    if state == "declined" and not answer.strip():
        raise UemsError("answer_needed", "An idea is not declined without a word. Say why, in a sentence.", status=422)
    scope = access.scope
    named = sorted({one.person_id for one in identity.people_of(store, scope, credited).values()})
    with store.write() as conn:
        before = _row(conn, scope, idea_id)
        head = {"state": state, "answer": answer, "changed_at": access.now, "changed_by": access.actor.label[:300]}
        conn.execute(update(cocreation_ideas).where(_I.idea_id == idea_id).values(**head))
        conn.execute(delete(cocreation_credits).where(_C.workspace_id == scope.workspace_id, _C.idea_id == idea_id))
        for person in named:
            row = {"workspace_id": scope.workspace_id, "idea_id": idea_id, "person_id": person, "at": access.now}
            conn.execute(insert(cocreation_credits).values(**row))
        told = {"state": state, "answer": answer, "credited": named}
        audit(conn, access, "idea.answered", f"idea:{idea_id}", {"state": before["state"], "answer": before["answer"]}, told)
        return _ideas(conn, scope, [_row(conn, scope, idea_id)])[0]


def vote(store: Store, access: Access, idea_id: int, person: identity.Person, *, given: bool) -> Idea:
    """Count somebody's vote once, whatever they were merged of; or take it back. Raises ``not_found``."""
    scope = access.scope
    mine = (_V.workspace_id == scope.workspace_id, _V.idea_id == idea_id, _V.person_id.in_(person.node_ids))
    with store.write() as conn:
        lock(conn, f"ideas:{scope.workspace_id}")
        _row(conn, scope, idea_id)
        standing = len(conn.execute(select(_V.person_id).where(*mine)).all())
        if given and not standing:
            row = {"workspace_id": scope.workspace_id, "idea_id": idea_id, "person_id": person.person_id, "at": access.now}
            conn.execute(insert(cocreation_votes).values(**row))
            conn.execute(update(cocreation_ideas).where(_I.idea_id == idea_id).values(votes=_I.votes + 1))
        elif not given and standing:
            conn.execute(delete(cocreation_votes).where(*mine))
            conn.execute(update(cocreation_ideas).where(_I.idea_id == idea_id).values(votes=_I.votes - standing))
        return _ideas(conn, scope, [_row(conn, scope, idea_id)])[0]


def votes_by(store: Store, scope: Scope, nodes: Sequence[int]) -> int:
    """For how many ideas somebody voted."""
    with store.read() as conn:
        found = conn.execute(select(_V.idea_id).where(_V.workspace_id == scope.workspace_id, _V.person_id.in_(nodes)).distinct())
        return len(found.all())


def _row(conn: Connection, scope: Scope, idea_id: int) -> RowMapping:
    where = (_I.workspace_id == scope.workspace_id, _I.idea_id == idea_id)
    found = conn.execute(select(cocreation_ideas).where(*where)).mappings().first()
    if found is None:
        raise not_found("idea", str(idea_id))
    return found


def _ideas(conn: Connection, scope: Scope, rows: Sequence[RowMapping]) -> list[Idea]:
    numbers = [row["idea_id"] for row in rows]
    credited: dict[int, list[int]] = {}
    query = select(_C.idea_id, _C.person_id).where(_C.workspace_id == scope.workspace_id, _C.idea_id.in_(numbers))
    for one in conn.execute(query.order_by(_C.person_id)):
        credited.setdefault(one.idea_id, []).append(one.person_id)
    names = [name for name in Idea.__dataclass_fields__ if name != "credited"]
    return [Idea(**{name: row[name] for name in names}, credited=credited.get(row["idea_id"], [])) for row in rows]
