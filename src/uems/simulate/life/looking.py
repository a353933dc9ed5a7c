"""In which scenes are people of the shop right now? Some look at one thing after the other and cannot decide; others come as they live."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from uems.kernel.money import exponent
from uems.simulate import events as ev
from uems.simulate.catalogue import PRODUCT_PAGE, PRODUCTS
from uems.simulate.days import no_orders
from uems.simulate.events import Events, Happened
from uems.simulate.life.stage import Stage
from uems.simulate.people import Ints
from uems.simulate.sending import post_all
from uems.simulate.wire import Words, lines

SCENE: Final = "looks_again"
_VIEWS: Final = 5
_APART_MS: Final = 70_000


def set_scenes(stage: Stage) -> None:
    """Have the scenes that the program brings along, found from now on. Those that are there stay as they are."""
    there = {one["key"] for one in stage.door.get(f"{stage.workspace}/scenes")["items"]}
    for one in stage.door.get(f"{stage.workspace}/scene-examples")["items"]:
        if one["key"] not in there:
            words = {"name": one[f"name_{stage.language}"], "description": one[f"says_{stage.language}"]}
            stage.door.put(f"{stage.workspace}/scenes/{one['key']}", {**words, "spec": one["spec"], "base_version": 0})
            stage.door.post(f"{stage.workspace}/scenes/{one['key']}/state", {"state": "live"})


def look(stage: Stage, people: Sequence[int], seconds: float) -> dict[str, Any] | None:
    """They look at five things within minutes and buy none; gives the truth, None where they are not found in so many seconds."""
    name = stage.running.world.name
    words = Words(name, stage.running.world.currency, exponent(stage.running.world.currency), stage.running.people)
    visits = []
    for place, person in enumerate(people):
        table = words.table(_visit(stage, person, place))
        ids = pa.array([f"{name}-look-{place}-{number}" for number in range(table.num_rows)], pa.string())
        visits.append(table.set_column(table.schema.get_field_index("message_id"), "message_id", ids))
    post_all(stage.target, lines(pa.concat_tables(visits)), stage.sleep)

    def found() -> bool:
        return len(stage.door.get(f"{stage.workspace}/scenes/{SCENE}/matches?limit=500")["items"]) >= len(people)

    return {SCENE: [stage.user(person)["value"] for person in people]} if stage.wait(found, seconds) else None


def _visit(stage: Stage, person: int, place: int) -> Happened:
    """Products of the category that they like best, one after the other until now."""
    people = stage.running.people
    favourite = int(people.ints("favourite")[person])
    own = np.flatnonzero(PRODUCTS.category == favourite)
    shown: Ints = own[(np.arange(_VIEWS) + place) % len(own)]
    minor = 10 ** exponent(stage.running.world.currency)
    price = np.round(PRODUCTS.price[shown] * 10).astype(np.int64) * minor // 10
    last = round(stage.clock().timestamp() * 1000)
    at = last - (np.arange(_VIEWS)[::-1] * _APART_MS)
    size, none = 2 * _VIEWS, np.zeros(_VIEWS, np.int64)
    events = Events(
        ts=np.repeat(at, 2),
        person=np.full(size, person),
        slot=np.zeros(size, np.int64),
        known=np.full(size, True),
        kind=np.tile(np.array([ev.PAGE, ev.PRODUCT_VIEWED]), _VIEWS),
        profile=np.full(size, int(people.ints("first_device")[person])),
        page=np.repeat(PRODUCT_PAGE + shown, 2),
        entry=np.full(size, -1),
        a=np.stack([none, shown], axis=1).ravel(),
        b=np.stack([none, price], axis=1).ravel(),
        c=np.zeros(size, np.int64),
    )
    return Happened(day=stage.running.world.days, events=events, orders=no_orders())
