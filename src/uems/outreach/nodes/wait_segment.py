"""Wait until a condition holds for the person, or holds no more, for so long at most."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from uems.kernel.edge import Body
from uems.outreach.flows.graph import Condition
from uems.outreach.flows.names import Names
from uems.outreach.flows.steps import SECOND, Cohort, Move, Stay, StepBase
from uems.outreach.nodes.wait import Unit, WaitConfig


class WaitSegmentConfig(Body):
    """who: a segment, or any condition. until: it holds, or it holds no more. check_minutes: how often those who wait are looked at.

    After ``amount`` of ``unit`` the other way is taken.
    """

    who: Condition = Field(default_factory=lambda: {"did": {"events": ["Order Completed"]}})
    until: Literal["holds", "ended"] = "holds"
    amount: Annotated[int, Field(ge=1, le=3650)] = 7
    unit: Unit = "day"
    check_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 15

    @property
    def delay(self) -> timedelta:
        return WaitConfig(amount=self.amount, unit=self.unit).delay


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitSegment(StepBase):
    Config: ClassVar[type[WaitSegmentConfig]] = WaitSegmentConfig
    sample: ClassVar[WaitSegmentConfig] = WaitSegmentConfig()

    def ways(self, config: WaitSegmentConfig) -> tuple[str, ...]:
        return ("yes", "timeout")

    def check(self, config: Any, names: Names) -> None:
        names.condition(config.who)

    def step(self, config: WaitSegmentConfig, cohort: Cohort) -> Move | Sequence[Move]:
        wanted = config.until == "holds"
        again = cohort.now_us + config.check_minutes * 60 * SECOND
        moves: list[Move] = []
        for run, holds in zip(cohort.runs, cohort.ask.holds(config.who, cohort.runs).tolist(), strict=True):
            # The condition is asked first: who fits at the last moment has not missed it.
            end = (run.marked(cohort.node) if cohort.woken else None) or cohort.later(config.delay)
            if holds == wanted:
                run.mark(cohort.node, None)
                moves.append("yes")
            elif end <= cohort.now_us:
                run.mark(cohort.node, None)
                moves.append("timeout")
            else:
                run.mark(cohort.node, end)
                moves.append(Stay(min(again, end)))
        return moves


ITEM = WaitSegment(
    key="wait_segment",
    label_zh="等到进入分群",
    label_en="Wait for a segment",
    says_zh="等到进入或离开某个分群（或任意条件成立、不再成立），每隔几分钟查看一次；超过时限则走另一条路。",
    says_en="Waits until people are in a segment or out of it, or for any condition, looking every so many minutes; else time is over.",
    group="wait",  # no rest for sure: who fits already goes on at once, so a circle needs another wait
)
