"""What was decided about an action, by whom, and can it be taken back? Retiring stops it; what harms health is scaled by name only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import RowMapping, insert, select, update

from uems.access.api import Access, audit
from uems.evaluation.model import ActionKind, Worth
from uems.evaluation.tables import evaluation_decisions
from uems.kernel.errors import UemsError, not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store
from uems.outreach import api as outreach

Decided: TypeAlias = Literal["scale", "keep", "fix", "retire"]
_D = evaluation_decisions.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """facts: the numbers that stood there. stopped: a flow or campaign was stopped by it. approved_by: who answers for harm to health."""

    decision_id: int
    kind: ActionKind
    action: str
    decision: Decided
    reason: str
    approved_by: str
    stopped: bool
    facts: Mapping[str, Any]
    at: datetime
    by: str
    undone_at: datetime | None
    undone_by: str


def decisions_of(store: Store, scope: Scope, action: tuple[ActionKind, str] | None = None) -> list[Decision]:
    """The latest first, those taken back too; of one action, or the last 500 of all."""
    query = select(evaluation_decisions).where(_D.workspace_id == scope.workspace_id).order_by(_D.decision_id.desc()).limit(500)
    if action is not None:
        query = query.where(_D.kind == action[0], _D.action == action[1])
    with store.read() as conn:
        return [_decision(row) for row in conn.execute(query).mappings()]


def decide(store: Store, access: Access, worth: Worth, decision: Decided, reason: str) -> Decision:
    """Write down what is done about an action; retiring stops it. Audited.

    Scaling what harms health needs ``evaluation:approve``, and is written down under the name of whoever has it.
    """
    approved_by = ""
    if decision == "scale" and worth.harmful:
        access.require("evaluation:approve")
        approved_by = access.actor.label[:300]
    kind, key = worth.action.kind, worth.action.key
    # What a holdout is about is stopped one by one, what other tools send over there.
    stopped = decision == "retire" and (kind == "flow" or kind == "campaign") and outreach.retire_act(store, access, kind, key)
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        row = {
            "workspace_id": workspace_id,
            "kind": kind,
            "action": key,
            "decision": decision,
            "reason": reason,
            "approved_by": approved_by,
            "stopped": stopped,
            "facts": _facts(worth),
            "at": access.now,
            "by": access.actor.label[:300],
            "undone_by": "",
        }
        [number] = conn.execute(insert(evaluation_decisions).values(**row)).inserted_primary_key or (0,)
        audit(conn, access, "action.decided", f"action:{kind}:{key}"[:200], None, {"decision": decision, "reason": reason})
        found = conn.execute(select(evaluation_decisions).where(_D.decision_id == number)).mappings().one()
        return _decision(found)


def undo_decision(store: Store, access: Access, decision_id: int) -> Decision:
    """Take it back; what it stopped goes on. Audited. Raises ``not_found``, and ``decision_undone`` (409)."""
    mine = (_D.workspace_id == access.scope.workspace_id, _D.decision_id == decision_id)
    with store.read() as conn:
        row = conn.execute(select(evaluation_decisions).where(*mine)).mappings().one_or_none()
    if row is None:
        raise not_found("decision", str(decision_id))
    found = _decision(row)
    if found.undone_at is None and found.stopped and (found.kind == "flow" or found.kind == "campaign"):
        # First, and again without harm: whatever ends this in between leaves a decision that can still be taken back.
        outreach.revive_act(store, access, found.kind, found.action)
    with store.write() as conn:
        changed = conn.execute(
            update(evaluation_decisions)
            .where(*mine, _D.undone_at.is_(None))
            .values(undone_at=access.now, undone_by=access.actor.label[:300])
        )
        if not changed.rowcount:
            raise UemsError("decision_undone", f"Decision {decision_id} was taken back already. Decide anew.", status=409)
        audit(conn, access, "action_decision.undone", f"action:{found.kind}:{found.action}"[:200], {"decision": found.decision}, None)
        return _decision(conn.execute(select(evaluation_decisions).where(*mine)).mappings().one())


def _facts(worth: Worth) -> dict[str, object]:
    net = worth.net_minor
    return {
        "horizon_days": worth.horizon_days,
        "treated": worth.treated,
        "control": worth.control,
        "net_minor": None if net is None else [round(net.value), round(net.low), round(net.high)],
        "proposal": worth.proposal,
        "causes": list(worth.causes),
    }


def _decision(row: RowMapping) -> Decision:
    return Decision(**{name: row[name] for name in Decision.__dataclass_fields__})
