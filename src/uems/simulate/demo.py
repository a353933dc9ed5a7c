"""Which simulated shop does the demo show? A modest one with planted effects to find, that goes on for as long as the demo is served."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from uems.kernel.clock import day_of, start_of_day
from uems.kernel.errors import UemsError
from uems.simulate.answers import read_answers, write_answers
from uems.simulate.days import Running
from uems.simulate.life.living import Life, is_lived
from uems.simulate.life.stage import Door
from uems.simulate.life.words import Language
from uems.simulate.reacting import Reacting, Readable
from uems.simulate.sending import Api, Pace, Progress, Sleep, Target, live, send
from uems.simulate.truth import write_truth
from uems.simulate.world import BrokenStep, MessageResponse, PriceChange, ViralInvitation, World

SLUG: Final = "simulated-shop"
NAME: Final = "Simulated shop 模拟商店"
ZONE: Final = "Asia/Shanghai"
CURRENCY: Final = "CNY"
_PEOPLE: Final = 3_000
_DAYS: Final = 120
_TRUTH_EVERY: Final = timedelta(minutes=1)
_KEY = re.compile(r"simulated shop from (\d{4}-\d\d-\d\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What is in the workspace. already: it was there before, and nothing was added."""

    slug: str
    events: int
    already: bool


def demo_world(start: date) -> World:
    """The shop of the demo, from a day on. Payment breaks on phones, friends are invited, beauty grows dearer, messages are answered."""
    effects = (
        ViralInvitation(kind="viral_invitation", since=start + timedelta(55), until=start + timedelta(75), factor=4.0),
        BrokenStep(kind="broken_step", step="payment", device="mobile", since=start + timedelta(90), factor=0.35),
        PriceChange(kind="price_change", category="beauty", since=start + timedelta(100), factor=1.25),
        MessageResponse(kind="message_response", since=start, opens=0.75, clicks=0.6, buys=0.5),
    )
    return World(people=_PEOPLE, days=_DAYS, start=start, seed=7, zone=ZONE, currency=CURRENCY, effects=effects)


def load(api: Api, now: datetime, sleep: Sleep, progress: Progress = lambda done, total: None) -> Loaded:
    """Load the shop into the workspace ``simulated-shop``, up to the day before ``now``. Safe to repeat, also on a later day."""
    address = f"/api/workspaces/{SLUG}"
    _ensure_workspace(api, address)
    key, start = _key(api, address, day_of(now, ZONE) - timedelta(days=_DAYS))
    world = demo_world(start)
    last = world.day(_DAYS - 1).isoformat()
    # A visit of the last evening may end after midnight.
    until = world.day(_DAYS).isoformat()
    found = api.post(f"{address}/reports/overview", {"first_day": start.isoformat(), "last_day": until})["data"]
    # The last day is sent in one body, after everything else: where it is, all is.
    if any(point["day"] == last and point["actives"] for point in found["series"]):
        # What the system tells of people by itself, such as need.predicted, bears a dot; nothing that happens in a shop does. Of
        # referrals it tells by their usual names.
        own = (count for name, count in found["events"].items() if "." not in name and not name.startswith("Referral "))
        return Loaded(slug=SLUG, events=sum(own), already=True)
    target = Target(api=api, workspace=address, write_key=key)
    return Loaded(slug=SLUG, events=send(target, Running(world), sleep, progress), already=False)


def begin_life(door: Door, folder: Path, language: Language, clock: Callable[[], datetime], sleep: Sleep) -> Life | None:
    """Talks, ideas and friends brought, in the shop that is loaded; ``Life.end`` does the rest later. None where all of it is there.

    folder: where the truth is written when it is done. Raises ``UemsError`` of the server.
    """
    address = f"/api/workspaces/{SLUG}"
    key, start = _key(door, address, day_of(clock(), ZONE) - timedelta(days=_DAYS))
    world = demo_world(start)
    if is_lived(folder, world):
        return None
    life = Life(door, address, key, world, language, clock, sleep)
    life.begin()
    return life


def keep_alive(api: Readable, folder: Path, clock: Callable[[], datetime], sleep: Sleep) -> None:
    """Let the loaded shop live: today's events as their time comes, and what people do about messages. Until ``sleep`` or the API raises.

    The truth so far stands in ``folder``, anew every minute. Days on which nobody served the demo stay empty.
    """
    address = f"/api/workspaces/{SLUG}"
    begin = clock()
    key, start = _key(api, address, day_of(begin, ZONE) - timedelta(days=_DAYS))
    running = Running(demo_world(start))
    target = Target(api=api, workspace=address, write_key=key)
    reacting = Reacting(api, target, running, begin, sleep)
    reacting.answered += read_answers(folder, SLUG, running.world.name)
    written = begin

    def beside(sent: int, at: datetime) -> None:
        nonlocal written
        now = clock()
        reacting.step(now)
        if now - written >= _TRUTH_EVERY:
            write_truth(running, folder)
            write_answers(folder, SLUG, running.world.name, reacting.answered)
            written = now

    # From midnight on: what was sent already today is known by its ids and counts once. The day of the world's end was loaded whole.
    today = start_of_day(max(day_of(begin, ZONE), start + timedelta(days=_DAYS)), ZONE)
    try:
        live(target, running, Pace(begin=today, speed=1.0, clock=clock, sleep=sleep, endless=True), beside)
    finally:
        # The orders of the last minute are in the shop already, and another run knows nothing of them.
        write_answers(folder, SLUG, running.world.name, reacting.answered)


def _ensure_workspace(api: Api, address: str) -> None:
    try:
        api.get(address)
    except UemsError as error:
        if error.code != "not_found":
            raise
        api.post("/api/workspaces", {"slug": SLUG, "name": NAME, "zone": ZONE, "currency": CURRENCY})


def _key(api: Api, address: str, start: date) -> tuple[str, date]:
    """The write key by which the shop is sent, and its first day, which the key's name remembers."""
    for key in _keys(api, address):
        named = _KEY.fullmatch(key["name"])
        if named and key["kind"] == "write":
            return str(key["token"]), date.fromisoformat(named[1])
    made = api.post(f"{address}/keys", {"kind": "write", "name": f"simulated shop from {start.isoformat()}", "permissions": []})
    return str(made["token"]), start


def _keys(api: Api, address: str) -> Iterator[dict[str, Any]]:
    cursor = ""
    while True:
        page = api.get(f"{address}/keys{cursor}")
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        cursor = f"?cursor={page['next_cursor']}"
