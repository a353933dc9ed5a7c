"""How does a letter reach the mail server, and is it known whether it was taken?

A letter that was refused, or never handed over, may be tried again. One that was handed over without an answer may be on its way:
it is never sent again, because nobody should get the same alarm twice.
"""

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field

from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings

SECONDS = 15.0


def address(value: str) -> str:
    """The one spelling of an e-mail address; raises ValueError for what is none."""
    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise ValueError(f"is no e-mail address ({error})") from error


Address = Annotated[str, Field(max_length=254), AfterValidator(address)]
"""Where a letter can be sent."""


class Handed(Exception):
    """What came of it, where it did not simply succeed. uncertain: it may have been taken. permanent: trying again is pointless."""

    def __init__(self, message: str, *, permanent: bool = False, uncertain: bool = False) -> None:
        super().__init__(message)
        self.permanent, self.uncertain = permanent, uncertain


def require_smtp(settings: Settings) -> None:
    """Raises ``no_smtp`` (422) where letters cannot be sent."""
    if not settings.smtp_host:
        raise UemsError("no_smtp", "E-mail cannot be sent: no mail server is set. Ask the operator to set UEMS_SMTP_HOST.", status=422)


def letter(
    settings: Settings, *, to: str, subject: str, text: str, delivery_id: str, now: datetime, paper: tuple[str, bytes] | None = None
) -> EmailMessage:
    """A letter whose number is that of the delivery. paper: name and content of a PDF that goes with it."""
    made = EmailMessage()
    made["From"] = sender_of(settings)
    made["To"] = to
    made["Subject"] = " ".join(subject.split())
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{delivery_id}@uems>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text)
    if paper is not None:
        made.add_attachment(paper[1], maintype="application", subtype="pdf", filename=paper[0])
    return made


def send(settings: Settings, message: EmailMessage) -> str:
    """Hand a letter over; what the server answered. Raises ``Handed``."""
    try:
        with _connected(settings) as server:
            return _handed_over(server, message)
    except Handed:
        raise
    except smtplib.SMTPAuthenticationError as error:
        raise Handed(f"The mail server refused the login ({error.smtp_code}).", permanent=False) from error
    except (smtplib.SMTPException, OSError) as error:
        raise Handed(f"The mail server cannot be reached ({type(error).__name__}).") from error


def _connected(settings: Settings) -> smtplib.SMTP:
    tls = None if settings.smtp_tls == "none" else ssl.create_default_context()
    server: smtplib.SMTP
    if settings.smtp_tls == "tls":
        server = smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=SECONDS, context=tls)
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SECONDS)
    try:
        if settings.smtp_tls == "starttls":
            server.starttls(context=tls)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
    except BaseException:
        server.close()
        raise
    return server


def _handed_over(server: smtplib.SMTP, message: EmailMessage) -> str:
    server.ehlo_or_helo_if_needed()
    for command, address in ((server.mail, str(message["From"])), (server.rcpt, str(message["To"]))):
        code, answer = command(bare(address))
        if code not in (250, 251):
            raise Handed(f"The mail server refused {bare(address)} ({code} {shown(answer)}).", permanent=code >= 500)
    try:
        # With the line ends that the protocol asks for: bare ones make a long letter one line, which servers refuse.
        code, answer = server.data(message.as_bytes(policy=message.policy.clone(linesep="\r\n")))
    except smtplib.SMTPDataError as error:  # before the letter itself
        raise Handed(f"The mail server took no letter ({error.smtp_code}).", permanent=error.smtp_code >= 500) from error
    except (smtplib.SMTPException, OSError) as error:
        raise Handed("The mail server was handed the letter and did not answer; it is not sent again.", uncertain=True) from error
    if code != 250:
        raise Handed(f"The mail server refused the letter ({code} {shown(answer)}).", permanent=code >= 500)
    return f"{code} {shown(answer)}"


def sender_of(settings: Settings) -> str:
    """Whom letters come from where nobody says otherwise."""
    return settings.smtp_from or f"uems@{settings.smtp_host}"


def bare(address: str) -> str:
    """The address alone, without the name that may stand before it."""
    return address.rsplit("<", 1)[-1].rstrip(">").strip()


def shown(answer: bytes | str) -> str:
    """What a server answered, in one line."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())[:200]
