"""Which role may do what? One table, read by the guard and by nothing else.

A permission is ``<thing>:<read|write|approve>``. A room that adds a thing adds it here, to the lowest role that may do it;
every higher role has it too.
"""

from typing import Literal

from uems.kernel.errors import UemsError

Role = Literal["viewer", "analyst", "editor", "admin", "owner"]

ROLES: tuple[Role, ...] = ("viewer", "analyst", "editor", "admin", "owner")
"""From the least to the most; a higher role can do everything a lower one can."""

# Viewers see numbers, analysts also see the people behind them, editors change what is collected and shown,
# admins decide who comes in, owners decide who owns it.
_ADDED: dict[Role, tuple[str, ...]] = {
    "viewer": (
        "workspace:read",
        "reports:read",
        "segments:read",
        "tags:read",
        "plan:read",
        "health:read",
        "models:read",
        "kpis:read",
        "dashboards:read",
        "flows:read",
        "campaigns:read",
        "experiments:read",
        "evaluation:read",
        "superusers:read",
    ),
    "analyst": (
        "people:read",
        "events:read",
        "merges:read",
        "imports:read",
        "sources:read",
        "members:read",
        "messages:read",
        "tasks:read",
        "conversations:read",
        "reports:write",
    ),
    "editor": (
        "people:write",
        "segments:write",
        "tags:write",
        "maps:write",
        "events:write",
        "merges:write",
        "plan:write",
        "imports:write",
        "sources:write",
        "models:write",
        "kpis:write",
        "dashboards:write",
        "flows:write",
        "campaigns:write",
        "messages:write",
        "tasks:write",
        "conversations:write",
        "incoming:write",
        "experiments:write",
        "evaluation:write",
        "superusers:write",
    ),
    "admin": (
        "erasures:read",
        "erasures:write",
        "campaigns:approve",
        "evaluation:approve",
        "superusers:approve",
        "members:write",
        "keys:read",
        "keys:write",
        "audit:read",
        "workspace:write",
    ),
    "owner": ("owners:write",),
}


def _table() -> dict[Role, frozenset[str]]:
    table: dict[Role, frozenset[str]] = {}
    held: frozenset[str] = frozenset()
    for role in ROLES:
        held = held | frozenset(_ADDED[role])
        table[role] = held
    return table


PERMISSIONS: dict[Role, frozenset[str]] = _table()
"""Role → everything it may do."""
ALL: frozenset[str] = PERMISSIONS["owner"]


def rank(role: Role) -> int:
    """0 for a viewer, 4 for an owner."""
    return ROLES.index(role)


def known(permission: str) -> str:
    """``permission`` itself; raises ``unknown_permission`` when the table does not list it."""
    if permission not in ALL:
        raise UemsError(
            "unknown_permission",
            f"No permission {permission!r}. There are: {', '.join(sorted(ALL))}.",
            status=422,
            details={"permission": permission[:100]},
        )
    return permission
