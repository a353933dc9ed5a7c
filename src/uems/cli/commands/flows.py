"""``uems try-flow``: what a flow would have done in the last days."""

import time
from typing import Annotated, Any
from urllib.parse import quote

import typer

from uems.cli.main import FormatOption, WorkspaceOption, app, connected
from uems.cli.output import Format, progress, say, show_facts, show_json, show_rows
from uems.kernel.errors import UemsError

_LIVE = ("queued", "running")


@app.command("try-flow")
def try_flow(
    key: Annotated[str, typer.Argument(help="Key of the flow; its draft is tried.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days of history it goes through.")] = 30,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Stay until it is done; without it only the id is printed.")] = True,
    simulation: Annotated[str | None, typer.Option(help="Id of an earlier one to follow, or to see again.")] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="Call off the one that --simulation names.")] = False,
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.table,
) -> None:
    """Try a flow on real history. Nobody is reached and nothing is changed. Results are kept for 90 days.

    The server goes on when nobody waits; come back with --simulation. Without a server it is done while the command waits.

    Examples: `uems try-flow welcome --days 30`, `uems try-flow welcome --no-wait`
    """
    with connected() as client:
        base = f"{client.workspace(workspace)}/flows/{quote(key, safe='')}/simulations"
        if simulation is None:
            found = client.post(base, {"days": days})
            say(f"Simulation {found['simulation_id']} of {key}.")
        elif cancel:
            found = client.post(f"{base}/{quote(simulation, safe='')}/cancel", {})
        else:
            found = client.get(f"{base}/{quote(simulation, safe='')}")
        if wait:
            found = _followed(client, base, found)
    _show(found, format)
    if found["state"] == "failed":
        raise UemsError(found["error"]["code"], found["error"]["message"])


def _followed(client: Any, base: str, found: dict[str, Any]) -> dict[str, Any]:
    with progress("Going through history", unit="share") as update:
        while found["state"] in _LIVE:
            update(round(found["progress"] * 1000), 1000)
            time.sleep(0.3)
            found = client.get(f"{base}/{found['simulation_id']}")
    return found


def _show(found: dict[str, Any], format: Format) -> None:
    result = found["result"]
    if format is Format.json:
        show_json(found)
        return
    facts = {name: found[name] for name in ("simulation_id", "state", "days", "revision", "attempts")}
    if result is None:
        show_facts(facts, format)
        return
    numbers = {name: result[name] for name in ("first", "last", "step_minutes", "asked", "sent", "waiting", "anyway")}
    show_facts({**facts, **result["report"]["entries"], **numbers}, format)
    if format is Format.table and result["lost"]:
        show_rows(result["lost"], ["verdict", "reason", "messages"], format)
