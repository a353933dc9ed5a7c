"""Does everybody read their own messages inside the pages, each once, and nobody else's?"""

import base64
import itertools
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from tests.outreach.channels.provider import set_up
from tests.outreach.inbox.conftest import SECRET, Shop
from tests.outreach.world import NOW
from tests.support.feed import Feed, Happened
from uems.access.api import Workspaces
from uems.outreach.channel import Letter
from uems.outreach.inbox.shelf import put
from uems.outreach.inbox.tables import outreach_inbox
from uems.outreach.messages.sender import Sender
from uems.outreach.tables import outreach_bodies, outreach_messages, outreach_news

_BATCHES = itertools.count(50_000)


def met(shop: Shop, name: str, events: list[Happened]) -> None:
    """Somebody who was seen as these events tell."""
    feed = Feed(shop.world.house, shop.world.scope)
    feed.offset = next(_BATCHES)  # another batch, with message ids of its own
    shop.world.people[name] = feed.take(events, NOW)[-1].person_id


def test_a_message_reaches_whoever_proves_to_be_them_with_everything_it_shows(shop: Shop) -> None:
    shop.note(
        "{{ person.first_name }}，券在这里。",
        layout="modal",
        image_url="https://img.example/{{ person.user_id }}.png",
        button="领取",
        link="https://shop.example/c",
    )
    sent = shop.send("lin", "k1")
    assert (sent["state"], sent["address"]) == ("accepted", "user_id:lin")
    opened = shop.opened(user_id="lin", proof=shop.proof("lin"), anonymous_id="browser-of-lin")
    (item,) = opened["items"]
    assert (item["message_id"], item["layout"], item["title"], item["text"]) == (sent["message_id"], "modal", "标题", "林，券在这里。")
    assert (item["image_url"], item["button"], item["link"]) == ("https://img.example/lin.png", "领取", "https://shop.example/c")
    assert (item["shown"], item["clicked"], item["dismissed"]) == (False, False, False)


def test_nobody_reads_what_is_another_persons(shop: Shop) -> None:
    shop.note("只给林。")
    shop.send("lin", "k1")
    assert shop.texts(anonymous_id="somebody") == []
    assert shop.texts(user_id="lin") == [], "a user id that is only said opens nothing"
    assert shop.texts(anonymous_id="user_id:lin") == []
    assert shop.texts(user_id="tom", proof=shop.proof("tom")) == []
    for proof in (shop.proof("tom"), "0" * 64, "é"):
        answer = shop.post("", {"write_key": shop.write_key, "user_id": "lin", "proof": proof})
        assert (answer.status_code, answer.json()["code"]) == (401, "not_proven")
    assert shop.texts(user_id="lin", proof=shop.proof("lin")) == ["只给林。"]


def test_whoever_makes_themselves_one_with_somebody_by_public_calls_reads_nothing_of_theirs(shop: Shop) -> None:
    """The write key stands in every page: anybody may say that their browser is lin's, or that lin is them."""
    shop.note("只给林。")
    met(shop, "lin", [Happened(user="lin", anonymous="browser-of-mallory", ts=NOW)])
    found = shop.send("lin", "k1")
    assert found["address"] == "user_id:lin"
    assert shop.texts(anonymous_id="browser-of-mallory") == []
    assert shop.texts(user_id="mallory", proof=shop.proof("mallory"), anonymous_id="browser-of-mallory") == []


def test_a_visitor_without_a_user_id_reads_by_their_own_anonymous_id_alone(shop: Shop) -> None:
    met(shop, "visitor", [Happened(anonymous="browser-1", ts=NOW)])
    shop.note("欢迎。")
    assert shop.send("visitor", "k1")["address"] == "anonymous_id:browser-1"
    assert shop.texts(anonymous_id="browser-1") == ["欢迎。"]
    assert shop.texts(anonymous_id="browser-2") == []


def test_without_a_secret_people_with_a_user_id_are_not_reached_and_no_proof_opens_anything(shop: Shop) -> None:
    shop.note("你好。")
    shop.send("lin", "k1")
    try:
        assert shop.world.ask("DELETE", "/channels/in_app").status_code == 204
        assert shop.send("lin", "k2")["reason"] == "no_address"
        answer = shop.post("", {"write_key": shop.write_key, "user_id": "lin", "proof": shop.proof("lin")})
        assert answer.status_code == 401
    finally:
        set_up(shop.world, "in_app", identity_secret=SECRET)


