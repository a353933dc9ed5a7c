"""Webhook: a program of the company is told of each message, signed, with a key by which it knows a repeated one."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Final

from pydantic import Field

from uems.kernel.edge import Clean
from uems.kernel.house import House
from uems.kernel.outbound import Outbound, OutboundError, signature
from uems.kernel.scope import Scope
from uems.outreach.channel import ChannelBase, Config, Handed, Letter, Medium, Refused, Transport, Unknown

_SECONDS: Final = 10.0


class Webhook(Config):
    """url: where it is told. secret: signs what is sent (header uems-signature)."""

    url: Annotated[str, Field(max_length=2_000), Clean] = ""
    secret: Annotated[str, Field(max_length=200), Clean] = ""


class _Calls:
    def __init__(self, outbound: Outbound, config: Webhook, scope: Scope) -> None:
        self._outbound, self._config, self._scope = outbound, config, scope

    async def send(self, letter: Letter) -> Handed:
        body = {
            "message": letter.key,
            "workspace": self._scope.slug,
            "language": letter.language,
            "subject": letter.subject,
            "text": letter.text,
            "html": letter.html,
            **letter.values,
        }
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "content-type": "application/json",
            "idempotency-key": letter.key,
            "uems-signature": signature(self._config.secret, content, letter.at),
        }
        return await asyncio.to_thread(self._call, content, headers)

    def _call(self, content: bytes, headers: dict[str, str]) -> Handed:
        try:
            answer = self._outbound.request("POST", self._config.url, headers=headers, content=content, seconds=_SECONDS).require_ok()
        except OutboundError as error:
            # Whatever broke off may have arrived; the same key makes sending it again harmless.
            raise Refused(error.message, permanent=error.permanent, wait_seconds=error.retry_after_seconds or 0.0) from error
        return Handed(provider_id=headers["idempotency-key"], detail=str(answer.status))


class _Webhook(ChannelBase):
    key: Final = "webhook"
    label_zh: Final = "Webhook 回调"
    label_en: Final = "Webhook"
    Config: Final = Webhook
    sample: Final = Webhook(url="https://example.com/messages", secret="a secret of your own")
    medium: Medium = "address"
    unknown: Unknown = "repeated"
    connections = 8
    secrets: Sequence[str] = ("url", "secret")
    needs: Sequence[str] = ("url", "secret")

    @asynccontextmanager
    async def open(self, house: House, scope: Scope, config: Webhook) -> AsyncIterator[Transport]:
        outbound = Outbound(house.settings)
        try:
            yield _Calls(outbound, config, scope)
        finally:
            outbound.close()


ITEM = _Webhook()
