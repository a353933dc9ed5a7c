"""Does a report that lies in a mailbox reach its message, once, whatever happens while the mailbox is read?"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import select

from tests.outreach.channels.provider import set_up
from tests.outreach.mailbox.reports import complaint, delivery, headers, nothing, whole
from tests.outreach.world import World, a_world
from tests.support.imap import Imap, keeping
from tests.support.post import Post, post, smtp
from tests.support.web import make_workspace
from uems.access.api import Workspaces
from uems.kernel.outbound import OutboundError, dial
from uems.kernel.settings import Settings
from uems.outreach.api import BounceReader
from uems.outreach.mailbox import imap as wire
from uems.outreach.mailbox import reader as reading
from uems.outreach.tables import outreach_news

__all__ = ["post"]
Make = Callable[[], BounceReader]


@pytest.fixture
def imap(tmp_path: Path) -> Iterator[Imap]:
    with keeping(tmp_path) as found:
        yield found


@pytest.fixture
def world(settings: Settings, post: tuple[Post, int], imap: Imap) -> Iterator[World]:
    with a_world(settings.model_copy(update={"allow_private_outbound": True, **smtp(post[1])})) as found:
        found.topic()
        found.template()
        mailbox(found, imap)
        yield found


@pytest.fixture
def make(world: World, imap: Imap) -> Iterator[Make]:
    made: list[BounceReader] = []

    def make() -> BounceReader:
        made.append(BounceReader(world.house, Workspaces(world.house.store), f"reader-{len(made)}", world.clock, tls=imap.tls()))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def mailbox(world: World, imap: Imap, **more: str) -> None:
    said = {"bounce_server": imap.server, "bounce_user": imap.user, "bounce_password": imap.password, "bounce_folder": imap.folder}
    set_up(world, "email", **{**said, **more})


def sent(world: World, post: tuple[Post, int], person: str = "mei", key: str = "one") -> tuple[int, bytes]:
    """(number, letter) of one that was sent."""
    number = world.send(person, key)
    world.sender.step()
    return number, post[0].letters[-1].as_bytes()


def suppressed(world: World) -> list[tuple[str, str]]:
    return [(one["address"], one["reason"]) for one in world.ask("GET", "/suppressions").json()["items"]]


def status(world: World) -> dict[str, object]:
    [email] = [one for one in world.ask("GET", "/channels").json()["items"] if one["key"] == "email"]
    found: dict[str, object] = email["mailbox"]
    return found


def test_a_report_of_each_kind_reaches_its_message(world: World, make: Make, post: tuple[Post, int], imap: Imap) -> None:
    letters = {name: sent(world, post, name, name) for name in ("mei", "tom", "una")}
    imap.put(delivery(whole(letters["mei"][1])), world.clock.now)
    imap.put(delivery(headers(letters["tom"][1]), status="5.2.2", diagnostic="smtp; 552 5.2.2 full"), world.clock.now)
    imap.put(complaint(headers(letters["una"][1])), world.clock.now)
    imap.put(b"From: stranger@example.com\r\nSubject: thank you\r\n\r\nhello\r\n", world.clock.now)
    assert make().step()
    assert world.reason(letters["mei"][0]) == ("failed", "bounced")
    assert world.message(letters["mei"][0])["detail"].startswith("5.1.1 smtp; 550 5.1.1")
    assert world.reason(letters["tom"][0]) == ("accepted", "bounced")
    assert world.reason(letters["una"][0]) == ("accepted", "complained")
    assert suppressed(world) == [("mei@example.com", "bounce"), ("una@example.com", "complaint")]
    assert imap.seen() == [1, 2, 3]
    assert {name: status(world)[name] for name in ("reports", "others", "failure")} == {"reports": 3, "others": 1, "failure": ""}
    assert world.reason(world.send("una", "again"))[0] == "queued"
    world.sender.step()
    assert len(post[0].letters) == 3


def reports(letter: bytes, order: Sequence[str]) -> list[bytes]:
    made = {
        "full": delivery(headers(letter), status="5.2.2", diagnostic="smtp; 552 5.2.2 full"),
        "gone": delivery(whole(letter)),
        "complaint": complaint(headers(letter)),
    }
    return [made[kind] for kind in order]


def told(world: World) -> list[str]:
    """What the event log hears of it."""
    with world.house.store.read() as conn:
        events = conn.execute(select(outreach_news.c.event).order_by(outreach_news.c.news_id)).scalars().all()
    return [event for event in events if event in ("message.bounced", "message.complained")]


@pytest.mark.parametrize("order", [("gone",), ("full", "complaint"), ("complaint", "gone"), ("full", "gone", "complaint")])
def test_reading_again_changes_nothing(world: World, make: Make, post: tuple[Post, int], imap: Imap, order: Sequence[str]) -> None:
    number, letter = sent(world, post)
    for report in reports(letter, order):
        imap.put(report, world.clock.now)
    reader = make()
    assert reader.step()
    first = world.reason(number), told(world)
    assert sorted(first[1]) == sorted(f"message.{'complained' if kind == 'complaint' else 'bounced'}" for kind in order)
    for said in range(3):
        world.clock.advance(minutes=2)
        if said == 2:
            imap.validity += 1  # all numbers are new: everything is read once more
        assert reader.step()
        assert (world.reason(number), told(world)) == first
    fetched = [one for one in imap.commands if one.startswith("UID FETCH")]
    assert len(fetched) == 2


def test_a_server_that_breaks_off_loses_nothing(world: World, make: Make, post: tuple[Post, int], imap: Imap) -> None:
    number, letter = sent(world, post)
    imap.put(delivery(whole(letter)), world.clock.now)
    imap.breaks = {"UID FETCH": 1, "UID STORE": 1}
    reader = make()
    for broken in ("UID FETCH", "UID STORE"):
        assert reader.step()
        assert status(world)["reason"] == "answer", broken
        assert not reader.step()  # not before a few minutes have passed
        world.clock.advance(minutes=6)
    assert imap.seen() == []
    assert reader.step()
    assert (world.reason(number), imap.seen()) == (("failed", "bounced"), [1])
    assert (status(world)["reports"], status(world)["failure"]) == (1, "")


def test_an_address_of_its_own_finds_a_letter_that_nothing_else_names(world: World, make: Make, post: tuple[Post, int], imap: Imap) -> None:
    mailbox(world, imap, bounce_address="bounces+*@shop.example")
    number, letter = sent(world, post)
    [sender] = post[0].senders
    assert sender.startswith(f"bounces+m1-{number}.")
    assert sender.endswith("@shop.example")
    imap.put(delivery(nothing(letter), to=sender), world.clock.now)
    make().step()
    assert world.reason(number) == ("failed", "bounced")


def test_nobody_has_an_address_suppressed_by_making_up_a_report(world: World, make: Make, post: tuple[Post, int], imap: Imap) -> None:
    number, letter = sent(world, post)
    made_up = re.sub(rb"(<m1-\d+\.)[a-z2-7]+@", rb"\1aaaaaaaaaaaaa@", letter)
    assert made_up != letter
    imap.put(delivery(whole(made_up), to=f"bounces+m1-{number}@shop.example"), world.clock.now)
    make().step()
    assert (world.reason(number), suppressed(world), imap.seen()) == (("accepted", ""), [], [])


def test_a_report_of_another_workspace_is_left_to_it(world: World, make: Make, post: tuple[Post, int], imap: Imap) -> None:
    number, letter = sent(world, post)
    make_workspace(world.house.store, "other", world.clock.now)
    said = {"bounce_server": imap.server, "bounce_user": imap.user, "bounce_password": imap.password}
    assert world.program.send("PUT", "/api/workspaces/other/channels/email", json={"enabled": True, "config": said}).status_code == 200
    assert world.ask("DELETE", "/channels/email").status_code == 204
    imap.put(delivery(whole(letter)), world.clock.now)
    make().step()
    assert (world.reason(number), imap.seen()) == (("accepted", ""), [])


def test_only_the_last_days_are_read_at_first_and_a_round_has_an_end(
    world: World, make: Make, post: tuple[Post, int], imap: Imap, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, letter = sent(world, post)
    imap.put(delivery(whole(letter)), world.clock.now - timedelta(days=9))
    for _ in range(5):
        imap.put(b"Subject: hello\r\n\r\nhello\r\n", world.clock.now)
    imap.number_behind = imap.wants_id = True
    imap.put(complaint(headers(letter)), world.clock.now)
    monkeypatch.setattr(reading, "MOST", 4)
    reader = make()
    assert reader.step()
    assert (status(world)["others"], status(world)["read_at"]) == (4, None)
    assert reader.step()  # the rest comes at once
    assert (status(world)["others"], status(world)["reports"]) == (5, 1)
    assert world.reason(number) == ("accepted", "complained")
    assert not reader.step()


def test_what_is_wrong_is_said_and_put_right_at_once(world: World, make: Make, imap: Imap) -> None:
    mailbox(world, imap, bounce_password="wrong-one")
    reader = make()
    assert reader.step()
    assert (status(world)["reason"], status(world)["read_at"]) == ("login", None)
    assert "wrong user or password" in str(status(world)["failure"])
    assert "wrong-one" not in world.ask("GET", "/channels").text
    world.clock.advance(seconds=10)
    assert not reader.step()
    mailbox(world, imap, bounce_folder="Nowhere")
    assert reader.step()
    assert status(world)["reason"] == "folder"
    world.clock.advance(seconds=10)
    mailbox(world, imap)
    assert reader.step()
    assert (status(world)["reason"], status(world)["failure"]) == ("", "")
    assert status(world)["read_at"] is not None


@pytest.mark.parametrize(("at_fetch", "reason"), [("wait", "timeout"), ("drip", "answer"), ("boast", "answer")])
def test_a_server_that_keeps_us_waiting_or_sends_too_much_is_left(
    world: World,
    make: Make,
    imap: Imap,
    monkeypatch: pytest.MonkeyPatch,
    at_fetch: Literal["wait", "drip", "boast"],
    reason: str,
) -> None:
    monkeypatch.setattr(wire, "STEP_SECONDS", 0.5)
    monkeypatch.setattr(wire, "SESSION_SECONDS", 0.7 if at_fetch == "drip" else 60.0)
    imap.put(b"Subject: hello\r\n\r\nhello\r\n", world.clock.now)
    imap.at_fetch = at_fetch
    assert make().step()
    assert status(world)["reason"] == reason
    assert at_fetch != "boast" or "more than was asked for" in str(status(world)["failure"])


def test_one_process_reads_at_a_time(world: World, make: Make, imap: Imap) -> None:
    first, second = make(), make()
    assert first.step()
    world.clock.advance(minutes=2)
    assert not second.step()
    first.stop()
    assert second.step()


def test_a_server_whose_certificate_is_not_believed_is_told_no_password(world: World, imap: Imap) -> None:
    reader = BounceReader(world.house, Workspaces(world.house.store), "reader", world.clock)
    assert reader.step()
    reader.stop()
    assert status(world)["reason"] == "tls"
    assert imap.commands == []


@pytest.mark.parametrize(
    "config",
    [
        {"bounce_address": "bounces+**@shop.example"},
        {"bounce_address": f"{'b' * 40}*@shop.example"},
        {"bounce_address": "no address"},
        {"bounce_server": "imap.shop.example"},
        {"bounce_server": "imap.shop.example:70000", "bounce_user": "u", "bounce_password": "p"},
        {"bounce_server": "https://imap.shop.example", "bounce_user": "u", "bounce_password": "p"},
        {"bounce_server": "imap.shop.example", "bounce_user": "u) (x", "bounce_password": "p"},
        {"bounce_server": "imap.shop.example", "bounce_user": "u", "bounce_password": "p", "bounce_folder": 'a"b'},
    ],
)
def test_a_mailbox_that_cannot_be_is_refused(world: World, config: dict[str, str]) -> None:
    assert world.ask("DELETE", "/channels/email").status_code == 204
    answer = world.ask("PUT", "/channels/email", {"enabled": True, "config": config})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_the_password_goes_to_no_other_server_by_itself(world: World, imap: Imap) -> None:
    said = {"bounce_server": "imap.elsewhere.example", "bounce_user": imap.user}
    answer = world.ask("PUT", "/channels/email", {"enabled": True, "config": said})
    assert (answer.status_code, answer.json()["details"]["field"]) == (422, "bounce_server")
    kept = world.ask("PUT", "/channels/email", {"enabled": True, "config": {**said, "bounce_server": imap.server}})
    assert (kept.status_code, kept.json()["config"]["bounce_password"]) == (200, True)


def test_a_private_server_is_called_only_where_that_is_open(settings: Settings, imap: Imap) -> None:
    with pytest.raises(OutboundError, match="not a public address"):
        dial(settings.model_copy(update={"allow_private_outbound": False}), "localhost", imap.port, seconds=5, tls=imap.tls())
