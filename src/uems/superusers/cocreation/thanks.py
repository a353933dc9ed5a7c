"""How did we thank somebody, what for, and when? Written down once, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import insert, select

from uems.access.api import Access, audit
from uems.kernel.scope import Scope
from uems.kernel.store import Store
from uems.superusers.cocreation.tables import advocate_thanks

How: TypeAlias = Literal["words", "call", "gift", "points", "coupon", "named", "early_access"]
_T = advocate_thanks.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Thanks:
    thanks_id: int
    how: How
    what_for: str
    at: datetime
    by: str


def thanks_of(store: Store, scope: Scope, nodes: Sequence[int]) -> list[Thanks]:
    """The latest first, at most 200."""
    query = select(advocate_thanks).where(_T.workspace_id == scope.workspace_id, _T.person_id.in_(nodes))
    with store.read() as conn:
        rows = conn.execute(query.order_by(_T.thanks_id.desc()).limit(200)).mappings().all()
    return [Thanks(**{name: row[name] for name in Thanks.__dataclass_fields__}) for row in rows]


def thank(store: Store, access: Access, person_id: int, how: How, what_for: str) -> None:
    """Audited."""
    row = {"workspace_id": access.scope.workspace_id, "person_id": person_id, "how": how, "what_for": what_for}
    with store.write() as conn:
        conn.execute(insert(advocate_thanks).values(**row, at=access.now, by=access.actor.label[:300]))
        audit(conn, access, "advocate.thanked", f"person:{person_id}", None, {"how": how, "what_for": what_for})
