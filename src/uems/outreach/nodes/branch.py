"""Does a condition hold for the person now?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field

from uems.kernel.edge import Body
from uems.outreach.flows.graph import Condition
from uems.outreach.flows.names import Names
from uems.outreach.flows.steps import Cohort, Move, StepBase, each


class BranchConfig(Body):
    """who: a condition on people, as of the moment at which they come here."""

    who: Condition = Field(default_factory=lambda: {"did": {"events": ["Order Completed"]}})


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(StepBase):
    Config: ClassVar[type[BranchConfig]] = BranchConfig
    sample: ClassVar[BranchConfig] = BranchConfig()

    def ways(self, config: BranchConfig) -> tuple[str, ...]:
        return ("yes", "no")

    def check(self, config: Any, names: Names) -> None:
        names.condition(config.who)

    def step(self, config: BranchConfig, cohort: Cohort) -> Move | Sequence[Move]:
        return each(cohort.ask.holds(config.who, cohort.runs), "yes", "no")


ITEM = Branch(
    key="branch",
    label_zh="是否满足条件",
    label_en="Branch by a condition",
    says_zh="满足条件走“是”，否则走“否”。",
    says_en="People for whom a condition holds go one way, the others another.",
    group="decide",
)
