"""Who is left out from here on, so that what follows can be measured?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from uems.kernel.bucketing import buckets
from uems.kernel.edge import Body
from uems.outreach.flows.steps import Cohort, Move, StepBase, each


class HoldoutConfig(Body):
    percent: Annotated[float, Field(gt=0, lt=100)] = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdout(StepBase):
    Config: ClassVar[type[HoldoutConfig]] = HoldoutConfig
    sample: ClassVar[HoldoutConfig] = HoldoutConfig()

    def ways(self, config: HoldoutConfig) -> tuple[str, ...]:
        return ("next", "held")

    def step(self, config: HoldoutConfig, cohort: Cohort) -> Move | Sequence[Move]:
        return each(buckets(f"{cohort.salt}:{cohort.node}", cohort.people) < config.percent / 100, "held", "next")


ITEM = Holdout(
    key="holdout",
    label_zh="对照组",
    label_en="Hold some out",
    says_zh="随机留出一部分人不再触达，用来衡量后续步骤的真实效果。",
    says_en="Leaves some people out at random, always the same ones, so that what follows can be measured.",
    group="decide",
)
