"""Does a receipt lead to the dead letter of its own event, and does that letter say what became of it?"""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.support import houses
from tests.support.events import NOW, NOW_MS, track
from tests.support.web import Clock, Program, make_workspace, operator_client
from uems.collect.api import Consumer
from uems.collect.records import Entry, encode_entries
from uems.kernel.clock import utc_now
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.stages import stages_of
from uems.web.app import create_app

BASE = "/api/workspaces/shop"


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    """Everything, as it is built at the start."""
    house = houses.build(settings)
    make_workspace(house.store, "shop", NOW)
    yield house
    house.close()


@pytest.fixture
def api(house: House) -> Program:
    return operator_client(create_app(house, clock=Clock(NOW + timedelta(minutes=1))), house)


def send(house: House, *items: dict[str, object]) -> None:
    body = json.dumps({"batch": list(items)}).encode()
    house.log.append(0, encode_entries([Entry(1, NOW_MS, "batch", body)]), len(items)).result()
    process(house)


def process(house: House) -> None:
    consumer = Consumer(house, stages_of(house), 0, "test")
    while consumer.hold(utc_now()) and consumer.step(utc_now()):
        continue
    consumer.close(utc_now())


def test_the_receipt_of_a_refused_event_names_its_letter_and_others_name_none(api: Program, house: House) -> None:
    plan = {"mode": "allow", "unknown_events": "block", "unknown_properties": "allow", "events": [{"name": "Known"}], "traits": []}
    assert api.send("PUT", f"{BASE}/plan", json=plan).status_code == 200
    send(house, track("ann", "Known"), track("ann", "Unknown"), {"type": "track", "event": "Known", "messageId": "nobody"})
    receipts = {r["message_id"]: r for r in api.get(f"{BASE}/events/live").json()["items"]}
    assert {r["status"]: r["letter_id"] is not None for r in receipts.values()} == {"accepted": False, "blocked": True, "invalid": True}
    for message_id in ("m-ann-Unknown", "nobody"):
        letter = api.get(f"{BASE}/dead-letters/{receipts[message_id]['letter_id']}").json()
        assert (letter["message_id"], letter["status"], letter["state"]) == (message_id, receipts[message_id]["status"], "open")
        [shown] = api.get(f"{BASE}/receipts/{message_id}").json()["items"]
        assert shown["letter_id"] == letter["letter_id"]


def test_a_letter_that_was_sent_again_is_found_under_its_old_id(api: Program, house: House) -> None:
    send(house, {"type": "track", "event": "Known", "messageId": "nobody"})
    [receipt] = api.get(f"{BASE}/receipts/nobody").json()["items"]
    assert api.post(f"{BASE}/dead-letters/replay", {"letter_ids": [receipt["letter_id"]]}).json() == {"count": 1}
    process(house)
    assert api.get(f"{BASE}/dead-letters/{receipt['letter_id']}").json()["state"] == "replayed"
    first, second = api.get(f"{BASE}/receipts/nobody").json()["items"]
    assert first["letter_id"] == receipt["letter_id"]
    assert api.get(f"{BASE}/dead-letters/{second['letter_id']}").json()["state"] == "open"


@pytest.mark.parametrize(("letter_id", "code"), [("0-999-0", "not_found"), ("999999999999-1-999999999999", "not_found"), ("x", "invalid")])
def test_a_letter_that_is_none_is_refused(api: Program, letter_id: str, code: str) -> None:
    assert api.get(f"{BASE}/dead-letters/{letter_id}").json()["code"] == code
