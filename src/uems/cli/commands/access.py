"""``uems init``, ``workspace``, ``user``, ``key``: who works here, and with what keys."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from uems.cli.main import FormatOption, WorkspaceOption, app, connected, group
from uems.cli.output import Format, say, show_facts, show_rows
from uems.kernel.errors import UemsError

workspace_app = group("Workspaces: one business line each, nothing shared between two.")
user_app = group("People who work with UEMS, and what they may do.")
key_app = group("Keys for programs: write keys send events, API keys read and change.")
app.add_typer(workspace_app, name="workspace")
app.add_typer(user_app, name="user")
app.add_typer(key_app, name="key")


class RoleName(StrEnum):
    owner = "owner"
    admin = "admin"
    editor = "editor"
    analyst = "analyst"
    viewer = "viewer"


class Language(StrEnum):
    zh = "zh"
    en = "en"


class KeyKind(StrEnum):
    write = "write"
    flags = "flags"
    api = "api"


def machine_zone() -> str:
    """The IANA zone of this machine; UTC when it does not say."""
    target = str(Path("/etc/localtime").resolve())
    return target.partition("/zoneinfo/")[2] or "UTC"


ZoneOption = Annotated[str, typer.Option(help="IANA time zone of its business days.", default_factory=machine_zone)]
CurrencyOption = Annotated[str, typer.Option(help="ISO 4217 code in which its money is reported.")]


def ensure_workspace(client: Any, slug: str, name: str, zone: str, currency: str) -> bool:
    """Make the workspace unless it is there; whether it was made."""
    try:
        client.post("/api/workspaces", {"slug": slug, "name": name, "zone": zone, "currency": currency})
    except UemsError as error:
        if error.code != "slug_taken":
            raise
        return False
    return True


def ensure_owner(client: Any, slug: str, email: str, name: str, locale: str) -> str | None:
    """Make ``email`` an owner unless they are a member; the generated password of an account made just now."""
    body = {"email": email, "name": name, "role": "owner", "locale": locale}
    try:
        answer = client.post(f"/api/workspaces/{slug}/members", body)
    except UemsError as error:
        if error.code != "member_exists":
            raise
        return None
    password: str | None = answer["password"]
    return password


@app.command()
def init(
    zone: ZoneOption,
    workspace: Annotated[str, typer.Option("--workspace", "-w", help="Slug of the first workspace.")] = "main",
    name: Annotated[str, typer.Option(help="Name of the workspace.")] = "Main",
    currency: CurrencyOption = "USD",
    email: Annotated[str, typer.Option(help="E-mail of the first owner.")] = "owner@localhost",
    language: Annotated[Language, typer.Option(help="Language of the owner.")] = Language.en,
    format: FormatOption = Format.table,
) -> None:
    """Make the home folder, a workspace and its owner. Running it again changes nothing.

    Example: `uems init --workspace shop --name "My shop" --zone Asia/Shanghai --currency CNY --email mei@example.com`
    """
    with connected() as client:
        made = ensure_workspace(client, workspace, name, zone, currency)
        password = ensure_owner(client, workspace, email, email.partition("@")[0], language.value)
        found = client.get(f"/api/workspaces/{workspace}")
    facts = {"workspace": workspace, "zone": found["zone"], "currency": found["currency"], "email": email, "password": password}
    if format is Format.table:
        say(f"Workspace {workspace} {'made' if made else 'was here already'} ({found['zone']}, {found['currency']}).")
        facts = {"email": email, "password": password or "(unchanged)"}
    show_facts(facts, format)
    if format is Format.table and password:
        say("The password is shown only now. Next: `uems serve`.")


@workspace_app.command("list")
def list_workspaces(format: FormatOption = Format.table) -> None:
    """All workspaces."""
    with connected() as client:
        show_rows(client.pages("/api/workspaces"), ["slug", "name", "zone", "currency", "has_data"], format)


@workspace_app.command("create")
def create_workspace(
    slug: Annotated[str, typer.Argument(help="Lower-case letters, digits and hyphens; stands in addresses and never changes.")],
    zone: ZoneOption,
    name: Annotated[str | None, typer.Option(help="Its name; the slug unless given.")] = None,
    currency: CurrencyOption = "USD",
    format: FormatOption = Format.table,
) -> None:
    """Make a workspace. Zone and currency can be changed until it has events."""
    with connected() as client:
        made = client.post("/api/workspaces", {"slug": slug, "name": name or slug, "zone": zone, "currency": currency})
    show_facts({key: made[key] for key in ("slug", "name", "zone", "currency")}, format)


@user_app.command("list")
def list_users(
    workspace: WorkspaceOption = None,
    everybody: Annotated[bool, typer.Option("--all", help="All accounts of the installation, without their roles.")] = False,
    format: FormatOption = Format.table,
) -> None:
    """The members of a workspace."""
    with connected() as client:
        if everybody:
            show_rows(client.pages("/api/accounts"), ["email", "name", "locale"], format)
        else:
            show_rows(client.pages(f"{client.workspace(workspace)}/members"), ["email", "name", "role", "since"], format)


@user_app.command("create")
def create_user(
    email: Annotated[str, typer.Argument(help="What they log in with.")],
    role: Annotated[RoleName, typer.Option(help="What they may do in this workspace.")] = RoleName.viewer,
    name: Annotated[str | None, typer.Option(help="Their name; the first part of the e-mail unless given.")] = None,
    language: Annotated[Language, typer.Option(help="Language of their screen.")] = Language.en,
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.table,
) -> None:
    """Let somebody into a workspace. A new account gets a generated password, shown only now.

    Example: `uems user create mei@example.com --role analyst`
    """
    body = {"email": email, "name": name or email.partition("@")[0], "role": role.value, "locale": language.value}
    with connected() as client:
        answer = client.post(f"{client.workspace(workspace)}/members", body)
    member = answer["member"]
    password = answer["password"] or ("(unchanged)" if format is Format.table else None)
    show_facts({"email": member["email"], "role": member["role"], "password": password}, format)


@user_app.command("password")
def reset_password(
    email: Annotated[str, typer.Argument(help="Whose password was forgotten.")], format: FormatOption = Format.table
) -> None:
    """Give an account a new generated password, shown only now, and end all its sessions."""
    with connected() as client:
        answer = client.post("/api/accounts/reset-password", {"email": email})
    show_facts({"email": answer["account"]["email"], "password": answer["password"]}, format)


@key_app.command("list")
def list_keys(workspace: WorkspaceOption = None, format: FormatOption = Format.table) -> None:
    """The keys of a workspace. Write keys are shown whole, API keys only by how they begin."""
    with connected() as client:
        rows = client.pages(f"{client.workspace(workspace)}/keys")
        show_rows(rows, ["key_id", "kind", "name", "hint", "token", "permissions", "last_used_at"], format)


@key_app.command("create")
def create_key(
    kind: Annotated[
        KeyKind, typer.Option(help="write: only sends events. flags: only reads feature flags. api: does what its permissions allow.")
    ] = KeyKind.write,
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    permission: Annotated[list[str] | None, typer.Option(help="For an API key, repeatable: people:read, reports:read, ...")] = None,
    expires_days: Annotated[int | None, typer.Option(min=1, max=3650, help="Days until it stops working; never unless given.")] = None,
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.table,
) -> None:
    """Make a key.

    Examples: `uems key create --kind write --format json`, `uems key create --kind api --permission people:read --name "BI"`
    """
    body: dict[str, Any] = {"kind": kind.value, "name": name, "permissions": permission or []}
    if expires_days is not None:
        body["expires_at"] = (datetime.now(UTC) + timedelta(days=expires_days)).isoformat()
    with connected() as client:
        answer = client.post(f"{client.workspace(workspace)}/keys", body)
    key = answer["key"]
    show_facts({"key_id": key["key_id"], "kind": key["kind"], "name": key["name"], "token": answer["token"]}, format)


@key_app.command("revoke")
def revoke_key(key_id: Annotated[str, typer.Argument(help="See `uems key list`.")], workspace: WorkspaceOption = None) -> None:
    """Stop a key from working."""
    with connected() as client:
        client.delete(f"{client.workspace(workspace)}/keys/{key_id}")
    say(f"{key_id} works no more.")
