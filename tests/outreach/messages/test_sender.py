"""Does a message go out once, as it should, by a real mail server or webhook, whatever the other side does?"""

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import update

from tests.outreach.world import World, a_world
from tests.support.ear import ear
from tests.support.post import Post, post, smtp
from uems.access.api import Workspaces
from uems.collect.records import decode
from uems.kernel.outbound import signature
from uems.kernel.settings import Settings
from uems.outreach.messages import attempts, claiming
from uems.outreach.messages.sender import Sender
from uems.outreach.tables import outreach_messages

__all__ = ["ear", "post"]
_C = outreach_messages.c


@pytest.fixture
def world(settings: Settings, post: tuple[Post, int]) -> Iterator[World]:
    more = {"allow_private_outbound": True, "public_url": "https://shop.example", **smtp(post[1])}
    with a_world(settings.model_copy(update=more)) as found:
        found.topic()
        found.template()
        yield found


def told_events(world: World) -> list[tuple[str, str]]:
    """(event, who) of everything in the event log."""
    found = []
    for record in world.house.log.read(0, 0, 10_000_000):
        entries = decode(record.body)
        assert isinstance(entries, list)
        for entry in entries:
            found += [(item["event"], item["userId"]) for item in json.loads(entry.body)["batch"]]
    return found


