"""What was found the last time, of something that is made anew now and then: lifetime value, uplift, ties?"""

import time
from collections.abc import Callable
from typing import Any

from uems.cli.main import connected
from uems.cli.output import Format, say, show_json
from uems.kernel.errors import UemsError

_WAIT_SECONDS = 0.5


def standing(what: str, *, again: bool, workspace: str | None, make: Callable[[Any, str, str], None]) -> dict[str, Any]:
    """The answer at ``what`` below the workspace. again: have ``make(client, base, what)`` make it first, of all that was taken in."""
    with connected() as client:
        base = client.workspace(workspace)
        if again:
            client.settle(base)
            make(client, base, what)
        return client.get(f"{base}/{what}")  # type: ignore[no-any-return]


def told(answer: dict[str, Any], format: Format, *, work: str, nothing: str) -> dict[str, Any] | None:
    """What is to be shown as a table, or nothing more: asked for as JSON it is printed here, and what is not there is said.

    work: the name in the answer under which the last making stands. nothing: what to say where it was never made.
    """
    if format is Format.json:
        show_json(answer)
        return None
    found: dict[str, Any] | None = answer["result"]
    if found is None:
        error = (answer[work] or {}).get("error") or {}
        say(error.get("message") or nothing)
    return found


def forecast_made(client: Any, base: str, what: str) -> None:
    """Have a forecast made, by its address, and wait for it. Raises what became of it."""
    run = client.post(f"{base}/{what}/runs")
    while run["state"] in ("queued", "running"):
        time.sleep(_WAIT_SECONDS)
        run = client.get(f"{base}/model-runs/{run['run_id']}")
    if run["state"] != "done":
        error = run["error"] or {"code": "cancelled", "message": "The run was cancelled."}
        raise UemsError(error["code"], error["message"], status=409)


def ties_made(client: Any, base: str, what: str) -> None:
    """Have all ties scored and wait for it. Raises what became of it."""
    work = client.post(f"{base}/{what}/runs")["work"]
    while work["state"] in ("queued", "running"):
        time.sleep(_WAIT_SECONDS)
        work = client.get(f"{base}/{what}")["work"]
    if work["state"] == "failed":
        error = work["error"] or {"code": "internal", "message": "Scoring broke; the server's log says where."}
        raise UemsError(error["code"], error["message"], status=409)
