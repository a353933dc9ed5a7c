"""Who belongs to a workspace, and as what? Nobody can give more than they have, and an owner always remains."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, delete, func, insert, select, update

from uems.access.accounts import check_email, find_account, insert_account
from uems.access.audit import audit
from uems.access.logins import ACCOUNT_COLUMNS
from uems.access.model import Access, Account, Locale, Member
from uems.access.passwords import hash_password, new_password
from uems.access.permissions import PERMISSIONS, Role
from uems.access.tables import accounts, memberships
from uems.kernel.errors import UemsError, not_found
from uems.kernel.store import Store, lock


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """password: generated for an account that did not exist before, shown this once; None for an account that did."""

    member: Member
    password: str | None


def list_members(store: Store, access: Access) -> list[Member]:
    """Everybody in the workspace, by e-mail."""
    with store.read() as conn:
        rows = conn.execute(_members(access).order_by(accounts.c.email)).mappings().all()
    return [_member(row) for row in rows]


def _members(access: Access) -> Select[Any]:
    return (
        select(*ACCOUNT_COLUMNS, memberships.c.role, memberships.c.since)
        .join(memberships, memberships.c.account_id == accounts.c.account_id)
        .where(memberships.c.workspace_id == access.scope.workspace_id)
    )


def _member(row: RowMapping) -> Member:
    return Member(account=Account(**{c.name: row[c.name] for c in ACCOUNT_COLUMNS}), role=row["role"], since=row["since"])


def add_member(store: Store, access: Access, *, email: str, name: str, role: Role, locale: Locale = "zh") -> NewMember:
    """Let somebody in; an unknown e-mail gets an account with a generated password.

    Raises ``invalid``, ``forbidden`` when the role may do more than the actor, ``member_exists`` (409).
    """
    _may_handle(access, role)
    email = check_email(email)
    # Made before it is known to be needed: hashing takes long, and a write block makes everybody wait.
    password = new_password()
    hashed = hash_password(password)
    with store.write() as conn:
        lock(conn, "accounts")
        _lock_members(conn, access)
        found = find_account(conn, email)
        account = found or insert_account(conn, access, email=email, name=name, locale=locale, password_hash=hashed)
        member = Member(account=account, role=role, since=access.now)
        if conn.execute(_members(access).where(accounts.c.account_id == account.account_id)).first():
            raise UemsError("member_exists", f"{email} is a member already; change the role instead.", status=409)
        conn.execute(
            insert(memberships).values(workspace_id=access.scope.workspace_id, account_id=account.account_id, role=role, since=access.now)
        )
        audit(conn, access, "member.added", f"account:{account.account_id}", None, {"email": email, "role": role})
    return NewMember(member=member, password=None if found else password)


def set_role(store: Store, access: Access, account_id: str, role: Role) -> Member:
    """Change what a member may do. Raises ``not_found``, ``forbidden``, ``last_owner`` (409)."""
    _may_handle(access, role)
    with store.write() as conn:
        member = _load(conn, access, account_id)
        _may_handle(access, member.role)
        if member.role == role:
            return member
        if member.role == "owner":
            _require_other_owner(conn, access, account_id)
        conn.execute(update(memberships).where(_is(access, account_id)).values(role=role))
        audit(conn, access, "member.role_changed", f"account:{account_id}", {"role": member.role}, {"role": role})
    return Member(account=member.account, role=role, since=member.since)


def remove_member(store: Store, access: Access, account_id: str) -> None:
    """Show somebody out; keys they made stop working, write keys go on. Raises ``not_found``, ``forbidden``, ``last_owner`` (409)."""
    with store.write() as conn:
        member = _load(conn, access, account_id)
        _may_handle(access, member.role)
        if member.role == "owner":
            _require_other_owner(conn, access, account_id)
        conn.execute(delete(memberships).where(_is(access, account_id)))
        before = {"email": member.account.email, "role": member.role}
        audit(conn, access, "member.removed", f"account:{account_id}", before, None)


def _load(conn: Connection, access: Access, account_id: str) -> Member:
    _lock_members(conn, access)
    row = conn.execute(_members(access).where(accounts.c.account_id == account_id)).mappings().first()
    if row is None:
        raise not_found("member", account_id)
    return _member(row)


def _is(access: Access, account_id: str) -> ColumnElement[bool]:
    return (memberships.c.workspace_id == access.scope.workspace_id) & (memberships.c.account_id == account_id)


def _lock_members(conn: Connection, access: Access) -> None:
    lock(conn, f"members:{access.scope.workspace_id}")


def _may_handle(access: Access, role: Role) -> None:
    # By what a role may do and not by its rank alone: a key with members:write must not make its holder an owner.
    if not PERMISSIONS[role] <= access.actor.permissions:
        raise UemsError(
            "forbidden", f"The role {role} may do more than you; ask somebody who holds it.", status=403, details={"role": role}
        )


def _require_other_owner(conn: Connection, access: Access, account_id: str) -> None:
    others = select(func.count()).where(
        memberships.c.workspace_id == access.scope.workspace_id, memberships.c.role == "owner", memberships.c.account_id != account_id
    )
    if not conn.execute(others).scalar_one():
        raise UemsError("last_owner", "This is the last owner of the workspace; make somebody else an owner first.", status=409)
