"""How does a file get in? Upload, mapping, dry run, import and the wait until every report shows it; each over the API."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from uems.cli.client import Client
from uems.cli.output import progress
from uems.kernel.errors import UemsError

_PIECE = 1 << 20
STALL_SECONDS = 180.0
ENDED = ("done", "failed", "cancelled", "paused")


def upload(client: Client, base: str, path: Path) -> dict[str, Any]:
    """Send a file; what the server made of it."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file, progress(f"Uploading {path.name}") as update:

            def pieces() -> Iterator[bytes]:
                while piece := file.read(_PIECE):
                    yield piece
                    update(file.tell(), size)

            headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
            options = {"params": {"name": path.name}, "content": pieces(), "headers": headers}
            found: dict[str, Any] = client.request("POST", f"{base}/files", **options)
    except OSError as error:
        raise UemsError("file_unusable", f"{path} cannot be read ({error.strerror}).") from error
    return found


def choose_mapping(client: Client, base: str, wanted: str, uploaded: dict[str, Any]) -> dict[str, Any]:
    """The part of an import's body that says how to map: ``auto`` the suggestion, a JSON file, or the name of a saved mapping."""
    if wanted == "auto":
        if uploaded["suggested_mapping"] is None:
            columns = ", ".join(column["name"] for column in uploaded["columns"])
            raise UemsError("no_suggestion", f"No column looks like a person ({columns}). Write a mapping and pass it with --mapping FILE.")
        return {"mapping": uploaded["suggested_mapping"]}
    path = Path(wanted)
    if path.suffix == ".json" or path.is_file():
        return {"mapping": read_mapping(path)}
    for saved in client.pages(f"{base}/mappings"):
        if saved["name"] == wanted:
            return {"mapping_id": saved["mapping_id"]}
    names = ", ".join(saved["name"] for saved in client.pages(f"{base}/mappings")) or "none yet"
    raise UemsError("not_found", f"No saved mapping {wanted!r} (there are: {names}) and no such file.", status=404)


def read_mapping(path: Path) -> dict[str, Any]:
    """A mapping from a file: bare, or as it is saved (``{"name", "mapping"}``). Raises ``bad_mapping``."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UemsError("bad_mapping", f"The mapping {path} cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise UemsError("bad_mapping", f"The mapping {path} is not JSON ({error}).") from error
    if isinstance(found, dict) and isinstance(found.get("mapping"), dict):
        found = found["mapping"]
    if not isinstance(found, dict):
        raise UemsError("bad_mapping", f"The mapping {path} must be a JSON object.")
    return found


def start(client: Client, base: str, file_id: str, mapping: dict[str, Any], *, force: bool) -> dict[str, Any]:
    """Begin an import; its first state."""
    made: dict[str, Any] = client.post(f"{base}/imports", {"file_id": file_id, "force": force, **mapping})
    return made


def follow(client: Client, base: str, run: dict[str, Any]) -> dict[str, Any]:
    """Wait, with a bar, until the import has ended and everything it brought can be queried; its last state.

    Raises ``import_stalled`` when nothing moves for minutes; what came in is safe and goes on by itself once the cause is gone.
    """
    import_id = run["import_id"]
    moved: tuple[object, ...] = ()
    since = time.monotonic()
    with progress(f"Importing {run['name']}", unit="things") as update:
        while not (run["queryable"] or run["state"] in ENDED[1:]):
            total = run["rows_total"] or max(run["rows_read"], 1)
            update(min(run["rows_ok"] + run["rows_bad"], total), total)
            time.sleep(0.2)
            run = client.get(f"{base}/imports/{import_id}")
            now = (run["state"], run["rows_read"], client.get(f"{base}/health")["backlog_events"])
            if now != moved:
                moved, since = now, time.monotonic()
            elif time.monotonic() - since > STALL_SECONDS:
                message = f"The import {import_id} is {run['state']}, but nothing has moved for {STALL_SECONDS:.0f} s. Run `uems doctor`."
                raise UemsError("import_stalled", message, status=503)
    return run
