"""How do many letters reach a mail server at once? Some connections that stay open, each with one letter at a time."""

import asyncio
import ssl
from contextlib import suppress
from types import TracebackType
from typing import Final

import aiosmtplib

from uems.kernel import mail
from uems.kernel.settings import Settings
from uems.outreach.channel import Handed, Refused

_PER_CONNECTION: Final = 500
"""After so many letters a connection is made anew, as servers expect."""
_NO_SUCH_MAILBOX: Final = frozenset({550, 551, 553})


class Pool:
    """Connections to the mail server of the settings; an async context. ``deliver`` may run as often at once as there are connections."""

    def __init__(self, settings: Settings, connections: int) -> None:
        self._settings = settings
        self._free: asyncio.LifoQueue[aiosmtplib.SMTP | None] = asyncio.LifoQueue()
        self._used: dict[aiosmtplib.SMTP, int] = {}
        for _ in range(connections):
            self._free.put_nowait(None)

    async def __aenter__(self) -> "Pool":
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        while not self._free.empty():
            server = self._free.get_nowait()
            if server is not None:
                with suppress(aiosmtplib.SMTPException, OSError):
                    await server.quit()
                server.close()

    async def deliver(self, sender: str, to: str, letter: bytes) -> Handed:
        """Hand a letter over. Raises ``Refused``: uncertain where the server was given all of it and never answered."""
        server = await self._free.get()
        kept: aiosmtplib.SMTP | None = None
        try:
            server = server if server is not None and server.is_connected else await self._connected()
            handed = await _handed_over(server, sender, to, letter)
            self._used[server] = self._used.get(server, 0) + 1
            if self._used[server] < _PER_CONNECTION:
                kept = server
            return handed
        except Refused as refused:
            if server is not None and server.is_connected and not refused.uncertain:
                with suppress(aiosmtplib.SMTPException, OSError):
                    await server.rset()
                    kept = server
            raise
        finally:
            if kept is None and server is not None:
                self._used.pop(server, None)
                server.close()
            self._free.put_nowait(kept)

    async def _connected(self) -> aiosmtplib.SMTP:
        settings = self._settings
        server = aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            timeout=mail.SECONDS,
            use_tls=settings.smtp_tls == "tls",
            start_tls=settings.smtp_tls == "starttls",
            username=settings.smtp_user or None,
            password=settings.smtp_password or None,
            tls_context=None if settings.smtp_tls == "none" else ssl.create_default_context(),
        )
        try:
            await server.connect()
        except aiosmtplib.SMTPAuthenticationError as error:
            raise Refused(f"The mail server refused the login ({error.code}).") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Refused(f"The mail server cannot be reached ({type(error).__name__}).") from error
        return server


async def _handed_over(server: aiosmtplib.SMTP, sender: str, to: str, letter: bytes) -> Handed:
    try:
        await server.mail(sender, encoding="utf-8")
        await server.rcpt(to, encoding="utf-8")
    except aiosmtplib.SMTPResponseException as error:
        bad = isinstance(error, aiosmtplib.SMTPRecipientRefused) and error.code in _NO_SUCH_MAILBOX
        message = f"The mail server refused {to if bad else 'the letter'} ({error.code} {mail.shown(error.message)})."
        raise Refused(message, permanent=error.code >= 500, bad_address=bad) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Refused(f"The mail server broke off ({type(error).__name__}).") from error
    try:
        answer = await server.data(letter)
    except aiosmtplib.SMTPResponseException as error:
        raise Refused(
            f"The mail server refused the letter ({error.code} {mail.shown(error.message)}).", permanent=error.code >= 500
        ) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Refused("The mail server was handed the letter and did not answer.", uncertain=True) from error
    return Handed(detail=f"{answer.code} {mail.shown(answer.message)}")
