"""Is nobody whom a trial has ignore a tag ever acted on because of it: by flows, campaigns, scenes or flags?

Every way in which a tag can lead to something is open at once; whoever carries it and nothing else can only be reached through it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.experiments.tagged.test_acting import ignores, tag_spec
from tests.outreach.campaigns.world import CampaignShop
from tests.outreach.flows.world import graph
from tests.profiles.conditions.world import ZONE
from tests.profiles.tags.shop import a_tag
from tests.support.feed import Happened
from tests.support.houses import build
from uems import outreach
from uems.access.api import Workspaces
from uems.experiments.flags.asking import segments_of_user
from uems.experiments.flags.definitions import save_flag
from uems.experiments.flags.spec import FlagDraft, FlagSpec
from uems.experiments.trials import definitions
from uems.experiments.trials.results import results_of
from uems.experiments.trials.spec import TrialDraft
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.outreach.scenes.definitions import get_scene, save_scene, turn_scene
from uems.outreach.scenes.spec import SceneDraft, SceneSpec
from uems.outreach.scenes.standing import matches_of
from uems.outreach.scenes.watching import SceneWatch
from uems.profiles.tags.definitions import save_tag
from uems.segments import api as segments

NOW = datetime(2026, 3, 30, 14, tzinfo=UTC)
VIP: dict[str, Any] = {"tag": {"name": "vip", "op": "is_set"}}
LOOKED: dict[str, Any] = {"did": {"events": ["Look"]}}
SEND: Any = {"hi": ("send", {"template": "hello"}), "end": ("exit", {})}
COUNT = 40


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("tag")) / "home"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def shop(house: House) -> CampaignShop:
    """The first half carries the tag. Every door that it opens stands open, and the trial runs."""
    shop = CampaignShop(house, 1, NOW)
    save_tag(house.store, shop.access(), a_tag("vip", "manual", "text"))
    shop.save("vips", VIP)
    shop.save("plain", {"and": [{"not": VIP}, LOOKED]})
    shop.people([f"u{n}" for n in range(COUNT)])
    shop.catch_up()
    definitions.save_trial(house.store, shop.access(), "try", TrialDraft(name="try", spec=tag_spec("vip")))
    definitions.turn_trial(house.store, shop.access(), "try", "running")
    return shop


def carriers(shop: CampaignShop) -> set[int]:
    return {person for person, soul in shop.souls().items() if "vip" in soul.tags}


def acted(shop: CampaignShop) -> set[int]:
    return {person for person in carriers(shop) if not ignores("try", "vip", person)}


def exposed(shop: CampaignShop) -> dict[int, str]:
    shop.consume()
    query = Sql(
        "SELECT person_id, toString(properties.variation_id) AS arm FROM events WHERE event = 'experiment.exposed'"
        f" AND workspace_id = {shop.scope.workspace_id}"
    )
    return {row["person_id"]: row["arm"] for row in shop.house.warehouse.query(query).to_pylist()}


def test_nobody_who_is_ignored_is_acted_on_because_of_the_tag(shop: CampaignShop, house: House) -> None:
    watch = SceneWatch(house, Workspaces(house.store), "test", lambda: shop.now)
    scene = SceneSpec.model_validate({"condition": {"and": [VIP, LOOKED]}, "stays_minutes": 20, "cool_down_minutes": 60})
    save_scene(house, shop.access(), "there", SceneDraft(name="there", spec=scene))
    turn_scene(house.store, shop.access(), "there", "live")
    watch.step()
    shop.publish(graph(SEND, {"hi": "end"}, entry={"type": "segment", "segment": "vips", "on": "entered"}), "came")
    branch: Any = {"ask": ("branch", {"who": VIP}), **SEND, "no": ("exit", {})}
    shop.publish(graph(branch, {"ask:yes": "hi", "ask:no": "no", "hi": "end"}, entry={"type": "event", "event": "Look"}), "branch")
    shop.publish(graph(SEND, {"hi": "end"}, entry={"type": "event", "event": "Look"}, who=VIP), "door")
    shop.run()
    people = sorted(shop.souls())
    for person in people[: COUNT // 2]:
        shop.tag(person, "vip", "a")
    shop.keeper.step()
    shop.now += timedelta(minutes=1)
    shop.take([Happened(user=f"u{n}", event="Look", ts=shop.now) for n in range(COUNT)], shop.now)
    shop.catch_up()
    shop.run()
    watch.step()
    shop.publish(graph(SEND, {"hi": "end"}, entry={"type": "segment", "segment": "vips", "members": True}), "members")
    at = (shop.now + timedelta(minutes=2)).astimezone(ZoneInfo(ZONE)).strftime("%H:%M")
    shop.publish(graph(SEND, {"hi": "end"}, entry={"type": "schedule", "at": at}, who={"segment": {"key": "vips"}}), "daily")
    shop.run()
    shop.later(minutes=3)
    shop.launch("all", audience={"who": VIP})
    shop.launch("kept", audience={"segment": "vips"})
    shop.launch("others", audience={"who": LOOKED, "exclude": ["vips"]})
    shop.go(minutes=1)
    reached: dict[str, set[int]] = {}
    for row in shop.messages():
        reached.setdefault(row["origin_id"], set()).add(row["person_id"])
    mine, everybody = acted(shop), set(people)
    assert 0 < len(mine) < len(carriers(shop))
    for origin, who in reached.items():
        assert who == (everybody - mine if origin == "others" else mine), origin
    assert len(reached) == 5 + 3, "every door was gone through"
    found = matches_of(house.store, shop.scope, get_scene(house.store, shop.scope, "there"), inside_at=None, before=None, limit=1_000)
    assert {one.person_id for one in found} == mine
    assert exposed(shop) == {person: "act" if person in mine else "ignore" for person in carriers(shop)}
    vips = segments.segment(house.store, shop.scope, "vips")
    assert set(segments.members(house, shop.scope, vips.segment_id, limit=1_000)) == carriers(shop), "reports show the tag"


def test_flags_are_given_the_segments_as_they_are_to_be_acted_on(shop: CampaignShop, house: House) -> None:
    rule = {"kind": "force", "id": "r", "value": True, "condition": {"segment": {"key": "vips"}}}
    spec = FlagSpec.model_validate({"value_type": "boolean", "default": False, "rules": [rule]})
    save_flag(house, shop.access(), "vip_page", FlagDraft(name="Vip page", spec=spec))
    mine = acted(shop)
    for user, person in shop.numbers().items():
        inside = segments_of_user(house, shop.scope, user, shop.now)
        assert inside is not None
        assert ("vips" in inside) == (person in mine)


def test_the_end_of_the_trial_gives_everything_back(shop: CampaignShop, house: House) -> None:
    trial = definitions.turn_trial(house.store, shop.access(), "try", "stopped")
    told = exposed(shop)
    found = results_of(house, shop.scope, trial, shop.now + timedelta(days=1))
    assert found.people == {arm: sum(1 for one in told.values() if one == arm) for arm in ("act", "ignore")}
    shop.launch("after", audience={"who": VIP})
    shop.go(minutes=1)
    assert {row["person_id"] for row in shop.messages() if row["origin_id"] == "after"} == carriers(shop)
    assert exposed(shop) == told


def test_nothing_in_this_room_asks_past_the_one_place() -> None:
    """Those who do only tell: of the past, where tags cannot be asked, or how well a scene fits."""
    room = Path(outreach.__file__).parent
    found = {str(file.relative_to(room)) for file in room.rglob("*.py") if "profiles.evaluate(" in file.read_text()}
    assert found == {"scenes/fitting.py", "scenes/trying.py", "simulation/history.py", "simulation/past.py"}
