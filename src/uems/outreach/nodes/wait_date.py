"""Wait for a date that a trait of the person names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, ClassVar, Final

from pydantic import Field

from uems.kernel.clock import day_of
from uems.kernel.edge import Body, Clean
from uems.outreach.flows.graph import Time
from uems.outreach.flows.local_time import at_local
from uems.outreach.flows.steps import SECOND, Cohort, Move, Stay, StepBase

_AHEAD: Final = timedelta(days=3660)


class WaitDateConfig(Body):
    """days_before: negative is after. at: on the person's own clock."""

    trait: Annotated[str, Field(min_length=1, max_length=200), Clean] = "renews_on"
    days_before: Annotated[int, Field(ge=-365, le=365)] = 0
    at: Time = "10:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitDate(StepBase):
    Config: ClassVar[type[WaitDateConfig]] = WaitDateConfig
    sample: ClassVar[WaitDateConfig] = WaitDateConfig()

    def ways(self, config: WaitDateConfig) -> tuple[str, ...]:
        return ("next", "missed")

    def step(self, config: WaitDateConfig, cohort: Cohort) -> Move | Sequence[Move]:
        if cohort.woken:
            return "next"
        zones = cohort.ask.zones(cohort.runs)
        values = cohort.ask.traits(config.trait, cohort.runs)
        return [self._one(config, cohort, value, zone) for value, zone in zip(values, zones, strict=True)]

    def _one(self, config: WaitDateConfig, cohort: Cohort, value: object, zone: str) -> Move:
        day = read_day(value, zone)
        if day is None or day.year < 1970 or day.year > 9000:
            return "missed"
        when = at_local(day - timedelta(days=config.days_before), int(config.at[:2]), int(config.at[3:]), zone)
        if not cohort.now <= when <= cohort.now + _AHEAD:
            return "missed"
        return Stay(round(when.timestamp()) * SECOND)


def read_day(value: object, zone: str) -> date | None:
    """The day that a trait names: a bare day, or an instant by that clock; None for anything else."""
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        if len(value) == 10:
            return date.fromisoformat(value)
        instant = datetime.fromisoformat(value)
        return instant.date() if instant.tzinfo is None else day_of(instant, zone)
    except (ValueError, OverflowError):
        return None


ITEM = WaitDate(
    key="wait_date",
    label_zh="等到某个日期",
    label_en="Wait for a date",
    says_zh="等到对方某个特征里的日期（可提前或推后几天）。没有日期或已经过去的人走另一条路。",
    says_en="Waits for a date in a trait, days before or after it. Who has none, or whose has passed, goes another way.",
    group="wait",
    rests=True,
)
