"""Is whoever an action harms left in peace by it, from the moment the guard is on, by that action alone, and is it said why?"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.outreach.holdouts.test_holdouts import Written, send
from tests.support.houses import build
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.outreach.messages.asking import Whom, ask, ask_test
from uems.outreach.messages.log import message
from uems.prediction.uplift_store import keep_harmed, set_guard
from uems.prediction.uplift_trials import Trial, TrialKind


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("peace")) / "home"))
    yield made
    made.close()


def harmed(shop: Written, of: list[tuple[TrialKind, str, str, list[int]]]) -> None:
    nothing = np.zeros(0, np.int64)
    found = [
        (
            Trial(kind=kind, key=key, name=key, origin=origin, person=np.zeros(0, np.uint64), since_ms=nothing, treated=nothing > 0),
            np.array(people, np.uint64),
        )
        for kind, key, origin, people in of
    ]
    with shop.house.store.write() as conn:
        keep_harmed(conn, shop.scope, found)


def test_a_guarded_flow_keeps_its_messages_from_those_it_harms_and_says_so(house: House) -> None:
    shop = Written(house, 1)
    shop.publish(send("sales"), "harsh")
    shop.publish(send("benefit"), "mild")
    shop.publish(send("service"), "needed")
    people = sorted(shop.people([f"u{n}" for n in range(12)]).values())
    harmed(shop, [("flow", "harsh", "1", people[:4]), ("flow", "mild", "2", people[2:6]), ("flow", "needed", "3", people[:1])])
    for key, origin in (("harsh", "1"), ("needed", "3")):
        set_guard(house.store, shop.access(), "flow", key, origin, on=True)
    ask(house, shop.access(), "sales", Whom(person_id=people[0]), key="by-api", context={})
    ask_test(house, shop.access(), "sales", Whom(person_id=people[0]), {})
    shop.work()
    for (origin, kind, person), said in shop.became().items():
        kept = (origin, kind) == ("flow", "sales") and person in people[:4]
        assert said == (("suppressed", "harmed") if kept else ("accepted", "")), (origin, kind, person)
    one = next(row for row in shop.messages() if row["reason"] == "harmed")
    [why] = message(house.store, shop.scope, one["message_id"]).decisions
    assert (why.verdict, why.facts) == ("suppress", {"by": "flow"})


def test_a_guarded_campaign_does_too_and_no_longer_once_the_guard_is_off(house: House) -> None:
    shop = Written(house, 2)
    people = sorted(shop.people([f"u{n}" for n in range(10)]).values())
    shop.launch("spring", variants=[{"template": "benefit"}])
    harmed(shop, [("campaign", "spring", "spring", people[:3]), ("flow", "spring", "7", people[3:6])])
    set_guard(house.store, shop.access(), "campaign", "spring", "spring", on=True)
    shop.work()
    told = {person: said for (origin, _, person), said in shop.became().items() if origin == "campaign"}
    assert {person for person, said in told.items() if said == ("suppressed", "harmed")} == set(people[:3]) & set(told)
    assert len(told) > 5
    assert set(people[:3]) & set(told)
    set_guard(house.store, shop.access(), "campaign", "spring", "spring", on=False)
    shop.launch("autumn", variants=[{"template": "benefit"}])
    harmed(shop, [("campaign", "autumn", "autumn", people)])
    shop.work()
    assert {row["reason"] for row in shop.messages() if row["origin_id"] == "autumn"} == {""}
