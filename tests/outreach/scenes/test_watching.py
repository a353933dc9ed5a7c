"""Is everybody found in a scene when it holds, once for each cool-down, whatever happens to the process?"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, update

from tests.outreach.flows.world import FlowShop, graph
from tests.profiles.conditions.world import ZONE
from tests.support.feed import Happened
from tests.support.houses import build
from uems.access.api import Workspaces
from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.outreach.scenes import watching
from uems.outreach.scenes.definitions import Scene, get_scene, save_scene, turn_scene
from uems.outreach.scenes.spec import SceneDraft, SceneSpec
from uems.outreach.scenes.standing import matches_of, tallies
from uems.outreach.scenes.tables import scene_marks, scene_matches, scene_versions, scenes
from uems.outreach.scenes.trying import SHOWN, try_scene
from uems.outreach.scenes.watching import SceneWatch

NOW = datetime(2026, 3, 30, 14, 30, tzinfo=UTC)
LAST = {"op": "after", "value": {"ago": 30, "unit": "minute"}}
LOOKS: dict[str, Any] = {"did": {"events": ["Look"], "within": LAST, "op": "gte", "value": 2}}
BOUGHT: dict[str, Any] = {"did": {"events": ["Buy"], "within": LAST}}
_numbers = iter(range(1, 1_000))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("scenes")) / "home"))
    yield made
    made.close()


class SceneShop(FlowShop):
    """One workspace whose scenes are watched by hand."""

    def __init__(self, house: House) -> None:
        super().__init__(house, next(_numbers), NOW)
        self.watch = SceneWatch(house, Workspaces(house.store), "test", lambda: self.now)

    def scene(self, condition: Any = LOOKS, key: str = "looks", **more: Any) -> Scene:
        """Saved and started, and watched from now on."""
        spec = SceneSpec.model_validate({"condition": condition, "stays_minutes": 20, "cool_down_minutes": 60, **more})
        save_scene(self.house, self.access(), key, SceneDraft(name=key, spec=spec))
        found = turn_scene(self.house.store, self.access(), key, "live")
        self.look()
        return found

    def look(self) -> None:
        while self.watch.step():
            continue

    def found(self, key: str = "looks") -> list[tuple[int, int]]:
        """(who it is now, which time) in their order."""
        scene = get_scene(self.house.store, self.scope, key)
        rows = matches_of(self.house.store, self.scope, scene, inside_at=None, before=None, limit=1_000)
        people = identity.people_of(self.house.store, self.scope, [row.person_id for row in rows])
        return [(people[row.person_id].person_id, row.match_no) for row in reversed(rows)]


@pytest.fixture
def shop(house: House) -> Iterator[SceneShop]:
    made = SceneShop(house)
    yield made
    made.watch.stop()
    with house.store.write() as conn:  # the next one begins with nothing watched
        conn.execute(update(scenes).values(state="archived"))
        conn.execute(delete(scene_marks))


def test_whoever_does_it_is_found_at_once_and_again_only_after_the_cool_down(shop: SceneShop) -> None:
    scene = shop.scene()
    shop.happen("ann", "Look", ago=60)
    shop.look()
    assert shop.found() == []
    shop.happen("ann", "Look")
    shop.happen("ben", "Look", ago=60 * 45)
    shop.happen("ben", "Look")
    shop.look()
    ann = shop.numbers()["ann"]
    assert shop.found() == [(ann, 1)]
    assert tallies(shop.house.store, shop.scope, shop.now)[scene.scene_id].inside == 1
    shop.now += timedelta(minutes=25)
    shop.happen("ann", "Look")
    shop.look()
    tally = tallies(shop.house.store, shop.scope, shop.now)[scene.scene_id]
    assert (shop.found(), tally.inside, tally.day, tally.ever) == ([(ann, 1)], 0, 1, 1)
    shop.now += timedelta(minutes=35)
    shop.happen("ann", "Look", ago=60)
    shop.happen("ann", "Look")
    shop.look()
    assert shop.found() == [(ann, 1), (ann, 2)]


def test_what_happened_before_it_was_started_and_while_it_was_paused_brings_nobody_in(shop: SceneShop) -> None:
    shop.happen("ann", "Look", ago=60)
    shop.happen("ann", "Look")
    shop.scene()
    assert shop.found() == []
    turn_scene(shop.house.store, shop.access(), "looks", "paused")
    shop.look()
    shop.happen("ben", "Look", ago=60)
    shop.happen("ben", "Look")
    shop.look()
    turn_scene(shop.house.store, shop.access(), "looks", "live")
    shop.look()
    assert shop.found() == []
    shop.happen("ben", "Look")
    shop.look()
    assert shop.found() == [(shop.numbers()["ben"], 1)]


def test_being_made_one_with_somebody_does_not_end_a_cool_down(shop: SceneShop) -> None:
    shop.scene()
    twice = [Happened(anonymous="browser", event="Look", ts=shop.now - timedelta(seconds=n)) for n in (9, 5)]
    shop.take([*twice, Happened(user="ann", event="Else", ts=shop.now)], shop.now)
    shop.look()
    [(browser, _)] = shop.found()
    shop.take([Happened(user="ann", anonymous="browser", type="identify", event="", ts=shop.now)], shop.now)
    shop.happen("ann", "Look")
    shop.look()
    now_one = identity.people_of(shop.house.store, shop.scope, [browser])[browser]
    assert len(now_one.node_ids) == 2, "they are one person now"
    assert shop.found() == [(now_one.person_id, 1)]


def test_a_flow_begins_with_each_match_once_also_when_the_process_ends_in_the_middle(
    shop: SceneShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.scene()
    nodes: Any = {"hi": ("send", {"template": "hello"}), "end": ("exit", {})}
    shop.publish(graph(nodes, {"hi": "end"}, entry={"type": "scene", "scene": "looks"}, reentry={"allow": "always"}))
    shop.happen("ann", "Look", ago=60)
    shop.happen("ann", "Look")

    def dies(*_: object) -> None:
        raise RuntimeError("the machine is switched off")

    with monkeypatch.context() as broken:
        broken.setattr(watching, "_move", dies)  # the last thing before the transaction ends
        with pytest.raises(RuntimeError):
            shop.watch.step()
    assert (shop.found(), shop.runs()) == ([], [])
    other = SceneWatch(shop.house, Workspaces(shop.house.store), "test", lambda: shop.now)
    while other.step():
        continue
    shop.run()
    assert shop.found() == [(shop.numbers()["ann"], 1)]
    [run] = shop.runs()
    assert (run["reason"], json.loads(run["context"])["scene"]["key"]) == ("end", "looks")
    assert [key for key, _ in shop.sent()] == ["hello"]
    shop.now += timedelta(minutes=61)
    shop.happen("ann", "Look", ago=60)
    shop.happen("ann", "Look")
    shop.look()
    shop.run()
    assert [run["entry_no"] for run in shop.runs()] == [1, 2]


def test_a_scene_that_cannot_be_asked_any_more_holds_up_no_other(shop: SceneShop) -> None:
    shop.scene()
    shop.scene({"did": {"events": ["Look"], "op": "gte", "value": 1, "within": LAST}}, key="one")
    with shop.house.store.write() as conn:
        _break(conn, shop, "one")
    shop.happen("ann", "Look", ago=60)
    shop.happen("ann", "Look")
    shop.look()
    assert (shop.found("looks"), shop.found("one")) == ([(shop.numbers()["ann"], 1)], [])


def _break(conn: Any, shop: SceneShop, key: str) -> None:
    """As when what it names is gone."""
    scene = get_scene(shop.house.store, shop.scope, key)
    spec = {**scene.spec.model_dump(mode="json"), "condition": {"segment": {"key": "gone"}}}
    v = scene_versions.c
    mine = (v.workspace_id == shop.scope.workspace_id, v.scene_id == scene.scene_id)
    conn.execute(update(scene_versions).where(*mine).values(spec=spec))


PLACES = {"ann": ZONE, "ben": "Asia/Shanghai", "cat": ZONE, "dan": "Europe/Berlin"}


def _late(at: datetime, zone: str) -> bool:
    return (at.astimezone(ZoneInfo(zone)).hour + 2) % 24 < 12  # from ten in the evening to ten in the morning


@pytest.mark.parametrize("seed", [1])
def test_matches_and_the_trial_on_history_are_those_of_a_plain_count(shop: SceneShop, seed: int) -> None:
    luck = random.Random(seed)
    condition = {"and": [LOOKS, {"not": BOUGHT}]}
    hours = {"since": "22:00", "until": "10:00"}
    traits = [
        Happened(user=user, type="identify", event="", properties=json.dumps({"timezone": zone}), ts=NOW) for user, zone in PLACES.items()
    ]
    shop.take(traits, NOW)
    shop.scene(condition, hours=hours)
    did: list[tuple[str, str, datetime]] = []
    expected: list[tuple[str, datetime]] = []
    for _ in range(14):
        shop.now += timedelta(minutes=luck.choice([3, 11, 25, 70]), seconds=luck.randint(1, 59))
        fresh = [
            (luck.choice(list(PLACES)), luck.choices(["Look", "Buy"], [9, 1])[0], shop.now - timedelta(seconds=luck.randint(1, 400)))
            for _ in range(luck.randint(1, 6))
        ]
        did += fresh
        shop.take([Happened(user=user, event=event, ts=ts) for user, event, ts in fresh], shop.now)
        shop.look()
        for user in sorted({user for user, _, _ in fresh}):
            if _holds(did, user, shop.now) and _rested(expected, user, shop.now):
                expected.append((user, shop.now))
    names = {number: user for user, number in shop.numbers().items()}
    query = select(scene_matches).where(scene_matches.c.workspace_id == shop.scope.workspace_id).order_by(scene_matches.c.match_id)
    with shop.house.store.read() as conn:
        rows = conn.execute(query).all()
    assert sorted((names[row.person_id], row.at) for row in rows) == sorted(expected)
    assert expected, "the world is one in which somebody is found"
    _check_trial(shop, did, condition, hours)


def _holds(did: list[tuple[str, str, datetime]], user: str, at: datetime) -> bool:
    mine = [event for who, event, ts in did if who == user and at - timedelta(minutes=30) < ts < at]
    return mine.count("Look") >= 2 and "Buy" not in mine and _late(at, PLACES[user])


def _rested(found: list[tuple[str, datetime]], user: str, at: datetime) -> bool:
    return all(at - when >= timedelta(minutes=60) for who, when in found if who == user)


def _check_trial(shop: SceneShop, did: list[tuple[str, str, datetime]], condition: Any, hours: Any) -> None:
    """As of the last quarter of an hour of those in which somebody did anything, each as a live scene would have seen it then."""
    first = shop.now - timedelta(days=1)
    told = [*did, *((user, "identify", NOW) for user in PLACES)]
    expected: list[tuple[str, datetime]] = []
    for quarter in range(96):
        start = first + timedelta(minutes=15 * quarter)
        cut = start + timedelta(minutes=15)
        active = sorted({who for who, _, ts in told if start <= ts < cut})
        expected += [(user, cut) for user in active if _holds(did, user, cut) and _rested(expected, user, cut)]
    spec = SceneSpec.model_validate({"condition": condition, "hours": hours, "stays_minutes": 20, "cool_down_minutes": 60})
    trial = try_scene(shop.house, shop.scope, spec, shop.now)
    names = {number: user for user, number in shop.numbers().items()}
    assert (trial.matches, trial.people) == (len(expected), len({user for user, _ in expected}))
    latest = [(names[person], at) for person, at in trial.latest]
    assert len(latest) == min(len(expected), SHOWN)
    assert set(latest) <= set(expected)
    assert [at for _, at in latest] == sorted((at for _, at in expected), reverse=True)[: len(latest)]
