"""Is nobody subscribed who did not press the button in a letter that came to their address, and is one letter sent for one request?"""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.outreach.world import World, a_world
from uems.kernel.settings import Settings
from uems.outreach.consent.tokens import Pointed, Tokens


@pytest.fixture(scope="module")
def one_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(Settings(home=tmp_path_factory.mktemp("confirm") / "home", public_url="https://uems.example")) as found:
        for key in ("club", "tips", "deals", "later", "gone"):
            found.topic(key, name_zh="会员", name_en="Club", default="unsubscribed", double_opt_in=True)
        found.topic("plain", default="unsubscribed", double_opt_in=False)
        yield found


def request(world: World, person: str, topic: str, state: str = "pending") -> None:
    body = {"topic": topic, "state": state, "evidence": "form"}
    assert world.ask("PUT", f"/people/{world.people[person]}/consent", body).status_code == 204
    world.sender.step()


def letters(world: World, person: str, topic: str) -> list[dict[str, Any]]:
    found = world.ask("GET", f"/messages?person_id={world.people[person]}&origin_id=confirm:{topic}").json()["items"]
    return [world.message(one["message_id"]) for one in found]


def page_of(letter: dict[str, Any]) -> str:
    link = re.search(r'href="([^"]+/confirm)"', letter["body"]["html"])
    assert link, letter["body"]
    return html.unescape(link[1]).removeprefix("https://uems.example")


def state(world: World, person: str, topic: str) -> dict[str, str]:
    said = world.ask("GET", f"/people/{world.people[person]}/outreach").json()["consents"]
    return {one["channel"]: one["state"] for one in said if one["topic"] == topic}


def test_the_letter_asks_its_page_changes_nothing_and_its_button_subscribes_with_the_proof(one_world: World) -> None:
    world = one_world
    request(world, "mei", "club")
    (letter,) = letters(world, "mei", "club")
    assert (letter["state"], letter["body"]["subject"], letter["address"]) == ("accepted", "请确认订阅：会员", "mei@example.com")
    assert "List-Unsubscribe" not in {one["name"] for one in letter["body"]["headers"]}
    path, visitor = page_of(letter), world.stranger()
    shown = visitor.get(path, headers={"user-agent": "Mozilla/5.0"})
    assert (shown.status_code, "<button" in shown.text, "会员" in shown.text) == (200, True, True)
    assert state(world, "mei", "club") == {"*": "pending"}
    done = visitor.post(path, headers={"user-agent": "Mozilla/5.0 (mei)"})
    assert (done.status_code, "<button" in done.text) == (200, False)
    assert state(world, "mei", "club") == {"*": "subscribed"}
    visitor.post(path)
    history = world.ask("GET", f"/people/{world.people['mei']}/outreach").json()["history"]
    mine = [one for one in history if one["topic"] == "club"]
    assert [(one["state"], one["source"]) for one in mine] == [("subscribed", "double_opt_in"), ("pending", "by_hand")]
    evidence = mine[0]["evidence"]
    assert (evidence["agent"], evidence["message"], evidence["address"] != "") == ("Mozilla/5.0 (mei)", letter["message_id"], True)


def test_the_reader_of_english_gets_it_in_english(one_world: World) -> None:
    request(one_world, "tom", "club")
    (letter,) = letters(one_world, "tom", "club")
    assert letter["body"]["subject"] == "Please confirm: Club"
    assert "Would you like" in one_world.stranger().get(page_of(letter)).text


def test_one_letter_a_day_and_three_in_thirty_days(one_world: World) -> None:
    world = one_world
    before = world.clock.now
    try:
        for _ in range(3):
            request(world, "una", "tips")
        assert len(letters(world, "una", "tips")) == 1
        for _ in range(4):
            world.clock.advance(days=1, seconds=1)
            request(world, "una", "tips", "unsubscribed")
            request(world, "una", "tips")
        assert len(letters(world, "una", "tips")) == 3
        world.clock.advance(days=27)
        request(world, "una", "tips")
        assert len(letters(world, "una", "tips")) == 4
        # Long after the last of all: a key that was used once is never free again.
        for number in (5, 6):
            world.clock.advance(days=31)
            request(world, "una", "tips")
            assert len(letters(world, "una", "tips")) == number
    finally:
        world.clock.now = before


def test_a_letter_is_over_after_seven_days_and_when_it_is_not_asked_for_any_more(one_world: World) -> None:
    world = one_world
    request(world, "mei", "deals")
    request(world, "mei", "later")
    deals, later = (page_of(letters(world, "mei", topic)[0]) for topic in ("deals", "later"))
    request(world, "mei", "deals", "unsubscribed")
    assert "<button" not in world.stranger().get(deals).text
    assert world.stranger().post(deals).status_code == 200
    assert state(world, "mei", "deals") == {"*": "unsubscribed"}
    before = world.clock.now
    try:
        world.clock.advance(days=7)
        assert "<button" in world.stranger().get(later).text
        world.clock.advance(seconds=1)
        assert "<button" not in world.stranger().get(later).text
        world.stranger().post(later)
        assert state(world, "mei", "later") == {"*": "pending"}
    finally:
        world.clock.now = before


def test_a_topic_without_double_opt_in_and_one_that_is_gone_ask_nobody(one_world: World) -> None:
    world = one_world
    request(world, "mei", "plain")
    assert letters(world, "mei", "plain") == []
    request(world, "tom", "gone")
    path = page_of(letters(world, "tom", "gone")[0])
    assert world.ask("DELETE", "/topics/gone").status_code == 204
    assert "<button" not in world.stranger().post(path).text


def test_only_a_link_of_such_a_letter_confirms(one_world: World) -> None:
    world = one_world
    tokens = Tokens(world.house.settings)
    other = tokens.make(Pointed(what="p", workspace_id=1, message_id=1, person_id=world.people["una"], more="club"))
    for token in (other, "made-up"):
        assert world.stranger().post(f"/api/letters/{token}/confirm").status_code == 404
    unrelated = tokens.make(
        Pointed(what="d", workspace_id=world.scope.workspace_id, message_id=10**6, person_id=world.people["una"], more="club")
    )
    assert "<button" not in world.stranger().post(f"/api/letters/{unrelated}/confirm").text
    assert state(world, "una", "club") == {}


def test_another_message_cannot_bear_the_link(one_world: World) -> None:
    world = one_world
    world.template("trick", kind="service", topic="", spec={"variants": {"zh": {"subject": "x", "body": "{{ links.confirm }}"}}})
    number = world.send("mei", "trick", template="trick", context={"confirm": "club"})
    world.sender.step()
    assert world.reason(number) == ("suppressed", "missing_value")
