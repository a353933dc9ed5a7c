"""How are workspaces, accounts, members, keys and the audit log reached over HTTP?"""

from typing import Annotated

from fastapi import Path, Query, Request, Response

from uems.access import accounts, audit, keys, logins, members, workspaces
from uems.access.bodies import (
    AccountBody,
    AccountChange,
    AuditBody,
    KeyBody,
    LoginAnswer,
    LoginBody,
    MemberBody,
    NewAccountAnswer,
    NewAccountBody,
    NewKeyAnswer,
    NewKeyBody,
    NewMemberAnswer,
    NewMemberBody,
    NewWorkspaceBody,
    PasswordReset,
    RoleChange,
    SessionAnswer,
    WorkspaceBody,
    WorkspaceChange,
)
from uems.access.guards import Visitor, account_guard, cookie_name, guard, house_of, operator_guard, public
from uems.access.model import Access, Caller
from uems.kernel.edge import Cursor, Key, Limit, Page, decode_cursor, encode_cursor
from uems.kernel.errors import invalid
from uems.kernel.routing import Routes
from uems.kernel.store import Store

router = Routes()

AccountId = Annotated[Key, Path(description="Id of the account.")]


def _store(request: Request) -> Store:
    return house_of(request).store


@router.post("/login")
def log_in(request: Request, response: Response, body: LoginBody, visitor: Annotated[Visitor, public()]) -> LoginAnswer:
    """Open a session. The answer sets the session cookie; unsafe requests send ``csrf_token`` back as ``X-CSRF-Token``."""
    house = house_of(request)
    login = logins.log_in(
        house.store,
        email=body.email,
        password=body.password,
        address=visitor.address,
        session_hours=house.settings.session_hours,
        now=visitor.now,
    )
    response.set_cookie(
        cookie_name(house),
        login.token,
        max_age=house.settings.session_hours * 3600,
        path="/",
        httponly=True,
        samesite="lax",
        secure=house.settings.secure_cookies,
    )
    return LoginAnswer(account=AccountBody.of(login.account), csrf_token=login.csrf_token)


@router.post("/logout", status_code=204)
def log_out(request: Request, response: Response, caller: Annotated[Caller, account_guard()]) -> None:
    """End this session."""
    house = house_of(request)
    logins.log_out(house.store, caller)
    response.delete_cookie(cookie_name(house), path="/", httponly=True, samesite="lax", secure=house.settings.secure_cookies)


@router.get("/session")
def get_session(request: Request, caller: Annotated[Caller, account_guard()]) -> SessionAnswer:
    """Who am I, and where may I go?"""
    store = _store(request)
    account = accounts.get_account(store, caller.actor.actor_id) if caller.actor.kind == "account" else None
    return SessionAnswer(
        account=AccountBody.of(account) if account else None,
        csrf_token=caller.csrf_token,
        workspaces=[WorkspaceBody.of(*found) for found in workspaces.list_workspaces(store, caller)],
    )


@router.patch("/account")
def change_account(request: Request, body: AccountChange, caller: Annotated[Caller, account_guard()]) -> AccountBody:
    """Change one's own name, language or password. A new password ends every other session."""
    store = _store(request)
    if body.new_password is not None:
        if body.current_password is None:
            raise invalid("current_password", None, "must be sent together with new_password.")
        accounts.change_password(store, caller, current=body.current_password, new=body.new_password)
    return AccountBody.of(accounts.change_account(store, caller, name=body.name, locale=body.locale))


@router.get("/accounts")
def list_accounts(request: Request, caller: Annotated[Caller, operator_guard()]) -> Page[AccountBody]:
    """Everybody who can log in. For the operator."""
    return Page(items=[AccountBody.of(a) for a in accounts.list_accounts(_store(request))])


@router.post("/accounts", status_code=201)
def create_account(request: Request, body: NewAccountBody, caller: Annotated[Caller, operator_guard()]) -> NewAccountAnswer:
    """An account without a workspace. For the operator; owners add members instead."""
    made = accounts.create_account(_store(request), caller, email=body.email, name=body.name, locale=body.locale, password=body.password)
    return NewAccountAnswer(account=AccountBody.of(made.account), password=made.password)


@router.post("/accounts/reset-password")
def reset_password(request: Request, body: PasswordReset, caller: Annotated[Caller, operator_guard()]) -> NewAccountAnswer:
    """A new generated password, and the end of all sessions of the account. For the operator."""
    made = accounts.reset_password(_store(request), caller, email=body.email)
    return NewAccountAnswer(account=AccountBody.of(made.account), password=made.password)


