"""Does what people answer by mail reach its conversation, without what they quote, once, and without what machines say?"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.outreach.channels.provider import set_up
from tests.outreach.world import World, a_world
from tests.support.imap import Imap, keeping
from tests.support.post import Post, post, smtp
from uems.access.api import Workspaces
from uems.kernel.settings import Settings
from uems.outreach.api import BounceReader
from uems.outreach.mailbox.replies import reply_in, without_quotes

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
        said = {"bounce_server": imap.server, "bounce_user": imap.user, "bounce_password": imap.password, "bounce_folder": imap.folder}
        set_up(found, "email", reply_to="answers+*@shop.example", **said)
        yield found


@pytest.fixture
def read(world: World, imap: Imap) -> Iterator[Callable[[], None]]:
    reader = BounceReader(world.house, Workspaces(world.house.store), "reader", world.clock, tls=imap.tls())

    def read() -> None:
        world.clock.now += timedelta(minutes=2)
        assert reader.step()

    yield read
    reader.stop()


def mail(text: str, *, by: str = "mei@example.com", wire: str = "<a1@mail.example>", subject: str = "Re: Hello", **headers: str) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Message-ID"] = by, "answers@shop.example", subject, wire
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made.as_bytes()


def talks(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.ask("GET", "/conversations").json()["items"]
    return sorted(found, key=lambda one: int(one["conversation_id"]))


def entries(world: World, number: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.ask("GET", f"/conversations/{number}").json()["entries"]
    return found


def test_an_answer_by_mail_and_ours_to_it_are_one_thread(
    world: World, post: tuple[Post, int], imap: Imap, read: Callable[[], None]
) -> None:
    number = world.send("mei", "one")
    world.sender.step()
    letter = post[0].letters[0]
    assert letter["Reply-To"].startswith("answers+m"), "every letter has an address of its own to answer to"
    quoted = "Is it soft?\n\nOn Mon, 2 Mar 2026 at 21:30, UEMS <uems@example.com> wrote:\n> Hello!\n> Look\n"
    imap.put(mail(quoted, In_Reply_To=letter["Message-ID"]), world.clock.now)
    read()
    (talk,) = talks(world)
    assert (talk["person_id"], talk["channel"], talk["status"], talk["started_by"]) == (world.people["mei"], "email", "waiting_us", "us")
    (entry,) = entries(world, talk["conversation_id"])
    assert (entry["text"], entry["original"]) == ("Is it soft?", quoted.strip())
    ours = world.ask("POST", f"/conversations/{talk['conversation_id']}/answers", {"text": "Very soft.", "key": "k"})
    assert ours.status_code == 202, ours.text
    world.clock.now += timedelta(seconds=11)
    world.sender.step()
    answer = post[0].letters[1]
    assert (answer["In-Reply-To"], answer["References"]) == ("<a1@mail.example>", "<a1@mail.example>")
    assert answer["Subject"] == "Re: Hello"
    # They answer our answer, and their mail program names the whole thread.
    chain = f"<a1@mail.example> {answer['Message-ID']}"
    imap.put(mail("Thank you", wire="<a2@mail.example>", In_Reply_To=answer["Message-ID"], References=chain), world.clock.now)
    read()
    assert [one["text"] for one in entries(world, talk["conversation_id"])] == ["Is it soft?", "Very soft.", "Thank you"]
    assert len(talks(world)) == 1
    assert number


def test_a_mail_is_found_by_the_address_that_it_answers_to_and_by_who_wrote(
    world: World, post: tuple[Post, int], imap: Imap, read: Callable[[], None]
) -> None:
    world.send("tom", "one")
    world.sender.step()
    token = post[0].letters[0]["Reply-To"]
    # From another address than ours knows, but to the address of Tom's letter.
    by_token = mail("mine", by="tom@home.example", wire="<b1@x>").replace(b"answers@shop.example", token.encode())
    imap.put(by_token, world.clock.now)
    imap.put(mail("from nowhere", by="una@example.com", wire="<b2@x>", subject="A question"), world.clock.now)
    imap.put(mail("who am I", by="stranger@example.com", wire="<b3@x>", subject="Hi"), world.clock.now)
    read()
    assert [(one["person_id"], one["subject"], one["started_by"]) for one in talks(world)] == [
        (world.people["tom"], "Hello", "us"),
        (world.people["una"], "A question", "them"),
    ]
    assert imap.seen() == [1, 2], "a stranger's mail is left as it is"
    [email] = [one for one in world.ask("GET", "/channels").json()["items"] if one["key"] == "email"]
    assert {name: email["mailbox"][name] for name in ("reports", "replies", "others")} == {"reports": 0, "replies": 2, "others": 1}


def test_a_mail_that_is_read_twice_is_one_message(world: World, imap: Imap, read: Callable[[], None]) -> None:
    for _ in range(2):
        imap.put(mail("hello", subject="One"), world.clock.now)
    imap.put(mail("another", wire="<c@x>", subject="Two"), world.clock.now)
    read()
    assert [(one["subject"], one["said_in"]) for one in talks(world)] == [("One", 1), ("Two", 1)]


@pytest.mark.parametrize("header", [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"X_Autoreply": "yes"}])
def test_what_a_machine_answers_is_kept_aside(
    world: World, post: tuple[Post, int], imap: Imap, read: Callable[[], None], header: dict[str, str]
) -> None:
    imap.put(mail("I am away", wire="<d0@x>", subject="Away", **header), world.clock.now)
    read()
    assert talks(world) == [], "it begins nothing"
    imap.put(mail("hello", wire="<d1@x>", subject="Away"), world.clock.now)
    imap.put(mail("I am away", wire="<d2@x>", subject="Away", **header), world.clock.now)
    read()
    (talk,) = talks(world)
    assert (talk["said_in"], [one["direction"] for one in entries(world, talk["conversation_id"])]) == (1, ["in", "auto"])


def test_a_mailbox_that_people_read_can_be_left_alone(world: World, imap: Imap, read: Callable[[], None]) -> None:
    said = {"bounce_server": imap.server, "bounce_user": imap.user, "bounce_password": imap.password, "bounce_folder": imap.folder}
    set_up(world, "email", replies="leave", **said)
    imap.put(mail("hello"), world.clock.now)
    read()
    assert (talks(world), imap.seen()) == ([], [])


def test_attachments_are_named_and_measured_and_nothing_of_them_is_kept(world: World, imap: Imap, read: Callable[[], None]) -> None:
    made = EmailMessage()
    made["From"], made["Subject"], made["Message-ID"] = "mei@example.com", "Photo", "<e@x>"
    made.set_content("see the photo")
    made.add_attachment(b"\x89PNG" * 100, maintype="image", subtype="png", filename="破损.png")
    imap.put(made.as_bytes(), world.clock.now)
    read()
    (talk,) = talks(world)
    assert entries(world, talk["conversation_id"])[0]["attachments"] == [{"name": "破损.png", "size": 400}]


QUOTED = [
    ("Yes.\n\nOn Mon, 2 Mar 2026 at 21:30, Shop <a@b.example> wrote:\n> Hello\n", "Yes."),
    ("Yes.\n\nOn Mon, 2 Mar 2026 at 21:30, Shop\n<a@b.example> wrote:\n> Hello\n", "Yes."),
    ("好的，我要蓝色的。\n\n在 2026年3月2日，21:30，Shop <a@b.example> 写道：\n> 您好\n", "好的，我要蓝色的。"),
    ("可以。\n\n------------------ 原始邮件 ------------------\n发件人: Shop\n主题: 您好\n", "可以。"),
    ("Ja.\n\nAm 02.03.2026 um 21:30 schrieb Shop:\n> Hallo", "Ja."),
    ("Fine\n\n-----Original Message-----\nFrom: Shop\nSent: Monday\n", "Fine"),
    ("Fine\n\nFrom: Shop <a@b.example>\nSent: Monday, 2 March 2026\nTo: Mei\nSubject: Hello\n\nHello", "Fine"),
    ("Fine\n\nSent from my iPhone", "Fine"),
    ("好\n\n发自我的iPhone", "好"),
    ("Fine\n-- \nMei\nShop street 1", "Fine"),
    ("On Mon, 2 Mar 2026 at 21:30, Shop <a@b.example> wrote:\n> Is it soft?\nVery soft.\n", "Very soft."),
    ("> Is it soft?\nVery.\n> And warm?\nVery too.", "Very.\nVery too."),
    ("> only what was said", "> only what was said"),
    ("On the whole I like it: it is soft", "On the whole I like it: it is soft"),
    ("From: the heart, thanks", "From: the heart, thanks"),
]


@pytest.mark.parametrize(("text", "own"), QUOTED)
def test_quoted_text_is_cut_off_and_nothing_else(text: str, own: str) -> None:
    assert without_quotes(text) == own


@given(st.text(max_size=300))
def test_no_text_breaks_the_cutting_or_is_lost(text: str) -> None:
    assert bool(without_quotes(text)) == bool(text.strip())


@given(st.binary(max_size=400))
def test_whatever_anybody_sends_is_taken_apart_or_left(raw: bytes) -> None:
    head = b"From: mei@example.com\r\nSubject: =?utf-8?b?////?=\r\n"
    found = reply_in(head + raw)
    assert found is None or found.from_address == "mei@example.com"
