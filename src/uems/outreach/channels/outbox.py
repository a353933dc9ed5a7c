"""The built-in outbox: nothing leaves the house, and every message can be looked at. For demonstrations and rehearsals."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.outreach.channel import Config, Handed, Letter, Medium, Transport, Unknown


class Outbox(Config):
    """Nothing to set."""


class _Kept:
    async def send(self, letter: Letter) -> Handed:
        return Handed(provider_id=letter.key, detail="outbox")


class _Outbox:
    key: Final = "outbox"
    label_zh: Final = "内置发件箱"
    label_en: Final = "Built-in outbox"
    Config: Final = Outbox
    sample: Final = Outbox()
    medium: Final[Medium] = "address"
    unknown: Final[Unknown] = "repeated"
    connections: Final = 1
    secrets: Final[Sequence[str]] = ()

    def why_off(self, settings: Settings, config: Outbox) -> str:
        return ""

    @asynccontextmanager
    async def open(self, settings: Settings, scope: Scope, config: Outbox) -> AsyncIterator[Transport]:
        yield _Kept()


ITEM = _Outbox()
