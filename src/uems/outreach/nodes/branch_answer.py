"""Does what is known of this way hold: what a webhook answered, or what the event said that brought them in?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field

from uems.kernel.edge import Body
from uems.kernel.filters import Record
from uems.outreach.flows.graph import Condition
from uems.outreach.flows.names import Names, context_filter
from uems.outreach.flows.steps import Cohort, Move, StepBase


class BranchAnswerConfig(Body):
    """where: on properties such as ``answers.quote.price``, ``event.properties.total`` or ``outcomes.call``."""

    where: Condition = Field(default_factory=lambda: {"property": {"name": "answers.quote.price", "op": "gte", "value": 100}})


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchAnswer(StepBase):
    Config: ClassVar[type[BranchAnswerConfig]] = BranchAnswerConfig
    sample: ClassVar[BranchAnswerConfig] = BranchAnswerConfig()

    def ways(self, config: BranchAnswerConfig) -> tuple[str, ...]:
        return ("yes", "no")

    def check(self, config: Any, names: Names) -> None:
        context_filter(config.where)

    def step(self, config: BranchAnswerConfig, cohort: Cohort) -> Move | Sequence[Move]:
        holds = context_filter(config.where)
        return ["yes" if holds(Record(properties=run.known())) else "no" for run in cohort.runs]


ITEM = BranchAnswer(
    key="branch_answer",
    label_zh="按回答判断",
    label_en="Branch by an answer",
    says_zh="按接口的回答、人工任务的结果或触发事件的属性来选择走哪一路。",
    says_en="Branches by what a webhook answered, how a task ended, or what the entering event said.",
    group="decide",
)
