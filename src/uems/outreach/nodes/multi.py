"""Which of several conditions is the first that holds for the person?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field, model_validator

from uems.kernel.edge import Body
from uems.outreach.flows.graph import Condition, NodeId
from uems.outreach.flows.names import Names
from uems.outreach.flows.steps import Cohort, Move, StepBase


class Case(Body):
    """way: the name of the way out."""

    way: NodeId
    who: Condition


def _two() -> list[Case]:
    return [
        Case(way="bought", who={"did": {"events": ["Order Completed"]}}),
        Case(way="looked", who={"did": {"events": ["Product Viewed"]}}),
    ]


class MultiConfig(Body):
    """The first case that holds counts; those for whom none does go "other"."""

    cases: Annotated[list[Case], Field(min_length=1, max_length=20)] = Field(default_factory=_two)

    @model_validator(mode="after")
    def _distinct(self) -> "MultiConfig":
        names = [case.way for case in self.cases]
        if len(set(names)) < len(names) or "other" in names:
            raise ValueError("every case needs a name of its own, and other is taken")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Multi(StepBase):
    Config: ClassVar[type[MultiConfig]] = MultiConfig
    sample: ClassVar[MultiConfig] = MultiConfig()

    def ways(self, config: MultiConfig) -> tuple[str, ...]:
        return (*(case.way for case in config.cases), "other")

    def check(self, config: Any, names: Names) -> None:
        for case in config.cases:
            names.condition(case.who)

    def step(self, config: MultiConfig, cohort: Cohort) -> Move | Sequence[Move]:
        moves: list[Move] = ["other"] * len(cohort.runs)
        for case in reversed(config.cases):
            for at, flag in enumerate(cohort.ask.holds(case.who, cohort.runs).tolist()):
                if flag:
                    moves[at] = case.way
        return moves


ITEM = Multi(
    key="multi",
    label_zh="多路分支",
    label_en="Branch several ways",
    says_zh="按顺序判断多个条件，走第一个满足的分支；都不满足走“其他”。",
    says_en="People take the way of the first condition that holds for them; the others go on as other.",
    group="decide",
)
