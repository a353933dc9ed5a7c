"""Does the page of an action tell the truth of the simulator, of the same people as the estimate, and how far last touch is off?"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.evaluation.test_league import bought
from tests.outreach.flows.world import FlowShop, graph
from tests.simulate.test_reacting import LETTER, NOW, START, Door, of_world, rows
from tests.support.feed import Happened
from tests.support.houses import build
from tests.support.web import operator_client
from uems.access.api import Workspaces
from uems.collect.api import ingest_app
from uems.evaluation.terms import ActionCost, save_cost
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.outreach.messages.sender import Sender
from uems.profiles.api import set_role
from uems.simulate.api import Answered, MessageResponse, Reacting, Running, Target, World, read_answers, write_answers
from uems.web.app import create_app

PEOPLE, DAY = 160, timedelta(days=1)
ONE = "/api/workspaces/w1/evaluation/actions/flow/f"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("known")) / "home", public_url="https://shop.example"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def shop(house: House) -> FlowShop:
    made = FlowShop(house, 1, NOW)
    set_role(house.store, made.access(), "purchase", events=["Order Completed"])
    return made


@pytest.fixture(scope="module")
def door(house: House, shop: FlowShop) -> Door:
    """A flow that wrote to people of a simulated shop who buy anyway too; a month went by since."""
    app = create_app(house, ingest=ingest_app(house), clock=lambda: shop.now)  # type: ignore[arg-type]  # plain ASGI
    made = Door(operator_client(app, house))
    key = made.post("/api/workspaces/w1/keys", {"kind": "write", "name": "shop", "permissions": []})["token"]
    rule = MessageResponse(kind="message_response", since=START, opens=0.8, clicks=0.8, buys=0.8, minutes=1)
    running = Running(World(people=PEOPLE, days=3, start=START, seed=11, effects=(rule,), currency="USD"))
    reacting = Reacting(made, Target(api=made, workspace="/api/workspaces/w1", write_key=key), running, NOW, lambda seconds: None)
    topic = {"name_zh": "资讯", "name_en": "News", "kind": "benefit", "default": "subscribed"}
    made.request("PUT", "/api/workspaces/w1/topics/news", json=topic)
    made.request("PUT", "/api/workspaces/w1/templates/letter", json={"name": "Letter", "kind": "benefit", "topic": "news", "spec": LETTER})
    shop.publish(
        graph({"letter": ("send", {"template": "letter", "kind": "benefit"}), "end": ("exit", {})}, {"letter": "end"}, holdout_percent=40)
    )
    shop.now += timedelta(minutes=1)
    shop.take(of_world(running, range(PEOPLE), shop.now), shop.now)
    shop.run()
    sender = Sender(house, Workspaces(house.store), lambda: shop.now)
    while sender.step():
        continue
    for _ in range(25):
        reacting.step(shop.now)
        shop.now += timedelta(minutes=1)
    shop.consume()
    rng, name = Random(5), running.world.name
    shop.now = NOW + 45 * DAY
    anyway = [bought(f"{name}-u{n}", NOW + rng.uniform(0.1, 44) * DAY, rng.randrange(500, 9_000)) for n in range(PEOPLE) for _ in range(2)]
    shop.take([*anyway, Happened(user="x", ts=shop.now)], shop.now)
    save_cost(house.store, shop.access(), "flow", "f", ActionCost(per_person_minor=50))
    write_answers(house.settings.truth_folder, "w1", name, reacting.answered)
    return made


def orders_of(shop: FlowShop, days: int) -> dict[str, int]:
    """What came of messages, by the ids that the simulator gives its events, and everything that those reached bought, from the log."""
    sent = {row["person_id"]: row["sent_at"] for row in rows(shop)}
    table: list[dict[str, Any]] = shop.house.warehouse.query(
        "SELECT person_id, message_id, ts, revenue_minor FROM events WHERE workspace_id = 1 AND event = 'Order Completed'"  # type: ignore[arg-type]
    ).to_pylist()
    mine = [one for one in table if one["person_id"] in sent and sent[one["person_id"]] <= one["ts"] < sent[one["person_id"]] + days * DAY]
    answers = [one for one in mine if "-m" in one["message_id"]]
    return {"true": sum(one["revenue_minor"] for one in answers), "all": sum(one["revenue_minor"] for one in mine), "orders": len(answers)}


@pytest.mark.parametrize("days", [7, 30])
def test_the_truth_is_the_revenue_of_orders_that_came_of_messages_alone(shop: FlowShop, door: Door, days: int) -> None:
    wanted = orders_of(shop, days)
    told = door.get(f"{ONE}/truth")
    [line] = [one for one in told["items"] if one["horizon_days"] == days]
    [worth] = [one for one in door.get(ONE)["worths"] if one["horizon_days"] == days]
    assert told["known"]
    assert wanted["orders"] > 20
    assert (line["true_minor"], line["treated"]) == (wanted["true"], worth["treated"])
    [revenue] = [one for one in worth["effects"] if one["measure"] == "revenue"]
    assert line["estimate"] == pytest.approx(revenue["total"])
    assert line["inside"] == (revenue["total"]["low"] <= wanted["true"] <= revenue["total"]["high"])
    assert line["true_roi"] == pytest.approx((wanted["true"] - worth["cost_minor"]) / worth["cost_minor"])


def test_last_touch_gives_the_action_what_people_buy_anyway(shop: FlowShop, door: Door) -> None:
    wanted, told = orders_of(shop, 30), door.get(f"{ONE}/truth")
    assert (told["orders"], told["true_minor"], told["horizon_days"]) == (wanted["orders"], wanted["true"], 30)
    assert told["last_touch_minor"] == wanted["all"]
    assert told["last_touch_error_minor"] == wanted["all"] - wanted["true"] > 0


def test_nothing_is_known_where_the_file_is_of_another_workspace_or_of_another_action(house: House, shop: FlowShop, door: Door) -> None:
    folder = house.settings.truth_folder
    before = read_answers(folder, "w1", "s11-20260302")
    assert before
    assert read_answers(folder, "w1", "s12-20260302") == read_answers(folder, "w2", "s11-20260302") == []
    try:
        write_answers(folder, "w2", "s11-20260302", before)
        told = door.get(f"{ONE}/truth")
        assert (told["known"], told["items"], told["last_touch_minor"]) == (False, [], None)
        of_another = [Answered("campaign:1", 1, before[0].person_id, datetime.now(tz=NOW.tzinfo), 100)]
        write_answers(folder, "w1", "s11-20260302", of_another)
        assert door.get(f"{ONE}/truth")["true_minor"] == 0
        write_answers(folder, "w1", "s11-20260302", [])
        assert door.get(f"{ONE}/truth")["orders"] == 0
    finally:
        write_answers(folder, "w1", "s11-20260302", before)
    assert read_answers(folder, "w1", "s11-20260302") == before
    assert json.dumps(door.get(f"{ONE}/truth"))
