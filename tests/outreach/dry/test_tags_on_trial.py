"""Does a dry run act on a tag on trial as a live flow would, and tell nobody that it did?"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.experiments.tagged.test_acting import tag_spec
from tests.outreach.campaigns.world import CampaignShop
from tests.outreach.flows.world import graph
from tests.outreach.test_tag_on_trial import NOW, SEND, VIP, exposed
from tests.profiles.tags.shop import a_tag
from tests.support.feed import Happened
from tests.support.houses import build
from uems.experiments.trials import definitions
from uems.experiments.trials.spec import TrialDraft
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.outreach.dry.runs import start_dry_run
from uems.outreach.flows.definitions import save_flow
from uems.outreach.flows.graph import FlowDraft, Graph
from uems.profiles.tags.definitions import save_tag


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("dry-tag")) / "home"))
    yield made
    made.close()


def test_whoever_a_segment_brings_into_a_dry_run_is_exposed_only_once_a_live_flow_follows_it(house: House) -> None:
    shop = CampaignShop(house, 1, NOW)
    save_tag(house.store, shop.access(), a_tag("vip", "manual", "text"))
    shop.save("vips", VIP)
    known = shop.people([f"u{n}" for n in range(20)])
    users = {person: user for user, person in known.items()}
    shop.catch_up()
    definitions.save_trial(house.store, shop.access(), "try", TrialDraft(name="try", spec=tag_spec("vip")))
    definitions.turn_trial(house.store, shop.access(), "try", "running")
    body = graph(SEND, {"hi": "end"}, entry={"type": "segment", "segment": "vips", "on": "entered"})
    drawn = save_flow(house.store, shop.access(), "tried", FlowDraft(name="tried", graph=Graph.model_validate(body)))
    start_dry_run(house, shop.access(), "tried", revision=drawn.revision)
    shop.run()
    first, later = sorted(shop.souls())[:10], sorted(shop.souls())[10:]

    def come(people: list[int]) -> None:
        for person in people:
            shop.tag(person, "vip", "a")
        shop.now += timedelta(minutes=1)
        # Whoever does something is looked at anew.
        shop.take([Happened(user=users[person], event="Look", ts=shop.now) for person in people], shop.now)
        shop.catch_up()
        shop.run()

    come(first)
    assert {run["person_id"] for run in shop.runs()} == set(first)
    assert exposed(shop) == {}
    shop.publish(body, "live")
    come(later)
    assert exposed(shop).keys() == set(later)
