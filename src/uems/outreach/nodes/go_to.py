"""Go back and repeat, so often at most."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from uems.kernel.edge import Body
from uems.outreach.flows.steps import Cohort, Move, StepBase


class GoToConfig(Body):
    """times: how often ``again`` is taken by one run; then it is ``enough``."""

    times: Annotated[int, Field(ge=1, le=50)] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GoTo(StepBase):
    Config: ClassVar[type[GoToConfig]] = GoToConfig
    sample: ClassVar[GoToConfig] = GoToConfig()

    def ways(self, config: GoToConfig) -> tuple[str, ...]:
        return ("again", "enough")

    def step(self, config: GoToConfig, cohort: Cohort) -> Move | Sequence[Move]:
        mine = f"|{cohort.node}|again"
        return ["again" if run.path.count(mine) < config.times else "enough" for run in cohort.runs]


ITEM = GoTo(
    key="go_to",
    label_zh="跳回重复",
    label_en="Go back and repeat",
    says_zh="回到前面的步骤再来一遍，最多重复若干次。",
    says_en="Goes back to an earlier step, so often at most.",
    group="decide",
)
