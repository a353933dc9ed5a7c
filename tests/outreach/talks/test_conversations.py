"""Does what people write elsewhere become one conversation, and does an answer reach them in the same thread?"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.outreach.world import World, a_world
from tests.support.post import Post, post, smtp
from uems.identity import api as identity
from uems.kernel.settings import Settings
from uems.outreach.tables import outreach_news
from uems.outreach.talks.tables import conversations

__all__ = ["post"]


@pytest.fixture
def world(settings: Settings, post: tuple[Post, int]) -> Iterator[World]:
    with a_world(settings.model_copy(update=smtp(post[1]))) as found:
        yield found


def bring(world: World, key: str, text: str, person: str = "mei", **more: object) -> dict[str, Any]:
    body = {"channel": "wecom", "message_id": key, "person": {"kind": "user_id", "value": person}, "text": text, **more}
    answer = world.ask("POST", "/incoming-messages", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def whole(world: World, number: int) -> dict[str, Any]:
    answer = world.ask("GET", f"/conversations/{number}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def said(world: World, number: int) -> list[tuple[str, str]]:
    return [(one["direction"], one["text"]) for one in whole(world, number)["entries"]]


def answer(world: World, number: int, text: str, key: str = "a1", **more: object) -> int:
    found = world.ask("POST", f"/conversations/{number}/answers", {"text": text, "key": key, **more})
    assert found.status_code == 202, found.text
    return int(found.json()["message_id"])


def change(world: World, number: int, **wanted: object) -> dict[str, Any]:
    found = world.ask("PATCH", f"/conversations/{number}", wanted)
    assert found.status_code == 200, found.text
    body: dict[str, Any] = found.json()
    return body


def told(world: World) -> list[str]:
    with world.house.store.read() as conn:
        return list(conn.execute(select(outreach_news.c.event).order_by(outreach_news.c.news_id)).scalars())


def send_now(world: World) -> None:
    world.clock.now += timedelta(seconds=11)
    world.sender.step()


def test_messages_of_one_person_thread_into_one_conversation_each_once(world: World) -> None:
    first = bring(world, "m1", "尺码偏大吗？")
    assert bring(world, "m1", "尺码偏大吗？") == {**first, "new": False}
    world.clock.now += timedelta(minutes=3)
    assert bring(world, "m2", "还在吗？")["conversation_id"] == first["conversation_id"]
    other = bring(world, "m1", "another channel", channel="feishu")
    third = bring(world, "m3", "hello", person="tom")
    assert len({first["conversation_id"], other["conversation_id"], third["conversation_id"]}) == 3
    assert said(world, first["conversation_id"]) == [("in", "尺码偏大吗？"), ("in", "还在吗？")]
    line = whole(world, first["conversation_id"])["conversation"]
    assert (line["status"], line["said_in"], line["unread"], line["started_by"]) == ("waiting_us", 2, True, "them")
    assert told(world) == ["conversation.started"] * 3
    page = world.ask("GET", "/conversations").json()
    assert page["counts"] == {"waiting_us": 3}
    assert [one["conversation_id"] for one in page["items"]][-1] == first["conversation_id"] or len(page["items"]) == 3


def test_threads_of_the_sender_are_kept_apart_and_nobody_writes_into_anothers(world: World) -> None:
    one = bring(world, "m1", "order 1", thread="t1")["conversation_id"]
    two = bring(world, "m2", "order 2", thread="t2")["conversation_id"]
    assert bring(world, "m3", "more of 1", thread="t1")["conversation_id"] == one != two
    assert bring(world, "m4", "not mine", thread="t1", person="tom")["conversation_id"] not in (one, two)


def test_an_answer_leaves_by_mail_after_a_while_and_counts_once(world: World, post: tuple[Post, int]) -> None:
    number = bring(world, "m1", "Is it too large?", subject="Size")["conversation_id"]
    world.clock.now += timedelta(minutes=5)
    message = answer(world, number, "It fits as usual, take your own size.\n\nMei")
    assert answer(world, number, "It fits as usual, take your own size.\n\nMei") == message
    world.sender.step()
    assert post[0].letters == [], "it can still be taken back"
    send_now(world)
    (letter,) = post[0].letters
    assert (letter["To"], letter["Subject"]) == ("mei@example.com", "Re: Size")
    assert letter.get_payload(decode=True) == b"It fits as usual, take your own size.\r\n\r\nMei"
    found = whole(world, number)
    assert found["conversation"]["status"] == "waiting_them"
    assert [(one["direction"], one["state"]) for one in found["entries"]] == [("in", ""), ("out", "accepted")]
    assert found["conversation"]["answer_seconds"] == 0, "half past nine in the evening is outside of office hours"
    assert told(world) == ["conversation.answered"], "it waits until nobody can take it back"
    world.clock.now += timedelta(seconds=5)
    world.sender.step()
    assert told(world) == []


def test_an_answer_can_be_taken_back_and_then_never_was(world: World, post: tuple[Post, int]) -> None:
    number = bring(world, "m1", "Is it too large?")["conversation_id"]
    message = answer(world, number, "No")
    assert world.ask("DELETE", f"/conversations/{number}/answers/{message}").status_code == 204
    assert world.ask("DELETE", f"/conversations/{number}/answers/{message}").json()["code"] == "message_gone"
    send_now(world)
    assert post[0].letters == []
    line = whole(world, number)["conversation"]
    assert (line["status"], line["said_out"], line["first_answer_at"]) == ("waiting_us", 0, None)


def test_a_suppressed_address_gets_no_answer_and_the_thread_says_so(world: World, post: tuple[Post, int]) -> None:
    assert world.ask("POST", "/suppressions", {"channel": "email", "addresses": "mei@example.com"}).status_code == 200
    number = bring(world, "m1", "hello")["conversation_id"]
    answer(world, number, "Hello Mei")
    send_now(world)
    assert post[0].letters == []
    entry = whole(world, number)["entries"][1]
    assert (entry["state"], entry["reason"]) == ("suppressed", "suppressed_address")


def test_nobody_is_answered_on_a_channel_that_does_not_reach_them(world: World) -> None:
    number = bring(world, "m1", "hello", person="noaddress")["conversation_id"]
    refused = world.ask("POST", f"/conversations/{number}/answers", {"text": "Hi", "key": "a", "channel": "email"})
    assert (refused.status_code, refused.json()["code"], refused.json()["details"]) == (409, "no_way_to_answer", {"reason": "no_address"})
    assert said(world, number) == [("in", "hello")]


def test_what_is_sent_waits_for_an_answer_that_names_it(world: World) -> None:
    world.topic()
    world.template()
    number = world.send("mei", "k1")
    world.sender.step()
    taken = bring(world, "m1", "yes please", answers=number)["conversation_id"]
    line = whole(world, taken)["conversation"]
    assert (line["started_by"], line["origin_type"]) == ("us", "api")
    with world.house.store.read() as conn:
        rows = conn.execute(select(outreach_news).where(outreach_news.c.event == "message.replied")).mappings().all()
    assert [(row["message_id"], row["properties"]["template"], row["properties"]["conversation"]) for row in rows] == [
        (number, "hello", taken)
    ]


def test_handling_is_shared_undone_and_written_down(world: World) -> None:
    number = bring(world, "m1", "hello")["conversation_id"]
    settings = world.ask("GET", "/conversation-settings").json()["settings"]
    assert world.ask("PUT", "/conversation-settings", {**settings, "teams": ["售后"]}).status_code == 200
    assert world.ask("PATCH", f"/conversations/{number}", {"team": "nobody"}).json()["code"] == "invalid"
    given = change(world, number, assignee="ann@example.com", team="售后", tags=["size", "gift"], unread=False)
    assert given["undo"] == {"assignee": "", "team": "", "tags": [], "unread": True, "closed": None, "subject": None}
    closed = change(world, number, closed=True)
    assert (closed["conversation"]["status"], closed["undo"]["closed"]) == ("closed", False)
    for query in ("status=closed", "assignee=ann@example.com", "team=售后", "tag=gift", "unread=false", "text=HELL"):
        assert len(world.ask("GET", f"/conversations?{query}").json()["items"]) == 1, query
    for query in ("status=open", "tag=gif", "unread=true", "text=h%25l", "channel=email"):
        assert world.ask("GET", f"/conversations?{query}").json()["items"] == [], query
    assert world.ask("PATCH", f"/conversations/{number}", closed["undo"]).json()["conversation"]["status"] == "waiting_us"
    assert world.ask("POST", f"/conversations/{number}/notes", {"text": "VIP", "key": "n1"}).status_code == 204
    assert world.ask("POST", f"/conversations/{number}/notes", {"text": "VIP", "key": "n1"}).status_code == 204
    for kind in ("answers", "notes"):
        blank = world.ask("POST", f"/conversations/{number}/{kind}", {"text": " \n ", "key": "n2"})
        assert (blank.status_code, blank.json()["message"]) == (422, "body.text: must not be empty.")
    assert said(world, number) == [("in", "hello"), ("note", "VIP")]
    actions = [one["action"] for one in world.ask("GET", "/audit").json()["items"]]
    assert actions[:4] == ["conversation.noted", "conversation.changed", "conversation.changed", "conversation.changed"]


def test_what_comes_soon_after_the_end_opens_it_again_and_later_it_is_another(world: World) -> None:
    number = bring(world, "m1", "hello")["conversation_id"]
    change(world, number, closed=True)
    world.clock.now += timedelta(days=2)
    assert bring(world, "m2", "one more thing")["conversation_id"] == number
    assert whole(world, number)["conversation"]["status"] == "waiting_us"
    change(world, number, closed=True)
    world.clock.now += timedelta(days=20)
    assert bring(world, "m3", "hello again")["conversation_id"] != number


def test_service_times_count_office_hours_alone(world: World) -> None:
    # The world stands on Monday, 21:30 in Shanghai; Tuesday opens at nine.
    number = bring(world, "m1", "hello")["conversation_id"]
    world.clock.now += timedelta(hours=12)
    answer(world, number, "Hi")
    assert whole(world, number)["conversation"]["answer_seconds"] == 30 * 60
    world.clock.now += timedelta(hours=1)
    assert change(world, number, closed=True)["conversation"]["close_seconds"] == 90 * 60


def test_who_waits_too_long_is_overdue(world: World) -> None:
    number = bring(world, "m1", "hello")["conversation_id"]
    world.clock.now += timedelta(hours=15)
    assert not whole(world, number)["conversation"]["overdue"]
    world.clock.now += timedelta(hours=1)
    assert whole(world, number)["conversation"]["overdue"]


def test_a_conversation_follows_its_person_through_a_merge(world: World) -> None:
    number = bring(world, "m1", "hello", person="tom")["conversation_id"]
    both = {"a": {"kind": "user_id", "value": "mei"}, "b": {"kind": "user_id", "value": "tom"}}
    merged = world.ask("POST", "/merges", both)
    assert merged.status_code in (200, 201), merged.text
    owner = identity.person(world.house.store, world.scope, world.people["tom"]).person_id
    assert owner == world.people["mei"]
    assert whole(world, number)["conversation"]["person_id"] == owner
    assert bring(world, "m2", "me again", person="mei")["conversation_id"] == number
    items = world.ask("GET", f"/conversations?person_id={owner}").json()["items"]
    assert [one["conversation_id"] for one in items] == [number]


def test_a_conversation_begun_by_us_waits_for_the_first_word(world: World, post: tuple[Post, int]) -> None:
    body = {"key": "k", "person": {"person_id": world.people["mei"]}, "subject": "Your visit"}
    number = world.ask("POST", "/conversations", body).json()["conversation_id"]
    assert world.ask("POST", "/conversations", body).json() == {"conversation_id": number, "new": False}
    assert whole(world, number)["conversation"]["status"] == "open"
    answer(world, number, "How was it?")
    send_now(world)
    assert post[0].letters[0]["Subject"] == "Your visit"


def test_pages_go_on_where_the_last_one_ended(world: World) -> None:
    for place in range(5):
        bring(world, f"m{place}", "hello", thread=f"t{place}")
    with world.house.store.write() as conn:
        conn.execute(update(conversations).values(unread=False))
    seen: list[int] = []
    cursor = ""
    while True:
        page = world.ask("GET", f"/conversations?limit=2{cursor}").json()
        seen += [one["conversation_id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen)) == 5
