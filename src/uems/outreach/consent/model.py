"""What can somebody allow, and how much is too much? Topics, and the restraints of a workspace."""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from uems.kernel.edge import Body, Clean, Name
from uems.outreach.messages.model import Kind

ConsentState: TypeAlias = Literal["subscribed", "pending", "unsubscribed"]
"""pending: asked for, and not yet confirmed by the letter of the double opt-in."""
EVERYTHING: Final = "*"
"""As a topic: all of them. As a channel: every one."""

Text = Annotated[str, Field(max_length=2_000), Clean]
Hour = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Many = Annotated[int, Field(ge=0, le=1_000)]


class Topic(Body):
    """What people can subscribe to. default: whether it is sent to those who never said anything.

    double_opt_in: who subscribes on a page is asked by letter first. channels: on which it may go out, empty for all.
    """

    name_zh: Name
    name_en: Name
    description_zh: Text = ""
    description_en: Text = ""
    kind: Kind = "benefit"
    default: Literal["subscribed", "unsubscribed"] = "unsubscribed"
    double_opt_in: bool = True
    channels: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=50)] = Field(default_factory=list)


class Cap(Body):
    """At most so many messages to a person. day: their own calendar day. week: any seven days. Null for no limit."""

    day: Many | None = None
    week: Many | None = None


class Quiet(Body):
    """When nobody is disturbed, by the clock of the person. what: hold until it is over, drop the message, or off."""

    what: Literal["hold", "drop", "off"] = "hold"
    since: Hour = "22:00"
    until: Hour = "08:00"


class CampaignLimits(Body):
    """When a campaign needs a second pair of eyes, and when it stops by itself.

    approval_over: for more people than that, somebody else who may approve has to say yes; null never. A campaign stops when more than
    so many percent of its messages bounce for good, or are complained of, counted from ``at_least`` messages on.
    """

    approval_over: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = 10_000
    bounce_percent: Annotated[float, Field(gt=0, le=100)] = 5
    complaint_percent: Annotated[float, Field(gt=0, le=100)] = 0.3
    at_least: Annotated[int, Field(ge=1, le=1_000_000)] = 200


class Restraints(Body):
    """How much the workspace sends at most. Service messages are counted and never stopped, by quiet hours neither.

    everything: across all channels; its week is the attention budget of a person. sales_per_week: of any seven days, the messages that
    are good for us and not for them. when_capped: drop the message, or hold it until their next day. history_kept_months: after how many
    months the traces of what is over are removed (see ``pruning``), null never.
    """

    everything: Cap = Cap(day=2, week=6)
    channels: Annotated[dict[str, Cap], Field(max_length=50)] = Field(default_factory=dict)
    sales_per_week: Many | None = 3
    when_capped: Literal["drop", "hold"] = "drop"
    quiet: Quiet = Quiet()
    history_kept_months: Annotated[int, Field(ge=13, le=120)] | None = None
    bodies_kept_days: Annotated[int, Field(ge=0, le=400)] = 30
    campaigns: CampaignLimits = CampaignLimits()


STANDARD: Final = Restraints()
