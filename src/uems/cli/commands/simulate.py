"""``uems simulate``: a shop full of people whose every reason is known."""

import time
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from uems.cli.main import FormatOption, WorkspaceOption, app, connected
from uems.cli.output import Format, progress, say, show_facts
from uems.kernel.clock import day_of, utc_now
from uems.kernel.errors import UemsError


class Written(StrEnum):
    jsonl = "jsonl"
    parquet = "parquet"


@app.command()
def simulate(
    people: Annotated[int, typer.Option(min=1, help="People who come by themselves; those they invite come on top.")] = 1_000,
    days: Annotated[int, typer.Option(min=1, help="How many days.")] = 90,
    start: Annotated[str | None, typer.Option(help="The first day, as 2026-01-31; unless given, the last day is yesterday.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Two worlds of one seed, start and size are equal in every event.")] = 1,
    effect: Annotated[
        list[str] | None, typer.Option(help="Plant an effect, repeatable: kind, then name=value for each of its parts.")
    ] = None,
    effects: Annotated[Path | None, typer.Option(help="Plant the effects of a YAML file.", exists=True, dir_okay=False)] = None,
    truth: Annotated[Path | None, typer.Option(help="Folder for the truth: truth.json and people.parquet.", file_okay=False)] = None,
    write: Annotated[Path | None, typer.Option(help="Write a file into this folder instead of sending.", file_okay=False)] = None,
    file_format: Annotated[Written, typer.Option("--as", help="Kind of the written file.")] = Written.jsonl,
    zone: Annotated[str, typer.Option(help="Time zone of a written world; a workspace has its own.")] = "Asia/Shanghai",
    currency: Annotated[str, typer.Option(help="Currency of a written world; a workspace has its own.")] = "CNY",
    live: Annotated[bool, typer.Option("--live", help="Send each event when its time comes, from now on, or from --start on.")] = False,
    speed: Annotated[
        float, typer.Option(min=0.01, max=1_000_000, help="With --live and --start: how many times as fast as life, until it is now.")
    ] = 1.0,
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.table,
) -> None:
    """Simulate a shop: people with intent, price sensitivity, habit and friends browse, buy, complain, invite, and fall silent.

    Effects are planted with --effect or --effects, and what is true is written with --truth, so that findings can be checked.
    Kinds: broken_step (step: add_to_cart, checkout, sign_up, payment; device: mobile, desktop, tablet, ios, android; factor),
    price_change (category: tea, coffee, snacks, home, beauty, gadgets; factor), viral_invitation (factor), message_response (opens,
    clicks, buys, minutes, fatigue: how people answer messages with --live; there unless planted otherwise); each with since, until.

    Examples: `uems simulate --people 20000 --days 365 --truth truth`,
    `uems simulate --effect "broken_step step=payment device=mobile since=2026-03-01 factor=0.3"`, `uems simulate --live`
    """
    planted = _planted(effect or [], effects)
    given = {"people": people, "days": days, "seed": seed, "effects": planted}
    if write is not None:
        if live:
            raise UemsError("bad_option", "--write and --live exclude each other: a file is written at once.", status=422)
        _write(given | {"zone": zone, "currency": currency, "start": _first_day(start, zone, days)}, write, file_format, truth, format)
        return
    with connected() as client:
        base = client.workspace(workspace)
        found = client.get(base)
        of = {"zone": found["zone"], "currency": found["currency"]}
        if live:
            _live(client, base, given | of, start, speed, truth)
        else:
            _send(client, base, given | of | {"start": _first_day(start, of["zone"], days)}, truth, format)


def _planted(said: list[str], file: Path | None) -> tuple[Any, ...]:
    from uems.simulate import api as room

    from_file = room.effects_of_yaml(file.read_text("utf-8")) if file else ()
    return (*from_file, *(room.effect_of_text(text) for text in said))


def _first_day(said: str | None, zone: str, days: int) -> date:
    if said is None:
        return day_of(utc_now(), zone) - timedelta(days=days)
    try:
        return date.fromisoformat(said)
    except ValueError as error:
        raise UemsError("bad_option", f"--start is {said[:40]!r}; wanted a day such as 2026-01-31.", status=422) from error


def _write(given: dict[str, Any], folder: Path, written: Written, truth: Path | None, format: Format) -> None:
    from uems.simulate import api as room

    running = room.Running(room.World(**given))
    with progress("Simulating", unit="things") as update:
        path, events = room.write(running, folder, written.value, update)
    _finish(running, events, truth, format, {"file": str(path)})


def _send(client: Any, base: str, given: dict[str, Any], truth: Path | None, format: Format) -> None:
    from uems.simulate import api as room

    running = room.Running(room.World(**given))
    target = room.Target(api=client, workspace=base, write_key=_write_key(client, base))
    with progress("Simulating", unit="things") as update:
        events = room.send(target, running, time.sleep, update)
    _finish(running, events, truth, format, {"workspace": base.rpartition("/")[2]})


def _live(client: Any, base: str, given: dict[str, Any], start: str | None, speed: float, truth: Path | None) -> None:
    from uems.kernel.clock import start_of_day
    from uems.simulate import api as room

    now = utc_now()
    first = day_of(now, given["zone"]) if start is None else _first_day(start, given["zone"], given["days"])
    begin = now if start is None else start_of_day(first, given["zone"])
    if begin > now:
        raise UemsError("bad_option", f"--start is {first}, which is yet to come; live events are of now or before.", status=422)
    if not any(isinstance(effect, room.MessageResponse) for effect in given["effects"]):
        given = given | {"effects": (*given["effects"], room.MessageResponse(kind="message_response", since=first))}
    running = room.Running(room.World(**given, start=first))
    target = room.Target(api=client, workspace=base, write_key=_write_key(client, base))
    reacting = room.Reacting(client, target, running, now, time.sleep)
    pace = room.Pace(begin=begin, speed=speed, clock=utc_now, sleep=time.sleep)
    say(f"Sending events to {base.rpartition('/')[2]} as they happen, from {begin.isoformat(timespec='seconds')} on. Ctrl-C stops it.")
    try:
        room.live(target, running, pace, lambda sent, at: reacting.step(utc_now()))
    except KeyboardInterrupt:
        say("Stopped.")
    if truth is not None:
        room.write_truth(running, truth)
        room.write_answers(truth, base.rpartition("/")[2], running.world.name, reacting.answered)


def _write_key(client: Any, base: str) -> str:
    for key in client.pages(f"{base}/keys"):
        if key["kind"] == "write" and key["token"]:
            return str(key["token"])
    return str(client.post(f"{base}/keys", {"kind": "write", "name": "simulator", "permissions": []})["token"])


def _finish(running: Any, events: int, truth: Path | None, format: Format, where: dict[str, object]) -> None:
    from uems.simulate import api as room

    if truth is not None:
        room.write_truth(running, truth)
        where["truth"] = str(truth)
    told = room.truth_of(running)
    show_facts(
        {**where, "events": events, "first_day": told["world"]["start"], "last_day": told["world"]["last_day"], **told["totals"]}, format
    )
