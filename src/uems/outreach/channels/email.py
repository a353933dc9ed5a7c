"""E-mail: by the mail server of the installation; where there is none, letters stay in the built-in outbox and are shown there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Final

from pydantic import Field

from uems.kernel import mail
from uems.kernel.edge import Clean
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.channel import ChannelBase, Config, Handed, Letter, Medium, Transport, Unknown
from uems.outreach.channels._mime import Skeleton, mailbox
from uems.outreach.channels._smtp import Pool

Line = Annotated[str, Field(max_length=200), Clean]


class Email(Config):
    """from_name: stands before the address. from_address: "" for that of the installation. reply_to: where answers go, if elsewhere."""

    from_name: Line = ""
    from_address: mail.Address | Annotated[str, Field(max_length=0)] = ""
    reply_to: mail.Address | Annotated[str, Field(max_length=0)] = ""


class _Smtp:
    def __init__(self, pool: Pool, skeleton: Skeleton, sender: str) -> None:
        self._pool, self._skeleton, self._sender = pool, skeleton, sender

    async def send(self, letter: Letter) -> Handed:
        handed = await self._pool.deliver(self._sender, letter.address, self._skeleton.fill(letter))
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

    @asynccontextmanager
    async def open(self, house: House, scope: Scope, config: Email) -> AsyncIterator[Transport]:
        sender = mail.bare(config.from_address or (mail.sender_of(house.settings) if house.settings.smtp_host else "uems@localhost"))
        skeleton = Skeleton(from_=mailbox(config.from_name, sender), domain=sender.rpartition("@")[2], reply_to=config.reply_to)
        if not house.settings.smtp_host:
            yield _Kept(skeleton)
            return
        async with Pool(house.settings, self.connections) as pool:
            yield _Smtp(pool, skeleton, sender)


ITEM = _Email()
