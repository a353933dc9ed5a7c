"""``uems kpi``: how are we doing? The metrics of the board, on the command line."""

from typing import Annotated, Any

import typer

from uems.cli.commands.reports import read_spec
from uems.cli.main import FormatOption, WorkspaceOption, app, connected
from uems.cli.output import Format, say, show_json, show_rows
from uems.kernel.money import major_text

_BOARD = ["metric", "label_en", "label_zh", "value", "unit", "previous", "change", "target", "why"]
_SERIES = ["bucket", "value", "complete", "target", "why"]


@app.command()
def kpi(
    metric: Annotated[str | None, typer.Argument(help="Which metric; without it, all of them.")] = None,
    spec: Annotated[str | None, typer.Option(help="The period and more as JSON: a file, - for standard input, or the JSON itself.")] = None,
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.table,
) -> None:
    """Show every metric of a period, or one metric over time.

    Examples: `uems kpi`, `uems kpi dau --spec '{"last_days": 90, "unit": "week"}' --format csv`
    """
    asked = read_spec(spec)
    with connected() as client:
        base = client.workspace(workspace)
        client.settle(base)
        if metric is not None:
            answer = client.post(f"{base}/kpis/{metric}", asked)
            _show_metric(answer, format)
            return
        known = {one["key"]: one for one in client.get(f"{base}/kpis")["items"]}
        found = client.post(f"{base}/kpis/board", asked)["items"]
    if format is Format.json:
        show_json(found)
        return
    show_rows([_row(one, known[one["metric"]]) for one in found], _BOARD, format)


def _show_metric(answer: dict[str, Any], format: Format) -> None:
    if format is Format.json:
        show_json(answer)
        return
    unit = answer["currency"] if answer["unit"] == "money" else ""
    named = {"value": f"value ({unit})", "target": f"target ({unit})"} if unit else {}
    rows = [{**point, **_value(point["value"], unit), "target": _shown(point["target"], unit)} for point in answer["points"]]
    told = [{named.get(key, key): value for key, value in row.items()} for row in rows]
    show_rows(told, [named.get(key, key) for key in _SERIES], format)
    if format is Format.table:
        whole = _value(answer["value"], unit)
        days = f"{answer['first_day']} to {answer['last_day']} ({answer['zone']})"
        told = whole["why"] if whole["value"] is None else whole["value"]
        say(f"{answer['metric']}: {told}; {days}, counted up to {answer['watermark'] or 'nothing yet'}.")


def _row(one: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    before = one["previous"] or {"value": {"value": None}, "change": None}
    money = one["currency"] if one["unit"] == "money" else ""
    labels = {"label_en": known["label_en"], "label_zh": known["label_zh"]}
    return {
        "metric": one["metric"],
        **labels,
        **_value(one["value"], money),
        "unit": money or one["unit"],
        "previous": _shown(before["value"]["value"], money),
        "change": before["change"],
        "target": _shown(one["target"], money),
    }


def _value(value: dict[str, Any], currency: str) -> dict[str, Any]:
    return {"value": _shown(value["value"], currency), "why": value["reason"]["en"] if value["reason"] else ""}


def _shown(value: float | None, currency: str) -> float | str | None:
    """Money in major units; currency "": it is none."""
    return major_text(value, currency) if currency and value is not None else value
