"""Give the person a tag that is set by hand, or take it away."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from uems.kernel.edge import Body, Clean, CleanStr
from uems.outreach.flows.names import Names
from uems.outreach.flows.steps import Cohort, Effect, Move, StepBase


class UpdateTagConfig(Body):
    """tag: key of a tag set by hand. value: one that it can have, ignored for ``remove``."""

    tag: Annotated[str, Field(min_length=1, max_length=100), Clean] = "vip"
    change: Literal["set", "remove"] = "set"
    value: CleanStr | bool | float = True


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateTag(StepBase):
    Config: ClassVar[type[UpdateTagConfig]] = UpdateTagConfig
    sample: ClassVar[UpdateTagConfig] = UpdateTagConfig()

    def ways(self, config: UpdateTagConfig) -> tuple[str, ...]:
        return ("next",)

    def check(self, config: Any, names: Names) -> None:
        names.tag(config.tag, config.value if config.change == "set" else None)

    def step(self, config: UpdateTagConfig, cohort: Cohort) -> Move:
        body = {"tag": config.tag, "value": config.value if config.change == "set" else None}
        cohort.effects.extend(Effect(run=run, kind="tag", key=run.key(cohort.node), body=body) for run in cohort.runs)
        return "next"


ITEM = UpdateTag(
    key="update_tag",
    label_zh="更新标签",
    label_en="Update a tag",
    says_zh="给这个人打上或取下一个手工标签，分群随之更新。",
    says_en="Gives the person a tag that is set by hand, or takes it away; segments follow it.",
    group="change",
)
