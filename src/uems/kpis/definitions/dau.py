"""How many people are active on a day?"""

from collections.abc import Sequence

from pydantic import BaseModel

from uems.journeys import api as journeys
from uems.kpis.facts import View
from uems.kpis.model import Value, Words, quotient
from uems.kpis.registry import MetricBase


class _Metric(MetricBase):
    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        active = journeys.counts(view.active())
        found = []
        for window in view.windows:
            days = active[view.span(window)]
            found.append(quotient(int(days.sum()), len(days)))
        return found


ITEM = _Metric(
    key="dau",
    label_zh="日活跃用户",
    label_en="Daily active users",
    formula=Words(
        zh="每天有行为的人数；时间段超过一天时取各天的平均值。我们发出的触达不算用户的行为。",
        en="People who did something on a day; over several days the average of the days. What we sent them is not theirs.",
    ),
    unit="people",
    whom="active",
)
