"""``uems ties``: how strong are the ties of a workspace, and how did they move?"""

import time
from typing import Annotated, Any

import typer

from uems.cli.main import FormatOption, WorkspaceOption, app, connected
from uems.cli.output import Format, say, show_json, show_rows
from uems.kernel.errors import UemsError

_LEVELS = ("strong", "medium", "weak")
_WAIT_SECONDS = 0.5


@app.command()
def ties(
    again: Annotated[bool, typer.Option("--again", help="Score everybody anew first, and wait for it.")] = False,
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.table,
) -> None:
    """Show how many ties are strong, medium and weak, now and 30 days before.

    Examples: `uems ties`, `uems ties --again --format json`
    """
    with connected() as client:
        base = client.workspace(workspace)
        if again:
            client.settle(base)
            _made(client, base)
        answer = client.get(f"{base}/ties")
    if format is Format.json:
        show_json(answer)
        return
    found = answer["result"]
    if found is None:
        error = (answer["work"] or {}).get("error") or {}
        say(error.get("message") or "Nothing was scored yet. `uems ties --again` does it now.")
        return
    rows = [{"level": level, "people": found["levels"][level], "before": found["levels_before"][level]} for level in _LEVELS]
    show_rows(rows, ["level", "people", "before"], format)
    if format is Format.table:
        say(
            f"{found['people']:,} people within {found['window_days']} days; as of {found['as_of']}."
            f" {found['episodes']:,} strong ties have cooled and are not strong again."
        )


def _made(client: Any, base: str) -> None:
    work = client.post(f"{base}/ties/runs")["work"]
    while work["state"] in ("queued", "running"):
        time.sleep(_WAIT_SECONDS)
        work = client.get(f"{base}/ties")["work"]
    if work["state"] == "failed":
        error = work["error"] or {"code": "internal", "message": "Scoring broke; the server's log says where."}
        raise UemsError(error["code"], error["message"], status=409)
