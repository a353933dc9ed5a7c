"""What is a channel? One file that says whom it reaches, how it hands a message over, and what an unanswered one means."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, Protocol, TypeAlias

from pydantic import BaseModel

from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings

Medium: TypeAlias = Literal["email", "phone", "account", "device", "browser", "address"]
"""What a channel needs of a person: an e-mail address, a phone number, an account in a chat program, a device with the company's app, a
browser with its pages, or nothing but itself ("address": its own configuration)."""

Content: TypeAlias = Literal["letter", "note", "text"]
"""What a channel carries. letter: subject, HTML and plain text. note: a title and plain text. text: plain text alone."""

Extra: TypeAlias = Literal["layout", "image_url", "button", "link", "reply"]
"""What a note may have beside title and text: where it is shown, a picture, a button or the note itself that leads
somewhere, and a field for an answer."""
EXTRAS: Final[tuple[Extra, ...]] = ("layout", "image_url", "button", "link", "reply")

Unknown: TypeAlias = Literal["kept", "repeated"]
"""What is done when nobody knows whether it arrived. kept: it stays unknown and is never sent again. repeated: it is sent again under
the same key, by which the other side knows it."""


Door: TypeAlias = Literal["", "console", "message"]
"""How a provider learns where to tell what became of a message. console: somebody enters the address there, once. message: each message
brings its own. "": it does not tell."""


class Config(BaseModel):
    """What a workspace sets of a channel; an unknown field is an error."""

    model_config = {"extra": "forbid", "frozen": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message that is ready to leave the house. key: the same for every attempt, also the idempotency key of the provider.

    headers: those of an e-mail beside the usual ones. values: what other programs are told of the message. provider_code, parameters: of a
    text that the provider keeps, and what is filled in there. parts, cost_micros: what it is expected to be billed as.
    """

    message_id: int
    key: str
    address: str
    language: str
    subject: str
    html: str
    text: str
    headers: Sequence[tuple[str, str]] = ()
    values: Mapping[str, object] = field(default_factory=dict)
    provider_code: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    parts: int = 1
    cost_micros: int = 0
    at: datetime
    receipts_url: str = ""
    """Where the provider may tell what became of it; "" where nobody outside reaches us, or the channel has no such door."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a provider sent to the door of its receipts. url: as the provider knows it. headers: lower-case names."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of one message. key: ours, as its ``Letter`` had it; provider_id: theirs; one of the two is enough.

    permanent: nothing will ever arrive at this address.
    """

    key: str = ""
    provider_id: str = ""
    delivered: bool
    permanent: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What a message comes to before it is sent. parts: messages that are billed. cost_micros: of all, in millionths of the currency.

    refusal: one word why the channel cannot carry it, "" where it can; facts: the numbers behind that word.
    """

    parts: int = 1
    cost_micros: int = 0
    refusal: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """The provider has it. parts: how many messages it bills, cost_micros: what they cost, in millionths of the currency."""

    provider_id: str = ""
    detail: str = ""
    parts: int = 1
    cost_micros: int = 0


class Refused(Exception):
    """The provider does not have it, or nobody knows. permanent: trying again is pointless. uncertain: it may have arrived.

    bad_address: the address is of no use to anybody; nothing is sent to it again.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, uncertain: bool = False, wait_seconds: float = 0.0, bad_address: bool = False
    ) -> None:
        super().__init__(message)
        self.permanent, self.uncertain, self.wait_seconds, self.bad_address = permanent, uncertain, wait_seconds, bad_address


class Transport(Protocol):
    """An open way to the provider; ``send`` may run several times at once."""

    async def send(self, letter: Letter) -> Handed:
        """Hand one letter over. Raises ``Refused``."""
        ...


class Channel(Protocol):
    """One way to reach people; found by the registry."""

    @property
    def key(self) -> str: ...
    @property
    def label_zh(self) -> str: ...
    @property
    def label_en(self) -> str: ...
    @property
    def Config(self) -> type[Any]: ...
    @property
    def sample(self) -> Any: ...
    @property
    def medium(self) -> Medium: ...
    @property
    def content(self) -> Content: ...
    @property
    def provider_templates(self) -> bool:
        """Whether only texts go out that the provider keeps and has approved, under a code."""
        ...

    @property
    def extras(self) -> Sequence[Extra]:
        """What its notes may have beside title and text; filled in, it stands in the parameters of the letter."""
        ...

    @property
    def unknown(self) -> Unknown: ...
    @property
    def connections(self) -> int:
        """How many letters are under way at once."""
        ...

    @property
    def secrets(self) -> Sequence[str]:
        """Fields of the configuration that are never shown."""
        ...

    def why_off(self, settings: Settings, config: Any) -> str:
        """What is missing before anything can be sent; "" where nothing is."""
        ...

    def address_key(self, config: Any) -> str:
        """Where the address of a person is found: "email", "phone", "address", else the name of a trait or of a kind of id."""
        ...

    def spellings(self, config: Any, address: str) -> Sequence[str]:
        """Every spelling under which this address may stand on the list of suppressed ones."""
        ...

    def weigh(self, config: Any, letter: Letter) -> Weight:
        """What a letter comes to. Only asked of channels that carry no letters: it costs rendering everything before deciding."""
        ...

    def open(self, house: House, scope: Scope, config: Any) -> AbstractAsyncContextManager[Transport]:
        """Connections for one batch."""
        ...

    @property
    def receipts(self) -> Door: ...

    def read_receipts(self, config: Any, told: Told) -> Sequence[Receipt]:
        """What a provider says afterwards; what is only under way is left out. Raises ``bad_receipt`` (403, 422)."""
        ...


class ChannelBase:
    """What holds for most channels; a channel says what is different."""

    medium: Medium = "address"
    content: Content = "letter"
    provider_templates: bool = False
    extras: Sequence[Extra] = ()
    unknown: Unknown = "kept"
    connections: int = 8
    secrets: Sequence[str] = ()
    receipts: Door = ""
    needs: Sequence[str] = ()
    """Fields of the configuration without which nothing can be sent."""

    def why_off(self, settings: Settings, config: Any) -> str:
        return next((name for name in self.needs if not getattr(config, name)), "")

    def address_key(self, config: Any) -> str:
        return self.medium

    def spellings(self, config: Any, address: str) -> Sequence[str]:
        return (address.lower(),)

    def weigh(self, config: Any, letter: Letter) -> Weight:
        return Weight()

    def read_receipts(self, config: Any, told: Told) -> Sequence[Receipt]:
        return ()
