"""By which terms are actions judged here, and what did they cost beside their messages?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import delete, select

from uems.access.api import Access, audit
from uems.evaluation.model import ActionKind
from uems.evaluation.tables import evaluation_costs, evaluation_terms
from uems.kernel.edge import Body
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock, upsert_many

_T, _C = evaluation_terms.c, evaluation_costs.c


class EvaluationTerms(Body):
    """margin_percent: what is left of revenue once the goods are paid. horizon_days: how long everybody is watched by default."""

    margin_percent: Annotated[float, Field(gt=0, le=100)] = 100
    horizon_days: Literal[7, 30, 60, 90] = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCost:
    """What an action cost beside its messages, in minor units: once, and for everybody it was for."""

    fixed_minor: int = 0
    per_person_minor: int = 0
    note: str = ""


def terms_of(store: Store, scope: Scope) -> EvaluationTerms:
    """As they were saved last, or as they come."""
    with store.read() as conn:
        spec = conn.execute(select(_T.spec).where(_T.workspace_id == scope.workspace_id)).scalar_one_or_none()
    return EvaluationTerms() if spec is None else EvaluationTerms.model_validate(spec)


def save_terms(store: Store, access: Access, terms: EvaluationTerms) -> None:
    """Judge by these from now on; numbers of the past change with them. Audited."""
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        lock(conn, f"evaluation:{workspace_id}")
        before = conn.execute(select(_T.spec).where(_T.workspace_id == workspace_id)).scalar_one_or_none()
        said = terms.model_dump(mode="json")
        if before == said:
            return
        row = {"workspace_id": workspace_id, "spec": said, "saved_at": access.now, "saved_by": access.actor.label[:300]}
        upsert_many(conn, evaluation_terms, [row], ("workspace_id",))
        audit(conn, access, "evaluation_terms.changed", "evaluation_terms", before, said)


def costs_of(store: Store, scope: Scope) -> Mapping[tuple[str, str], ActionCost]:
    """(kind, key of the action) → what it cost beside its messages."""
    query = select(_C.kind, _C.action, _C.fixed_minor, _C.per_person_minor, _C.note).where(_C.workspace_id == scope.workspace_id)
    with store.read() as conn:
        return {
            (row.kind, row.action): ActionCost(fixed_minor=row.fixed_minor, per_person_minor=row.per_person_minor, note=row.note)
            for row in conn.execute(query)
        }


def save_cost(store: Store, access: Access, kind: ActionKind, key: str, cost: ActionCost) -> None:
    """Say what it cost beside its messages; nothing at all takes that back. Audited."""
    workspace_id = access.scope.workspace_id
    mine = (_C.workspace_id == workspace_id, _C.kind == kind, _C.action == key)
    with store.write() as conn:
        lock(conn, f"evaluation:{workspace_id}")
        row = conn.execute(select(_C.fixed_minor, _C.per_person_minor, _C.note).where(*mine)).one_or_none()
        before = None if row is None else row._asdict()
        said = {"fixed_minor": cost.fixed_minor, "per_person_minor": cost.per_person_minor, "note": cost.note}
        if before == said or (before is None and cost == ActionCost()):
            return
        if cost == ActionCost():
            conn.execute(delete(evaluation_costs).where(*mine))
        else:
            named = {"workspace_id": workspace_id, "kind": kind, "action": key}
            values = {**named, **said, "saved_at": access.now, "saved_by": access.actor.label[:300]}
            upsert_many(conn, evaluation_costs, [values], tuple(named))
        audit(conn, access, "action_cost.changed", f"action:{kind}:{key}"[:200], before, None if cost == ActionCost() else said)
