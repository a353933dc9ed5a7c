"""Does a link in a letter do what it says: lead on, count people and not machines, and unsubscribe by a POST and never by a GET?"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest

from tests.outreach.world import World, a_world
from uems.kernel.settings import Settings
from uems.outreach.consent.tokens import Pointed, Tokens

BROWSER = {"user-agent": "Mozilla/5.0 (Macintosh) AppleWebKit/605"}
LINKS = {"variants": {"zh": {"subject": "x", "body": "".join(f'<a href="https://shop.example/{n}">{n}</a>' for n in range(4))}}}


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    with a_world(settings.model_copy(update={"public_url": "https://uems.example"})) as found:
        found.topic()
        found.topic("offers", default="subscribed", kind="sales")
        found.template(spec=LINKS)
        yield found


def sent(world: World) -> tuple[int, list[str], str]:
    """(message, where its links lead through, the page of preferences)."""
    number = world.send("mei", "one")
    world.sender.step()
    body = world.message(number)["body"]
    links = [address.removeprefix("https://uems.example") for address in re.findall(r'href="([^"]+/go)"', body["html"])]
    page = (
        {one["name"]: one["value"] for one in body["headers"]}["List-Unsubscribe"]
        .strip("<>")
        .removeprefix("https://uems.example")
        .removesuffix("/unsubscribe")
    )
    return number, links, page


def get(world: World, path: str, headers: dict[str, str] = BROWSER) -> Any:
    return world.stranger().get(path, headers=headers)


def test_a_link_leads_on_and_the_click_of_a_person_counts(world: World) -> None:
    number, links, _ = sent(world)
    world.clock.advance(minutes=5)
    answer = get(world, links[1])
    assert (answer.status_code, answer.headers["location"]) == (302, "https://shop.example/1")
    assert world.message(number)["clicked_at"] is not None
    assert [one["verdict"] for one in world.message(number)["touches"]] == ["person"]


@pytest.mark.parametrize(
    ("headers", "seconds", "verdict"),
    [
        ({"user-agent": "Mozilla/5.0", "sec-purpose": "prefetch"}, 300, "prefetch"),
        ({"user-agent": "Barracuda Sentinel"}, 300, "program"),
        (BROWSER, 1, "too_soon"),
    ],
)
def test_the_click_of_a_machine_counts_for_nothing(world: World, headers: dict[str, str], seconds: float, verdict: str) -> None:
    number, links, _ = sent(world)
    world.clock.advance(seconds=seconds)
    assert get(world, links[0], headers).status_code == 302
    assert world.message(number)["clicked_at"] is None
    assert [one["verdict"] for one in world.message(number)["touches"]] == [verdict]


def test_who_follows_every_link_within_seconds_is_a_scanner_and_nothing_is_told_of_it(world: World) -> None:
    number, links, page = sent(world)
    world.clock.advance(minutes=5)
    for link in [*links, page, f"{page}/unsubscribe"]:
        world.clock.advance(seconds=1)
        assert get(world, link).status_code in (200, 302)
    assert world.message(number)["clicked_at"] is None
    assert {one["verdict"] for one in world.message(number)["touches"]} == {"every_link"}
    assert consents(world) == {}
    world.clock.advance(minutes=1)
    world.sender.step()
    assert get(world, links[0]).status_code == 302  # the person, later
    assert world.message(number)["clicked_at"] is not None


def consents(world: World) -> dict[str, str]:
    found = world.ask("GET", f"/people/{world.people['mei']}/outreach").json()
    return {one["topic"]: one["state"] for one in found["consents"]}


def test_one_click_takes_the_topic_of_the_letter_away(world: World) -> None:
    _, _, page = sent(world)
    assert world.stranger().post(f"{page}/unsubscribe", data={"other": "x"}).status_code == 422
    assert consents(world) == {}
    assert world.stranger().post(f"{page}/unsubscribe", data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert consents(world) == {"news": "unsubscribed"}
    again = world.send("mei", "two")
    world.sender.step()
    assert world.reason(again) == ("suppressed", "unsubscribed")


def test_the_page_of_preferences_speaks_the_language_of_the_letter_and_saves_what_was_chosen(world: World) -> None:
    _, _, page = sent(world)
    shown = get(world, page).text
    assert "订阅偏好" in shown
    assert shown.count(" checked") == 2
    saved = world.stranger().post(page, data={"topic": "news"})
    assert "已保存" in saved.text
    assert consents(world) == {"*": "subscribed", "news": "subscribed", "offers": "unsubscribed"}
    assert "已全部退订" in world.stranger().post(page, data={"nothing": "1"}).text
    assert consents(world)["*"] == "unsubscribed"
    again = world.send("mei", "two")
    world.sender.step()
    assert world.reason(again) == ("suppressed", "unsubscribed_from_all")


def test_a_link_that_was_not_made_here_leads_nowhere(world: World, settings: Settings) -> None:
    _, links, page = sent(world)
    stranger = world.stranger()
    assert stranger.get(links[0].replace("/go", "x/go")).status_code == 404
    assert stranger.get(page.replace("/letters/", "/letters/A")).status_code == 404
    token = links[0].split("/")[3]
    assert stranger.get(f"/api/letters/{token}").status_code == 404  # a token opens one thing only
    other = Tokens(settings.model_copy(update={"home": settings.home / "elsewhere"}))
    forged = other.make(Pointed(what="c", workspace_id=1, message_id=1, more="https://evil.example"))
    assert stranger.get(f"/api/letters/{forged}/go").status_code == 404


def post(world: World, path: str, body: str) -> int:
    headers = {**BROWSER, "content-type": "application/x-www-form-urlencoded"}
    return int(world.stranger().post(path, content=body, headers=headers).status_code)


def test_one_click_and_the_page_also_hold_against_what_was_said_of_one_channel(world: World) -> None:
    said = {"topic": "news", "channel": "email", "state": "subscribed"}
    assert world.ask("PUT", f"/people/{world.people['mei']}/consent", said).status_code == 204
    _, _, page = sent(world)
    assert post(world, f"{page}/unsubscribe", "List-Unsubscribe=One-Click") == 200
    second = world.send("mei", "two")
    world.sender.step()
    assert world.reason(second) == ("suppressed", "unsubscribed")
    assert post(world, page, "topic=news") == 200
    third = world.send("mei", "three")
    world.sender.step()
    assert world.reason(third)[0] == "accepted"


def test_what_is_said_after_a_merge_holds_against_what_was_said_before_it(world: World) -> None:
    # Una says no, mei says yes later; they turn out to be one. The yes holds, and the next no must too.
    consent = {"topic": "news", "channel": "*"}
    for name, state in (("una", "unsubscribed"), ("mei", "subscribed")):
        world.clock.advance(minutes=1)
        assert world.ask("PUT", f"/people/{world.people[name]}/consent", {**consent, "state": state}).status_code == 204
    ids = [{"kind": "user_id", "value": name} for name in ("una", "mei")]
    assert world.ask("POST", "/merges", {"a": ids[0], "b": ids[1]}).status_code < 300
    number, _, page = sent(world)
    assert world.reason(number)[0] == "accepted"
    world.clock.advance(minutes=1)
    assert post(world, f"{page}/unsubscribe", "List-Unsubscribe=One-Click") == 200
    second = world.send("mei", "two")
    world.sender.step()
    assert world.reason(second) == ("suppressed", "unsubscribed")


def test_a_link_that_is_too_long_to_be_counted_leads_where_it_should_and_is_said_beforehand(world: World) -> None:
    """Tokens hold the address, and routes take 6,000 letters of one."""
    fits, long = (f"https://shop.example/?q={'茶' * n}" for n in (1_420, 1_440))
    assert (len(fits.encode()), len(long.encode())) == (4_284, 4_344)
    spec = {"variants": {"en": {"subject": "x", "body": f'<p><a href="{fits}">a</a><a href="{long * 2}">b</a></p>'}}, "language": "en"}
    assert "long_link" in world.ask("POST", "/template-preview", {"spec": spec}).json()["checks"]
    fine = {"variants": {"en": {"subject": "x", "body": f'<p><a href="{fits}">a</a></p>'}}, "language": "en"}
    assert "long_link" not in world.ask("POST", "/template-preview", {"spec": fine}).json()["checks"]
    world.template("long", spec)
    number = world.send("tom", "long-1", "long")
    world.sender.step()
    links = re.findall(r'<a href="([^"]+)"', world.message(number)["body"]["html"])
    assert links[1] == long * 2
    world.clock.advance(minutes=5)
    answer = get(world, links[0].removeprefix("https://uems.example"))
    assert answer.status_code == 302
    assert unquote(answer.headers["location"]) == fits
