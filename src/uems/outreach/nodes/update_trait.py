"""Tell something of the person: set a trait."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from uems.kernel.edge import Body, Clean, CleanStr
from uems.outreach.flows.steps import Cohort, Effect, Move, StepBase


class UpdateTraitConfig(Body):
    trait: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^.]+$"), Clean] = "welcomed"
    value: CleanStr | bool | float | None = True


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateTrait(StepBase):
    Config: ClassVar[type[UpdateTraitConfig]] = UpdateTraitConfig
    sample: ClassVar[UpdateTraitConfig] = UpdateTraitConfig()

    def ways(self, config: UpdateTraitConfig) -> tuple[str, ...]:
        return ("next",)

    def step(self, config: UpdateTraitConfig, cohort: Cohort) -> Move:
        body = {"type": "identify", "traits": {config.trait: config.value}, "timestamp": cohort.now.isoformat()}
        cohort.effects.extend(Effect(run=run, kind="event", key=run.key(cohort.node), body=body) for run in cohort.runs)
        return "next"


ITEM = UpdateTrait(
    key="update_trait",
    label_zh="更新特征",
    label_en="Update a trait",
    says_zh="给这个人写入一个特征值，标签与分群随之更新。",
    says_en="Writes a trait of the person; tags and segments follow it.",
    group="change",
)
