"""Call a program of the company, and go on with what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from uems.kernel.edge import Body, Clean
from uems.outreach.flows.graph import NodeId
from uems.outreach.flows.names import Names
from uems.outreach.flows.steps import Cohort, Effect, Move, Stay, StepBase
from uems.outreach.nodes.wait import Unit, WaitConfig


class WebhookNodeConfig(Body):
    """url: is called by POST. answer: under this name its JSON is kept, as ``context.answers.NAME`` of templates and later steps.

    traits: of the person, which are sent along. After ``amount`` of ``unit`` without an answer it has failed. contact: what is called
    reaches the person, so whoever is held out of this flow or of everything is not called about: for them it has failed in the end.
    """

    url: Annotated[str, Field(min_length=1, max_length=2_000), Clean]
    answer: NodeId = "answer"
    traits: Annotated[list[Annotated[str, Field(min_length=1, max_length=200), Clean]], Field(max_length=50)] = Field(default_factory=list)
    amount: Annotated[int, Field(ge=1, le=3650)] = 1
    unit: Unit = "hour"
    contact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookNode(StepBase):
    Config: ClassVar[type[WebhookNodeConfig]] = WebhookNodeConfig
    sample: ClassVar[WebhookNodeConfig] = WebhookNodeConfig(url="https://example.com/quotes", answer="quote")

    def ways(self, config: WebhookNodeConfig) -> tuple[str, ...]:
        return ("ok", "failed")

    def check(self, config: Any, names: Names) -> None:
        names.address(config.url)

    def step(self, config: WebhookNodeConfig, cohort: Cohort) -> Move | Sequence[Move]:
        if not cohort.woken:
            until = cohort.later(WaitConfig(amount=config.amount, unit=config.unit).delay)
            for run in cohort.spared() if config.contact else cohort.runs:
                body = {"node": cohort.node, "visit": run.visit(cohort.node), "url": config.url, "traits": config.traits, "until": until}
                told = {name: value for name, value in run.known().items() if name not in ("marks", "held")}
                cohort.effects.append(Effect(run=run, kind="webhook", key=run.key(cohort.node), body={**body, "context": told}))
            return Stay(until)
        moves: list[Move] = []
        for run in cohort.runs:
            told = run.event() or {}
            if told.get("kind") == "answer" and told.get("ok"):
                run.note("answers", {**run.known().get("answers", {}), config.answer: told.get("answer")})
                moves.append("ok")
            else:
                moves.append("failed")
        return moves


ITEM = WebhookNode(
    key="webhook",
    label_zh="调用接口",
    label_en="Call a webhook",
    says_zh="调用你的接口并等待回答（签名、失败重试、同一次调用带同一幂等键）；回答可用于后面的模板和判断。",
    says_en="Calls a program of yours, signed and retried under one key, and waits; templates and later steps can use its answer.",
    group="change",
    rests=True,
)
