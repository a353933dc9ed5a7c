"""What does a sender hold while it works on a message, and what came of it?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from uems.outreach.messages.model import Kind, OriginType, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message that this sender has taken."""

    message_id: int
    workspace_id: int
    send_key: str
    person_id: int
    channel: str
    template_id: str
    kind: Kind
    topic: str
    origin_type: OriginType
    origin_id: str
    origin_version: int
    origin_node: str
    context: Mapping[str, Any]
    priority: int
    attempts: int
    expires_at: datetime
    enqueued_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What came of one attempt. next_at: when it is tried again, for "queued". packed: what left the house."""

    message: Claimed
    state: State
    reason: str = ""
    detail: str = ""
    provider_id: str = ""
    address: str = ""
    language: str = ""
    template_version: int = 0
    parts: int = 0
    cost_micros: int = 0
    next_at: datetime | None = None
    packed: bytes = b""
