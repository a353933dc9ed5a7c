"""How many people are active in a month?"""

from collections.abc import Sequence

from pydantic import BaseModel

from uems.journeys import api as journeys
from uems.kpis.facts import View
from uems.kpis.model import Value, Words, number
from uems.kpis.registry import MetricBase

DAYS = 30


class _Metric(MetricBase):
    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        active = view.active()
        return [number(int(journeys.counts(view.trailing(active, window, DAYS)))) for window in view.windows]


ITEM = _Metric(
    key="mau",
    label_zh="月活跃用户",
    label_en="Monthly active users",
    formula=Words(
        zh="截至时间段最后一天的 30 天里有行为的人数，每人只算一次。",
        en="People who did something in the 30 days up to the last day of the period, each once.",
    ),
    unit="people",
    whom="active",
    back_days=DAYS,
)
