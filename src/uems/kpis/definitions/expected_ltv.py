"""What will a new user have brought in the end, as far ahead as lifetime value looks?"""

from collections.abc import Sequence

from pydantic import BaseModel

from uems.journeys import api as journeys
from uems.kpis.definitions._lifetime import expected_of_newcomers
from uems.kpis.facts import View
from uems.kpis.model import Value, Words, nothing, quotient
from uems.kpis.registry import MetricBase


class _Metric(MetricBase):
    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        worth, new = expected_of_newcomers(view), journeys.counts(view.newcomers())
        if worth is None:
            return [nothing("no_forecast") for _ in view.windows]
        spans = [view.span(window) for window in view.windows]
        return [quotient(int(worth[span].sum()), int(new[span].sum())) for span in spans]


ITEM = _Metric(
    key="expected_ltv",
    label_zh="预期 LTV",
    label_en="Expected LTV",
    formula=Words(
        zh="这段时间里第一次出现的人至今带来的收入，加上模型预计他们还会带来的价值（按设定的毛利率、折现率和期限），÷ 他们的人数。",
        en="What the people first seen in the period have brought so far, and what lifetime value expects of them from now on (by its"
        " margin, discount rate and horizon), by their number.",
    ),
    unit="money",
    whom="new",
    horizon="long",
    needs=("purchase",),
)
