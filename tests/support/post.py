"""Who takes letters? A real SMTP server on a free port that keeps them, and answers as it is told."""

import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller


class Post:
    """A mail server. answer: what it says to a letter; None: it hangs up without a word. senders: of the envelopes of the letters."""

    def __init__(self) -> None:
        self.letters: list[Message] = []
        self.senders: list[str] = []
        self.answer: str | None = "250 taken"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.senders.append(envelope.mail_from)
        self.letters.append(message_from_bytes(envelope.content, policy=default))
        if self.answer is None:
            server.transport.close()
            return "250 nobody hears this"
        return self.answer


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    handler = Post()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


def smtp(port: int) -> dict[str, Any]:
    """Settings that send letters there."""
    return {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_tls": "none", "smtp_from": "uems@example.com"}
