"""What does a new user cost?"""

from collections.abc import Sequence

from pydantic import BaseModel

from uems.journeys import api as journeys
from uems.kpis.definitions._lifetime import spent
from uems.kpis.facts import View
from uems.kpis.model import Reason, Value, Words, quotient
from uems.kpis.registry import MetricBase


class _Metric(MetricBase):
    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        new = journeys.counts(view.newcomers())
        found = []
        for window in view.windows:
            cost = spent(view, window)
            people = int(new[view.span(window)].sum())
            found.append(Value(value=None, denominator=people, reason=cost) if isinstance(cost, Reason) else quotient(cost, people))
        return found


ITEM = _Metric(
    key="cac",
    label_zh="获客成本",
    label_en="CAC",
    formula=Words(
        zh="时间段里各渠道的投放费用 ÷ 新增用户数。费用按渠道和天导入；按 utm_source 细分时，与同名渠道的费用对应。",
        en="What the channels cost in the period by its new users. Spend is imported by channel and day; broken down by utm_source, it is"
        " that of the channel with the same name.",
    ),
    unit="money",
    whom="new",
    good="down",
)