def test_a_secret_that_can_be_guessed_is_refused_and_not_repeated(shop: Shop) -> None:
    answer = shop.world.ask("PUT", "/channels/in_app", {"enabled": True, "config": {"identity_secret": "too-short-1"}})
    assert (answer.status_code, "too-short-1" in answer.text) == (422, False)


def test_a_message_whose_sender_died_lies_there_once(shop: Shop) -> None:
    shop.note("一次。")
    number = shop.send("lin", "k1")["message_id"]
    store, world = shop.world.house.store, shop.world
    with store.write() as conn:
        # As it stands when the process ends between laying the message there and writing that down.
        left = {"state": "sending", "claimed_by": "dead", "claimed_until": NOW - timedelta(seconds=1)}
        conn.execute(update(outreach_messages).where(outreach_messages.c.message_id == number).values(**left))
        conn.execute(delete(outreach_bodies))
    Sender(world.house, Workspaces(store), world.clock).step()
    assert world.message(number)["state"] == "accepted"
    with store.read() as conn:
        assert conn.execute(select(func.count()).select_from(outreach_inbox)).scalar_one() == 1


def test_what_the_reader_did_counts_once_in_the_message_log(shop: Shop) -> None:
    shop.note("看。", button="看", link="https://shop.example/a")
    number = shop.send("lin", "k1")["message_id"]
    ticket = shop.opened(user_id="lin", proof=shop.proof("lin"))["ticket"]
    shop.world.clock.now = NOW + timedelta(seconds=1)  # sooner than anybody reads a letter
    for what in ("shown", "shown", "clicked", "clicked"):
        assert shop.report(ticket, number, what) == 204
    found = shop.world.message(number)
    assert found["opened_at"] == found["clicked_at"] == "2026-03-02T13:30:01Z"
    assert [(one["what"], one["verdict"], one["url"]) for one in found["touches"]] == [
        ("open", "person", ""),
        ("click", "person", "https://shop.example/a"),
    ]
    with shop.world.house.store.read() as conn:
        told = conn.execute(select(outreach_news.c.event).where(outreach_news.c.event.in_(["message.opened", "message.clicked"])))
        assert sorted(told.scalars()) == ["message.clicked", "message.opened"]


def test_what_is_put_away_is_gone_and_was_seen(shop: Shop) -> None:
    shop.note("看。")
    number = shop.send("lin", "k1")["message_id"]
    opened = shop.opened(user_id="lin", proof=shop.proof("lin"))
    assert opened["unread"] == 1
    assert shop.report(opened["ticket"], number, "dismissed") == 204
    after = shop.opened(user_id="lin", proof=shop.proof("lin"))
    assert (after["items"], after["unread"]) == ([], 0)
    found = shop.world.message(number)
    assert ([one["what"] for one in found["touches"]], found["clicked_at"], found["opened_at"] is None) == (
        ["open", "dismiss"],
        None,
        False,
    )


def test_nobody_reports_on_a_message_that_is_not_theirs(shop: Shop) -> None:
    shop.note("看。")
    number = shop.send("lin", "k1")["message_id"]
    ticket = shop.opened(user_id="tom", proof=shop.proof("tom"))["ticket"]
    assert shop.report(ticket, number, "dismissed") == 404
    assert shop.report("never-made-here", number, "dismissed") == 401
    shop.world.clock.now = NOW + timedelta(minutes=61)
    assert shop.report(shop.opened(user_id="tom", proof=shop.proof("tom"))["ticket"], number, "shown") == 404
    assert shop.report(ticket, number, "shown") == 401, "a ticket is good for an hour"
    assert shop.world.message(number)["opened_at"] is None


@pytest.mark.parametrize("letter", ["a", "林", "\U0001f381", '"'])
def test_a_ticket_shows_nothing_of_the_ids_and_holds_the_longest(shop: Shop, letter: str) -> None:
    long = letter * 299 + "z"
    met(shop, f"long-{letter}", [Happened(user=long, ts=NOW)])
    shop.note("看。")
    number = shop.send(f"long-{letter}", f"k-{letter}")["message_id"]
    opened = shop.opened(user_id=long, proof=shop.proof(long), anonymous_id=long)
    ticket = opened["ticket"]
    raw = base64.urlsafe_b64decode(ticket + "=" * (-len(ticket) % 4))
    assert (letter * 9).encode() not in raw
    assert b"user_id" not in raw
    assert shop.report(ticket, number, "shown") == 204
    changed = base64.urlsafe_b64encode(raw[:-1] + bytes([raw[-1] ^ 1])).decode().rstrip("=")
    assert shop.report(changed, number, "shown") == 401


