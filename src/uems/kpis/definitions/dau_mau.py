"""How much of a habit is it: on how many days of a month is an active person there?"""

from collections.abc import Sequence
from datetime import timedelta

from pydantic import BaseModel

from uems.journeys import api as journeys
from uems.kpis.facts import View
from uems.kpis.model import Value, Window, Words, quotient
from uems.kpis.registry import MetricBase

DAYS = 30


class _Metric(MetricBase):
    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        active = view.active()
        each = journeys.counts(active)
        found = []
        for window in view.windows:
            last = min(window.last, view.frame.today)
            days = each[view.span(Window(first=last - timedelta(days=DAYS - 1), last=last))]
            found.append(quotient(int(days.sum()) / DAYS, int(journeys.counts(view.trailing(active, window, DAYS)))))
        return found


ITEM = _Metric(
    key="dau_mau",
    label_zh="日活/月活",
    label_en="DAU/MAU",
    formula=Words(
        zh="截至时间段最后一天的 30 天里，日活跃用户的平均值 ÷ 这 30 天的活跃用户数。",
        en="The average daily active users of the 30 days up to the last day of the period, by the people active in those 30 days.",
    ),
    unit="share",
    whom="active",
    back_days=DAYS,
    horizon="long",
)
