"""Wait for some time."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from uems.kernel.edge import Body
from uems.outreach.flows.steps import Cohort, Move, Stay, StepBase

Unit = Literal["minute", "hour", "day"]
_UNITS: Final = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


class WaitConfig(Body):
    """A day is 24 hours here; for a time of day there is another node."""

    amount: Annotated[int, Field(ge=1, le=3650)] = 1
    unit: Unit = "day"

    @property
    def delay(self) -> timedelta:
        return self.amount * _UNITS[self.unit]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(StepBase):
    Config: ClassVar[type[WaitConfig]] = WaitConfig
    sample: ClassVar[WaitConfig] = WaitConfig()

    def ways(self, config: WaitConfig) -> tuple[str, ...]:
        return ("next",)

    def step(self, config: WaitConfig, cohort: Cohort) -> Move:
        return "next" if cohort.woken else Stay(cohort.later(config.delay))


ITEM = Wait(
    key="wait",
    label_zh="等待一段时间",
    label_en="Wait for some time",
    says_zh="过一段时间再继续。",
    says_en="Goes on after some time.",
    group="wait",
    rests=True,
)
