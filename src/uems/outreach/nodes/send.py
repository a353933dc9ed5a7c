"""Ask for a message to be sent."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field

from uems.kernel.edge import Body, Clean
from uems.outreach.flows.names import Names
from uems.outreach.flows.steps import Cohort, Move, StepBase
from uems.outreach.messages.model import Kind, Origin, Outgoing


class SendConfig(Body):
    """channel, topic: empty for those of the template. hours: after so many it is too late, and nothing is sent."""

    template: Annotated[str, Field(min_length=1, max_length=100), Clean] = "welcome"
    channel: Annotated[str, Field(max_length=40), Clean] = ""
    kind: Kind = "benefit"
    topic: Annotated[str, Field(max_length=100), Clean] = ""
    hours: Annotated[int, Field(ge=1, le=24 * 30)] = 24
    priority: Annotated[int, Field(ge=-100, le=100)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(StepBase):
    Config: ClassVar[type[SendConfig]] = SendConfig
    sample: ClassVar[SendConfig] = SendConfig()

    def ways(self, config: SendConfig) -> tuple[str, ...]:
        return ("next",)

    def check(self, config: Any, names: Names) -> None:
        names.template(config.template)
        names.channel(config.channel)
        names.topic(config.topic)
        names.subscribed(config.template, config.kind, config.topic)

    def step(self, config: SendConfig, cohort: Cohort) -> Move:
        expires = cohort.now + timedelta(hours=config.hours)
        origins: dict[int, Origin] = {}
        for run in cohort.runs:
            origin = origins.get(run.entry_no)
            if origin is None:
                origin = Origin(type="flow", id=str(run.flow_id), version=run.version, node=cohort.node, entry=run.entry_no)
                origins[run.entry_no] = origin
            out = Outgoing(
                send_key=run.key(cohort.node),
                person_id=run.person_id,
                channel=config.channel,
                template_id=config.template,
                kind=config.kind,
                topic=config.topic,
                origin=origin,
                context=run.known(),
                priority=config.priority,
                not_before=cohort.now,
                expires_at=expires,
            )
            cohort.sent.append((run, out))
        return "next"


ITEM = Send(
    key="send",
    label_zh="发送消息",
    label_en="Send a message",
    says_zh="按模板发送一条消息。是否真的发出，在发送那一刻按订阅、频次与免打扰规则决定。",
    says_en="Asks for a message. Whether it goes out is decided when it is sent: by consent, caps and quiet hours.",
    group="say",
)
