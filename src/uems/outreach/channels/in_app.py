"""Messages inside the company's own pages: written into the inbox of the person, from where the browser SDK shows them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field, field_validator

from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.channel import EXTRAS, ChannelBase, Config, Content, Extra, Handed, Letter, Medium, Refused, Transport, Unknown, Weight
from uems.outreach.channels._push import Line, doubtful, weighed
from uems.outreach.inbox.shelf import put

_LONGEST: Final = 8_000
"""Bytes of title and text."""
_SHORTEST_SECRET: Final = 32


class InApp(Config):
    """identity_secret: with what the company's server proves who is signed in; without one only visitors without a user id are reached.

    kept_days: how long a message may be read.
    """

    identity_secret: Line = ""
    kept_days: Annotated[int, Field(ge=1, le=400)] = 30

    @field_validator("identity_secret")
    @classmethod
    def _cannot_be_guessed(cls, value: str) -> str:
        if value and len(value) < _SHORTEST_SECRET:
            raise ValueError(f"must have at least {_SHORTEST_SECRET} characters, such as 64 random hexadecimal digits")
        return value


class _Shelf:
    def __init__(self, house: House, scope: Scope, config: InApp) -> None:
        self._house, self._scope, self._config = house, scope, config

    async def send(self, letter: Letter) -> Handed:
        person_id = letter.values.get("person_id")
        if not isinstance(person_id, int):
            raise Refused("The message is to nobody in particular.", permanent=True)
        until = letter.at + timedelta(days=self._config.kept_days)
        await asyncio.to_thread(put, self._house.store, self._scope, letter, person_id, until)
        return Handed(provider_id=letter.key)


class _InApp(ChannelBase):
    key: Final = "in_app"
    label_zh: Final = "站内消息"
    label_en: Final = "In-app messages"
    Config: Final = InApp
    sample: Final = InApp()
    medium: Medium = "browser"
    content: Content = "note"
    extras: Sequence[Extra] = EXTRAS
    unknown: Unknown = "repeated"
    connections = 4
    secrets: Sequence[str] = ("identity_secret",)

    def address_key(self, config: InApp) -> str:
        return "browser" if config.identity_secret else "unknown_browser"

    def weigh(self, config: InApp, letter: Letter) -> Weight:
        wrong = doubtful(letter)
        return Weight(refusal="bad_link", facts={"field": wrong}) if wrong else weighed(letter, _LONGEST)

    @asynccontextmanager
    async def open(self, house: House, scope: Scope, config: InApp) -> AsyncIterator[Transport]:
        yield _Shelf(house, scope, config)


ITEM = _InApp()