@pytest.mark.parametrize("who", [{"anonymous_id": " a"}, {"user_id": "lin ", "proof": "0"}, {"user_id": "\u3000lin"}])
def test_an_id_with_blanks_around_it_is_refused(shop: Shop, who: dict[str, str]) -> None:
    """Else what is signed and what is read would be two ids."""
    answer = shop.post("", {"write_key": shop.write_key, **who})
    assert (answer.status_code, answer.json()["details"]["field"]) == (422, next(iter(who)))


def test_messages_are_over_after_their_days_and_then_forgotten(shop: Shop) -> None:
    shop.note("看。")
    number = shop.send("lin", "k1")["message_id"]
    who = {"user_id": "lin", "proof": shop.proof("lin")}
    shop.world.clock.now = NOW + timedelta(days=30) - timedelta(seconds=1)
    assert shop.texts(**who) == ["看。"]
    shop.world.clock.now = NOW + timedelta(days=30)
    opened = shop.opened(**who)
    assert (opened["items"], opened["unread"], shop.report(opened["ticket"], number, "shown")) == ([], 0, 404)
    Sender(shop.world.house, Workspaces(shop.world.house.store), shop.world.clock).step()
    with shop.world.house.store.read() as conn:
        assert conn.execute(select(func.count()).select_from(outreach_inbox)).scalar_one() == 0


def test_addresses_that_no_page_may_open_stop_the_message_or_the_template(shop: Shop) -> None:
    shop.note("看。", link="{{ context.where }}")
    for where in ("javascript:alert(1)", "http://shop.example", "https://shop.example/ x"):
        number = shop.world.send("lin", where, template="note", context={"where": where})
        shop.world.sender.step()
        assert shop.world.reason(number) == ("suppressed", "bad_link")
    spec = {"variants": {"zh": {"format": "text", "body": "看", "link": "javascript:alert(1)"}}}
    head = {"name": "Note", "kind": "benefit", "topic": "news", "channel": "in_app"}
    assert shop.world.ask("PUT", "/templates/note", {**head, "spec": spec}).json()["code"] == "bad_template"


def test_a_channel_that_shows_no_pictures_refuses_them_in_its_template(shop: Shop) -> None:
    spec = {"variants": {"zh": {"format": "text", "body": "看", "image_url": "https://img.example/a.png"}}}
    head = {"name": "Note", "kind": "benefit", "topic": "news", "channel": "fcm"}
    answer = shop.world.ask("PUT", "/templates/note2", {**head, "spec": spec})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("body", ["", "[]", '{"write_key": 1}', "{", '{"write_key": "w", "more": 1}'])
def test_what_is_no_opening_is_refused_so_that_a_page_of_another_site_can_read_why(shop: Shop, body: str) -> None:
    answer = shop.world.stranger().post("/api/inbox", content=body, headers={"origin": "https://shop.example"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (422, "*")


def test_an_unknown_write_key_and_a_channel_that_is_off_open_nothing(shop: Shop) -> None:
    assert shop.post("", {"write_key": "uems_wk_unknown", "anonymous_id": "a"}).status_code == 401
    assert shop.world.ask("PUT", "/channels/in_app", {"enabled": False, "config": {}}).status_code == 200
    try:
        assert shop.post("", {"write_key": shop.write_key, "anonymous_id": "a"}).json()["code"] == "channel_off"
    finally:
        assert shop.world.ask("PUT", "/channels/in_app", {"enabled": True, "config": {}}).status_code == 200


def test_only_the_latest_fifty_are_served(shop: Shop) -> None:
    world = shop.world
    for n in range(53):
        at = NOW - timedelta(seconds=100 - n)
        letter = Letter(message_id=10_000 + n, key=f"n{n}", address="user_id:many", language="zh", subject="", html="", text=str(n), at=at)
        assert put(world.house.store, world.scope, letter, 1, NOW + timedelta(days=1))
    opened = shop.opened(user_id="many", proof=shop.proof("many"))
    assert [one["text"] for one in opened["items"]] == [str(n) for n in range(52, 2, -1)]
    assert opened["unread"] == 53
