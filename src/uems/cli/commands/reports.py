"""``uems report``: the numbers, as every other door of the house gives them."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from uems.cli.amounts import in_major
from uems.cli.main import FormatOption, WorkspaceOption, app, connected
from uems.cli.output import Format, say, show_json, show_rows
from uems.kernel.errors import UemsError


def read_spec(spec: str | None) -> dict[str, Any]:
    """The spec in a file, on standard input (``-``), or as JSON text; an empty one unless given. Raises ``bad_spec``."""
    if spec is None:
        return {}
    try:
        text = sys.stdin.read() if spec == "-" else spec if spec.lstrip().startswith("{") else Path(spec).read_text("utf-8")
        found = json.loads(text)
    except OSError as error:
        raise UemsError("bad_spec", f"The spec {spec} cannot be read ({error.strerror}). Give a file, or - for standard input.") from error
    except ValueError as error:
        raise UemsError("bad_spec", f"The spec is not JSON ({error}).") from error
    if not isinstance(found, dict):
        raise UemsError("bad_spec", "The spec must be a JSON object such as {}.")
    return found


@app.command()
def report(
    name: Annotated[str | None, typer.Argument(help="Which report; without it, all are listed.")] = None,
    spec: Annotated[str | None, typer.Option(help="Its parameters as JSON: a file, - for standard input, or the JSON itself.")] = None,
    part: Annotated[str | None, typer.Option(help="For table and csv: the one part of the answer to print, such as series.")] = None,
    saved: Annotated[str | None, typer.Option(help="Key of a saved report to answer, in place of a name and a spec.")] = None,
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.table,
) -> None:
    """Answer a report.

    Examples: `uems report overview --format json`,
    `uems report overview --spec '{"first_day": "2017-01-01", "last_day": "2017-03-31"}' --part series --format csv`,
    `uems report --saved weekly_buyers`
    """
    if saved is not None and (name is not None or spec is not None):
        raise typer.BadParameter("A saved report has its own name and spec. Give either it, or a name and --spec.", param_hint="--saved")
    asked = read_spec(spec)
    with connected() as client:
        base = client.workspace(workspace)
        if saved is not None:
            kept = client.get(f"{base}/saved-reports/{quote(saved, safe='')}")
            name, asked = kept["report"], kept["spec"]
        if name is None:
            show_rows(client.pages(f"{base}/reports"), ["name", "label_en", "label_zh", "sample"], format)
            return
        client.settle(base)
        answer = client.post(f"{base}/reports/{name}", asked)
    data = answer.pop("data")
    if format is Format.json:
        show_json({**answer, **data})
        return
    _show_parts(in_major(data, asked, answer["currency"]), part, format)
    if format is Format.table:
        exact = "exact" if answer["exact"] else "estimated"
        days = f"{answer['first_day']} to {answer['last_day']}" if answer["first_day"] else "no days"
        say(f"{answer['workspace']}, {days} ({answer['zone']}), {exact}, counted up to {answer['watermark'] or 'nothing yet'}.")


def _show_parts(data: dict[str, Any], part: str | None, format: Format) -> None:
    """Single values first, then each list or mapping; CSV can hold only one of them."""
    parts = {"totals": [{"name": key, "value": value} for key, value in data.items() if not isinstance(value, dict | list)]}
    for key, value in data.items():
        if isinstance(value, dict):
            parts[key] = [{"name": name, "value": inner} for name, inner in value.items()]
        elif isinstance(value, list):
            parts[key] = [item if isinstance(item, dict) else {"value": item} for item in value]
    if part is not None and part not in parts:
        raise UemsError("no_such_part", f"The answer has no part {part!r}. There are: {', '.join(parts)}.", status=404)
    chosen = [part] if part else ["totals"] if format is Format.csv else [key for key, rows in parts.items() if rows]
    for key in chosen:
        rows = parts[key]
        if len(chosen) > 1 and key != "totals":
            say(f"{key}:")
        show_rows(rows, list(rows[0]) if rows else ["name", "value"], format)
