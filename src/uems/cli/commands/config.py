"""``uems plan``, ``uems apply``, ``uems export-config``: all definitions as files."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from uems.cli.commands.access import Language
from uems.cli.main import FormatOption, WorkspaceOption, app, connected
from uems.cli.output import Format, flat, say, show_json, show_rows
from uems.kernel.errors import UemsError

if TYPE_CHECKING:
    from uems.cli.documents import Document

CHANGES = 3
"""How ``uems plan --check`` ends when there is something to apply."""
_SIGNS = {"create": "+", "change": "~", "archive": "-", "restore": "+", "keep": " "}

Files = Annotated[
    list[Path],
    typer.Argument(
        help="YAML files of documents, each with its kind: tracking_plan, tag, segment, template, scene, flow or campaign.", exists=True
    ),
]
Prune = Annotated[bool, typer.Option("--prune", help="Archive what stands in no file, if any of its kind does; tags are removed.")]
Words = Annotated[Language, typer.Option(help="Language in which conditions are said.")]


@app.command("plan")
def plan(
    files: Files,
    prune: Prune = False,
    check: Annotated[bool, typer.Option("--check", help=f"End with {CHANGES} when there is something to apply, for scripts.")] = False,
    language: Words = Language.en,
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.table,
) -> None:
    """Show what files of definitions would change, field by field. Nothing is changed.

    It ends with 0, with 1 when something is wrong with a file, and with --check with 3 when there is something to apply.

    Examples: `uems plan segments/*.yaml`, `uems export-config > all.yaml && uems plan all.yaml --check`
    """
    documents = _read(files)
    with connected() as client:
        found = _planned(client, client.workspace(workspace), documents, prune)
    _show(found, language.value, format)
    if check and _pending(found["changes"]):
        raise typer.Exit(CHANGES)


@app.command("apply")
def apply(
    files: Files,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Apply without asking.")] = False,
    prune: Prune = False,
    note: Annotated[str, typer.Option(help="Why, for the history and the audit log.")] = "",
    language: Words = Language.en,
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.table,
) -> None:
    """Put files of definitions in force, all of them or none, after showing what that changes.

    It ends with 0 when all is as the files say, and with 1 when something is wrong or you say no.

    Examples: `uems apply segments.yaml`, `uems apply plan.yaml tags.yaml segments.yaml --yes --note "spring campaign"`
    """
    documents = _read(files)
    with connected() as client:
        base = client.workspace(workspace)
        found = _planned(client, base, documents, prune)
        pending = _pending(found["changes"])
        if format is Format.table or not pending:
            _show(found, language.value, format)
        if not pending:
            return
        if not yes and not _agreed(len(pending)):
            raise UemsError("not_applied", "Nothing was changed.")
        body = {"documents": [one.body for one in documents], "prune": prune, "fingerprint": found["fingerprint"], "note": note}
        done = client.post(f"{base}/config/apply", body)
    if format is not Format.table:
        _show({**done, "problems": []}, language.value, format)
    say(f"Applied {len(_pending(done['changes']))} changes. Segments are computed within seconds, tags with the next pass.")


@app.command("export-config")
def export_config(
    standard: Annotated[bool, typer.Option("--standard", help="Also tags as they were shipped.")] = False,
    workspace: WorkspaceOption = None,
    format: Annotated[Format, typer.Option("--format", "-f", help="json for one JSON document; anything else is YAML.")] = Format.table,
) -> None:
    """Write the tracking plan, tags, segments, templates, scenes, flows and campaigns as YAML; applied again, it changes nothing.

    Example: `uems export-config > definitions.yaml`
    """
    from uems.cli.documents import write_documents

    with connected() as client:
        found = client.get(f"{client.workspace(workspace)}/config", standard="true" if standard else None)["documents"]
    if format is Format.json:
        show_json(found)
    elif found:
        sys.stdout.write(write_documents(found))
    else:
        say("There are no definitions yet.")


def _read(files: Sequence[Path]) -> "list[Document]":
    from uems.cli.documents import read_files

    return read_files(files)


def _planned(client: Any, base: str, documents: "Sequence[Document]", prune: bool) -> dict[str, Any]:
    """The plan; raises ``bad_config`` that names every problem with its file and line."""
    found: dict[str, Any] = client.post(f"{base}/config/plan", {"documents": [one.body for one in documents], "prune": prune})
    if found["problems"]:
        told = [f"{documents[one['document']].where(one['path'])}: {one['message']}" for one in found["problems"]]
        raise UemsError("bad_config", "\n".join(told), status=422, details={"problems": found["problems"]})
    for one in found["changes"]:
        one["where"] = documents[one["document"]].where() if one["document"] is not None else ""
    return found


def _pending(changes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in changes if one["action"] != "keep"]


def _agreed(count: int) -> bool:
    if not sys.stdin.isatty():
        raise UemsError("not_applied", "Nobody is there to ask. Pass --yes to apply without asking.")
    return typer.confirm(f"Make these {count} changes?", default=False, err=True)


def _show(found: dict[str, Any], language: str, format: Format) -> None:
    changes = found["changes"]
    if format is Format.json:
        show_json(found)
        return
    if format is Format.csv:
        rows = [{**one, **field, "name": one["name"]} for one in _pending(changes) for field in one["fields"] or [{"field": ""}]]
        show_rows(rows, ["action", "kind", "key", "name", "field", "before", "after"], format)
        return
    for one in _pending(changes):
        print("\n".join(_lines(one, language)))
    counts = {action: sum(one["action"] == action for one in changes) for action in _SIGNS}
    words = {"create": "to create", "change": "to change", "archive": "to archive", "restore": "to restore", "keep": "unchanged"}
    told = ", ".join(f"{count} {words[action]}" for action, count in counts.items() if count)
    say(f"{told}." if told else "Nothing is defined.")


def _lines(one: dict[str, Any], language: str) -> list[str]:
    """A change, with a line for each field; conditions in words."""
    named = f" ({one['name']})" if one["name"] not in ("", one["key"], "tracking plan") else ""
    restored = " (restored)" if one["action"] == "restore" else ""
    lines = [f"{_SIGNS[one['action']]} {one['kind']} {one['key']}".rstrip() + named + restored]
    for field in one["fields"]:
        before = field[f"{language}_before"] or _value(field["before"])
        after = field[f"{language}_after"] or _value(field["after"])
        if one["action"] == "create" or field["before"] is None:
            lines.append(f"    {field['field']}: {after}")
        elif field["after"] is None:
            lines.append(f"    {field['field']}: {before}  → (removed)")
        else:
            lines += [f"    {field['field']}:", f"      - {before}", f"      + {after}"]
    return lines


def _value(value: object) -> str:
    text = flat(value).replace("\n", "\\n")
    return text if len(text) <= 300 else f"{text[:297]}..."
