"""What does a mail say about a letter? Delivery reports (RFC 3464) and complaints (RFC 5965) are read; every other mail says nothing.

Only the fields that these standards name are read, never the prose around them, which each server writes its own way.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message
from typing import Final, TypeAlias

from uems.outreach.messages.reporting import Report

Mail: TypeAlias = Message

# Neither is a part of a numeric address, which stands in many diagnostics too.
_STATUS: Final = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
_REPLY: Final = re.compile(r"(?<![\d.])([245]\d\d)(?!\.?\d)")
_GONE: Final = frozenset({"1.0", "1.1", "1.2", "1.3", "1.4", "1.6", "1.10", "2.0", "2.1", "4.1", "4.4"})
"""Subject and detail of a status (RFC 3463 and its registry) by which the address itself is of no use: no such mailbox, moved, switched
off, no such domain, nobody who takes mail there. All others, such as a full mailbox or a refusal of our server or of what the letter says,
are no reason to write to nobody there ever again."""
_NO_SUCH_MAILBOX: Final = frozenset({"550", "551", "553"})
_COMPLAINTS: Final = frozenset({"abuse", "fraud"})
_RETURNED: Final = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})
_OWN: Final = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "In-Reply-To")
_MOST_DETAIL: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a report says. permanent: the address is of no use. places: where the name of the letter may stand, the surest first."""

    what: Report
    permanent: bool
    detail: str
    places: Sequence[str]


def told_by(raw: bytes) -> Told | None:
    """What a mail reports; None for one that is no report, or one of something that changes nothing, such as a delay.

    raw: the mail, of which the end may be missing.
    """
    mail = message_from_bytes(raw)
    if mail.get_content_type() != "multipart/report":
        return None
    for part in _parts(mail):
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            said = _delivery(part)
        elif part.get_content_type() == "message/feedback-report":
            said = _complaint(part)
        else:
            continue
        if said is not None:
            what, permanent, detail = said
            return Told(what=what, permanent=permanent, detail=_line(detail), places=list(_places(mail, part)))
        return None
    return None


def is_gone(status: str, diagnostic: str) -> bool:
    """Whether nothing should be sent to an address again. status: such as "5.1.1"; where it says nothing, the diagnostic is read."""
    found = _STATUS.search(status)
    if found is None or found.group(2, 3) == ("0", "0"):
        found = _STATUS.search(diagnostic) or found
    if found is not None and found.group(2, 3) != ("0", "0"):
        return found.group(1) == "5" and f"{found.group(2)}.{found.group(3)}" in _GONE
    reply = _REPLY.search(diagnostic)
    if reply is not None:
        return reply.group(1) in _NO_SUCH_MAILBOX
    return found is not None and found.group(1) == "5"


def _delivery(part: Mail) -> tuple[Report, bool, str] | None:
    """The worst of what is said of the recipients: a letter has one, and where it was passed on to several, one failed."""
    groups = [(_field(block, "Action").lower(), block) for block in _parts(part) if block.get("Action")]
    for action, block in groups:
        if action == "failed":
            status, diagnostic = _field(block, "Status"), _field(block, "Diagnostic-Code")
            return "bounced", is_gone(status, diagnostic), f"{status} {diagnostic}"
    for action, block in groups:
        if action == "delivered":
            return "delivered", False, _field(block, "Status")
    return None


def _complaint(part: Mail) -> tuple[Report, bool, str] | None:
    fields = next(_parts(part), None)
    kind = _field(fields, "Feedback-Type").lower() if fields is not None else ""
    return ("complained", False, kind) if fields is not None and kind in _COMPLAINTS else None


def _places(mail: Mail, report: Mail) -> Iterator[str]:
    """The letter that came back says it best. Only its own name counts: what it answers, or refers to, is another letter."""
    for part in _parts(mail):
        if part.get_content_type() in _RETURNED:
            letter = _letter(part)
            yield from _values(letter, ("Message-ID", "Return-Path"))
    for block in _parts(report):
        yield from _values(block, ("Original-Envelope-Id", "X-Original-Message-ID", "Original-Mail-From"))
    yield from _values(mail, _OWN)


def _letter(part: Mail) -> Mail:
    """The letter, or its headers, that a part holds."""
    inner = next(_parts(part), None)
    if inner is not None:
        return inner
    raw = part.get_payload(decode=True)
    return message_from_string(raw.decode("utf-8", "replace") if isinstance(raw, bytes) else "")


def _parts(mail: Mail) -> Iterator[Mail]:
    payload = mail.get_payload()
    if isinstance(payload, list):
        yield from (part for part in payload if isinstance(part, Message))


def _values(mail: Mail, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        yield from (str(value) for value in mail.get_all(name, []))


def _field(block: Mail, name: str) -> str:
    return _line(str(block.get(name, "")))


def _line(text: str) -> str:
    """One line of what can be kept and shown."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:_MOST_DETAIL]
