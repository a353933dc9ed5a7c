"""``uems ties``: how strong are the ties of a workspace, and how did they move?"""

from typing import Annotated

import typer

from uems.cli.main import FormatOption, WorkspaceOption, app
from uems.cli.output import Format, say, show_rows
from uems.cli.standing import standing, ties_made, told

_LEVELS = ("strong", "medium", "weak")


@app.command()
def ties(
    again: Annotated[bool, typer.Option("--again", help="Score everybody anew first, and wait for it.")] = False,
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.table,
) -> None:
    """Show how many ties are strong, medium and weak, now and 30 days before.

    Examples: `uems ties`, `uems ties --again --format json`
    """
    answer = standing("ties", again=again, workspace=workspace, make=ties_made)
    found = told(answer, format, work="work", nothing="Nothing was scored yet. `uems ties --again` does it now.")
    if found is None:
        return
    rows = [{"level": level, "people": found["levels"][level], "before": found["levels_before"][level]} for level in _LEVELS]
    show_rows(rows, ["level", "people", "before"], format)
    if format is Format.table:
        say(
            f"{found['people']:,} people within {found['window_days']} days; as of {found['as_of']}."
            f" {found['episodes']:,} strong ties have cooled and are not strong again."
        )
