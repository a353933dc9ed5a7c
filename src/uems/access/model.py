"""What are the things of this room? Workspaces, accounts, members, keys, and who is asking."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from uems.access.permissions import Role
from uems.kernel.errors import UemsError
from uems.kernel.scope import Scope

Locale = Literal["zh", "en"]
KeyKind = Literal["api", "write", "flags"]
ActorKind = Literal["account", "key", "operator"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A business line: nothing of one is ever visible in another.

    has_data: events exist, so the zone (which decides the day of every event) and the currency are fixed.
    """

    workspace_id: int
    slug: str
    name: str
    zone: str
    currency: str
    has_data: bool
    created_at: datetime

    @property
    def scope(self) -> Scope:
        return Scope(workspace_id=self.workspace_id, slug=self.slug, zone=self.zone, currency=self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who logs in; may be a member of several workspaces."""

    account_id: str
    email: str
    name: str
    locale: Locale
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    account: Account
    role: Role
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """kind: "api" reads and changes what ``permissions`` allow; "write" only sends events and "flags" only reads feature flags:
    both may stand in a public page.

    hint: the first characters, enough to recognise it. token: the whole key; None for an API key, which is shown once.
    created_by: account id of the maker; None when made on the command line.
    """

    key_id: str
    workspace_id: int
    kind: KeyKind
    name: str
    hint: str
    token: str | None
    permissions: tuple[str, ...]
    created_by: str | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, as the audit log names them.

    account_id: the account itself, or the maker of the key; None for the operator on the command line.
    role: the rank above which this actor cannot raise anybody; None outside a workspace. address: where the request came from.
    """

    kind: ActorKind
    actor_id: str
    label: str
    account_id: str | None
    address: str
    role: Role | None = None
    permissions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Someone who proved who they are, outside any workspace. workspace_id: the only one a key belongs to."""

    actor: Actor
    now: datetime
    session_hash: str | None = None
    csrf_token: str | None = None
    workspace_id: int | None = None
    key_permissions: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Permission granted: whose data, who acts, and the instant of the request."""

    scope: Scope
    actor: Actor
    now: datetime

    def require(self, permission: str) -> None:
        """Raise ``forbidden`` unless the actor has ``permission`` too; for a route that needs more than its guard asked."""
        if permission not in self.actor.permissions:
            raise forbidden(permission, self.actor.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change: who, what, before, after, when, from where. Never changed, never removed."""

    entry_id: int
    workspace_id: int | None
    at: datetime
    actor_kind: ActorKind
    actor_id: str
    actor_label: str
    address: str
    action: str
    target: str
    before: dict[str, object] | None
    after: dict[str, object] | None


def forbidden(permission: str, role: Role | None) -> UemsError:
    """The refusal of a known actor: which permission is missing."""
    holder = f"Your role here is {role}; it" if role else "This key"
    message = f"{holder} does not include {permission}. Ask an owner or admin of the workspace."
    return UemsError("forbidden", message, status=403, details={"permission": permission})
