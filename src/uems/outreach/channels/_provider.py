"""How is a provider called, and what does its refusal mean? Whether it may have arrived, whether to try again, and when."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from uems.kernel.outbound import Answer, Outbound, OutboundError
from uems.outreach.channel import Handed, Letter, Refused

SECONDS: Final = 10.0
_UNSURE: Final = frozenset({500, 502, 504})
"""Statuses of a server that may have done what it was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a refusal means. wait_seconds: when it may be better; None for never. bad_address: nobody is there."""

    wait_seconds: float | None = None
    bad_address: bool = False
    uncertain: bool = False


WRONG: Final = Fault()
"""This message will never go: its text, its template, its parameters."""
NOBODY: Final = Fault(bad_address=True)
"""Nobody can be reached there."""
SOON: Final = Fault(wait_seconds=30)
BUSY: Final = Fault(wait_seconds=60)
HOUR: Final = Fault(wait_seconds=3_600)
DAY: Final = Fault(wait_seconds=86_400)
SETUP: Final = Fault(wait_seconds=600)
"""Keys, rights or money are missing: somebody has to put it right, and messages wait for that until their time is over."""
UNSURE: Final = Fault(uncertain=True, wait_seconds=60)


def call(
    outbound: Outbound,
    url: str,
    *,
    headers: Mapping[str, str],
    content: bytes | None = None,
    json: object = None,
    get: bool = False,
    seconds: float = SECONDS,
) -> Answer:
    """Ask a provider; its answer, whatever the status. Raises ``Refused``, uncertain unless nothing can have left the house."""
    try:
        return outbound.request("GET" if get else "POST", url, headers=headers, content=content, json=json, seconds=seconds)
    except OutboundError as error:
        wait = error.retry_after_seconds or 0.0
        raise Refused(error.message, permanent=error.permanent, uncertain=not error.unsent, wait_seconds=wait) from error


class Sending(ABC):
    """A transport whose calls wait in a thread each; a channel says what one call is."""

    @abstractmethod
    def hand_over(self, letter: Letter) -> Handed:
        """Hand one letter over. Raises ``Refused``."""

    async def send(self, letter: Letter) -> Handed:
        return await asyncio.to_thread(self.hand_over, letter)


def known_again(hand_over: Callable[[], Handed]) -> Handed:
    """Try a second time at once where nobody knows whether it arrived: only for providers that know the message by its key.

    They forget keys after an hour or a day, so nothing is repeated later. Raises ``Refused``.
    """
    try:
        return hand_over()
    except Refused as refused:
        if not refused.uncertain:
            raise
        first = refused
    try:
        return hand_over()
    except Refused as refused:
        raise Refused(f"{first} The second time: {refused}", uncertain=True) from refused


def host_name(url: str) -> str:
    """The value of the header "host", as it is signed."""
    read = httpx.URL(url)
    return f"{read.host}:{read.port}" if read.port else read.host


def fields(answer: Answer) -> dict[str, Any]:
    """The object that was answered; {} where there is none, so that the status alone speaks."""
    try:
        found = answer.json()
    except OutboundError:
        return {}
    return found if isinstance(found, dict) else {}


def refused(provider: str, code: object, said: object, fault: Fault) -> Refused:
    """What the provider refused, in its own words."""
    return Refused(
        f"{provider} refused the message ({code}): {str(said)[:500]}",
        permanent=fault.wait_seconds is None,
        uncertain=fault.uncertain,
        wait_seconds=fault.wait_seconds or 0.0,
        bad_address=fault.bad_address,
    )


def status_fault(answer: Answer) -> Fault:
    """What a status means where the body says nothing that is known."""
    if answer.ok or answer.status in _UNSURE:
        return UNSURE
    if answer.status in (408, 425, 429) or answer.status >= 500:
        try:
            answer.require_ok()
        except OutboundError as error:
            return Fault(wait_seconds=error.retry_after_seconds or BUSY.wait_seconds)
    return SETUP if answer.status in (401, 403, 404) else WRONG
