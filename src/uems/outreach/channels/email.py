"""E-mail: by the mail server of the installation; where there is none, letters stay in the built-in outbox and are shown there."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from uems.kernel import mail
from uems.kernel.edge import Clean
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.channel import ChannelBase, Config, Handed, Letter, Medium, Transport, Unknown
from uems.outreach.channels._mime import Skeleton, mailbox
from uems.outreach.channels._smtp import Pool
from uems.outreach.mailbox.naming import LONGEST, Names

Line = Annotated[str, Field(max_length=200), Clean]
_LOCAL: Final = 64
"""Letters before the @ that servers take (RFC 5321)."""
_LAST_PORT: Final = 65_535


def _returning(value: str) -> str:
    """An address that something comes back to; "*" once before the @, in place of the name of a letter, where every letter has its own."""
    if not value:
        return value
    place, _, domain = value.rpartition("@")
    if "*" in domain or place.count("*") > 1 or len(place) + LONGEST * place.count("*") > _LOCAL:
        raise ValueError(f"may have one * before the @, and then {_LOCAL - LONGEST} letters before the @ at most")
    mail.address(value.replace("*", "0"))
    return value


def _port_in_bounds(value: str) -> str:
    port = value.partition(":")[2]
    if port and not 0 < int(port) <= _LAST_PORT:
        raise ValueError(f"has a port that is none; there are 1 to {_LAST_PORT}")
    return value


Returning = Annotated[str, Field(max_length=254), Clean, AfterValidator(_returning)]
# What IMAP reads as one word, so that nothing of it can be taken for a command.
Server = Annotated[
    str, Field(max_length=200, pattern=r"^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?)?$"), AfterValidator(_port_in_bounds)
]
User = Annotated[str, Field(max_length=200, pattern=r"^[!#$&'+,./0-9:;<=>?@A-Z^_`a-z|~\[-]*$")]
Password = Annotated[str, Field(max_length=200, pattern=r"^[ -~]*$")]
Folder = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[ !#-\[\]-~]+$")]


class Email(Config):
    """from_name: stands before the address. from_address: "" for that of the installation. reply_to: where answers go, if elsewhere.

    bounce_address: where mail servers send what cannot be delivered; "" for the address of the sender. bounce_server: IMAP server over TLS
    of the mailbox that is read for reports, with ":" and its port where that is not 993; "" for none. replies: whether what people answer
    there becomes conversations. A "*" in reply_to stands for the name of the letter, so that every answer names what it is to.
    """

    from_name: Line = ""
    from_address: mail.Address | Annotated[str, Field(max_length=0)] = ""
    reply_to: Returning = ""
    bounce_address: Returning = ""
    bounce_server: Server = ""
    bounce_user: User = ""
    bounce_password: Password = ""
    bounce_folder: Folder = "INBOX"
    replies: Literal["read", "leave"] = "read"

    @model_validator(mode="after")
    def _can_be_opened(self) -> Self:
        if self.bounce_server and not (self.bounce_user and self.bounce_password):
            raise ValueError("bounce_server needs bounce_user and bounce_password")
        return self


class _Smtp:
    """returning: where what cannot be delivered goes, with "*" for the name of the letter."""

    def __init__(self, pool: Pool, skeleton: Skeleton, returning: str, names: Names) -> None:
        self._pool, self._skeleton, self._returning, self._names = pool, skeleton, returning, names

    async def send(self, letter: Letter) -> Handed:
        sender = self._returning.replace("*", self._names.name(letter.key)) if "*" in self._returning else self._returning
        handed = await self._pool.deliver(sender, letter.address, self._skeleton.fill(letter))
        return Handed(provider_id=self._skeleton.message_id(letter), detail=handed.detail)


class _Kept:
    """No mail server is set: the letter is built, so that what is wrong with it shows, and stays in the outbox."""

    def __init__(self, skeleton: Skeleton) -> None:
        self._skeleton = skeleton

    async def send(self, letter: Letter) -> Handed:
        self._skeleton.fill(letter)
        return Handed(provider_id=self._skeleton.message_id(letter), detail="outbox")


class _Email(ChannelBase):
    key: Final = "email"
    label_zh: Final = "邮件"
    label_en: Final = "E-mail"
    Config: Final = Email
    sample: Final = Email(from_name="UEMS")
    medium: Medium = "email"
    unknown: Unknown = "kept"
    connections = 20
    secrets: Sequence[str] = ("bounce_password",)

    @asynccontextmanager
    async def open(self, house: House, scope: Scope, config: Email) -> AsyncIterator[Transport]:
        sender = mail.bare(config.from_address or (mail.sender_of(house.settings) if house.settings.smtp_host else "uems@localhost"))
        names = Names(house.settings)
        from_, domain = mailbox(config.from_name, sender), sender.rpartition("@")[2]
        skeleton = Skeleton(from_=from_, domain=domain, reply_to=config.reply_to, name=names.name)
        if not house.settings.smtp_host:
            yield _Kept(skeleton)
            return
        async with Pool(house.settings, self.connections) as pool:
            yield _Smtp(pool, skeleton, config.bounce_address or sender, names)


ITEM = _Email()
