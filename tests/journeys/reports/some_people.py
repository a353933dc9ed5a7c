"""Which people do tests ask about? Those of a segment, built by the real keeper."""

from typing import Any

from tests.identity.conftest import make_access
from tests.journeys.reports.world import NOW, World
from uems.access.api import Workspaces
from uems.profiles import api as profiles
from uems.segments import api as segments

PHONES = {"did": {"events": [], "where": {"column": {"name": "device", "op": "equals", "value": "phone"}}, "op": "gte", "value": 12}}


def segment(world: World, key: str, condition: dict[str, Any], *, build: bool = True) -> segments.Segment:
    house = world.town.house
    access = make_access(world.scope, NOW)
    draft = segments.Draft(key=key, name=key, description="", condition=profiles.parse_condition(condition))
    made = segments.save_segment(house.store, access, draft)
    if build:
        keeper = segments.Keeper(house, Workspaces(house.store), "test", lambda: NOW)
        while keeper.step():
            continue
        keeper.close()
    return made
