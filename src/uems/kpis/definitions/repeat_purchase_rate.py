"""Which share of buyers has bought before?"""

from collections.abc import Sequence

from pydantic import BaseModel

from uems.journeys import api as journeys
from uems.kpis.definitions._orders import flags_of, second_order
from uems.kpis.facts import View, together
from uems.kpis.model import Value, Words, quotient
from uems.kpis.registry import MetricBase


class _Metric(MetricBase):
    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        people, day = second_order(view)
        bought = view.did(view.roles.events("purchase"))
        found = []
        for window in view.windows:
            buyers, again = together(view.people(bought, window), flags_of(people[day <= view.at(window.last)]))
            found.append(quotient(int(journeys.counts(buyers & again)), int(journeys.counts(buyers))))
        return found


ITEM = _Metric(
    key="repeat_purchase_rate",
    label_zh="复购率",
    label_en="Repeat purchase rate",
    formula=Words(
        zh="这段时间里下过单的人中，截至最后一天累计下单至少两次的比例（更早的订单也算）。",
        en="Of the people who ordered in the period, the share with at least two orders up to its last day, earlier ones included.",
    ),
    unit="share",
    whom="buyers",
    horizon="long",
    needs=("purchase",),
)
