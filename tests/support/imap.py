"""Who keeps mails? A small IMAP server (RFC 3501) over TLS on a free port, with the commands by which a mailbox is read."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from tests.support.certificates import self_signed

_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|\(([^)]*)\)|(\S+)')


@dataclass(kw_only=True)
class Kept:
    """A mail in the folder."""

    uid: int
    raw: bytes
    came: date
    seen: bool = False


@dataclass(kw_only=True)
class Imap:
    """The mailbox. commands: what was asked, without passwords. breaks: a command at which the server hangs up, as often as told.

    at_fetch: what it does when it is asked for mails, instead of sending them: nothing, a byte now and then, or to announce too many bytes.

    number_behind: the number of a mail stands behind it, as some servers write it. wants_id: opens no folder for who did not say its name.
    """

    user: str = "bounces@shop.example"
    password: str = 'se"cret \\1'
    folder: str = "INBOX"
    validity: int = 7
    mails: list[Kept] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    breaks: dict[str, int] = field(default_factory=dict)
    at_fetch: Literal["", "wait", "drip", "boast"] = ""
    number_behind: bool = False
    wants_id: bool = False
    port: int = 0
    certificate: Path = Path()

    @property
    def server(self) -> str:
        return f"localhost:{self.port}"

    def tls(self) -> ssl.SSLContext:
        """By which the server is believed."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def put(self, raw: bytes, came: datetime) -> int:
        """Put a mail there; its number."""
        uid = max((one.uid for one in self.mails), default=0) + 1
        self.mails.append(Kept(uid=uid, raw=raw, came=came.astimezone(UTC).date()))
        return uid

    def seen(self) -> list[int]:
        return [one.uid for one in self.mails if one.seen]


class _Talk:
    """One connection."""

    def __init__(self, box: Imap, wire: ssl.SSLSocket) -> None:
        self._box, self._wire, self._file = box, wire, wire.makefile("rb")
        self._logged_in = self._named = self._selected = False

    def run(self) -> None:
        self._say(b"* OK [CAPABILITY IMAP4rev1 ID] ready")
        while line := self._file.readline():
            tag, _, rest = line.decode("ascii").rstrip("\r\n").partition(" ")
            words = [self._plain(found) for found in _WORD.finditer(rest)]
            name = " ".join(words[:2]).upper() if words[0].upper() == "UID" else words[0].upper()
            self._box.commands.append("LOGIN" if name == "LOGIN" else " ".join(words))
            if self._box.breaks.get(name, 0) > 0:
                self._box.breaks[name] -= 1
                return
            arguments = words[2:] if name.startswith("UID ") else words[1:]
            self._say(f"{tag} {self._answer(name, arguments)}".encode())
            if name == "LOGOUT":
                return

    @staticmethod
    def _plain(found: re.Match[str]) -> str:
        quoted, listed, word = found.groups()
        return re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else listed if listed is not None else word

    def _say(self, line: bytes) -> None:
        self._wire.sendall(line + b"\r\n")

    def _answer(self, name: str, words: list[str]) -> str:
        box = self._box
        if name == "CAPABILITY":
            self._say(b"* CAPABILITY IMAP4rev1 ID")
        elif name == "ID":
            self._named = True
            self._say(b"* ID NIL")
        elif name == "LOGIN":
            if words != [box.user, box.password]:
                return "NO [AUTHENTICATIONFAILED] wrong user or password"
            self._logged_in = True
        elif name == "LOGOUT":
            self._say(b"* BYE")
        elif not self._logged_in:
            return "BAD log in first"
        elif name == "SELECT":
            if box.wants_id and not self._named:
                return "NO SELECT Unsafe Login. Please contact us."
            if words != [box.folder]:
                return "NO no such folder"
            self._selected = True
            self._say(f"* {len(box.mails)} EXISTS".encode())
            self._say(f"* OK [UIDVALIDITY {box.validity}] UIDs valid".encode())
            return "OK [READ-WRITE] done"
        elif not self._selected:
            return "BAD select first"
        elif name == "UID SEARCH":
            self._say(b"* SEARCH " + " ".join(str(one.uid) for one in self._found(words)).encode())
        elif name == "UID FETCH":
            self._fetch(words)
        elif name == "UID STORE":
            for one in self._listed(words[0]):
                one.seen = one.seen or "\\Seen" in words[2]
        else:
            return "BAD unknown command"
        return "OK done"

    def _found(self, words: list[str]) -> list[Kept]:
        if words[0] == "SINCE":
            day = datetime.strptime(words[1], "%d-%b-%Y").replace(tzinfo=UTC).date()
            return [one for one in self._box.mails if one.came >= day]
        return self._listed(words[1])

    def _listed(self, numbers: str) -> list[Kept]:
        last = max((one.uid for one in self._box.mails), default=0)
        wanted: set[int] = set()
        for part in numbers.split(","):
            first, colon, second = part.partition(":")
            begin, end = int(first), int(first) if not colon else last if second == "*" else int(second)
            wanted.update(range(min(begin, end), max(begin, end) + 1))  # the two ends may stand in either order
        return [one for one in self._box.mails if one.uid in wanted]

    def _fetch(self, words: list[str]) -> None:
        found = re.fullmatch(r"BODY\.PEEK\[\]<0\.(\d+)>", words[1])
        assert found is not None, words
        if self._box.at_fetch == "boast":
            self._say(b"* 1 FETCH (UID 1 BODY[]<0> {99999999}")
        while self._box.at_fetch:
            # Until whoever asked has had enough of it, and hangs up.
            self._wire.sendall(b"." if self._box.at_fetch != "wait" else b"")
            self._wire.settimeout(0.05)
            with suppress(TimeoutError):
                if not self._wire.recv(1):
                    raise OSError("it hung up")
        for one in self._listed(words[0]):
            raw, uid = one.raw[: int(found.group(1))], f"UID {one.uid}"
            before, behind = ("", f" {uid}") if self._box.number_behind else (f"{uid} ", "")
            self._wire.sendall(f"* {one.uid} FETCH ({before}BODY[]<0> {{{len(raw)}}}\r\n".encode() + raw + f"{behind})\r\n".encode())


@contextmanager
def keeping(folder: Path) -> Iterator[Imap]:
    """A server; folder: for its certificate."""
    certificate, key = self_signed(folder, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    box = Imap(certificate=certificate)
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        box.port = listening.getsockname()[1]

        def talk(raw: socket.socket) -> None:
            with suppress(OSError), raw, context.wrap_socket(raw, server_side=True) as wire:
                wire.settimeout(10)
                _Talk(box, wire).run()

        def listen() -> None:
            while True:
                try:
                    raw, _ = listening.accept()
                except OSError:
                    return
                threads.append(threading.Thread(target=talk, args=(raw,)))
                threads[-1].start()

        ear = threading.Thread(target=listen)
        ear.start()
        try:
            yield box
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            ear.join()
            for thread in threads:
                thread.join()
