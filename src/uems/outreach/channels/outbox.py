"""The built-in outbox: nothing leaves the house, and every message can be looked at. For demonstrations and rehearsals."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.channel import ChannelBase, Config, Handed, Letter, Medium, Transport, Unknown


class Outbox(Config):
    """Nothing to set."""


class _Kept:
    async def send(self, letter: Letter) -> Handed:
        return Handed(provider_id=letter.key, detail="outbox")


class _Outbox(ChannelBase):
    key: Final = "outbox"
    label_zh: Final = "内置发件箱"
    label_en: Final = "Built-in outbox"
    Config: Final = Outbox
    sample: Final = Outbox()
    medium: Medium = "address"
    unknown: Unknown = "repeated"
    connections = 1

    @asynccontextmanager
    async def open(self, house: House, scope: Scope, config: Outbox) -> AsyncIterator[Transport]:
        yield _Kept()


ITEM = _Outbox()
