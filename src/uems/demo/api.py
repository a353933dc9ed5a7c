"""How is the grocer's year loaded? Over the HTTP API: files, mappings and imports, as a user would do it."""

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from uems.demo.mappings import MAPPINGS
from uems.demo.segments import GROCER, SHOP, Language, save_segments
from uems.demo.tables import data_folder, demographics, mailings, order_lines, redemptions
from uems.kernel.errors import UemsError

__all__ = ["NAME", "SLUG", "Api", "Loaded", "Progress", "describe", "describe_shop", "load"]

SLUG = "complete-journey"
NAME = "The Complete Journey"
ZONE = "America/New_York"
CURRENCY = "USD"
END = "2018-01-01T05:00:00Z"
"""The first instant after the year: tags and segments are as they were then, or every household would be long lost."""

_TABLES: dict[str, Callable[[], pa.Table]] = {
    "demographics": demographics,
    "mailings": mailings,
    "redemptions": redemptions,
    "orders": order_lines,
}
# What each takes of the whole, for the progress bar: nearly everything is orders.
_SHARE = {"demographics": 0.02, "mailings": 0.05, "redemptions": 0.03, "orders": 0.9}
_POLL_SECONDS = 0.5

Progress = Callable[[str, float], None]
"""Called with what is being done (the name of a file, at last "finishing") and how much of the whole is done (0 to 1)."""


class Api(Protocol):
    """The HTTP API, as the command line has it: raises ``UemsError`` with the server's own code and message."""

    def get(self, path: str) -> Any: ...
    def post(self, path: str, body: object = None) -> Any: ...
    def put(self, path: str, body: object) -> Any: ...
    def request(self, method: str, path: str, **options: Any) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What is in the workspace. events: by file. already: it was there before, and nothing was added."""

    slug: str
    events: dict[str, int]
    already: bool


def load(api: Api, progress: Progress = lambda step, done: None) -> Loaded:
    """Load the demo data into the workspace ``complete-journey`` and wait until every report shows it. Safe to repeat.

    Raises ``demo_missing`` (409) when the data package is not installed, ``demo_failed`` when an import does not end well.
    """
    data_folder()
    _ensure_workspace(api)
    address = f"/api/workspaces/{SLUG}"
    before = {run["name"]: run for run in _runs(api, address) if run["state"] in ("queued", "running", "done")}
    started: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="uems-demo-") as folder:
        for name, table in _TABLES.items():
            progress(name, 0.0 if not started else sum(_SHARE[n] * 0.05 for n in started))
            file = f"{name}.parquet"
            if file in before:
                started[name] = before[file]["import_id"]
            else:
                started[name] = _start(api, address, name, table(), Path(folder) / file)
    events = _follow(api, address, started, progress)
    return Loaded(slug=SLUG, events=events, already=len(before) >= len(_TABLES))


def describe(api: Api, language: Language) -> int:
    """Give the households their tags and segments, as of the end of the year; how many tags were installed. Safe to repeat."""
    address = f"/api/workspaces/{SLUG}"
    api.request("PUT", f"{address}/tag-clock", json={"as_of": END})
    made = api.post(f"{address}/standard-tags")
    save_segments(api, SLUG, GROCER, language)
    return len(made["installed"])


def describe_shop(api: Api, slug: str, language: Language) -> None:
    """Give the people of the simulated shop their tags and segments. Safe to repeat."""
    api.post(f"/api/workspaces/{slug}/standard-tags")
    save_segments(api, slug, SHOP, language)


def _ensure_workspace(api: Api) -> None:
    try:
        api.get(f"/api/workspaces/{SLUG}")
    except UemsError as error:
        if error.code != "not_found":
            raise
        api.post("/api/workspaces", {"slug": SLUG, "name": NAME, "zone": ZONE, "currency": CURRENCY})


def _runs(api: Api, address: str) -> Iterator[dict[str, Any]]:
    cursor = ""
    while True:
        page = api.get(f"{address}/imports{cursor}")
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        cursor = f"?cursor={page['next_cursor']}"


def _start(api: Api, address: str, name: str, table: pa.Table, path: Path) -> str:
    """Upload one table and start its import; the id of the run."""
    pq.write_table(table, path, row_group_size=200_000, compression="zstd")
    with path.open("rb") as content:
        file = api.request("POST", f"{address}/files?name={path.name}", content=content)
    saved = api.post(f"{address}/mappings", {"name": f"Complete Journey: {name}", "mapping": MAPPINGS[name]})
    try:
        run = api.post(f"{address}/imports", {"file_id": file["file_id"], "mapping_id": saved["mapping_id"]})
    except UemsError as error:
        if error.code != "already_imported":
            raise
        return str(error.details["import_id"])
    return str(run["import_id"])


def _follow(api: Api, address: str, started: dict[str, str], progress: Progress) -> dict[str, int]:
    """Wait until everything is imported and can be queried; events by file."""
    runs: dict[str, Any] = {}
    while True:
        waiting_for = [name for name in started if not runs.get(name, {}).get("queryable")]
        runs |= {name: api.get(f"{address}/imports/{started[name]}") for name in waiting_for}
        for name, run in runs.items():
            if run["state"] in ("failed", "cancelled", "paused"):
                reason = (run["error"] or {}).get("message", f"it is {run['state']}.")
                message = f"The import of {name} did not end: {reason} Resume it under Imports, or run `uems demo` again."
                raise UemsError("demo_failed", message, status=500, details={"import_id": run["import_id"]})
        if all(run["queryable"] for run in runs.values()):
            progress("finishing", 1.0)
            return {name: int(run["events"]) for name, run in runs.items()}
        # A third of the way is to the log, the rest through the pipeline.
        appended = max(1, sum(run["events"] for run in runs.values()))
        waiting = min(appended, api.get(f"{address}/health")["backlog_events"])
        imported = sum(_SHARE[name] * (run["progress"] or 0.0) for name, run in runs.items())
        done = imported * (1 + 2 * (appended - waiting) / appended) / 3
        current = next((name for name, run in runs.items() if run["state"] != "done"), "finishing")
        progress(current, min(0.99, done))
        time.sleep(_POLL_SECONDS)
