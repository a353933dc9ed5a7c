"""Which simulated shop does the demo show? A modest one that ends yesterday, with three planted effects to find."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from uems.kernel.clock import day_of
from uems.kernel.errors import UemsError
from uems.simulate.days import Running
from uems.simulate.sending import Api, Progress, Sleep, Target, send
from uems.simulate.world import BrokenStep, PriceChange, ViralInvitation, World

SLUG: Final = "simulated-shop"
NAME: Final = "Simulated shop 模拟商店"
ZONE: Final = "Asia/Shanghai"
CURRENCY: Final = "CNY"
_PEOPLE: Final = 3_000
_DAYS: Final = 120
_KEY = re.compile(r"simulated shop from (\d{4}-\d\d-\d\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What is in the workspace. already: it was there before, and nothing was added."""

    slug: str
    events: int
    already: bool


def demo_world(start: date) -> World:
    """The shop of the demo, from a day on. Payment breaks on Android phones, friends are invited, and beauty grows dearer."""
    effects = (
        ViralInvitation(kind="viral_invitation", since=start + timedelta(55), until=start + timedelta(75), factor=4.0),
        BrokenStep(kind="broken_step", step="payment", device="mobile", since=start + timedelta(90), factor=0.35),
        PriceChange(kind="price_change", category="beauty", since=start + timedelta(100), factor=1.25),
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
        # What the system tells of people by itself, such as need.predicted, bears a dot; nothing that happens in a shop does.
        return Loaded(slug=SLUG, events=sum(count for name, count in found["events"].items() if "." not in name), already=True)
    target = Target(api=api, workspace=address, write_key=key)
    return Loaded(slug=SLUG, events=send(target, Running(world), sleep, progress), already=False)


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
