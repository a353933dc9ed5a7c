"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.access.accounts import NewAccount, bootstrap, reset_password
from uems.access.audit import audit
from uems.access.directory import Workspaces
from uems.access.guards import Visitor, account_guard, guard, house_of, operator_guard, public
from uems.access.keys import NewKey, create_key
from uems.access.members import NewMember, add_member
from uems.access.model import Access, Account, Actor, Caller, Key, Member, Workspace
from uems.access.operator import operator, operator_token
from uems.access.permissions import PERMISSIONS, ROLES, Role
from uems.access.rate_limit import admit_guess, forgive_guess
from uems.access.workspaces import create_workspace, enter, list_workspaces, mark_has_data
from uems.access.write_keys import flags_key_async, write_key, write_key_async

__all__ = [
    "PERMISSIONS",
    "ROLES",
    "Access",
    "Account",
    "Actor",
    "Caller",
    "Key",
    "Member",
    "NewAccount",
    "NewKey",
    "NewMember",
    "Role",
    "Visitor",
    "Workspace",
    "Workspaces",
    "account_guard",
    "add_member",
    "admit_guess",
    "audit",
    "bootstrap",
    "create_key",
    "create_workspace",
    "enter",
    "flags_key_async",
    "forgive_guess",
    "guard",
    "house_of",
    "list_workspaces",
    "mark_has_data",
    "operator",
    "operator_guard",
    "operator_token",
    "public",
    "reset_password",
    "write_key",
    "write_key_async",
]
