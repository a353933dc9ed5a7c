"""Is a match kept once for each cool-down, and counted alike, on both databases?"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from tests.support.access import a_workspace_with_a_write_key
from uems.kernel.scope import Scope
from uems.kernel.store import Store
from uems.outreach.scenes.definitions import get_scene, list_scenes, live_scenes, versions_of
from uems.outreach.scenes.standing import Tally, matches_of, tallies
from uems.outreach.scenes.tables import scene_versions, scenes
from uems.outreach.scenes.watching import _Found, _keep

NOW = datetime(2026, 3, 30, 14, 30, tzinfo=UTC)
SCOPE = Scope(workspace_id=1, slug="w1", zone="UTC", currency="USD")
SPEC: dict[str, Any] = {"condition": {"did": {"events": ["Look"]}}, "stays_minutes": 20, "cool_down_minutes": 60}


def test_a_match_counts_once_for_each_cool_down_over_every_number_of_a_person(store: Store) -> None:
    a_workspace_with_a_write_key(store, slug="w1")
    place = {"workspace_id": 1, "scene_id": 1}
    with store.write() as conn:
        said = {"key": "looks", "name": "Looks", "description": "", "state": "live", "version": 1}
        conn.execute(insert(scenes).values(**place, **said, created_at=NOW, changed_at=NOW, changed_by="test"))
        conn.execute(insert(scene_versions).values(**place, version=1, spec=SPEC, at=NOW, by="test"))
    with store.read() as conn:
        [scene] = live_scenes(conn)
    assert list_scenes(store, SCOPE) == [get_scene(store, SCOPE, "looks")] == [scene]
    assert [one.version for one in versions_of(store, SCOPE, scene)] == [1]
    rounds = [
        (0, {7: 7, 8: 8}, {7: 1, 8: 1}),
        (30, {7: 7, 9: 9}, {9: 1}),
        (59, {7: 7, 8: 7}, {}),  # 8 turned out to be 7
        (60, {7: 7, 8: 7}, {7: 2}),
    ]
    for minutes, numbers, expected in rounds:
        found = _Found(scene=scene, people=sorted(set(numbers.values())), numbers=numbers)
        with store.write() as conn:
            assert _keep(conn, found, NOW + timedelta(minutes=minutes)) == expected
    later = NOW + timedelta(minutes=61)
    assert tallies(store, SCOPE, later) == {1: Tally(inside=1, day=4, ever=4)}
    assert tallies(store, SCOPE, NOW + timedelta(minutes=31)) == {1: Tally(inside=2, day=4, ever=4)}, "7 of the future, and 9"
    latest = matches_of(store, SCOPE, scene, inside_at=None, before=None, limit=3)
    assert [(one.person_id, one.match_no) for one in latest] == [(7, 2), (9, 1), (8, 1)]
    rest = matches_of(store, SCOPE, scene, inside_at=None, before=latest[-1].match_id, limit=3)
    assert [(one.person_id, one.match_no) for one in rest] == [(7, 1)]
    assert [one.person_id for one in matches_of(store, SCOPE, scene, inside_at=later, before=None, limit=3)] == [7]
