"""Is a mail somebody's answer, and what does it say beyond what it quotes?

Reports are read before this. What a machine sent by itself (RFC 3834, and the older headers that programs still write) is told apart.
Quoted text is cut off where mail programs mark it: the line that names who wrote, lines that begin with ">", and what stands behind the
dashes of a signature. Where that would leave nothing, everything is kept.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses, parsedate_to_datetime
from typing import Final

from uems.outreach.templates.compiled import as_text

MOST_TEXT: Final = 50_000
_IDS: Final = re.compile(r"<[^<>\s]{1,900}>")
_MOST_REFERRED: Final = 50
_BULK: Final = frozenset({"bulk", "list", "junk", "auto_reply"})
_MACHINE_BOXES: Final = ("mailer-daemon@", "postmaster@", "no-reply@", "noreply@", "do-not-reply@", "donotreply@")
_INTRODUCED: Final = re.compile(
    r"^(?:on\b.{4,200}\bwrote:|am\b.{4,200}\bschrieb.{0,80}:|le\b.{4,200}a écrit\s*:|.{0,200}(?:于|在).{4,120}写道[:：]|"
    r".{1,200}<[^<>\s]+@[^<>\s]+>\s*(?:于.{0,80})?(?:写道|wrote|schrieb)?[:：]|"
    r"-{2,}\s*(?:original message|forwarded message|原始邮件|原邮件|转发邮件|ursprüngliche nachricht)\s*-{2,}.*|_{20,})$",
    re.IGNORECASE,
)
_HEADER_BLOCK: Final = re.compile(r"^\*?(?:from|发件人|寄件者)\*?\s*[:：].*", re.IGNORECASE)
_HEADER_NEXT: Final = re.compile(r"^\*?(?:sent|date|to|subject|发送时间|日期|收件人|主题|寄件日期)\*?\s*[:：].*", re.IGNORECASE)
_SIGNATURES: Final = re.compile(r"^(?:-- ?|sent from my .{1,60}|发自我的.{1,40}|get outlook for .{1,40})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """size: in bytes; of what was read of the mail."""

    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """from_address: lower case. places: where the name of the letter that is answered may stand, the surest first. at: None for unknown."""

    wire: str
    refers: Sequence[str]
    from_address: str
    subject: str
    text: str
    original: str
    attachments: Sequence[Attached]
    automatic: bool
    at: datetime | None
    places: Sequence[str]


def reply_in(raw: bytes) -> Reply | None:
    """None for a mail without an address, or from a machine that takes none. raw: the mail, of which the end may be missing."""
    mail = message_from_bytes(raw, policy=default)
    if not isinstance(mail, EmailMessage) or mail.get_content_type() == "multipart/report":
        return None
    senders = [address.lower() for _, address in getaddresses([_field(mail, "From")]) if "@" in address]
    if not senders or senders[0].startswith(_MACHINE_BOXES):
        return None
    original = _text(mail)
    refers = [*_IDS.findall(_field(mail, "In-Reply-To")), *reversed(_IDS.findall(_field(mail, "References")))]
    names = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
    own = _IDS.findall(_field(mail, "Message-ID"))
    return Reply(
        wire=own[0] if own else "",
        refers=refers[:_MOST_REFERRED],
        from_address=senders[0],
        subject=" ".join(_field(mail, "Subject").split())[:300],
        text=without_quotes(original),
        original=original,
        attachments=list(_attached(mail)),
        automatic=_is_automatic(mail),
        at=_sent_at(mail),
        places=[*refers[:_MOST_REFERRED], *(_field(mail, name) for name in names)],
    )


def without_quotes(text: str) -> str:
    """What they wrote themselves; all of it where nothing would be left."""
    lines = text.replace("\r\n", "\n").split("\n")
    kept: list[str] = []
    for place, line in enumerate(lines):
        said = line.strip()
        following = next((each.strip() for each in lines[place + 1 : place + 3] if each.strip()), "")
        joined = f"{said} {lines[place + 1].strip()}" if place + 1 < len(lines) and said else said
        begins = _INTRODUCED.match(said) or (said.lower().startswith("on ") and _INTRODUCED.match(joined))
        if begins or (_HEADER_BLOCK.match(said) and _HEADER_NEXT.match(following)):
            # Some answer below what they quote: then what follows the quote is theirs.
            below = _below(lines[place + 1 :])
            if "".join(kept).strip() or not below:
                break
            return below
        if _SIGNATURES.match(line.rstrip()) and "".join(kept).strip():
            break
        if not said.startswith(">"):
            kept.append(line.rstrip())
    found = "\n".join(kept).strip()
    return found or text.strip()


def _below(lines: Sequence[str]) -> str:
    """What stands among and behind lines that are marked as quoted; "" where none is, for then the quote is not marked."""
    if not any(line.strip().startswith(">") for line in lines):
        return ""
    said: list[str] = []
    for line in lines:
        if _SIGNATURES.match(line.rstrip()) and said:
            break
        if line.strip() and not line.strip().startswith(">"):
            said.append(line.rstrip())
    return "\n".join(said).strip()


def _is_automatic(mail: EmailMessage) -> bool:
    submitted = _field(mail, "Auto-Submitted").lower().partition(";")[0].strip()
    if submitted and submitted != "no":
        return True
    if _field(mail, "Precedence").lower().strip() in _BULK or _field(mail, "List-Id"):
        return True
    return any(_field(mail, name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress-Reason"))


def _text(mail: EmailMessage) -> str:
    """The plain text, else the HTML as text."""
    try:
        part = mail.get_body(preferencelist=("plain", "html"))
        if part is None:
            return ""
        content = part.get_content()
    except (LookupError, ValueError, AttributeError, AssertionError):
        # An unknown charset, or a part that is broken: what can be read of it is better than nothing.
        payload = mail.get_payload(decode=True)
        return payload.decode("utf-8", "replace")[:MOST_TEXT] if isinstance(payload, bytes) else ""
    said = as_text(content) if part.get_content_type() == "text/html" else content
    return "".join(letter for letter in said.replace("\r\n", "\n") if letter != "\x00" and not "\ud800" <= letter <= "\udfff")[
        :MOST_TEXT
    ].strip()


def _attached(mail: EmailMessage) -> Iterator[Attached]:
    for part in list(mail.iter_attachments())[:50] if mail.is_multipart() else ():
        payload = part.get_payload(decode=True)
        name = " ".join((part.get_filename() or "").split())[:300]
        yield Attached(name=name or part.get_content_type(), size=len(payload) if isinstance(payload, bytes) else 0)


def _sent_at(mail: EmailMessage) -> datetime | None:
    try:
        found = parsedate_to_datetime(_field(mail, "Date"))
    except (TypeError, ValueError):
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _field(mail: EmailMessage, name: str) -> str:
    """TRICKY: headers that break the rules raise when they are read, not when they are parsed."""
    try:
        found = "".join(letter if letter.isprintable() else " " for value in mail.get_all(name, []) for letter in f"{value} ")
    except (ValueError, IndexError, AttributeError, TypeError):
        return ""
    return found.strip()
