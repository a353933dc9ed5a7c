"""Does every channel say what it is, in both languages, and does what it builds read back as what went in?"""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from uems.outreach.channel import Channel, Letter
from uems.outreach.channels._mime import Skeleton, mailbox
from uems.outreach.registry import CHANNELS


@pytest.mark.parametrize("channel", list(CHANNELS), ids=lambda one: str(one.key))
def test_a_channel_says_what_it_is(channel: Channel) -> None:
    assert channel.label_zh
    assert channel.label_en
    assert channel.Config.model_validate(channel.sample.model_dump()) == channel.sample
    assert set(channel.secrets) <= set(channel.Config.model_fields)
    assert channel.connections >= 1
    channel.Config()  # what was never set up has a configuration too


@pytest.mark.parametrize(
    ("subject", "name"),
    [("Plain", "Shop"), ("您好，" * 40, "小店"), ("emoji 🎉 " * 20, 'A "quoted" name'), ("", "")],
)
def test_a_letter_filled_in_by_hand_reads_back_as_it_was(subject: str, name: str) -> None:
    letter = Letter(
        message_id=7,
        key="m1-7",
        address="mei@example.com",
        language="zh",
        subject=subject,
        html="<p>一二三</p>" * 500,
        text="line one\nline two\n。",
        headers=[("List-Unsubscribe", "<https://a.example/u>")],
        at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    )
    raw = Skeleton(from_=mailbox(name, "shop@example.com"), domain="example.com", reply_to="help@example.com").fill(letter)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
    read = message_from_bytes(raw, policy=default)
    assert isinstance(read, EmailMessage)
    assert str(read["Subject"]) == subject.strip()
    assert read["From"].addresses[0].display_name == name
    assert read["From"].addresses[0].addr_spec == "shop@example.com"
    assert (str(read["To"]), str(read["Message-ID"])) == ("mei@example.com", "<m1-7@example.com>")
    page, text = read.get_body(("html",)), read.get_body(("plain",))
    assert page is not None
    assert text is not None
    assert page.get_content().replace("\r\n", "\n").rstrip("\n") == letter.html
    assert text.get_content().replace("\r\n", "\n").rstrip("\n") == letter.text
    assert not read.defects
