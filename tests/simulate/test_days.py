"""Is a simulated world the same each time, and does its story hang together?"""

import re
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow.compute as pc
import pytest

from tests.simulate.worlds import START, messages, named, whole, world
from uems.kernel.clock import day_of
from uems.simulate.api import BrokenStep, PriceChange, Running, ViralInvitation, people_of, truth_of


def test_a_world_of_one_seed_is_the_same_in_every_event_and_in_its_truth() -> None:
    first, one = whole(world())
    second, two = whole(world())
    assert first.equals(second)
    assert truth_of(one) == truth_of(two)
    assert people_of(one).equals(people_of(two))


def test_another_seed_is_another_world() -> None:
    first, _ = whole(world(people=50, days=10))
    second, _ = whole(world(people=50, days=10, seed=6))
    assert first.num_rows != second.num_rows or not first.equals(second)


@pytest.mark.parametrize(
    "effect",
    [
        BrokenStep(kind="broken_step", step="payment", since=START + timedelta(20), factor=0.0),
        BrokenStep(kind="broken_step", step="sign_up", device="mobile", since=START + timedelta(20), factor=0.0),
        PriceChange(kind="price_change", since=START + timedelta(20), factor=2.0),
        ViralInvitation(kind="viral_invitation", since=START + timedelta(20), factor=40.0),
    ],
    ids=lambda effect: effect.kind,
)
def test_an_effect_changes_nothing_before_the_day_on_which_it_begins(effect: BrokenStep | PriceChange | ViralInvitation) -> None:
    without = list(Running(world()).days())
    with_ = list(Running(world(effects=(effect,))).days())
    for day in range(20):
        for name in ("ts", "person", "kind", "page", "a", "b", "c", "known", "entry"):
            assert np.array_equal(getattr(without[day].events, name), getattr(with_[day].events, name)), (day, name)
    assert any(len(without[day].events) != len(with_[day].events) for day in range(20, 40))


def test_the_smallest_world_of_all_can_be_told() -> None:
    table, running = whole(world(people=1, days=1))
    assert table.num_rows >= 0
    assert people_of(running).num_rows >= 1


def test_message_ids_are_unique_and_short_and_times_lie_on_the_days_of_the_world() -> None:
    of = world()
    found, _ = messages(of)
    ids = [message["messageId"] for message in found]
    assert len(set(ids)) == len(ids) > 5_000
    assert max(map(len, ids)) <= 100
    days = {day_of(datetime.fromisoformat(message["timestamp"]), of.zone) for message in found}
    # A visit late in the evening of the last day may end after midnight.
    assert min(days) >= START
    assert max(days) <= START + timedelta(40)


def test_people_are_anonymous_until_they_say_who_they_are() -> None:
    found, _ = messages(world())
    said: dict[str, str] = {}
    before = after = 0
    for message in sorted(found, key=lambda m: (m["timestamp"], int(m["messageId"].rpartition("-")[2]))):
        anonymous, user = message.get("anonymousId"), message.get("userId")
        if anonymous is None:
            assert message["context"]["channel"] == "server"
            continue
        if message["type"] == "identify" or message.get("event") in ("Signed Up", "Signed In"):
            said.setdefault(anonymous, str(user))
        assert user is None or said[anonymous] == user
        before += user is None
        after += user is not None
    assert before > 1_000
    assert after > 1_000


def test_everybody_signs_up_at_most_once_and_buys_only_with_an_account() -> None:
    found, running = messages(world())
    signed_up = Counter(message["userId"] for message in named(found, "Signed Up"))
    assert signed_up
    assert set(signed_up.values()) == {1}
    assert all("userId" in message for message in named(found, "Order Completed"))
    assert truth_of(running)["totals"]["orders"] == len(list(named(found, "Order Completed")))


def test_an_order_adds_up_to_the_cent() -> None:
    found, running = messages(world())
    total = Decimal(0)
    for message in named(found, "Order Completed"):
        order = message["properties"]
        lines = sum(Decimal(str(line["price"])) * line["quantity"] for line in order["products"])
        assert lines - Decimal(str(order["discount"])) == Decimal(str(order["revenue"]))
        assert ("coupon" in order) == (order["discount"] > 0)
        assert order["currency"] == "CNY"
        total += Decimal(str(order["revenue"]))
    assert total * 100 == truth_of(running)["totals"]["revenue_minor"]


