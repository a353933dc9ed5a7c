"""What do the routes of this room take and give?"""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from uems.access.model import Account, Actor, AuditEntry, Key, KeyKind, Locale, Member, Workspace
from uems.access.permissions import Role
from uems.kernel.edge import Body, CleanStr, Name, Slug

Password = Annotated[str, Field(max_length=1000)]
Email = Annotated[CleanStr, Field(min_length=3, max_length=254)]
Zone = Annotated[CleanStr, Field(min_length=1, max_length=100)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class LoginBody(Body):
    email: Email
    password: Password


class AccountBody(Body):
    id: str
    email: str
    name: str
    locale: Locale

    @staticmethod
    def of(account: Account) -> "AccountBody":
        return AccountBody(id=account.account_id, email=account.email, name=account.name, locale=account.locale)


class LoginAnswer(Body):
    account: AccountBody
    csrf_token: str


class WorkspaceBody(Body):
    """role: null for a key that was made on the command line. permissions: what the caller may do here."""

    slug: str
    name: str
    zone: str
    currency: str
    has_data: bool
    created_at: datetime
    role: Role | None
    permissions: list[str]

    @staticmethod
    def of(workspace: Workspace, actor: Actor) -> "WorkspaceBody":
        return WorkspaceBody(
            slug=workspace.slug,
            name=workspace.name,
            zone=workspace.zone,
            currency=workspace.currency,
            has_data=workspace.has_data,
            created_at=workspace.created_at,
            role=actor.role,
            permissions=sorted(actor.permissions),
        )


class SessionAnswer(Body):
    """account and csrf_token: null when the caller is a key or the operator."""

    account: AccountBody | None
    csrf_token: str | None
    workspaces: list[WorkspaceBody]


class AccountChange(Body):
    name: Name | None = None
    locale: Locale | None = None
    current_password: Password | None = None
    new_password: Password | None = None


class NewAccountBody(Body):
    """password: null to have one generated."""

    email: Email
    name: Name
    locale: Locale = "zh"
    password: Password | None = None


class PasswordReset(Body):
    email: Email


class NewAccountAnswer(Body):
    """password: shown this once."""

    account: AccountBody
    password: str


class NewWorkspaceBody(Body):
    slug: Slug
    name: Name
    zone: Zone
    currency: Currency


class WorkspaceChange(Body):
    name: Name | None = None
    zone: Zone | None = None
    currency: Currency | None = None


class MemberBody(Body):
    account_id: str
    email: str
    name: str
    role: Role
    since: datetime

    @staticmethod
    def of(member: Member) -> "MemberBody":
        account = member.account
        return MemberBody(account_id=account.account_id, email=account.email, name=account.name, role=member.role, since=member.since)


class NewMemberBody(Body):
    email: Email
    name: Name
    role: Role
    locale: Locale = "zh"


class NewMemberAnswer(Body):
    """password: of an account that was made just now; shown this once. Null when the account existed."""

    member: MemberBody
    password: str | None


class RoleChange(Body):
    role: Role


class KeyBody(Body):
    """token: the whole key; null for an API key. hint: how an API key begins. last_used_at: to the minute, of API keys only."""

    key_id: str
    kind: KeyKind
    name: str
    hint: str
    token: str | None
    permissions: list[str]
    created_by: str | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None

    @staticmethod
    def of(key: Key) -> "KeyBody":
        return KeyBody(
            key_id=key.key_id,
            kind=key.kind,
            name=key.name,
            hint=key.hint,
            token=key.token,
            permissions=list(key.permissions),
            created_by=key.created_by,
            created_at=key.created_at,
            expires_at=key.expires_at,
            last_used_at=key.last_used_at,
        )


class NewKeyBody(Body):
    """permissions: at least one for an API key, none for the other kinds."""

    kind: KeyKind
    name: Name
    permissions: Annotated[list[Annotated[CleanStr, Field(max_length=100)]], Field(max_length=100)] = Field(default_factory=list)
    expires_at: AwareDatetime | None = None


class NewKeyAnswer(Body):
    """token: the key itself; of an API key it is shown only here."""

    key: KeyBody
    token: str


class AuditBody(Body):
    entry_id: int
    at: datetime
    actor_kind: str
    actor_id: str
    actor: str
    address: str
    action: str
    target: str
    before: dict[str, object] | None
    after: dict[str, object] | None

    @staticmethod
    def of(entry: AuditEntry) -> "AuditBody":
        return AuditBody(
            entry_id=entry.entry_id,
            at=entry.at,
            actor_kind=entry.actor_kind,
            actor_id=entry.actor_id,
            actor=entry.actor_label,
            address=entry.address,
            action=entry.action,
            target=entry.target,
            before=entry.before,
            after=entry.after,
        )