@router.get("/workspaces")
def list_workspaces(request: Request, caller: Annotated[Caller, account_guard()]) -> Page[WorkspaceBody]:
    """The workspaces the caller belongs to."""
    return Page(items=[WorkspaceBody.of(*found) for found in workspaces.list_workspaces(_store(request), caller)])


@router.post("/workspaces", status_code=201)
def create_workspace(request: Request, body: NewWorkspaceBody, caller: Annotated[Caller, account_guard()]) -> WorkspaceBody:
    """A new workspace, owned by the caller."""
    store = _store(request)
    made = workspaces.create_workspace(store, caller, slug=body.slug, name=body.name, zone=body.zone, currency=body.currency)
    return WorkspaceBody.of(made, workspaces.enter(store, caller, made.slug).actor)


@router.get("/workspaces/{workspace}")
def get_workspace(request: Request, access: Annotated[Access, guard("workspace:read")]) -> WorkspaceBody:
    """One workspace, and what the caller may do in it."""
    return WorkspaceBody.of(workspaces.get_workspace(_store(request), access), access.actor)


@router.patch("/workspaces/{workspace}")
def change_workspace(request: Request, body: WorkspaceChange, access: Annotated[Access, guard("workspace:write")]) -> WorkspaceBody:
    """Rename it. Zone and currency can change only while there are no events."""
    made = workspaces.change_workspace(_store(request), access, name=body.name, zone=body.zone, currency=body.currency)
    return WorkspaceBody.of(made, access.actor)


@router.get("/workspaces/{workspace}/members")
def list_members(request: Request, access: Annotated[Access, guard("members:read")]) -> Page[MemberBody]:
    """Everybody in the workspace."""
    return Page(items=[MemberBody.of(m) for m in members.list_members(_store(request), access)])


@router.post("/workspaces/{workspace}/members", status_code=201)
def add_member(request: Request, body: NewMemberBody, access: Annotated[Access, guard("members:write")]) -> NewMemberAnswer:
    """Let somebody in. Without an account they get one, with a password that only this answer shows."""
    made = members.add_member(_store(request), access, email=body.email, name=body.name, role=body.role, locale=body.locale)
    return NewMemberAnswer(member=MemberBody.of(made.member), password=made.password)


@router.patch("/workspaces/{workspace}/members/{account_id}")
def change_member(
    request: Request, account_id: AccountId, body: RoleChange, access: Annotated[Access, guard("members:write")]
) -> MemberBody:
    """Change somebody's role."""
    return MemberBody.of(members.set_role(_store(request), access, account_id, body.role))


@router.delete("/workspaces/{workspace}/members/{account_id}", status_code=204)
def remove_member(request: Request, account_id: AccountId, access: Annotated[Access, guard("members:write")]) -> None:
    """Show somebody out. API keys they made stop working."""
    members.remove_member(_store(request), access, account_id)


@router.get("/workspaces/{workspace}/keys")
def list_keys(request: Request, access: Annotated[Access, guard("keys:read")]) -> Page[KeyBody]:
    """The keys of the workspace."""
    return Page(items=[KeyBody.of(k) for k in keys.list_keys(_store(request), access)])


@router.post("/workspaces/{workspace}/keys", status_code=201)
def create_key(request: Request, body: NewKeyBody, access: Annotated[Access, guard("keys:write")]) -> NewKeyAnswer:
    """A new key. An API key is shown only in this answer."""
    made = keys.create_key(
        _store(request), access, kind=body.kind, name=body.name, permissions=body.permissions, expires_at=body.expires_at
    )
    return NewKeyAnswer(key=KeyBody.of(made.key), token=made.token)


@router.delete("/workspaces/{workspace}/keys/{key_id}", status_code=204)
def revoke_key(
    request: Request, key_id: Annotated[Key, Path(description="Id of the key.")], access: Annotated[Access, guard("keys:write")]
) -> None:
    """The key stops working, at once or, for a write key, within seconds."""
    keys.revoke_key(_store(request), access, key_id)


@router.get("/workspaces/{workspace}/audit")
def list_audit(
    request: Request,
    access: Annotated[Access, guard("audit:read")],
    cursor: Annotated[Cursor | None, Query()] = None,
    limit: Annotated[Limit, Query()] = 100,
) -> Page[AuditBody]:
    """Every change in the workspace, newest first."""
    before = decode_cursor(cursor, int)[0] if cursor else None
    entries, following = audit.read_audit(_store(request), access, before_entry=before, limit=limit)
    return Page(items=[AuditBody.of(e) for e in entries], next_cursor=encode_cursor(following) if following else None)
