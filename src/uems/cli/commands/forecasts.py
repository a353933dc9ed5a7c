"""``uems lifetime-value``: what is everybody worth, and how well is that known?"""

import time
from typing import Annotated, Any

import typer

from uems.cli.main import FormatOption, WorkspaceOption, app, connected
from uems.cli.output import Format, say, show_json, show_rows
from uems.kernel.errors import UemsError
from uems.kernel.money import major_text

_WAYS = ["way", "used", "deviance", "mean_error", "bias", "rank", "coverage"]
_WAIT_SECONDS = 0.5


@app.command()
def lifetime_value(
    again: Annotated[bool, typer.Option("--again", help="Make it anew first, and wait for it.")] = False,
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.table,
) -> None:
    """Show what everybody is expected to bring, and how each way of foretelling it did on months it had not seen.

    Examples: `uems lifetime-value`, `uems lifetime-value --again --format json`
    """
    with connected() as client:
        base = client.workspace(workspace)
        if again:
            client.settle(base)
            made(client, base, "lifetime-value")
        answer = client.get(f"{base}/lifetime-value")
    if format is Format.json:
        show_json(answer)
        return
    found = answer["result"]
    if found is None:
        error = (answer["run"] or {}).get("error") or {}
        say(error.get("message") or "Nothing was found yet. `uems lifetime-value --again` makes it now.")
        return
    money = found["currency"]
    told = [
        {"way": one["key"], "used": one["key"] == found["way"], "mean_error": major_text(one["mean_error"], money)}
        for one in found["judged"]
    ]
    rows = [{**one, **more} for one, more in zip(found["judged"], told, strict=True)]
    show_rows(rows, _WAYS, format)
    if format is Format.table:
        total = {name: major_text(value, money) for name, value in found["total"].items()}
        days = answer["settings"]["horizon_days"]
        say(
            f"{found['people']:,} buyers are expected to bring {total['value']} {money} in {days} days"
            f" (80%: {total['low']} to {total['high']}); as of {found['as_of']}, by {found['way']}."
        )


def _told(one: dict[str, Any], used: str, currency: str) -> dict[str, Any]:
    return {"way": one["key"], "used": one["key"] == used, "mean_error": major_text(one["mean_error"], currency)}


def made(client: Any, base: str, what: str) -> None:
    """Have a forecast made, by its address, and wait for it. Raises what became of it."""
    run = client.post(f"{base}/{what}/runs")
    while run["state"] in ("queued", "running"):
        time.sleep(_WAIT_SECONDS)
        run = client.get(f"{base}/model-runs/{run['run_id']}")
    if run["state"] != "done":
        error = run["error"] or {"code": "cancelled", "message": "The run was cancelled."}
        raise UemsError(error["code"], error["message"], status=409)
