"""What does a browser ask of its inbox, and what does it get?"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from uems.kernel.edge import Body, Clean, Count, Id
from uems.outreach.inbox.shelf import Done, Item


def _without_blanks(value: str) -> str:
    if value != value.strip():
        raise ValueError("must have no blanks at its ends: what is signed and what is read must be the same id")
    return value


Known = Annotated[str, Field(max_length=300), Clean, AfterValidator(_without_blanks)]
Proof = Annotated[str, Field(max_length=300), Clean]


class InboxOpening(Body):
    """Who asks. proof: HMAC-SHA256 of user_id in hexadecimal, made by the company's server; without it user_id opens nothing."""

    write_key: Annotated[str, Field(min_length=1, max_length=100), Clean]
    anonymous_id: Known = ""
    user_id: Known = ""
    proof: Proof = ""


class InboxItem(Body):
    """A message. Plain text all of it; image_url and link are https or empty. shown, clicked, dismissed: whether the reader did.

    allow_reply: whether they may answer it.
    """

    message_id: Id
    layout: Literal["card", "banner", "modal"]
    language: str
    title: str
    text: str
    image_url: str
    button: str
    link: str
    at: datetime
    expires_at: datetime
    shown: bool
    clicked: bool
    dismissed: bool
    allow_reply: bool

    @staticmethod
    def of(one: Item) -> "InboxItem":
        known = {name: getattr(one, name) for name in Item.__dataclass_fields__ if name in InboxItem.model_fields}
        done = {name: getattr(one, f"{name}_at") is not None for name in ("shown", "clicked", "dismissed")}
        return InboxItem(**known, **done, allow_reply=one.reply == "yes")


class InboxBody(Body):
    """ticket: opens the stream and takes reports, for an hour. unread: cards that nobody looked at. poll_seconds: when to ask again
    where no stream can be had."""

    ticket: str
    items: list[InboxItem]
    unread: Count
    poll_seconds: Count


class InboxReport(Body):
    """What the reader did with a message."""

    what: Done


class InboxAnswer(Body):
    """What the reader answers. key: made by the browser; the same is one answer."""

    text: Annotated[str, Field(min_length=1, max_length=5_000), Clean]
    key: Annotated[str, Field(min_length=1, max_length=100), Clean]
