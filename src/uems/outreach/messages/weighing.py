"""What does a message come to before it is sent: how many parts are billed, what do they cost, and can the channel carry it at all?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.channel import Letter, Weight
from uems.outreach.consent.settings import Setup, setups
from uems.outreach.messages.attempts import Claimed
from uems.outreach.messages.reaching import Reached
from uems.outreach.messages.writing import Writer
from uems.outreach.registry import CHANNELS
from uems.outreach.templates.compiled import Rendered

SHORT: Final = frozenset(channel.key for channel in CHANNELS if channel.content != "letter")
"""Channels whose messages are weighed: short texts, quickly written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A message as this person reads it. version: of the template."""

    version: int
    letter: Letter
    weight: Weight

    def checked(self) -> Letter:
        """The letter; raises UemsError with the word of the refusal where the channel cannot carry it."""
        if self.weight.refusal:
            raise UemsError(self.weight.refusal, f"The channel cannot carry this message: {dict(self.weight.facts)}.", status=422)
        return self.letter


def write(writer: Writer, scope: Scope, setup: Setup, version: int, one: Claimed, person: Reached, now: datetime) -> Written:
    """The message of one person, weighed where its channel bills by length. Raises UemsError where the template does not allow it."""
    channel = setup.channel
    letter = writer.letter(scope, one, version, person, person.address(channel.address_key(setup.config)), now)
    if channel.content == "letter":
        return Written(version=version, letter=letter, weight=Weight())
    letter = replace(letter, html="", subject=letter.subject if channel.content == "note" else "")
    weight = channel.weigh(setup.config, letter)
    return Written(version=version, letter=replace(letter, parts=weight.parts, cost_micros=weight.cost_micros), weight=weight)


def written(
    writer: Writer,
    scope: Scope,
    channels: Mapping[str, Setup],
    versions: Mapping[str, int],
    messages: Iterable[Claimed],
    people: Mapping[int, Reached],
    now: datetime,
) -> dict[int, Written]:
    """Number of the message → it, written. Without those that cannot be written: why not is said when they are to be sent."""
    found: dict[int, Written] = {}
    for one in messages:
        setup, version, person = channels[one.channel], versions.get(one.template_id), people[one.person_id]
        if not setup.usable or version is None or not person.address(setup.channel.address_key(setup.config)):
            continue
        try:
            found[one.message_id] = write(writer, scope, setup, version, one, person, now)
        except UemsError:
            continue
    return found


def preview(house: House, scope: Scope, channel: str, rendered: Rendered, now: datetime) -> Weight:
    """What a rendered template would come to on a channel, to nobody in particular; channel: "" for none. Raises ``not_found``."""
    if not channel or CHANNELS.get(channel).content == "letter":
        return Weight()
    with house.store.read() as conn:
        setup = setups(conn, house.settings, scope.workspace_id)[channel]
    letter = Letter(
        message_id=0,
        key="preview",
        address="",
        language=rendered.language,
        subject=rendered.subject,
        html="",
        text=rendered.text,
        provider_code=rendered.provider_code,
        parameters=rendered.parameters,
        at=now,
    )
    return setup.channel.weigh(setup.config, letter)
