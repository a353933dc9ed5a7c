"""Which people do tests of tags look at? A random small shop, with merges, and tags read back as plain Python values."""

import json
import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.profiles.conditions.world import NOW, World
from tests.support.feed import Happened
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.profiles.tags.model import TagDef, Words

CATEGORIES = ("tea", "coffee", "snacks")
BRANDS = ("红", "Blue", 'a"b')


def a_tag(key: str, kind: str = "computed", value_type: str = "number", config: Mapping[str, Any] | None = None, **more: Any) -> TagDef:
    words = Words(zh=f"{key}标签", en=key)
    return TagDef(key=key, family="behaviour", kind=kind, label=words, value_type=value_type, config=config or {}, **more)  # type: ignore[arg-type]


def line(rng: random.Random) -> dict[str, Any]:
    made: dict[str, Any] = {"product_id": f"p{rng.randrange(8)}", "category": rng.choice(CATEGORIES), "brand": rng.choice(BRANDS)}
    made["price"] = rng.choice((1, 2.5, 10, 19.9))
    if rng.random() < 0.7:
        made["quantity"] = rng.randrange(1, 4)
    if rng.random() < 0.15:
        del made["category"]
    return made


def order(rng: random.Random, **who: Any) -> Happened:
    items = [line(rng) for _ in range(rng.randrange(1, 4))]
    properties: dict[str, Any] = {"order_id": f"o{rng.random()}", "products": items}
    if rng.random() < 0.5:
        properties["discount"] = rng.choice((0, 1.5, 3))
    if rng.random() < 0.3:
        properties["coupon"] = rng.choice(("SAVE", ""))
    revenue = rng.choice((100, 250, 990, 12345))
    return Happened(
        **who, event="Order Completed", properties=json.dumps(properties), revenue_minor=revenue, currency=rng.choice(("USD", "USD", "EUR"))
    )


def view(rng: random.Random, **who: Any) -> Happened:
    return Happened(**who, event="Product Viewed", properties=json.dumps(line(rng) | {"views": rng.randrange(5)}))


def fill(world: World, seed: int, people: int = 12, events: int = 160, days: float = 120.0) -> random.Random:
    """Random events of people who are partly anonymous at first, in two batches, so that merges come after some rows are stored."""
    rng = random.Random(seed)
    batches: list[list[Happened]] = [[], []]
    for _ in range(events):
        number = rng.randrange(people)
        who: dict[str, Any] = {"ts": NOW - timedelta(days=rng.random() * days, seconds=rng.randrange(60))}
        if rng.random() < 0.5:
            who["user"] = f"u{number}"
        if "user" not in who or rng.random() < 0.3:
            who["anonymous"] = f"a{number}-{rng.randrange(2)}"
        kind = rng.random()
        if kind < 0.4:
            made = order(rng, **who)
        elif kind < 0.8:
            made = view(rng, **who)
        else:
            made = Happened(**who, event="", type="page")
        batches[rng.random() < 0.5].append(made)
    for batch in batches:
        world.take(batch)
    return rng


def tags_now(house: House, scope: Scope) -> dict[str, dict[int, Any]]:
    """tag → person → value, as stored."""
    rows = house.warehouse.query(
        Sql("SELECT toString(tag) AS tag, person_id, value FROM tag_values FINAL WHERE workspace_id = {w:UInt32} AND value != ''"),
        {"w": scope.workspace_id},
    ).to_pylist()
    found: dict[str, dict[int, Any]] = {}
    for row in rows:
        found.setdefault(row["tag"], {})[row["person_id"]] = json.loads(row["value"])
    return found
