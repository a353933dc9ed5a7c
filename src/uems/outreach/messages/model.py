"""What is a message, who asked for it, and which ways can it go?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["service", "benefit", "sales"]
"""service: about what the person did or asked for. benefit: something good for them. sales: something good for us."""

KINDS: Final[tuple[Kind, ...]] = ("service", "benefit", "sales")

OriginType: TypeAlias = Literal["flow", "campaign", "api", "test", "talk"]
"""talk: an answer of the team in a conversation."""

State: TypeAlias = Literal["queued", "claimed", "sending", "accepted", "failed", "unknown", "suppressed", "expired", "cancelled"]
"""queued: waits for its time. claimed: a sender has taken it, nothing has left the house. sending: handed over, no answer yet.
accepted: the provider has it. failed: it was refused for good. unknown: handed over, and the answer never came.
suppressed: decided not to send it. expired: its time was over. cancelled: whoever asked for it took it back."""

STATES: Final[tuple[State, ...]] = ("queued", "claimed", "sending", "accepted", "failed", "unknown", "suppressed", "expired", "cancelled")
SETTLED: Final[frozenset[State]] = frozenset({"accepted", "failed", "unknown", "suppressed", "expired", "cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who asked for a message. node, entry: of a flow; entry counts the entries of the person."""

    type: OriginType
    id: str
    version: int = 0
    node: str = ""
    entry: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message that somebody asks for. Whether it may be sent is decided when it is sent, never before.

    send_key: unique in the workspace for ever, for instance ``flow:<id>:<version>:<person>:<entry>:<node>``.
    channel: key of a channel, "" for that of the template. topic: "" for that of the template too, unless it is a service message.
    context: JSON that the template reads as ``context``. priority: the higher one wins where messages compete.
    expires_at: sent before, or never.
    """

    send_key: str
    person_id: int
    channel: str
    template_id: str
    kind: Kind
    topic: str
    origin: Origin
    context: Mapping[str, object] = field(default_factory=dict)
    priority: int = 0
    not_before: datetime
    expires_at: datetime
