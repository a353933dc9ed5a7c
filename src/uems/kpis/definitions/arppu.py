"""What does a buyer bring?"""

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
        bought = view.did(view.roles.events("purchase"))
        return [
            quotient(int(revenue[view.span(window)].sum()), int(journeys.counts(view.people(bought, window)))) for window in view.windows
        ]


ITEM = _Metric(
    key="arppu",
    label_zh="每付费用户平均收入",
    label_en="ARPPU",
    formula=Words(
        zh="时间段里的收入（扣除退款）÷ 同期下过单的人数。", en="Revenue of the period, refunds taken off, by the people who ordered in it."
    ),
    unit="money",
    whom="buyers",
    needs=("purchase",),
)
