"""What has a new user brought so far?"""

from collections.abc import Sequence

from pydantic import BaseModel

from uems.journeys import api as journeys
from uems.kpis.definitions._lifetime import revenue_of_newcomers
from uems.kpis.facts import View
from uems.kpis.model import Value, Words, quotient
from uems.kpis.registry import MetricBase


class _Metric(MetricBase):
    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        revenue, new = revenue_of_newcomers(view), journeys.counts(view.newcomers())
        spans = [view.span(window) for window in view.windows]
        return [quotient(int(revenue[span].sum()), int(new[span].sum())) for span in spans]


ITEM = _Metric(
    key="ltv",
    label_zh="生命周期价值（至今）",
    label_en="LTV to date",
    formula=Words(
        zh="这段时间里第一次出现的人，从那时到今天带来的收入（扣除退款）÷ 他们的人数。来得早的人有更长的时间，所以越早的时间段通常越高。",
        en="Revenue that the people first seen in the period have brought from then up to today, refunds taken off, by their number."
        " Earlier periods have had more time, and are usually higher.",
    ),
    unit="money",
    whom="new",
    horizon="long",
    needs=("purchase",),
)
