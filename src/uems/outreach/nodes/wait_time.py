"""Wait for a time of day, on the person's own clock or the workspace's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from uems.kernel.edge import Body
from uems.outreach.flows.graph import Time, Weekdays
from uems.outreach.flows.local_time import next_local
from uems.outreach.flows.steps import SECOND, Cohort, Move, Stay, StepBase


class WaitTimeConfig(Body):
    """weekdays: 1 is Monday; none is any day. zone: people without a time zone of their own have the workspace's."""

    at: Time = "10:00"
    weekdays: Weekdays = Field(default_factory=list)
    zone: Literal["person", "workspace"] = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitTime(StepBase):
    Config: ClassVar[type[WaitTimeConfig]] = WaitTimeConfig
    sample: ClassVar[WaitTimeConfig] = WaitTimeConfig()

    def ways(self, config: WaitTimeConfig) -> tuple[str, ...]:
        return ("next",)

    def step(self, config: WaitTimeConfig, cohort: Cohort) -> Move | Sequence[Move]:
        if cohort.woken:
            return "next"
        zones = cohort.ask.zones(cohort.runs) if config.zone == "person" else [cohort.scope.zone] * len(cohort.runs)
        until = {zone: Stay(round(next_local(cohort.now, config.at, config.weekdays, zone).timestamp()) * SECOND) for zone in set(zones)}
        return [until[zone] for zone in zones]


ITEM = WaitTime(
    key="wait_time",
    label_zh="等到某个时刻",
    label_en="Wait for a time of day",
    says_zh="等到对方当地（或工作区）的某个钟点、某些星期几再继续。",
    says_en="Goes on at a time of day and on weekdays, by each person's own clock or the workspace's.",
    group="wait",
    rests=True,
)
