"""Wait until the person does something, for so long at most."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from uems.kernel.edge import Body
from uems.outreach.flows.graph import Condition, Event
from uems.outreach.flows.steps import Cohort, Move, Stay, StepBase
from uems.outreach.nodes.wait import Unit, WaitConfig


class WaitUntilConfig(Body):
    """where: a filter on the event. After ``amount`` of ``unit`` without it the other way is taken."""

    events: Annotated[list[Event], Field(min_length=1, max_length=20)] = Field(default_factory=lambda: ["Order Completed"])
    where: Condition | None = None
    amount: Annotated[int, Field(ge=1, le=3650)] = 3
    unit: Unit = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitUntil(StepBase):
    Config: ClassVar[type[WaitUntilConfig]] = WaitUntilConfig
    sample: ClassVar[WaitUntilConfig] = WaitUntilConfig()

    def ways(self, config: WaitUntilConfig) -> tuple[str, ...]:
        return ("happened", "timeout")

    def events(self, config: Any) -> tuple[tuple[str, ...], object | None]:
        return tuple(config.events), config.where

    def step(self, config: WaitUntilConfig, cohort: Cohort) -> Move | Sequence[Move]:
        late: Move = "timeout"
        if not cohort.woken:
            late = Stay(cohort.later(WaitConfig(amount=config.amount, unit=config.unit).delay))
        moves: list[Move] = []
        for run in cohort.runs:
            # Who has just come in may have done it already, in the moment before.
            if run.signal:
                run.note("happened", json.loads(run.signal))
            moves.append("happened" if run.signal else late)
        return moves


ITEM = WaitUntil(
    key="wait_until",
    label_zh="等到事件发生",
    label_en="Wait until something happens",
    says_zh="等对方做某件事；超过时限则走另一条路。",
    says_en="Waits until the person does something; when the time is over, another way is taken.",
    group="wait",
    rests=True,
)
