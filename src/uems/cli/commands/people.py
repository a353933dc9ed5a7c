"""``uems people``: who is there, and what do we know of one of them?"""

import json
import time
from itertools import islice
from pathlib import Path
from textwrap import shorten
from typing import Annotated, Any

import typer

from uems.cli.client import Client
from uems.cli.main import FormatOption, WorkspaceOption, app, connected, group
from uems.cli.output import Format, flat, say, show_json, show_rows
from uems.kernel.errors import UemsError

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


_GOING = ["room", "what", "count"]


@people_app.command("erase")
def erase(
    person_id: Annotated[int, typer.Argument(min=0, help="Number of the person, see `uems people search`.")],
    preview: Annotated[bool, typer.Option("--preview", help="Only say what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it, without asking.")] = False,
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.table,
) -> None:
    """Erase a person for good: events, ids, traits, messages, and what was made from them. Cannot be undone.

    Examples: `uems people erase 17 --preview`, `uems people erase 17 --yes`
    """
    with connected() as client:
        base = client.workspace(workspace)
        address = f"{base}/people/{person_id}/erasure"
        going = client.post(f"{address}/preview", {})
        if preview or not yes:
            if format is Format.json:
                show_json(going)
            else:
                say(f"Person {going['person_id']}: " + ", ".join(f"{one['kind']}:{one['value']}" for one in going["ids"]))
                show_rows(going["going"], _GOING, format, empty="Nothing but the ids.")
            if preview:
                return
            typed = typer.prompt(f"This cannot be undone. Type the number {going['person_id']} to erase them", err=True)
            if typed.strip() != str(going["person_id"]):
                raise UemsError("not_confirmed", "That is another number; nobody was erased.", status=422)
        asked = client.post(f"{base}/people/{going['person_id']}/erasure", {"confirm": going["person_id"]})
        done = _wait(client, f"{base}/erasures/{asked['erasure_id']}")
    if format is Format.json:
        show_json(done)
    else:
        say(f"Person {done['person_id']} is erased." if done["state"] == "done" else "It goes on by itself; see `uems people erasures`.")


def _wait(client: Client, address: str) -> dict[str, Any]:
    """The erasure when it is done, or as it stands after two minutes."""
    end = time.monotonic() + 120
    while True:
        one: dict[str, Any] = client.get(address)
        if one["state"] == "done" or time.monotonic() > end:
            return one
        time.sleep(0.3)


@people_app.command("erasures")
def erasures(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Show at most so many.")] = 50,
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.table,
) -> None:
    """Who was erased, when, by whom, and how far it is; the latest first.

    Example: `uems people erasures --format json`
    """
    with connected() as client:
        base = client.workspace(workspace)
        found = list(islice(client.pages(f"{base}/erasures", limit=min(limit, 200)), limit))
    if format is Format.json:
        show_json(found)
    else:
        columns = ["erasure_id", "person_id", "state", "rooms_done", "rooms", "waiting", "requested_at", "requested_by", "finished_at"]
        show_rows(found, columns, format, empty="Nobody was erased.")


@people_app.command("export")
def export(
    person_id: Annotated[int, typer.Argument(min=0, help="Number of the person, see `uems people search`.")],
    to: Annotated[Path | None, typer.Option("--to", help="The file to write; without it, standard output.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Everything that is held about one person, as JSON.

    Example: `uems people export 17 --to person-17.json`
    """
    with connected() as client:
        held = client.get(f"{client.workspace(workspace)}/people/{person_id}/export")
    if to is None:
        show_json(held)
        return
    to.write_text(json.dumps(held, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    say(f"Written to {to}.")