def test_a_letter_is_as_its_reader_reads_it(world: World, post: tuple[Post, int]) -> None:
    numbers = {name: world.send(name, f"key-{name}") for name in ("mei", "tom", "una")}
    world.sender.step()
    letters = {str(one["To"]): one for one in post[0].letters}
    mei, tom = letters["mei@example.com"], letters["tom@example.com"]
    assert (str(mei["Subject"]), str(tom["Subject"])) == ("梅，您好", "Hello Tom")
    assert str(letters["una@example.com"]["Subject"]) == "Hello friend"
    assert re.fullmatch(rf"<m1-{numbers['mei']}\.[a-z2-7]{{13}}@example\.com>", str(mei["Message-ID"]))
    assert isinstance(mei, EmailMessage)
    page, text = mei.get_body(("html",)), mei.get_body(("plain",))
    assert page is not None
    assert text is not None
    assert "您好！" in page.get_content()
    assert "https://shop.example/api/letters/" in page.get_content()
    assert "退订" in text.get_content()
    assert str(mei["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
    assert str(mei["List-Unsubscribe"]).endswith("/unsubscribe>")
    assert [world.reason(number) for number in numbers.values()] == [("accepted", "")] * 3
    assert world.message(numbers["mei"])["body"]["subject"] == "梅，您好"
    assert sorted(told_events(world)) == [("message.sent", "mei"), ("message.sent", "tom"), ("message.sent", "una")]


def test_the_same_key_is_the_same_message(world: World, post: tuple[Post, int]) -> None:
    assert world.send("tom", "same") == world.send("tom", "same")
    again = world.ask("POST", "/messages", {"template_id": "hello", "to": {"person_id": world.people["mei"]}, "key": "same"})
    assert (again.status_code, again.json()["code"]) == (409, "idempotency_conflict")
    world.sender.step()
    world.sender.step()
    assert len(post[0].letters) == 1


def test_who_did_not_say_yes_or_has_no_address_gets_nothing(world: World, post: tuple[Post, int]) -> None:
    world.topic("offers", default="unsubscribed", kind="sales")
    world.template("offer", topic="offers", kind="sales")
    offer, nowhere = world.send("mei", "a", "offer"), world.send("noaddress", "b")
    world.ask("POST", "/suppressions", {"addresses": "UNA@example.com\nno address"})
    suppressed = world.send("una", "c")
    world.sender.step()
    assert world.reason(offer) == ("suppressed", "not_subscribed")
    assert world.reason(nowhere) == ("suppressed", "no_address")
    assert world.reason(suppressed) == ("suppressed", "suppressed_address")
    assert post[0].letters == []
    assert {event for event, _ in told_events(world)} == {"message.suppressed"}
    [decision] = world.message(offer)["decisions"]
    assert (decision["verdict"], decision["facts"]) == ("suppress", {"topic": "offers"})


def test_a_cap_lets_the_more_important_message_through(world: World, post: tuple[Post, int]) -> None:
    world.ask("PUT", "/restraints", {"restraints": {"everything": {"day": 1, "week": 5}}})
    low, high = world.send("mei", "low"), world.send("mei", "high", priority=5)
    world.sender.step()
    assert world.reason(high) == ("accepted", "")
    assert world.reason(low) == ("suppressed", "daily_cap")
    assert world.message(low)["decisions"][0]["facts"]["limit"] == 1


def test_quiet_hours_hold_a_letter_until_the_morning_of_its_reader(world: World, post: tuple[Post, int]) -> None:
    world.clock.now = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # noon in Shanghai is 23:00 in New York
    late = world.send("tom", "night", expires_seconds=86_400)
    world.sender.step()
    assert world.reason(late) == ("queued", "quiet_hours")
    world.clock.now = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
    world.sender.step()
    assert world.reason(late) == ("accepted", "")
    assert len(post[0].letters) == 1


def test_a_message_whose_time_is_over_is_not_sent(world: World, post: tuple[Post, int]) -> None:
    late = world.send("mei", "late", expires_seconds=60)
    world.clock.advance(minutes=2)
    world.sender.step()
    assert world.reason(late) == ("expired", "too_late")
    assert post[0].letters == []


def test_a_server_that_never_answers_leaves_the_message_unknown_for_ever(world: World, post: tuple[Post, int]) -> None:
    post[0].answer = None
    number = world.send("mei", "hangs up", expires_seconds=86_400)
    world.sender.step()
    assert world.reason(number) == ("unknown", "no_answer")
    world.clock.advance(hours=2)
    world.sender.step()
    assert len(post[0].letters) == 1


def test_a_refusal_for_good_ends_it_and_one_for_now_is_tried_again(world: World, post: tuple[Post, int]) -> None:
    post[0].answer = "451 later"
    number = world.send("mei", "later", expires_seconds=86_400)
    world.sender.step()
    assert world.reason(number) == ("queued", "trying_again")
    post[0].answer = "554 never"
    world.clock.advance(minutes=1)
    world.sender.step()
    assert world.reason(number) == ("failed", "refused")
    assert world.message(number)["attempts"] == 2


def test_what_a_dead_sender_left_is_sent_unless_it_may_have_left_the_house(world: World, post: tuple[Post, int]) -> None:
    taken, handed = world.send("mei", "taken", expires_seconds=86_400), world.send("tom", "handed")
    for number, state in ((taken, "claimed"), (handed, "sending")):
        dead = {"state": state, "claimed_by": "dead", "claimed_until": world.clock.now + timedelta(seconds=60), "sent_at": world.clock.now}
        with world.house.store.write() as conn:
            conn.execute(update(outreach_messages).where(_C.message_id == number).values(**dead))
    world.sender.step()  # the first step of a process that is alone
    assert world.reason(taken)[0] == "accepted"
    assert world.reason(handed) == ("unknown", "sender_died")
    assert [str(one["To"]) for one in post[0].letters] == ["mei@example.com"]


def test_what_was_given_up_as_unknown_is_known_when_its_sender_comes_back_with_the_answer(world: World) -> None:
    number, store = world.send("mei", "slow"), world.house.store
    [one] = claiming.claim(store, "slow", world.clock.now, 10)
    assert claiming.begin(store, "slow", [one], world.clock.now) == {number}
    world.clock.advance(minutes=2)
    assert claiming.recover(store, world.clock.now) == 1
    assert world.reason(number) == ("unknown", "sender_died")
    claiming.settle(store, "slow", [attempts.Settled(message=one, state="accepted")], world.clock.now)
    assert world.reason(number)[0] == "accepted"


def test_a_sender_that_comes_back_late_changes_nothing(world: World, post: tuple[Post, int]) -> None:
    number = world.send("mei", "fenced")
    other = Sender(world.house, Workspaces(world.house.store), world.clock)
    with world.house.store.write() as conn:
        taken = {"state": "claimed", "claimed_by": "somebody else", "claimed_until": world.clock.now + timedelta(seconds=60)}
        conn.execute(update(outreach_messages).where(_C.message_id == number).values(**taken))
    assert other.begin([]) == set()
    assert world.reason(number)[0] == "claimed"


def test_a_value_that_is_not_known_stops_the_letter(world: World, post: tuple[Post, int]) -> None:
    world.template("strict", {"variants": {"zh": {"subject": "{{ person.points }}", "body": "x"}}})
    number = world.send("mei", "strict", "strict")
    world.sender.step()
    assert world.reason(number) == ("suppressed", "missing_value")
    assert "person.points" in world.message(number)["detail"]


def test_a_webhook_is_signed_and_bears_the_key_of_the_message(world: World, ear: Any) -> None:
    assert world.ask("PUT", "/channels/webhook", {"config": {"url": ear.url, "secret": "abc"}}).status_code == 200
    world.template("hook", channel="webhook")
    ear.answer = staticmethod(lambda body: (503 if not ear.heard else 200, {}))
    number = world.send("mei", "hook", "hook", expires_seconds=86_400)
    world.sender.step()
    world.clock.advance(minutes=1)
    world.sender.step()
    (first, _), (headers, body) = ear.heard
    assert first["idempotency-key"] == headers["idempotency-key"] == f"m1-{number}"
    at = datetime.fromtimestamp(int(headers["uems-signature"][2:].split(",")[0]), UTC)
    assert headers["uems-signature"] == signature("abc", body, at)
    assert json.loads(body)["subject"] == "梅，您好"
    assert world.reason(number) == ("accepted", "")
    assert "s3cret" not in world.ask("GET", "/channels").text


def test_a_provider_that_answers_rubbish_for_an_hour_gets_every_message_under_one_key(world: World, ear: Any) -> None:
    assert world.ask("PUT", "/channels/webhook", {"config": {"url": ear.url, "secret": "abc"}}).status_code == 200
    world.template("hook", channel="webhook", kind="service", topic="")
    begun = world.clock.now
    moods = itertools.cycle([(500, {}), (429, {"retry-after": "45"}), (502, {}), (503, {"retry-after": "soon"}), (408, {})])

    def answer(body: bytes) -> tuple[int, dict[str, str]]:
        return (200, {}) if world.clock.now >= begun + timedelta(hours=1) else next(moods)

    ear.answer, ear.says = staticmethod(answer), staticmethod(lambda body: b"\x00<html>{]" * 200)
    numbers = [world.send("mei", f"hook-{n}", "hook", expires_seconds=86_400) for n in range(3)]
    late = world.send("mei", "late", "hook", expires_seconds=1_800)
    while world.clock.now < begun + timedelta(hours=3):
        world.sender.step()
        world.clock.advance(minutes=5)
    assert [world.reason(number) for number in numbers] == [("accepted", "")] * 3
    assert world.reason(late) == ("failed", "given_up"), "what can no longer arrive in time is not tried for ever"
    tries: dict[str, list[str]] = {}
    for headers, _ in ear.heard:
        tries.setdefault(headers["idempotency-key"], []).append(headers["status"])
    assert set(tries) == {f"m1-{number}" for number in (*numbers, late)}
    for number in numbers:
        told = tries[f"m1-{number}"]
        assert told.count("200") == 1
        assert told[-1] == "200"
        # Fewer and fewer: not every round of an hour in which it is refused.
        assert 3 <= len(told) <= 10
    assert Counter(event for event, _ in told_events(world)) == {"message.sent": 3, "message.failed": 1}


def test_a_message_that_waits_can_be_taken_back(world: World, post: tuple[Post, int]) -> None:
    number = world.send("mei", "back")
    assert world.ask("POST", f"/messages/{number}/cancel").status_code == 204
    assert world.ask("POST", f"/messages/{number}/cancel").json()["code"] == "message_gone"
    world.sender.step()
    assert post[0].letters == []


def test_without_a_mail_server_letters_stay_in_the_outbox(settings: Settings) -> None:
    with a_world(settings) as world:
        world.topic()
        world.template()
        number = world.send("mei", "kept")
        world.sender.step()
        found = world.message(number)
        assert (found["state"], found["detail"], found["body"]["subject"]) == ("accepted", "outbox", "梅，您好")
        assert world.ask("GET", "/channels").json()["smtp"] is False


def test_a_webhook_to_a_private_address_is_refused(settings: Settings) -> None:
    with a_world(settings) as world:
        answer = world.ask("PUT", "/channels/webhook", {"config": {"url": "http://127.0.0.1:1/x", "secret": "abc"}})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("when", ["2026-12-01T10:00:00", "9999-12-31T23:59:59Z"])
def test_a_time_without_a_zone_or_too_far_ahead_is_refused_with_words(world: World, when: str) -> None:
    body = {"template_id": "hello", "to": {"person_id": world.people["mei"]}, "key": "one", "not_before": when}
    answer = world.ask("POST", "/messages", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert "not_before" in answer.json()["message"]


def test_a_bounce_for_good_after_one_for_now_still_stops_the_address(world: World) -> None:
    number = world.send("mei", "one")
    report = {"message_id": number, "what": "bounced"}
    early = world.ask("POST", "/message-reports", report)
    assert (early.status_code, early.json()["code"]) == (409, "message_not_sent")
    world.sender.step()
    assert world.ask("POST", "/message-reports", {**report, "permanent": False}).status_code == 204
    assert world.ask("GET", "/suppressions").json()["items"] == []
    for _ in range(2):
        assert world.ask("POST", "/message-reports", report).status_code == 204
    assert [one["address"] for one in world.ask("GET", "/suppressions").json()["items"]] == ["mei@example.com"]
    assert world.reason(number) == ("failed", "bounced")