def test_what_follows_an_order_speaks_of_an_order_that_was() -> None:
    found, _ = messages(world())
    orders = {message["properties"]["order_id"]: message for message in named(found, "Order Completed")}
    for event in ("Order Refunded", "Complaint Submitted", "Product Reviewed"):
        said = list(named(found, event))
        assert said, event
        for message in said:
            order = orders[message["properties"]["order_id"]]
            assert order["userId"] == message["userId"]
            assert order["timestamp"] < message["timestamp"]
    assert {message["properties"]["rating"] for message in named(found, "Product Reviewed")} <= {1, 2, 3, 4, 5}


def test_the_invited_name_their_inviter_and_come_after_an_invitation() -> None:
    viral = ViralInvitation(kind="viral_invitation", since=START, factor=50)
    found, running = messages(world(effects=(viral,)))
    sent = {message["userId"] for message in named(found, "Invite Sent")}
    invited = [message for message in named(found, "Signed Up") if "inviter" in message["properties"]]
    assert invited
    assert {message["properties"]["inviter"] for message in invited} <= sent
    assert all(message["properties"]["inviter"] != message["userId"] for message in invited)
    assert truth_of(running)["totals"]["invited"] >= len(invited)


def test_several_devices_channels_and_campaigns_appear() -> None:
    found, _ = messages(world())
    assert {message["type"] for message in found} == {"page", "screen", "track", "identify"}
    assert {message["context"]["channel"] for message in found} == {"browser", "mobile", "server"}
    sources = {message["context"]["campaign"]["source"] for message in found if "campaign" in message["context"]}
    assert {"baidu", "xiaohongshu", "douyin", "wechat", "newsletter"} <= sources
    devices = Counter(message["anonymousId"].rpartition("-")[2] for message in found if "anonymousId" in message)
    assert set(devices) == {"0", "1"}


def test_a_page_is_left_once_and_was_looked_at_no_longer_than_it_was_open() -> None:
    found, _ = messages(world())
    opened: dict[tuple[str, str], list[datetime]] = {}
    left = 0
    for message in found:
        place = (message.get("anonymousId", ""), message["context"].get("page", {}).get("path", ""))
        at = datetime.fromisoformat(message["timestamp"])
        if message["type"] in ("page", "screen"):
            opened.setdefault(place, []).append(at)
        elif message.get("event") == "Page Left":
            seconds = message["properties"]["engaged_seconds"]
            assert any(0 <= seconds <= (at - since).total_seconds() <= 2_400 for since in opened[place])
            left += 1
    assert 0.9 * sum(map(len, opened.values())) < left <= sum(map(len, opened.values()))


def test_the_truth_holds_a_row_a_person_with_dates_and_ids_as_in_the_events() -> None:
    of = world()
    found, running = messages(of)
    truth = people_of(running)
    known = {user for user in (message.get("userId") for message in found) if user}
    assert known <= set(truth["user_id"].to_pylist())
    assert pc.min(truth["arrives"]).as_py() < START
    assert pc.max(truth["arrives"]).as_py() <= START + timedelta(48)
    assert isinstance(truth["silent_since"].drop_null()[0].as_py(), date)
    assert truth["habit"].null_count == 0


@pytest.mark.parametrize(("currency", "digits"), [("JPY", 0), ("CNY", 2), ("KWD", 3)])
def test_amounts_have_the_digits_of_the_currency(currency: str, digits: int) -> None:
    table, _ = whole(replace(world(people=150, days=30), currency=currency))
    orders = table.filter(pc.equal(table["event"], "Order Completed"))
    assert orders.num_rows
    for text, minor in zip(orders["properties"].to_pylist(), orders["revenue_minor"].to_pylist(), strict=True):
        said = re.search(r'"revenue":([0-9.]+)', text)
        assert said
        assert Decimal(said[1]) * 10**digits == minor
        assert len(said[1].partition(".")[2]) == digits
