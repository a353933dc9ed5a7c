"""Is a report read for what the standards say, and everything else left alone?"""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.outreach.mailbox.reports import complaint, delivery, headers, nothing, whole
from uems.kernel.settings import Settings
from uems.outreach.mailbox.naming import LONGEST, Names
from uems.outreach.mailbox.parsing import is_gone, told_by

LETTER = b"From: a@shop.example\r\nSubject: Hello\r\nMessage-ID: <m1-7.aaaaaaaaaaaaa@shop.example>\r\nReferences: <x@y>\r\n\r\nbody\r\n"


@pytest.mark.parametrize(
    ("status", "diagnostic", "gone"),
    [
        # RFC 3463 and the registry of its codes: about the address …
        ("5.1.1", "", True),  # bad destination mailbox
        ("5.1.2", "", True),  # bad destination system
        ("5.1.6", "", True),  # has moved
        ("5.1.10", "", True),  # takes no mail at all (RFC 7505)
        ("5.2.1", "", True),  # disabled
        ("5.4.4", "", True),  # no route to the host
        ("5.1.1 (bad destination mailbox address)", "", True),
        # … and about anything else
        ("5.1.8", "", False),  # the sender's system
        ("5.2.2", "smtp; 552 5.2.2 mailbox full", False),
        ("5.2.3", "", False),  # letter too long
        ("5.3.4", "", False),  # letter too big for the system
        ("5.4.7", "", False),  # time expired
        ("5.7.1", "smtp; 550 5.7.1 blocked by list.example, see 5.1.1.20", False),
        ("4.4.7", "smtp; 550 5.1.1 said once", False),
        ("4.2.2", "", False),
        # where the status says nothing, the words of the server do
        ("5.0.0", "smtp; 550 5.1.1 <x@y> unknown", True),
        ("5.0.0", "smtp; 550 5.7.26 unauthenticated", False),
        ("5.0.0", "smtp; 550 no such user", True),
        ("5.0.0", "smtp; 552 no room", False),
        ("5.0.0", "host 10.5.1.1 said: 554 no", False),
        ("5.0.0", "", True),
        ("", "", False),
    ],
)
def test_only_what_says_that_the_address_is_of_no_use_ends_it(status: str, diagnostic: str, gone: bool) -> None:
    assert is_gone(status, diagnostic) is gone


@pytest.mark.parametrize("returned", [whole, headers])
def test_a_delivery_report_names_the_letter_that_came_back(returned: Callable[[bytes], str]) -> None:
    told = told_by(delivery(returned(LETTER)))
    assert told is not None
    assert (told.what, told.permanent) == ("bounced", True)
    assert told.detail == "5.1.1 smtp; 550 5.1.1 <mei@example.com>... User unknown"
    assert told.places == ["<m1-7.aaaaaaaaaaaaa@shop.example>", "bounces@shop.example"]


def test_a_letter_that_was_only_referred_to_did_not_come_back() -> None:
    other = LETTER.replace(b"m1-7.a", b"other.").replace(b"<x@y>", b"<m1-7.aaaaaaaaaaaaa@shop.example>")
    told = told_by(delivery(whole(other)))
    assert told is not None
    assert "m1-7" not in "".join(told.places)


@pytest.mark.parametrize(("action", "what"), [("failed", "bounced"), ("delivered", "delivered"), ("delayed", None), ("relayed", None)])
def test_a_delay_changes_nothing(action: str, what: str | None) -> None:
    told = told_by(delivery(nothing(LETTER), action=action, status="2.0.0" if action == "delivered" else "4.4.1"))
    assert (told.what if told else None) == what


@pytest.mark.parametrize(("kind", "what"), [("abuse", "complained"), ("fraud", "complained"), ("not-spam", None), ("virus", None)])
def test_only_a_complaint_is_one(kind: str, what: str | None) -> None:
    told = told_by(complaint(headers(LETTER), kind=kind))
    assert (told.what if told else None) == what
    assert told is None or told.places[0] == "<m1-7.aaaaaaaaaaaaa@shop.example>"


def test_an_answer_by_a_person_is_no_report() -> None:
    assert told_by(b"From: mei@example.com\r\nSubject: Re: 5.1.1 failed\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n") is None


@given(st.integers(0, 400).flatmap(lambda cut: st.binary(max_size=60).map(lambda junk: (cut, junk))))
def test_a_mail_that_is_broken_anywhere_is_read_or_left(broken: tuple[int, bytes]) -> None:
    whole_mail = delivery(whole(LETTER))
    cut = broken[0] * len(whole_mail) // 400
    told = told_by(whole_mail[:cut] + broken[1] + whole_mail[cut:])
    assert told is None or told.what in ("bounced", "delivered", "complained")
    told_by(whole_mail[:cut])


def test_a_name_is_read_back_and_cannot_be_made_up(tmp_path: Path) -> None:
    ours, theirs = (Names(Settings(home=tmp_path / home)) for home in ("a", "b"))
    name = ours.name("m3-12345")
    assert name.startswith("m3-12345.")
    assert len(ours.name("m999999-999999999999")) <= LONGEST
    assert ours.read(["nothing", f"<{name.upper()}@SHOP.EXAMPLE>"]) == (3, 12_345)
    assert ours.read([f"bounces+{name}@shop.example"]) == (3, 12_345)
    assert theirs.read([name]) is None
    assert ours.read([name.replace("12345", "12346"), "m3-12345", name[:-1], f"{name}a", f"1{name}"]) is None
