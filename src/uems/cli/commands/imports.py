"""``uems import``: files."""

from pathlib import Path
from typing import Annotated, Any

import typer

from uems.cli.main import FormatOption, WorkspaceOption, app, connected
from uems.cli.output import Format, say, show_facts, show_json, show_rows
from uems.kernel.errors import UemsError


@app.command("import")
def import_files(
    files: Annotated[
        list[Path], typer.Argument(help="CSV, JSON Lines or Parquet, plain or packed with gzip or zstd.", exists=True, dir_okay=False)
    ],
    mapping: Annotated[
        str | None, typer.Option(help="What the columns mean: a JSON file, the name of a saved mapping, or auto for the suggested one.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the first events and every problem; write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Import a file again; rows that are known are not counted again.")] = False,
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.table,
) -> None:
    """Import files. Safe to repeat: nothing is counted twice, and an interrupted import goes on where it stopped.

    Without --mapping, a suggested mapping is printed: save it, change it, and pass it.

    Examples: `uems import orders.csv > orders.json`, `uems import orders.csv --mapping orders.json --dry-run`,
    `uems import orders-*.parquet --mapping orders.json`
    """
    from uems.cli import imports

    with connected() as client:
        base = client.workspace(workspace)
        failed = 0
        for path in files:
            uploaded = imports.upload(client, base, path)
            if mapping is None:
                say(f"{path.name}: {uploaded['format']}, {uploaded['rows']} rows. A mapping that fits; pass it with --mapping FILE:")
                show_json(imports.choose_mapping(client, base, "auto", uploaded)["mapping"])
                continue
            chosen = imports.choose_mapping(client, base, mapping, uploaded)
            if dry_run:
                _show_dry_run(client.post(f"{base}/imports/dry-run", {"file_id": uploaded["file_id"], **chosen}), format)
                continue
            try:
                started = imports.start(client, base, uploaded["file_id"], chosen, force=force)
            except UemsError as error:
                if error.code != "already_imported":
                    raise
                say(f"{path.name}: {error.message}")
                continue
            run = imports.follow(client, base, started)
            failed += run["state"] != "done"
            _show_run(run, format)
    if failed:
        raise typer.Exit(1)


def _show_dry_run(found: dict[str, Any], format: Format) -> None:
    if format is Format.json:
        show_json(found)
        return
    exact = "the whole file" if found["complete"] else "the beginning of the file"
    facts = {key: found[key] for key in ("rows_read", "rows_ok", "rows_bad", "rows_total", "people", "repeated", "first_ts", "last_ts")}
    show_facts({"read": exact, **facts, **{f"event {name}": count for name, count in found["events"].items()}}, format)
    if format is Format.table:
        for preview in found["previews"]:
            say(f"row {preview['row']}:")
            show_json(preview["event"])
        if found["problems"]:
            show_rows(found["problems"], ["row", "column", "what", "got", "wanted"], format)


def _show_run(run: dict[str, Any], format: Format) -> None:
    if format is Format.json:
        show_json(run)
        return
    show_facts({key: run[key] for key in ("import_id", "name", "state", "rows_read", "rows_ok", "rows_bad", "events")}, format)
    if format is Format.table:
        if run["error"]:
            say(f"error: {run['error'].get('message', run['error'])}")
        if run["problem_counts"]:
            show_rows(run["problem_counts"], ["column", "what", "count"], format)
