"""``uems lifetime-value``: what is everybody worth, and how well is that known?"""

from typing import Annotated, Any

import typer

from uems.cli.main import FormatOption, WorkspaceOption, app
from uems.cli.output import Format, say, show_rows
from uems.cli.standing import forecast_made, standing, told
from uems.kernel.money import major_text

_WAYS = ["way", "used", "deviance", "mean_error", "bias", "rank", "coverage"]


@app.command()
def lifetime_value(
    again: Annotated[bool, typer.Option("--again", help="Make it anew first, and wait for it.")] = False,
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.table,
) -> None:
    """Show what everybody is expected to bring, and how each way of foretelling it did on months it had not seen.

    Examples: `uems lifetime-value`, `uems lifetime-value --again --format json`
    """
    answer = standing("lifetime-value", again=again, workspace=workspace, make=forecast_made)
    found = told(answer, format, work="run", nothing="Nothing was found yet. `uems lifetime-value --again` makes it now.")
    if found is None:
        return
    money = found["currency"]
    rows = [{**one, **_way(one, found["way"], money)} for one in found["judged"]]
    show_rows(rows, _WAYS, format)
    if format is Format.table:
        total = {name: major_text(value, money) for name, value in found["total"].items()}
        days = answer["settings"]["horizon_days"]
        say(
            f"{found['people']:,} buyers are expected to bring {total['value']} {money} in {days} days"
            f" (80%: {total['low']} to {total['high']}); as of {found['as_of']}, by {found['way']}."
        )


def _way(one: dict[str, Any], used: str, currency: str) -> dict[str, Any]:
    return {"way": one["key"], "used": one["key"] == used, "mean_error": major_text(one["mean_error"], currency)}
