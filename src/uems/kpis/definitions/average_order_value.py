"""What does an order bring?"""

from collections.abc import Sequence

from pydantic import BaseModel

from uems.kpis.facts import View
from uems.kpis.model import Value, Words, quotient
from uems.kpis.registry import MetricBase


class _Metric(MetricBase):
    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        rows = view.money(view.roles.events("purchase"))
        revenue, orders = view.by_day(rows, rows.revenue), view.by_day(rows, rows.events)
        spans = [view.span(window) for window in view.windows]
        return [quotient(int(revenue[span].sum()), int(orders[span].sum())) for span in spans]


ITEM = _Metric(
    key="average_order_value",
    label_zh="客单价",
    label_en="Average order value",
    formula=Words(
        zh="时间段里订单的金额 ÷ 订单数。退款不从中扣除。",
        en="The amount of the period's orders by their number. Refunds are not taken off.",
    ),
    unit="money",
    whom="buyers",
    needs=("purchase",),
)
