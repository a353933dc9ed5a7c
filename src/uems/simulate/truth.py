"""What is true of a world that was simulated? Everything that events only hint at, in two files.

``truth.json``: the world, its effects, and what each of them really did. ``people.parquet``: a row a person with the hidden values.
"""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from uems.simulate.days import Running
from uems.simulate.offers import offer_response
from uems.simulate.people import NEVER, Ints
from uems.simulate.persons import anonymous_ids, user_ids


def truth_of(running: Running) -> dict[str, Any]:
    """The world, its effects with their counts, and totals, after its last day."""
    world, people = running.world, running.people
    came = people.ints("arrives") < world.days
    effects = [
        {
            "effect": effect.model_dump(mode="json"),
            "reached": tally.reached,
            "lost": tally.lost,
            "gained": tally.gained,
            "lost_minor": round(tally.lost_minor),
            "people": len(tally.people),
            **({"counts": tally.counts} if tally.counts else {}),
            # What a flow or campaign really changed: its share of orders that nobody would have placed without its message.
            **({"by": {cause: _effect(told) for cause, told in tally.by.items()}} if tally.by else {}),
        }
        for effect, tally in zip(world.effects, running.planted.tallies, strict=True)
    ]
    return {
        "world": {name: value for name, value in asdict(world).items() if name != "effects"}
        | {"start": world.start.isoformat(), "last_day": world.day(world.days - 1).isoformat(), "name": world.name},
        "effects": effects,
        "totals": {
            "people": int(came.sum()),
            "visitors": int((people.ints("visits") > 0).sum()),
            "invited": int((people.ints("inviter") >= 0).sum()),
            "members": int(people.flags("member").sum()),
            "orders": int(people.ints("orders").sum()),
            "revenue_minor": int(people.ints("spent_minor").sum()),
        },
    }


def _effect(told: dict[str, int]) -> dict[str, float]:
    return {**told, "effect": told.get("bought", 0) / told["reached"]}


def people_of(running: Running) -> pa.Table:
    """A row a person: ids as in the events, hidden values, and which effects (by place in the list) ever changed what they did."""
    people, name = running.people, running.world.name
    numbers = np.arange(people.size)
    second = people.ints("second_device") >= 0
    hit: list[list[int]] = [[] for _ in range(people.size)]
    for place, tally in enumerate(running.planted.tallies):
        for person in sorted(tally.people):
            hit[person].append(place)
    columns: dict[str, pa.Array] = {
        "user_id": user_ids(name, numbers),
        "anonymous_id": anonymous_ids(name, numbers, numbers * 0),
        "second_anonymous_id": pa.array(anonymous_ids(name, numbers, numbers * 0 + 1).to_numpy(zero_copy_only=False), mask=~second),
        "arrives": _days(running, people.ints("arrives")),
        "silent_since": _days(running, people.ints("silent_since")),
        "changed_by": pa.array(hit, pa.list_(pa.int64())),
    }
    columns["offer_without"], columns["offer_with"] = (pa.array(chance) for chance in offer_response(people))
    columns |= {field: pa.array(people[field]) for field in people.names() if field not in columns}
    return pa.table(columns)


def _days(running: Running, numbers: Ints) -> pa.Array:
    """Days as dates; null where it never happened. What lay before the first day is only known to lie there."""
    first = (running.world.start - date(1970, 1, 1)).days
    return pa.array(np.where(numbers == NEVER, 0, first + numbers).astype(np.int32), mask=numbers == NEVER).cast(pa.date32())


def write_truth(running: Running, folder: Path) -> None:
    """Both files, into a folder that is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "truth.json").write_text(json.dumps(truth_of(running), ensure_ascii=False, indent=2) + "\n", "utf-8")
    pq.write_table(people_of(running), folder / "people.parquet", compression="zstd")
