"""Does one click make a segment of exactly the people behind a number?"""

import pytest

from tests.journeys.reports.world import DAYS_ASKED, NOW, Act, Town, town
from tests.support.web import Clock, operator_client
from uems.access.api import Workspaces
from uems.segments import api as segments
from uems.segments.api import Keeper
from uems.web.app import create_app

__all__ = ["town"]

SPEC = {**DAYS_ASKED, "steps": [{"event": "A"}, {"event": "B"}]}


def test_the_lost_of_a_funnel_become_a_segment_and_stay_it(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=n, user=f"u{n}", event="A") for n in range(5)])
    world.send([Act(ms=10 + n, user=f"u{n}", event="B") for n in range(2)])
    house, scope = town.house, world.scope
    api = operator_client(create_app(house, clock=Clock(NOW)), house)
    address = f"/api/workspaces/{scope.slug}/reports/funnel/segment"
    body = {"spec": SPEC, "cell": {"step": 1, "outcome": "lost"}, "key": "lost_at_b", "name": "Lost at B"}
    made = api.post(address, body)
    assert made.status_code == 200, made.text
    assert made.json() == {"key": "lost_at_b", "name": "Lost at B", "list_id": made.json()["list_id"], "people": 3}
    keeper = Keeper(house, Workspaces(house.store), "test", lambda: NOW)
    while keeper.step():
        continue
    found = segments.segment(house.store, scope, "lost_at_b")
    lost = world.open("funnel", SPEC, {"step": 1, "outcome": "lost"})
    assert segments.members(house, scope, found.segment_id, limit=10) == lost
    assert len(segments.list_lists(house.store, scope)) == 1
    again = api.post(address, body)
    assert (again.status_code, again.json()["code"]) == (409, "segment_changed")
    nobody = api.post(
        address, {**body, "key": "nobody", "cell": {"step": 2, "outcome": "lost"}, "spec": {**SPEC, "last_day": "2025-10-30"}}
    )
    assert nobody.status_code == 200, "whoever finished did exactly so many steps"
    empty = api.post(address, {**body, "key": "nobody_2", "spec": {**SPEC, "steps": [{"event": "X"}, {"event": "Y"}]}})
    assert (empty.status_code, empty.json()["code"]) == (409, "nobody_there")
    bad = api.post(address, {**body, "key": "Not A Key"})
    assert bad.status_code == 422
    assert len(segments.list_lists(house.store, scope)) == 2, "a refused segment leaves no list behind"
    with pytest.raises(Exception, match="nobody_2"):
        segments.segment(house.store, scope, "nobody_2")
