"""How is a mailbox read so that nothing is lost and nobody waits for ever? IMAP over TLS, by numbers that only grow.

Mails are taken by their number (UID), not by whether they were seen: a person, or another program, who opens them takes nothing away.
"""

import imaplib
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, NoReturn, TypeAlias

from uems.kernel import mail
from uems.kernel.outbound import OutboundError, dial
from uems.kernel.settings import Settings

PORT: Final = 993
STEP_SECONDS: Final = 15.0
SESSION_SECONDS: Final = 60.0
MOST_BYTES: Final = 262_144
"""Of one mail; the report stands before the letter that came back."""
_MOST_SESSION_BYTES: Final = 100_000_000
_UID: Final = re.compile(rb"\bUID (\d+)")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


Reason: TypeAlias = Literal["refused", "unknown_host", "tls", "unreachable", "timeout", "login", "folder", "answer"]
"""Why a mailbox could not be read. refused: an address in a private network. answer: it broke off, or said what nobody can read."""
_BY_CODE: Final[Mapping[str, Reason]] = {
    "outbound_refused": "refused",
    "outbound_unknown_host": "unknown_host",
    "outbound_tls": "tls",
    "outbound_timeout": "timeout",
}


class Unread(Exception):
    """The mailbox could not be read: why, and in words."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which mailbox. server: its name, and ":" with the port where it is not 993."""

    server: str
    user: str
    password: str
    folder: str


class _Wire(imaplib.IMAP4):
    """The protocol over a connection that stands. What the other side may make us keep is bounded."""

    def __init__(self, connected: ssl.SSLSocket) -> None:
        self._connected, self._taken = connected, 0
        super().__init__()

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        return self._connected

    def read(self, size: int) -> bytes:
        self._bound(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._bound(len(line))
        return line

    def _bound(self, size: int) -> None:
        self._taken += size
        if size > 4 * MOST_BYTES or self._taken > _MOST_SESSION_BYTES:
            raise self.abort("it sends more than was asked for")


class Session:
    """An open mailbox. uid_validity: by what the server numbers its mails."""

    def __init__(self, wire: _Wire, uid_validity: int) -> None:
        self._wire, self.uid_validity, self._begun = wire, uid_validity, time.monotonic()

    @property
    def is_late(self) -> bool:
        """Whether whoever reads should come back another time, rather than be cut off."""
        return time.monotonic() - self._begun > SESSION_SECONDS / 2

    def after(self, last_uid: int) -> list[int]:
        """Numbers of the mails that came after this one, in order."""
        # TRICKY: "n:*" names the last mail even where its number is smaller than n.
        return [uid for uid in self._search("UID", f"{last_uid + 1}:*") if uid > last_uid]

    def since(self, day: date) -> list[int]:
        """Numbers of the mails that came on this day or later, in order."""
        return self._search("SINCE", f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}")

    def fetch(self, uids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """(number, mail) of those that are still there, none of them longer than ``MOST_BYTES``. Nothing is marked by it."""
        wanted = set(uids)
        for uid, raw in _mails(self._uid("FETCH", _listed(uids), f"(BODY.PEEK[]<0.{MOST_BYTES}>)")):
            if uid in wanted:
                yield uid, raw

    def mark(self, uids: Sequence[int]) -> None:
        """Mark mails as seen."""
        if uids:
            self._uid("STORE", _listed(uids), "+FLAGS.SILENT", "(\\Seen)")

    def _search(self, *what: str) -> list[int]:
        found: set[int] = set()
        for line in self._uid("SEARCH", *what):
            if isinstance(line, bytes):
                found.update(int(word) for word in line.split() if word.isdigit())
        return sorted(found)

    def _uid(self, command: str, *said: str) -> list[object]:
        answer, data = self._wire.uid(command, *said)
        if answer != "OK":
            _refuse(command, data)
        return list(data or [])


@contextmanager
def opened(settings: Settings, place: Place, *, tls: ssl.SSLContext | None = None) -> Iterator[Session]:
    """A mailbox for the length of the block, ``SESSION_SECONDS`` at most. Raises ``Unread``, also for what goes wrong in the block."""
    host, _, port = place.server.partition(":")
    try:
        connected = dial(settings, host, int(port or PORT), seconds=STEP_SECONDS, tls=tls)
    except OutboundError as error:
        raise Unread(_BY_CODE.get(error.code, "unreachable"), error.message) from error
    # A server that sends a byte a second would hold the thread for ever: each of its steps is in time.
    over = threading.Timer(SESSION_SECONDS, _cut, (connected,))
    over.daemon = True
    over.start()
    wire = None
    try:
        wire = _Wire(connected)
        yield Session(wire, _selected(wire, place))
        with suppress(imaplib.IMAP4.error, OSError):
            wire.logout()
    except TimeoutError as error:
        raise Unread("timeout", f"{host} did not answer in time.") from error
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        said = mail.shown(str(error)) or type(error).__name__
        raise Unread("answer", f"{host} broke off, or gave an answer that cannot be read ({said}).") from error
    finally:
        over.cancel()
        over.join()
        if wire is not None:
            with suppress(OSError):
                wire.shutdown()
        connected.close()


def _cut(connected: ssl.SSLSocket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(connected, socket.SHUT_RDWR)


def _selected(wire: _Wire, place: Place) -> int:
    """Log in and open the folder; its UIDVALIDITY."""
    try:
        wire.login(place.user, place.password)
    except wire.abort:
        raise
    except wire.error as error:
        said = mail.shown(error.args[0] if error.args and isinstance(error.args[0], bytes) else str(error))
        raise Unread("login", "The login was refused" + (f": {said}" if place.password not in said else "") + ".") from error
    if "ID" in wire.capabilities:
        # RFC 2971. Some large providers in China open no folder for a program that does not say what it is.
        wire.xatom("ID", '("name" "UEMS")')
    answer, data = wire.select(f'"{place.folder}"')
    if answer != "OK":
        raise Unread("folder", f"There is no folder {place.folder!r} that may be opened: {_words(data)}.")
    _, validity = wire.response("UIDVALIDITY")
    last = validity[-1] if validity else None
    if not isinstance(last, bytes) or not last.isdigit():
        raise Unread("answer", "The server does not number its mails for good (UIDVALIDITY). Use a mailbox on another server.")
    return int(last)


def _mails(data: Sequence[object]) -> Iterator[tuple[int, bytes]]:
    """The mails of an answer to FETCH; the number may stand before the mail or behind it."""
    for place, entry in enumerate(data):
        if not isinstance(entry, tuple) or len(entry) < 2:
            continue
        behind = data[place + 1] if place + 1 < len(data) else b""
        found = _UID.search(entry[0]) or _UID.search(behind if isinstance(behind, bytes) else b"")
        if found is not None:
            yield int(found.group(1)), bytes(entry[1])


def _listed(uids: Sequence[int]) -> str:
    return ",".join(map(str, uids))


def _words(data: Sequence[object] | None) -> str:
    return mail.shown(b" ".join(line for line in data or [] if isinstance(line, bytes)))


def _refuse(command: str, data: Sequence[object] | None) -> NoReturn:
    raise Unread("answer", f"The server refused {command}: {_words(data)}.")
