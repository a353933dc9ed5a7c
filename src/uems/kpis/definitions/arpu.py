"""What does an active person bring?"""

from collections.abc import Sequence

from pydantic import BaseModel

from uems.journeys import api as journeys
from uems.kpis.facts import View
from uems.kpis.model import Value, Words, quotient
from uems.kpis.registry import MetricBase


class _Metric(MetricBase):
    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        rows = view.money(view.revenue_events)
        revenue = view.by_day(rows, rows.revenue)
        active = view.active()
        return [
            quotient(int(revenue[view.span(window)].sum()), int(journeys.counts(view.people(active, window)))) for window in view.windows
        ]


ITEM = _Metric(
    key="arpu",
    label_zh="每用户平均收入",
    label_en="ARPU",
    formula=Words(
        zh="时间段里的收入（扣除退款）÷ 同期的活跃用户数。",
        en="Revenue of the period, refunds taken off, by the people active in it.",
    ),
    unit="money",
    whom="active",
    needs=("purchase",),
)
