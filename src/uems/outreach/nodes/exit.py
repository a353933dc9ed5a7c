"""Leave the flow here."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from uems.kernel.edge import Body, Clean
from uems.outreach.flows.steps import Cohort, End, Move, StepBase


class ExitConfig(Body):
    """reason: for the report; one word or a few."""

    reason: Annotated[str, Field(max_length=60), Clean] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit(StepBase):
    Config: ClassVar[type[ExitConfig]] = ExitConfig
    sample: ClassVar[ExitConfig] = ExitConfig()

    def ways(self, config: ExitConfig) -> tuple[str, ...]:
        return ()

    def step(self, config: ExitConfig, cohort: Cohort) -> Move:
        return End(config.reason or "end")


ITEM = Exit(
    key="exit",
    label_zh="离开流程",
    label_en="Leave the flow",
    says_zh="到这里就结束。",
    says_en="The way ends here.",
    group="end",
)
