"""Will a new user bring more than they cost, as far ahead as lifetime value looks?"""

from collections.abc import Sequence

from pydantic import BaseModel

from uems.journeys import api as journeys
from uems.kpis.definitions._lifetime import expected_of_newcomers, spent
from uems.kpis.facts import View
from uems.kpis.model import Reason, Value, Words, nothing, quotient
from uems.kpis.registry import MetricBase


class _Metric(MetricBase):
    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        worth, new = expected_of_newcomers(view), journeys.counts(view.newcomers())
        if worth is None:
            return [nothing("no_forecast") for _ in view.windows]
        found = []
        for window in view.windows:
            span = view.span(window)
            cost, brought = spent(view, window), int(worth[span].sum())
            if isinstance(cost, Reason):
                found.append(Value(value=None, numerator=brought, reason=cost))
            elif not new[span].any():
                found.append(Value(value=None, numerator=brought, denominator=cost, reason=Reason(code="nobody")))
            else:
                found.append(quotient(brought, cost, "no_spend"))
        return found


ITEM = _Metric(
    key="expected_ltv_cac",
    label_zh="预期 LTV/CAC",
    label_en="Expected LTV/CAC",
    formula=Words(
        zh="这段时间新增用户至今带来的收入与预计还会带来的价值之和 ÷ 这段时间的投放费用，即预期 LTV ÷ 获客成本。",
        en="What the period's new users have brought and are expected to bring, by what was spent in it: expected LTV by CAC.",
    ),
    unit="ratio",
    money=("numerator", "denominator"),
    whom="new",
    horizon="long",
    needs=("purchase",),
)
