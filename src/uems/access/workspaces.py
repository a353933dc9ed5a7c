"""Which workspaces are there, and how does a caller enter one? The only place that turns a slug into a scope."""

import re
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, insert, literal, select, update

from uems.access.audit import audit
from uems.access.model import Access, Actor, Caller, Workspace
from uems.access.permissions import ALL, PERMISSIONS, Role
from uems.access.tables import memberships, workspaces
from uems.kernel.clock import zone_of
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.money import exponent
from uems.kernel.store import Store, allocate, lock

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    # The list that IANA publishes, not what lies in a machine's folder (localtime, posix/, right/): every engine knows these.
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("utf-8").split())


def check_zone(zone: str) -> str:
    """``zone`` itself when it is an IANA zone; raises ``invalid``."""
    zone_of(zone)
    if zone not in _zones():
        raise invalid("zone", zone, "must be an IANA time zone such as Asia/Shanghai.")
    return zone


def check_currency(currency: str) -> str:
    """``currency`` itself when it is an ISO 4217 code with a known minor unit; raises ``unknown_currency``."""
    exponent(currency)
    return currency


def check_slug(slug: str) -> str:
    """``slug`` itself when it can stand in an address; raises ``invalid``."""
    if not _SLUG.fullmatch(slug):
        raise invalid("slug", slug, "must be lower-case letters, digits and inner hyphens, at most 63. Use shop-eu.")
    return slug


def _workspace(row: RowMapping) -> Workspace:
    return Workspace(**{c.name: row[c.name] for c in workspaces.c})


def enter(store: Store, caller: Caller, slug: str) -> Access:
    """The caller inside the workspace ``slug``.

    Raises ``not_found`` alike for a workspace that does not exist and for one the caller does not belong to.
    """
    with store.read() as conn:
        row = conn.execute(_visible(caller).where(workspaces.c.slug == slug)).mappings().first()
    if row is None:
        raise not_found("workspace", slug[:64])
    return Access(scope=_workspace(row).scope, actor=_inside(caller, row["role"]), now=caller.now)


def list_workspaces(store: Store, caller: Caller) -> list[tuple[Workspace, Actor]]:
    """Every workspace the caller may enter, with what they are there; by name."""
    with store.read() as conn:
        rows = conn.execute(_visible(caller).order_by(workspaces.c.name, workspaces.c.workspace_id)).mappings().all()
    return [(_workspace(row), _inside(caller, row["role"])) for row in rows]


def get_workspace(store: Store, access: Access) -> Workspace:
    """The workspace as it is now."""
    with store.read() as conn:
        return _load(conn, access)


def _load(conn: Connection, access: Access) -> Workspace:
    query = select(workspaces).where(workspaces.c.workspace_id == access.scope.workspace_id)
    return _workspace(conn.execute(query).mappings().one())


def _visible(caller: Caller) -> Select[Any]:
    query = select(workspaces)
    if caller.workspace_id is not None:
        query = query.where(workspaces.c.workspace_id == caller.workspace_id)
    if caller.actor.account_id is None:
        # The operator, or a key the operator made: not bound to any account's membership.
        return query.add_columns(literal("owner" if caller.actor.kind == "operator" else None).label("role"))
    mine = (memberships.c.workspace_id == workspaces.c.workspace_id) & (memberships.c.account_id == caller.actor.account_id)
    return query.add_columns(memberships.c.role).join(memberships, mine)


def _inside(caller: Caller, role: Role | None) -> Actor:
    allowed = PERMISSIONS[role] if role else ALL
    if caller.key_permissions is not None:
        allowed = allowed & caller.key_permissions
    return replace(caller.actor, role=role, permissions=allowed)


def create_workspace(store: Store, caller: Caller, *, slug: str, name: str, zone: str, currency: str) -> Workspace:
    """A new, empty workspace of which the caller's account is the owner.

    Raises ``invalid``, ``slug_taken`` (409), or ``forbidden`` for an account that owns no workspace while others do.
    """
    check_slug(slug)
    check_zone(zone)
    check_currency(currency)
    with store.write() as conn:
        lock(conn, "workspaces")
        _require_founder(conn, caller)
        workspace = Workspace(
            workspace_id=allocate(conn, "workspace"),
            slug=slug,
            name=name,
            zone=zone,
            currency=currency,
            has_data=False,
            created_at=caller.now,
        )
        if conn.execute(select(workspaces.c.slug).where(workspaces.c.slug == slug)).first():
            raise UemsError("slug_taken", f"A workspace is called {slug!r} already; choose another slug.", status=409)
        conn.execute(insert(workspaces).values({c.name: getattr(workspace, c.name) for c in workspaces.c}))
        if caller.actor.kind == "account":
            conn.execute(
                insert(memberships).values(
                    workspace_id=workspace.workspace_id, account_id=caller.actor.account_id, role="owner", since=caller.now
                )
            )
        inside = Access(scope=workspace.scope, actor=caller.actor, now=caller.now)
        audit(conn, inside, "workspace.created", f"workspace:{slug}", None, _facts(workspace))
    return workspace


def _require_founder(conn: Connection, caller: Caller) -> None:
    if caller.actor.kind == "operator":
        return
    if caller.actor.kind == "account":
        owned = select(memberships.c.role).where(memberships.c.account_id == caller.actor.account_id, memberships.c.role == "owner")
        if conn.execute(owned).first() or not conn.execute(select(workspaces.c.workspace_id).limit(1)).first():
            return
    raise UemsError("forbidden", "Only an account that owns a workspace can create another one. Ask an owner.", status=403)


def change_workspace(
    store: Store, access: Access, *, name: str | None = None, zone: str | None = None, currency: str | None = None
) -> Workspace:
    """Change what is given. Raises ``invalid``, or ``workspace_has_data`` (409) for the zone or currency once events exist."""
    wanted = {"name": name, "zone": check_zone(zone) if zone else None, "currency": check_currency(currency) if currency else None}
    with store.write() as conn:
        lock(conn, f"workspace:{access.scope.workspace_id}")
        before = _load(conn, access)
        changes = {k: v for k, v in wanted.items() if v is not None and v != getattr(before, k)}
        if not changes:
            return before
        fixed = sorted({"zone", "currency"} & set(changes))
        if before.has_data and fixed:
            raise UemsError(
                "workspace_has_data",
                f"{fixed[0]} is {getattr(before, fixed[0])} and fixed, because stored events depend on it. Create another workspace.",
                status=409,
                details={"field": fixed[0]},
            )
        conn.execute(update(workspaces).where(workspaces.c.workspace_id == before.workspace_id).values(changes))
        after = _load(conn, access)
        old = {k: getattr(before, k) for k in changes}
        audit(conn, access, "workspace.changed", f"workspace:{before.slug}", old, changes)
    return after


def mark_has_data(conn: Connection, workspace_id: int) -> None:
    """Called by the pipeline with the first events of a workspace; from then on its zone and currency are fixed."""
    # TRICKY: the lock keeps a zone change that runs side by side (PostgreSQL) from committing after it saw no data.
    lock(conn, f"workspace:{workspace_id}")
    first = (workspaces.c.workspace_id == workspace_id) & workspaces.c.has_data.is_(False)
    conn.execute(update(workspaces).where(first).values(has_data=True))


def _facts(workspace: Workspace) -> dict[str, object]:
    return {"slug": workspace.slug, "name": workspace.name, "zone": workspace.zone, "currency": workspace.currency}
