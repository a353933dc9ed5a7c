"""Who changed what, when, from where? An entry in the same transaction as the change, and never one without the other."""

from collections.abc import Mapping

from sqlalchemy import Connection, insert, select

from uems.access.model import Access, AuditEntry, Caller
from uems.access.tables import audit_entries
from uems.kernel.store import Store

_SECRET = ("password", "token", "secret", "hash", "credential", "authorization", "api_key", "write_key", "private_key", "dsn")
HIDDEN = "(hidden)"


def audit(
    conn: Connection,
    access: Access | Caller,
    action: str,
    target: str,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
) -> None:
    """Write one entry on the connection of the change itself.

    action: ``thing.past_tense`` ("member.added"). target: which one ("account:acc_1"). before, after: JSON-ready facts of the
    old and the new state, None when there is none; values under names such as password or token are replaced.
    """
    actor = access.actor
    conn.execute(
        insert(audit_entries).values(
            workspace_id=access.scope.workspace_id if isinstance(access, Access) else None,
            at=access.now,
            actor_kind=actor.kind,
            actor_id=actor.actor_id,
            actor_label=actor.label[:300],
            address=actor.address[:64],
            action=action,
            target=target[:500],
            before=None if before is None else _without_secrets(before),
            after=None if after is None else _without_secrets(after),
        )
    )


def _without_secrets(value: object, name: str = "") -> object:
    if name and value is not None and any(word in name.lower() for word in _SECRET):
        return HIDDEN
    if isinstance(value, Mapping):
        return {str(k): _without_secrets(v, str(k)) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_without_secrets(v) for v in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
    return value


def read_audit(store: Store, access: Access, *, before_entry: int | None, limit: int) -> tuple[list[AuditEntry], int | None]:
    """The newest entries of the workspace, at most ``limit``, older than ``before_entry``; and where the next page starts."""
    query = select(audit_entries).where(audit_entries.c.workspace_id == access.scope.workspace_id)
    if before_entry is not None:
        query = query.where(audit_entries.c.entry_id < before_entry)
    with store.read() as conn:
        rows = conn.execute(query.order_by(audit_entries.c.entry_id.desc()).limit(limit + 1)).mappings().all()
    entries = [AuditEntry(**row) for row in rows[:limit]]
    return entries, entries[-1].entry_id if len(rows) > limit else None
