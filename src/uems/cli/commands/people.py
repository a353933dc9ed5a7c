"""``uems people``: who is there, and what do we know of one of them?"""

from itertools import islice
from textwrap import shorten
from typing import Annotated, Any

import typer

from uems.cli.main import FormatOption, WorkspaceOption, app, connected, group
from uems.cli.output import Format, flat, say, show_json, show_rows

people_app = group("People: find them by any id or trait, and look at one.")
app.add_typer(people_app, name="people")

_COLUMNS = ["person_id", "name", "email", "ids", "events", "orders", "revenue_minor", "first_seen", "last_seen"]


def _row(person: dict[str, Any]) -> dict[str, Any]:
    """A person on one line: ids as kind:value, totals beside the rest."""
    ids = [f"{one['kind']}:{one['value']}" for one in person["ids"]]
    return {**person, **person["totals"], "ids": ids}


@people_app.command("search")
def search(
    text: Annotated[str, typer.Argument(help="The start of an id or a trait, or a piece of a trait; nothing for everybody.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Show at most so many.")] = 20,
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.table,
) -> None:
    """Find people by any id or trait.

    Examples: `uems people search mei@example.com`, `uems people search 1 --format csv --limit 1000`
    """
    with connected() as client:
        base = client.workspace(workspace)
        client.settle(base)
        found = list(islice(client.pages(f"{base}/people", search=text, limit=min(limit, 200)), limit))
    if format is Format.json:
        show_json(found)
    else:
        show_rows([_row(person) for person in found], _COLUMNS, format, empty=f"Nobody found for {text!r}." if text else "Nobody yet.")


@people_app.command("show")
def show(
    person_id: Annotated[int, typer.Argument(min=0, help="Number of the person, see `uems people search`.")],
    events: Annotated[int, typer.Option(min=0, max=10_000, help="How many of their latest events to show.")] = 20,
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.table,
) -> None:
    """One person: ids, totals, traits and the latest events. CSV holds the events only.

    Example: `uems people show 17 --events 100`
    """
    with connected() as client:
        base = client.workspace(workspace)
        client.settle(base)
        person = client.get(f"{base}/people/{person_id}")
        pages = client.pages(f"{base}/people/{person['person_id']}/timeline", limit=min(events, 200) or 1)
        timeline = list(islice(pages, events))
    if format is Format.json:
        show_json({**person, "timeline": timeline})
        return
    if format is Format.table:
        facts = {key: person[key] for key in ("person_id", "name", "email")} | person["totals"]
        show_rows([{"field": key, "value": value} for key, value in facts.items()], ["field", "value"], format)
        show_rows(person["ids"], ["kind", "value"], format)
        show_rows(person["traits"], ["trait", "value", "ts"], format, empty="No traits.")
        say(f"The latest {len(timeline)} events:")
        timeline = [{**item, "properties": shorten(flat(item["properties"]), 120, placeholder=" ...")} for item in timeline]
    show_rows(timeline, ["ts", "type", "event", "revenue_minor", "currency", "properties"], format, empty="No events.")
