"""Does a new user bring more than they cost?"""

from collections.abc import Sequence

from pydantic import BaseModel

from uems.journeys import api as journeys
from uems.kpis.definitions._lifetime import revenue_of_newcomers, spent
from uems.kpis.facts import View
from uems.kpis.model import Reason, Value, Words, quotient
from uems.kpis.registry import MetricBase


class _Metric(MetricBase):
    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        revenue, new = revenue_of_newcomers(view), journeys.counts(view.newcomers())
        found = []
        for window in view.windows:
            span = view.span(window)
            cost, brought = spent(view, window), int(revenue[span].sum())
            if isinstance(cost, Reason):
                found.append(Value(value=None, numerator=brought, reason=cost))
            elif not new[span].any():
                found.append(Value(value=None, numerator=brought, denominator=cost, reason=Reason(code="nobody")))
            else:
                found.append(quotient(brought, cost, "no_spend"))
        return found


ITEM = _Metric(
    key="ltv_cac",
    label_zh="LTV/CAC",
    label_en="LTV/CAC",
    formula=Words(
        zh="这段时间新增用户至今带来的收入 ÷ 这段时间的投放费用，即 LTV（至今）÷ 获客成本。",
        en="Revenue to date of the period's new users by what was spent in it: LTV to date by CAC.",
    ),
    unit="ratio",
    money=("numerator", "denominator"),
    whom="new",
    horizon="long",
    needs=("purchase",),
)
