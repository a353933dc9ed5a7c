"""Let so many through in an hour or a day, and the others wait their turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from uems.kernel.edge import Body
from uems.outreach.flows.gates import pass_gate
from uems.outreach.flows.steps import SECOND, Cohort, Move, Stay, StepBase


class RateLimitConfig(Body):
    """people: at most so many in any hour, or any 24 hours, of all versions of the flow together."""

    people: Annotated[int, Field(ge=1, le=10_000_000)] = 500
    per: Literal["hour", "day"] = "hour"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit(StepBase):
    Config: ClassVar[type[RateLimitConfig]] = RateLimitConfig
    sample: ClassVar[RateLimitConfig] = RateLimitConfig()

    def ways(self, config: RateLimitConfig) -> tuple[str, ...]:
        return ("next",)

    def step(self, config: RateLimitConfig, cohort: Cohort) -> Move | Sequence[Move]:
        window = int(timedelta(hours=1 if config.per == "hour" else 24).total_seconds()) * SECOND
        runs = cohort.runs
        since = [run.marked(cohort.node) or cohort.now_us for run in runs]
        # Whoever came here first goes first, whatever the order in which the round took them up.
        order = sorted(range(len(runs)), key=lambda at: (since[at], runs[at].entered_at, runs[at].person_id, runs[at].entry_no))
        passed, after = pass_gate(cohort.gate(), config.people, window, cohort.now_us, waited=cohort.woken, wanted=len(runs))
        cohort.change_gate(after.gate)
        moves: list[Move] = ["next"] * len(runs)
        for place, at in enumerate(order):
            runs[at].mark(cohort.node, None if place < passed else since[at])
            if place >= passed:
                moves[at] = Stay(after.turns[place - passed])
        return moves


ITEM = RateLimit(
    key="rate_limit",
    label_zh="限速",
    label_en="Limit the rate",
    says_zh="任意一小时（或 24 小时）内最多放行若干人，其余按先来后到等待。",
    says_en="Lets at most so many people through in any hour or any 24 hours; the others wait in the order in which they came.",
    group="wait",
)
