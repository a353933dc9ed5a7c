"""On which channel does the person answer?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field, field_validator

from uems.kernel.edge import Body, Clean
from uems.outreach.flows.graph import NodeId
from uems.outreach.flows.names import Names
from uems.outreach.flows.steps import Cohort, Move, StepBase
from uems.outreach.messages.model import Kind


class BestChannelConfig(Body):
    """channels: in the order in which they are preferred where the past says nothing. topic, kind: of what is to be sent."""

    channels: Annotated[list[NodeId], Field(min_length=1, max_length=10)] = Field(default_factory=lambda: ["email", "webhook"])
    topic: Annotated[str, Field(max_length=100), Clean] = ""
    kind: Kind = "service"

    @field_validator("channels")
    @classmethod
    def _distinct(cls, channels: list[str]) -> list[str]:
        if len(set(channels)) < len(channels):
            raise ValueError("every channel is named once")
        return channels


@dataclass(frozen=True, slots=True, kw_only=True)
class BestChannel(StepBase):
    Config: ClassVar[type[BestChannelConfig]] = BestChannelConfig
    sample: ClassVar[BestChannelConfig] = BestChannelConfig()

    def ways(self, config: BestChannelConfig) -> tuple[str, ...]:
        return (*config.channels, "none")

    def check(self, config: Any, names: Names) -> None:
        for channel in config.channels:
            names.channel(channel)
        names.topic(config.topic)

    def step(self, config: BestChannelConfig, cohort: Cohort) -> Move | Sequence[Move]:
        best = cohort.ask.channels(config.channels, config.topic, config.kind, cohort.runs)
        return [channel or "none" for channel in best]


ITEM = BestChannel(
    key="best_channel",
    label_zh="最佳渠道",
    label_en="Best channel",
    says_zh="按近 90 天的打开与点击，选出对方最常回应、且有地址并允许的渠道；都不行则走“没有”。",
    says_en="Chooses the channel on which they opened or clicked most in 90 days, of those they can be reached on and allow; else none.",
    group="decide",
)
