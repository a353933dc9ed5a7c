"""Let something happen: an event of the person, which reports, segments and other flows see."""

from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field

from uems.kernel.edge import Body
from uems.outreach.flows.graph import Event
from uems.outreach.flows.steps import Cohort, Effect, Move, StepBase


class RecordEventConfig(Body):
    event: Event = "Flow Step Reached"
    properties: dict[str, Any] = Field(default_factory=dict, max_length=50)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEvent(StepBase):
    Config: ClassVar[type[RecordEventConfig]] = RecordEventConfig
    sample: ClassVar[RecordEventConfig] = RecordEventConfig()

    def ways(self, config: RecordEventConfig) -> tuple[str, ...]:
        return ("next",)

    def step(self, config: RecordEventConfig, cohort: Cohort) -> Move:
        body = {"type": "track", "event": config.event, "properties": config.properties, "timestamp": cohort.now.isoformat()}
        cohort.effects.extend(Effect(run=run, kind="event", key=run.key(cohort.node), body=body) for run in cohort.runs)
        return "next"


ITEM = RecordEvent(
    key="record_event",
    label_zh="记录事件",
    label_en="Record an event",
    says_zh="为这个人记一个事件，报表、分群和其他流程都能看到。",
    says_en="Records an event of the person, which reports, segments and other flows see.",
    group="change",
)
