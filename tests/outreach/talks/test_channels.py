"""Do answers below in-app messages, tasks of flows and saved answers come together in one inbox, and is the month measured?"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.outreach.channels.provider import set_up, text_template
from tests.outreach.inbox.conftest import SECRET, Shop
from tests.outreach.world import World, a_world
from uems.kernel.settings import Settings
from uems.outreach.talks.suggesting import likeness, without_private


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    with a_world(settings) as found:
        yield found


def bring(world: World, key: str, text: str, person: str = "mei", **more: object) -> int:
    body = {"channel": "desk", "message_id": key, "person": {"kind": "user_id", "value": person}, "text": text, **more}
    answer = world.ask("POST", "/incoming-messages", body)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["conversation_id"])


def answer(world: World, number: int, text: str, snippet: str = "") -> None:
    found = world.ask("POST", f"/conversations/{number}/answers", {"text": text, "key": f"{number}{text}"[:100], "snippet": snippet})
    assert found.status_code == 202, found.text


def test_a_reader_answers_below_a_message_that_allows_it_once(world: World) -> None:
    world.topic()
    set_up(world, "in_app", identity_secret=SECRET)
    shop = Shop(world)
    text_template(world, "in_app", "How was it?", subject="Visit", reply="yes")
    number = world.send("mei", "k1", template="note")
    world.sender.step()
    opened = shop.opened(user_id="mei", proof=shop.proof("mei"))
    assert [(one["message_id"], one["allow_reply"]) for one in opened["items"]] == [(number, True)]
    address = f"/{opened['ticket']}/messages/{number}/answer"
    for _ in range(2):
        assert shop.post(address, {"text": "Very good", "key": "b1"}).status_code == 204
    (talk,) = world.ask("GET", "/conversations").json()["items"]
    assert (talk["person_id"], talk["channel"], talk["said_in"], talk["started_by"]) == (world.people["mei"], "in_app", 1, "us")
    stranger = shop.opened(user_id="tom", proof=shop.proof("tom"))
    refused = shop.post(f"/{stranger['ticket']}/messages/{number}/answer", {"text": "mine?", "key": "b2"})
    assert refused.status_code == 404
    # What we answer there may be answered too.
    answer(world, talk["conversation_id"], "Thank you, Mei")
    world.clock.now += timedelta(seconds=11)
    world.sender.step()
    latest = shop.opened(user_id="mei", proof=shop.proof("mei"))["items"][0]
    assert (latest["text"], latest["allow_reply"]) == ("Thank you, Mei", True)


def test_a_message_that_takes_no_answer_refuses_one(world: World) -> None:
    world.topic()
    set_up(world, "in_app", identity_secret=SECRET)
    shop = Shop(world)
    text_template(world, "in_app", "News.", subject="News")
    number = world.send("mei", "k1", template="note")
    world.sender.step()
    opened = shop.opened(user_id="mei", proof=shop.proof("mei"))
    assert opened["items"][0]["allow_reply"] is False
    assert shop.post(f"/{opened['ticket']}/messages/{number}/answer", {"text": "Hi", "key": "b"}).status_code == 404


def suggested(world: World, number: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.ask("GET", f"/conversations/{number}/suggestions").json()["items"]
    return found


def test_saved_and_past_answers_are_suggested_to_whoever_asks_alike(world: World) -> None:
    assert world.ask("PUT", "/snippets/size", {"name": "尺码", "zh": "{{ person.first_name }}，请按平时的尺码选。"}).status_code == 200
    old = bring(world, "m1", "羽绒服可以机洗吗？")
    answer(world, old, "可以机洗，水温三十度。有问题打 13800138000。")
    number = bring(world, "m2", "这件羽绒服能不能机洗？", person="tom")
    (best, *_) = suggested(world, number)
    assert (best["source"], best["text"], best["conversation_id"]) == ("answer", "可以机洗，水温三十度。有问题打 …。", old)
    assert best["like"] == "羽绒服可以机洗吗？"
    # A saved answer learns from the questions that it was used for.
    asked = bring(world, "m3", "我身高一米六该买多大？", person="una")
    assert "size" not in [one["key"] for one in suggested(world, asked)]
    answer(world, asked, "请按平时的尺码选。", snippet="size")
    again = bring(world, "m4", "身高一米六要买多大的？", person="mei", channel="wecom")
    (best, *_) = suggested(world, again)
    assert (best["source"], best["key"], best["text"]) == ("snippet", "size", "梅，请按平时的尺码选。")
    assert suggested(world, old) == [], "who was answered asks nothing"


def test_what_is_not_known_of_the_person_is_a_gap_in_the_suggestion(world: World) -> None:
    world.ask("PUT", "/snippets/hello", {"name": "delivery time", "zh": "", "en": "{{ person.nickname }}, delivery takes two days."})
    number = bring(world, "m1", "What is the delivery time?", person="una")
    assert suggested(world, number)[0]["text"] == "[person.nickname], delivery takes two days."
    refused = world.ask("PUT", "/snippets/bad", {"name": "bad", "en": "{{ person.name"})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_template")


def test_likeness_is_one_for_the_same_and_none_for_nothing_in_common() -> None:
    same, none = likeness("可以机洗吗", ["可以机洗吗", "xyz"])
    assert (round(same, 6), none) == (1.0, 0.0)
    assert likeness("?", ["!", "…"]) == [0.0, 0.0]
    assert without_private("mail a@b.example or 138-0013-8000, order 1234") == "mail … or …, order 1234"


def test_the_month_is_measured_for_all_for_teams_and_for_flows(world: World) -> None:
    world.topic(kind="sales")
    world.template(kind="sales")
    settings = world.ask("GET", "/conversation-settings").json()["settings"]
    world.ask("PUT", "/conversation-settings", {**settings, "teams": ["care"]})
    world.send("mei", "k1")
    world.sender.step()
    number = bring(world, "m1", "Does the blue coat shrink when it is washed warm?")
    world.ask("PATCH", f"/conversations/{number}", {"team": "care"})
    answer(world, number, "It shrinks by two centimetres, so wash it cold please.")
    bring(world, "m2", "hi", person="tom")
    found = world.ask("GET", "/connection-quality").json()
    assert (found["month"], [one["month"] for one in found["trend"]][::5]) == ("2026-03", ["2025-10", "2026-03"])
    groups = {(one["by"], one["key"]): one for one in found["groups"]}
    assert set(groups) == {("all", ""), ("team", "care")}
    whole, care = groups["all", ""], groups["team", "care"]
    assert [whole[name] for name in ("talks", "started_by_them", "answers", "with_substance", "benefit", "sales")] == [2, 2, 1, 1, 0, 1]
    assert [care[name] for name in ("talks", "started_by_them", "answers", "with_substance", "benefit", "sales")] == [1, 1, 1, 1, 0, 1]
    assert care["score"] == pytest.approx(100 * (25 + 25 + 0 + 20 + 10) / 100)
    assert world.ask("GET", "/connection-quality?month=2026-04").json()["code"] == "invalid"
