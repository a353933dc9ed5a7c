"""``uems uplift``: who changes because of us, and how sure is that?"""

from typing import Annotated, Any

import typer

from uems.cli.main import FormatOption, WorkspaceOption, app
from uems.cli.output import Format, say, show_rows
from uems.cli.standing import forecast_made, standing, told
from uems.kernel.money import major_text

_COLUMNS = ["action", "treated", "control", "average", "qini", "low", "high", "advice", "worth", "harmed", "net"]


@app.command()
def uplift(
    again: Annotated[bool, typer.Option("--again", help="Make it anew first, and wait for it.")] = False,
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.table,
) -> None:
    """Show what each action changes of whom, whether that can be told, and what treating the right people comes to.

    Examples: `uems uplift`, `uems uplift --again --format json`
    """
    answer = standing("uplift", again=again, workspace=workspace, make=forecast_made)
    found = told(answer, format, work="run", nothing="Nothing was found yet. `uems uplift --again` makes it now.")
    if found is None:
        return
    show_rows([_row(one, found["currency"]) for one in found["actions"]], _COLUMNS, format)
    if format is Format.table:
        say(f"{found['outcome']} within {found['window_days']} days; as of {found['as_of']}. Qini with its 95% interval.")


def _row(action: dict[str, Any], currency: str) -> dict[str, Any]:
    known = {"action": f"{action['kind']}/{action['key']}", "treated": action["treated"], "control": action["control"]}
    found = action["found"]
    if found is None:
        return {**known, "advice": action["reason"]}
    # Of revenue there is no perfect order, so the area itself is shown.
    qini = found["qini"] or found["area"]
    lines = {one["who"]: one for one in found["policy"]}
    sure = {
        "worth": lines["worth"]["people"],
        "harmed": lines["harmed"]["people"],
        "net": major_text(round(lines["worth"]["net"]["value"]), currency),
    }
    shown = {"average": found["average"]["value"], "qini": qini["value"], "low": qini["low"], "high": qini["high"]}
    return {**known, **shown, "advice": found["advice"], **(sure if found["sure"] else {})}
